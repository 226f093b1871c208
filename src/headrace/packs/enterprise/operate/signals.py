"""Signals of operations: what lasts, what an incident teaches, and what the whole has hidden."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from textwrap import shorten

from headrace.capabilities.agents import service as agents
from headrace.capabilities.agents.model import Lifecycle
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactId, Made, Version, VersionRef
from headrace.capabilities.operate import service as operate
from headrace.capabilities.operate.model import Incident, SignKind
from headrace.capabilities.releases import service as releases
from headrace.capabilities.releases.model import ReleaseStatus
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Invalid, NotFound
from headrace.kernel.ids import PrincipalId
from headrace.packs.enterprise.discover import filing
from headrace.packs.enterprise.discover.contents import signal_content
from headrace.packs.enterprise.ship import documents

OPERATIONS = "Operations"
"""The source of what operating a service shows."""


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What operations want the organisation to see. `key` is said once, however often it is seen."""

    key: str
    title: str
    topic: str
    text: str
    urgency: str
    impact: str


def file(ctx: Ctx, incident: str, by: str, seen: Observation) -> None:
    """File it once for its key, by whoever has this role. Nothing happens where nobody has."""
    maker = _principal(ctx, by)
    if maker is None or operate.signal_of(ctx, seen.key) is not None:
        return
    content = signal_content(
        title=seen.title,
        category="technical",
        system=OPERATIONS,
        topic=seen.topic,
        confidence="high",
        observation=seen.text,
        urgency=seen.urgency,
        impact=seen.impact,
        recommended=filing.recommended(seen.urgency, seen.impact),
    )
    made = Made(by=maker, brain="skill", recipe=seen.key)
    spoken_of = about(ctx, operate.get(ctx, incident))
    version = filing.file_signal(ctx, filing.signal_draft(ctx, content, made, about=spoken_of))
    operate.note_signal(ctx, incident, seen.key, version.ref.artifact)


def about(ctx: Ctx, incident: Incident) -> tuple[VersionRef, ...]:
    """What an incident leads back to: the runbook that was followed, and how the service went out last."""
    released = [
        one
        for one in releases.listing(ctx, ReleaseStatus.DEPLOYED, limit=200)
        if one.rollout.service == incident.service
    ]
    last = max(released, key=lambda one: one.id, default=None)
    contract = documents.contract_of(ctx, last) if last is not None else None
    book = _runbook(ctx, incident)
    return tuple(one.ref for one in (book, contract) if one is not None)


def _runbook(ctx: Ctx, incident: Incident) -> Version | None:
    """The version that was followed; None for one that is no artifact of ours."""
    try:
        return artifacts.get_version(ctx, VersionRef.parse(incident.runbook or ""))
    except (NotFound, Invalid):
        return None


def _principal(ctx: Ctx, role: str) -> PrincipalId | None:
    hired = agents.employees(ctx, state=Lifecycle.ACTIVE, limit=1_000)
    return next((one.principal for one in hired if one.role == role), None)


def lasting(incident: Incident, told: str) -> Observation:
    """A service has been bad for so long that it is no matter of an alarm any more."""
    return Observation(
        key=f"{incident.id}: sustained",
        title=f"Sustained degradation of {incident.service}",
        topic=f"{incident.service} reliability",
        text=f"{told} ({incident.id}).",
        urgency="next-cycle",
        impact="medium",
    )


def lesson(incident: Incident) -> Observation:
    """What an incident was about, in figures and in the service's own words."""
    found = incident.context.findings if incident.context is not None else None
    errors = "; ".join(f"{one.text} ({one.count} times)" for one in found.errors) if found else ""
    part = f" for {incident.dimension}" if incident.dimension else ""
    cause = _named(found.errors[0].text) if found and found.errors else "no error was logged"
    return Observation(
        key=f"{incident.id}: lesson",
        title=f"{incident.service} failed{part}: {cause}"[:120],
        topic=f"{incident.service} {incident.dimension} failures".replace("  ", " "),
        text=(
            f"{incident.id} ({incident.severity}): {incident.title}. "
            f"{found.affected_count if found else 0} customers were affected. "
            f"Errors: {errors or 'none were logged'}. {incident.resolution}."
        ),
        urgency="next-cycle",
        impact="high" if incident.severity in {"SEV1", "SEV2"} else "medium",
    )


def _named(error: str) -> str:
    """What an error is called, without all that it says: `duckdb.OutOfMemoryException`."""
    name, _, _ = error.partition(": ")
    return name if " " not in name else shorten(error, 60, placeholder=" …")


def hidden(ctx: Ctx, incident: Incident) -> Observation | None:
    """A part failed and no target of the whole was breached: what people look at did not show it."""
    if not incident.dimension:
        return None
    signs = operate.signs(ctx, incident.id)
    if any(one.kind is SignKind.BREACH for one in signs):
        return None
    label = incident.dimension.partition("=")[0]
    worst = max(signs, key=lambda one: one.share or 0.0)
    return Observation(
        key=f"{incident.service}: no breakdown by {label}",
        title=f"The health dashboard of {incident.service} needs a breakdown by {label}",
        topic=f"{incident.service} dashboard by {label}",
        text=(
            f"In {incident.id} {incident.dimension} failed ({worst.told}), and no health target of "
            f"the whole service was breached: the aggregate hid what was wrong with one {label}."
        ),
        urgency="next-cycle",
        impact="medium",
    )


def path_of(ctx: Ctx, named: str) -> str | None:
    """Where the signal of this id or path lies in the record; None where there is none."""
    id = named if named.startswith("signal/") else f"signal/{PurePosixPath(named).stem}"
    found = artifacts.find(ctx, ArtifactId(id))
    return found.path if found is not None else None
