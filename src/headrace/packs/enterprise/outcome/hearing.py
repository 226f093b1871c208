"""What outcome hears: contracts plan their checkpoints, releases date them, due ones are measured."""

from collections.abc import Mapping
from typing import cast

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactId, BecameEffective, VersionRef
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import CheckpointMoved, CheckpointState
from headrace.capabilities.releases import service as releases
from headrace.capabilities.releases.model import ReleaseId, ReleaseMoved, ReleaseStatus
from headrace.kernel.capability import Subscription
from headrace.kernel.context import Ctx
from headrace.kernel.events import Recorded
from headrace.kernel.flow import Job
from headrace.kernel.json import Json
from headrace.packs.enterprise.outcome import contract, measuring, report
from headrace.packs.enterprise.outcome.promised import schedule


def _payload(event: Recorded) -> Mapping[str, Json]:
    return cast(Mapping[str, Json], event.payload)


def on_contract(ctx: Ctx, event: Recorded) -> None:
    """A contract was approved: its schedule becomes checkpoints. A new version replaces what is to come."""
    told = _payload(event)
    if told["artifact_type"] != contract.TYPE:
        return
    ref = VersionRef(ArtifactId(str(told["artifact"])), int(str(told["number"])))
    version = artifacts.get_version(ctx, ref)
    mission = missions.of_context(ctx, version.context)
    if mission is not None:
        missions.plan_checkpoints(ctx, mission.slug, schedule(version.content))


def on_release(ctx: Ctx, event: Recorded) -> None:
    """A release was approved, has reached everybody, or came back."""
    told = _payload(event)
    release = releases.get(ctx, ReleaseId(str(told["release"])))
    mission = missions.of_context(ctx, release.context) if release.context else None
    if mission is None:
        return
    after = ReleaseStatus(str(told["after"]))
    if after is ReleaseStatus.APPROVED:
        missions.measure_baseline(
            ctx, mission.slug, f"{release.id} is approved and reaches nobody yet"
        )
    elif after is ReleaseStatus.DEPLOYED:
        missions.available(ctx, mission.slug, evidence=release.id, since=event.at)
    elif after is ReleaseStatus.ROLLED_BACK:
        missions.taken_back(ctx, mission.slug, f"{release.id} was rolled back")


def on_checkpoint(ctx: Ctx, event: Recorded) -> None:
    """A checkpoint is to be measured, or was: the report may be due, the contract's page tells so."""
    told = {name: str(value) for name, value in _payload(event).items()}
    if told["state"] == CheckpointState.MEASURING:
        arguments = {name: told[name] for name in ("mission", "checkpoint", "attempt")}
        key = "/".join(arguments.values())
        ctx.start(Job(flow=measuring.FLOW, key=key, arguments=arguments))
    if told["state"] == CheckpointState.COMPLETED:
        report.start(ctx, told["mission"], told["checkpoint"], event.id)
    contract.redraw(ctx, told["mission"])


SUBSCRIPTIONS = (
    Subscription(name="enterprise.outcome-contract", events=(BecameEffective,), run=on_contract),
    Subscription(name="enterprise.outcome-release", events=(ReleaseMoved,), run=on_release),
    Subscription(
        name="enterprise.outcome-checkpoint", events=(CheckpointMoved,), run=on_checkpoint
    ),
)
