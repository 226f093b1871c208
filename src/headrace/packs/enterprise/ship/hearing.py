"""What ship hears of merges, deployments, contracts and rollouts. Each is harmless to repeat."""

from collections.abc import Mapping
from typing import cast

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import (
    ArtifactId,
    BecameEffective,
    Proposed,
    VersionRef,
)
from headrace.capabilities.deployments.model import DeploymentReady
from headrace.capabilities.governance.model import GateDecided
from headrace.capabilities.health.model import TargetsLoaded
from headrace.capabilities.missions.model import MissionMoved
from headrace.capabilities.operate.model import RunbookAdopted
from headrace.capabilities.record import service as record
from headrace.capabilities.releases.model import ReleaseMoved, StageEntered, StepTaken
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import RunId, RunMoved, RunState, WorkWanted
from headrace.kernel.capability import Subscription
from headrace.kernel.context import Ctx
from headrace.kernel.events import Recorded
from headrace.kernel.json import Json
from headrace.packs.enterprise.build.measures import IMPLEMENT
from headrace.packs.enterprise.discover.contents import told as said
from headrace.packs.enterprise.ship import (
    assets,
    deliverables,
    documents,
    handovers,
    logbook,
    readiness,
    releasing,
    running,
    trying,
    unsettled,
    validating,
)

AWAITED = frozenset({deliverables.TYPE, "decision-record", "fleet-report", running.EVIDENCE})
"""Types whose approval may be what a release waits for."""


def _payload(event: Recorded) -> Mapping[str, Json]:
    return cast(Mapping[str, Json], event.payload)


def on_run(ctx: Ctx, event: Recorded) -> None:
    """A stream is merged: its agent registers what it delivered; after the last one it is deployed."""
    told = _payload(event)
    if told["module"] == IMPLEMENT and told["state"] == RunState.DONE:
        run = streams.run(ctx, RunId(str(told["run"])))
        assets.start(ctx, run)
        running.start(ctx, run)


def on_effective(ctx: Ctx, event: Recorded) -> None:
    """Something was approved: what a release waits for, or what lets a mission pass on."""
    told = _payload(event)
    if told["artifact_type"] in AWAITED:
        ctx.record(WorkWanted(because=f"{told['artifact']} is approved"))
    context = str(told["context"])
    if context.startswith("mission:") and told["artifact_type"] != handovers.TYPE:
        handovers.record_due(ctx, context)
    if told["artifact_type"] == running.EVIDENCE:
        _redraw(ctx, context)
        _slower(ctx, ArtifactId(str(told["artifact"])), event.id)


def _redraw(ctx: Ctx, context: str) -> None:
    release = handovers.release_of(ctx, context)
    document = documents.of_release(ctx, release.id) if release is not None else None
    if document is not None:
        record.refresh_projection(ctx, document)


def _slower(ctx: Ctx, proof: ArtifactId, cause: str) -> None:
    """A proof says that requests take longer than before everybody was reached: that is a signal."""
    found = artifacts.effective(ctx, proof)
    row = running.row(found, validating.LATENCY)
    id = said(found.content, "fields", "release") if found is not None else ""
    if id and row.get("result") == trying.NOT_MET:
        logbook.slower(ctx, logbook.release(ctx, id), str(row.get("figure", "")), cause)


def on_mission(ctx: Ctx, event: Recorded) -> None:
    """A mission moved: it may pass on from one loop to the next."""
    handovers.record_due(ctx, str(_payload(event)["context"]))


def on_deployment(ctx: Ctx, event: Recorded) -> None:
    """A service answers: what a release rests on is tried there, and whoever is called is told."""
    told = _payload(event)
    service, commit = str(told["service"]), str(told["commit"])
    run = running.rehearse_when_ready(ctx, service, commit)
    if run is not None:
        readiness.tell_on_call(ctx, run.context, commit)
    ctx.record(WorkWanted(because=f"{service} is ready"))


def on_proposed(ctx: Ctx, event: Recorded) -> None:
    """A contract was handed in: its release is drafted, or follows the new version."""
    told = _payload(event)
    if told["artifact_type"] == documents.TYPE and told["run"] is not None:
        releasing.on_proposed(
            ctx, VersionRef(ArtifactId(str(told["artifact"])), int(str(told["number"])))
        )


def on_step(ctx: Ctx, event: Recorded) -> None:
    """A rollout took a step: it is committed to the record, and what it gives rise to is filed."""
    told = _payload(event)
    release = logbook.release(ctx, str(told["release"]))
    document = documents.of_release(ctx, release.id)
    if document is not None:
        record.refresh_projection(ctx, document)
        logbook.notice(ctx, release, int(str(told["number"])), event.id)
        unsettled.ask(ctx, release, int(str(told["number"])))
        unsettled.withdraw_past(ctx, release)


def on_stage(ctx: Ctx, event: Recorded) -> None:
    """A stage reaches its users: those who are reached by name can be told."""
    told = _payload(event)
    release = logbook.release(ctx, str(told["release"]))
    if documents.of_release(ctx, release.id) is not None:
        logbook.early(ctx, release, str(told["stage"]), event.id)


def on_release(ctx: Ctx, event: Recorded) -> None:
    """A release came to another status: its document shows it; out or back, evidence is taken."""
    told = _payload(event)
    release = logbook.release(ctx, str(told["release"]))
    document = documents.of_release(ctx, release.id)
    if document is None:
        return
    record.refresh_projection(ctx, document)
    validating.start(ctx, release, str(told["after"]))
    if release.context is not None:
        handovers.record_due(ctx, release.context)


def on_decided(ctx: Ctx, event: Recorded) -> None:
    """A person decided a stage that measurement had left open."""
    told = _payload(event)
    if told["kind"] == unsettled.SUBJECT:
        unsettled.settled(ctx, told)


def on_eased(ctx: Ctx, event: Recorded) -> None:
    """A person decided, a runbook counts, targets are watched: a line may be shown that was open."""
    ctx.record(WorkWanted(because=f"{event.type} of {event.lineage}"))


SUBSCRIPTIONS = (
    Subscription(name="enterprise.ship-run", events=(RunMoved,), run=on_run),
    Subscription(name="enterprise.ship-effective", events=(BecameEffective,), run=on_effective),
    Subscription(name="enterprise.ship-mission", events=(MissionMoved,), run=on_mission),
    Subscription(name="enterprise.ship-deployment", events=(DeploymentReady,), run=on_deployment),
    Subscription(name="enterprise.ship-contract", events=(Proposed,), run=on_proposed),
    Subscription(name="enterprise.ship-step", events=(StepTaken,), run=on_step),
    Subscription(name="enterprise.ship-stage", events=(StageEntered,), run=on_stage),
    Subscription(
        name="enterprise.ship-eased",
        events=(GateDecided, RunbookAdopted, TargetsLoaded),
        run=on_eased,
    ),
    Subscription(name="enterprise.ship-decided", events=(GateDecided,), run=on_decided),
    Subscription(name="enterprise.ship-release", events=(ReleaseMoved,), run=on_release),
)
