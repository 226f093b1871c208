"""Archiving in the lifecycle: when each kind of work product is done, and for how long it stays in sight."""

from collections.abc import Mapping
from datetime import timedelta
from typing import cast

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import Archived, Artifact, Phase, Unarchived
from headrace.capabilities.intake import service as intake
from headrace.capabilities.intake.model import Disposition
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import CheckpointState, MissionStatus
from headrace.capabilities.record.model import ArchiveRule, Done
from headrace.capabilities.releases import service as releases
from headrace.capabilities.releases.model import ReleaseStatus
from headrace.kernel.capability import Subscription
from headrace.kernel.context import Ctx
from headrace.kernel.events import Recorded
from headrace.kernel.json import Json

_ENDED = frozenset({MissionStatus.COMPLETED, MissionStatus.CANCELLED})
_OUT = frozenset({ReleaseStatus.DEPLOYED, ReleaseStatus.ROLLED_BACK, ReleaseStatus.WITHDRAWN})
_MEASURED = frozenset({CheckpointState.COMPLETED, CheckpointState.SKIPPED, CheckpointState.MISSED})
_HALF_A_YEAR = timedelta(days=180)
"""Longer than any pattern, stale signal or measurement of the lifecycle looks back."""


def signal_done(ctx: Ctx, artifact: Artifact) -> Done | str:
    """A signal of which something came, that was corrected, or that triage put aside."""
    found = intake.get(ctx, artifact.id)
    if found is None:
        return f"{artifact.id} was never triaged"
    reasons = {
        f"{found.absorbed_by} came of it": found.absorbed_by,
        f"{found.superseded_by} corrects it": found.superseded_by,
        "triage put it aside": found.disposition is Disposition.ARCHIVE,
    }
    because = next((reason for reason, holds in reasons.items() if holds), None)
    if because is None:
        return f"nothing has come of {artifact.id} yet"
    return Done(since=found.filed_at, because=because)


def mission_done(ctx: Ctx, artifact: Artifact) -> Done | str:
    """A mission that is completed or cancelled and of which nothing is to be measured any more."""
    mission = missions.of_context(ctx, artifact.context)
    if mission is None:
        return f"{artifact.context} was never opened as a mission"
    if mission.status not in _ENDED:
        return f"mission {mission.slug} is {mission.status}"
    if mission.status is MissionStatus.COMPLETED:
        for one in missions.checkpoints(ctx, mission.slug):
            if one.state not in _MEASURED:
                return f"checkpoint {one.id} of mission {mission.slug} is {one.state}"
    ended = missions.steps(ctx, mission.slug)[0]
    return Done(since=ended.at, because=f"the mission is {mission.status}")


def release_done(ctx: Ctx, artifact: Artifact) -> Done | str:
    """A release that reached everybody, or came back."""
    release = releases.of_contract(ctx, artifact.id)
    if release is None:
        return f"{artifact.id} was never a release"
    if release.status not in _OUT:
        return f"{release.id} is {release.status}"
    taken = releases.history(ctx, release.id)
    since = taken[-1].at if taken else release.drafted_at
    return Done(since=since, because=f"{release.id} is {release.status}")


def replaced(ctx: Ctx, artifact: Artifact) -> Done | str:
    """What another one has replaced, or what counts no more."""
    version = artifacts.effective(ctx, artifact.id)
    if version is None or version.phase not in (Phase.SUPERSEDED, Phase.ARCHIVED):
        return f"{artifact.id} still counts"
    return Done(since=version.created_at, because=f"it is {version.phase}")


def told(ctx: Ctx, artifact: Artifact) -> Done | str:
    """A document that tells of a time that is over, once it is approved or filed."""
    version = artifacts.effective(ctx, artifact.id)
    if version is None:
        return f"{artifact.id} is not approved"
    return Done(since=version.created_at, because="it tells of what is over")


RULES = (
    ArchiveRule(type="signal", done=signal_done, after=_HALF_A_YEAR, along=("signal-triage",)),
    ArchiveRule(type="signal-digest", done=told, after=_HALF_A_YEAR),
    ArchiveRule(type="mission-brief", done=mission_done, after=_HALF_A_YEAR, folder=True),
    ArchiveRule(type="release-contract", done=release_done, after=_HALF_A_YEAR),
    ArchiveRule(type="decision-record", done=replaced, after=_HALF_A_YEAR),
    ArchiveRule(type="governance-exception", done=replaced, after=_HALF_A_YEAR),
    ArchiveRule(type="postmortem", done=told, after=timedelta(days=365)),
    ArchiveRule(type="imported-document", done=told, after=None),
)
"""How long each stays in sight once it is done. Designs, evaluations and reports go with their mission."""


def on_archived(ctx: Ctx, event: Recorded) -> None:
    """The lists of the rooms hide what was archived, and show again what is back."""
    payload = cast(Mapping[str, Json], event.payload)
    id, archived = str(payload["artifact"]), event.type == Archived.type
    match payload["artifact_type"]:
        case "signal":
            intake.set_archived(ctx, id, archived=archived)
        case "mission-brief":
            mission = missions.of_context(ctx, str(payload["context"]))
            if mission is not None:
                missions.set_archived(ctx, mission.slug, archived=archived)
        case "release-contract":
            release = releases.of_contract(ctx, id)
            if release is not None:
                releases.set_archived(ctx, release.id, archived=archived)


SUBSCRIPTIONS = (
    Subscription(name="enterprise.archiving", events=(Archived, Unarchived), run=on_archived),
)
