"""The gates of a mission: which moves are legal, and what each one asks."""

from collections.abc import Callable

from headrace.capabilities.missions.model import Mission, MissionStatus, Standing
from headrace.kernel.errors import Refusal

S = MissionStatus
Gate = Callable[[Mission, Standing], tuple[str, ...]]


def _person(_: Mission, standing: Standing) -> tuple[str, ...]:
    return () if standing.by_person else ("a person decides this; an agent cannot",)


def _approval(mission: Mission, standing: Standing) -> tuple[str, ...]:
    return _person(mission, standing)


def _fleet(_: Mission, standing: Standing) -> tuple[str, ...]:
    return () if standing.fleet_approved else ("an approved fleet configuration is missing",)


def _start(mission: Mission, standing: Standing) -> tuple[str, ...]:
    reasons = []
    if standing.tasks == 0 and not mission.task_exempt.strip():
        reasons.append("TASKS.md has no task; add one, or state in the scope why none is needed")
    if mission.design_required and not standing.design_approved:
        reasons.append("the mission requires a design, and no technical design is approved")
    reasons.extend(
        f"it waits for mission {other!r}, which has not ended" for other in standing.waits_for
    )
    return tuple(reasons)


def _outcome(_: Mission, standing: Standing) -> tuple[str, ...]:
    return () if standing.outcome_reported else ("an accepted outcome report is missing",)


def _cancellation(mission: Mission, standing: Standing) -> tuple[str, ...]:
    why = () if standing.rationale.strip() else ("a cancellation needs its rationale",)
    return (*_person(mission, standing), *why)


GATES: dict[tuple[MissionStatus, MissionStatus], tuple[str, Gate]] = {
    (S.PROPOSED, S.APPROVED): ("mission approval", _approval),
    (S.APPROVED, S.PLANNING): ("fleet configuration", _fleet),
    (S.PLANNING, S.ACTIVE): ("start of work", _start),
    (S.ACTIVE, S.PAUSED): ("pause", _person),
    (S.PAUSED, S.ACTIVE): ("resumption", _person),
    (S.ACTIVE, S.COMPLETED): ("completion", _outcome),
}
"""Every legal move but cancellation. Source: mission lifecycle, gates."""

CANCELLATION = "cancellation"
"""The gate that stands open to every mission that has not ended."""

ENDED = frozenset({S.COMPLETED, S.CANCELLED})
"""Where a mission does not move any more."""


def move(mission: Mission, target: MissionStatus, standing: Standing) -> Refusal | None:
    """None when the mission may move to `target`; else every reason, with the gate's name."""
    if target is S.CANCELLED and mission.status not in ENDED:
        return _refusal(CANCELLATION, _cancellation(mission, standing))
    gate = GATES.get((mission.status, target))
    if gate is None:
        legal = ", ".join(_next(mission.status)) or "nowhere: it has ended"
        return Refusal((f"from {mission.status} a mission moves to {legal}; not to {target}",))
    name, asks = gate
    return _refusal(name, asks(mission, standing))


def _refusal(gate: str, reasons: tuple[str, ...]) -> Refusal | None:
    return Refusal(tuple(f"gate {gate!r}: {reason}" for reason in reasons)) if reasons else None


def _next(status: MissionStatus) -> list[str]:
    """Where a mission may go from here, each with the gate that it passes on the way."""
    found = [
        f"{after} (gate {name!r})"
        for (before, after), (name, _) in GATES.items()
        if before is status
    ]
    return found if status in ENDED else [*found, f"{S.CANCELLED} (gate {CANCELLATION!r})"]
