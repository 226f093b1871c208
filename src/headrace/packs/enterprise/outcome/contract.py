"""The contract's own page: what was measured so far, drawn beside what was promised."""

from collections.abc import Mapping

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import item_keys
from headrace.capabilities.artifacts.model import Artifact, ArtifactId, Projection, VersionRef
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import (
    CheckpointKind,
    CheckpointState,
    Measurement,
    MissionStatus,
    OutcomeVerdict,
)
from headrace.capabilities.record import service as record
from headrace.kernel.context import Ctx
from headrace.kernel.json import Json
from headrace.packs.enterprise.build.contents import rows
from headrace.packs.enterprise.discover.contents import items, told

TYPE = "outcome-contract"

_CHECKED = {
    CheckpointState.COMPLETED: "completed",
    CheckpointState.SKIPPED: "skipped",
    CheckpointState.MISSED: "skipped",
}
_BEGUN = frozenset({MissionStatus.ACTIVE, MissionStatus.PAUSED, MissionStatus.COMPLETED})


def shown(ctx: Ctx, page: Artifact) -> Mapping[str, Json]:
    """The status of each outcome and checkpoint, from their rows."""
    content = artifacts.get_version(ctx, VersionRef(page.id, page.head)).content
    mission = missions.of_context(ctx, page.context)
    if mission is None:
        return {}
    found = {one.outcome.key: one for one in missions.newest(ctx, mission.slug)}
    begun = mission.status in _BEGUN
    listed = items(content, "outcomes")
    values: dict[str, Json] = {
        f"sections.outcomes[{key}].status": _status(ctx, found.get(key), begun=begun)
        for key in item_keys(listed)
    }
    planned = rows(content, "schedule")
    states = _states(ctx, mission.slug)
    for key, row in zip(item_keys(planned, ("checkpoint", "timing")), planned, strict=True):
        state = states.get((told(row, "checkpoint"), told(row, "timing")))
        values[f"sections.schedule[{key}].status"] = (
            _CHECKED.get(state, "pending") if state else "pending"
        )
    return values


def _states(ctx: Ctx, slug: str) -> Mapping[tuple[str, str], CheckpointState]:
    return {
        (one.kind.value, one.timing): one.state
        for one in missions.checkpoints(ctx, slug)
        if one.kind is not CheckpointKind.BASELINE
    }


def _status(ctx: Ctx, found: Measurement | None, *, begun: bool) -> str:
    """The contract's own word for what was measured: one that may still be reached is in progress."""
    if found is None:
        return "in-progress" if begun else "not-started"
    if found.judged.verdict in {OutcomeVerdict.MET, OutcomeVerdict.EXCEEDED}:
        return "met"
    judged = found.judged.verdict is not OutcomeVerdict.INCONCLUSIVE
    return "not-met" if judged and missions.is_settled(found, ctx.now.date()) else "in-progress"


def redraw(ctx: Ctx, mission: str) -> None:
    """Have the contract's page drawn anew, where it was approved."""
    page = ArtifactId(f"{TYPE}/{mission}")
    if artifacts.effective(ctx, page) is not None:
        record.refresh_projection(ctx, page)


PROJECTION = Projection(type=TYPE, run=shown)
