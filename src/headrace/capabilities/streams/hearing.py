"""What streams hear: each subscriber turns an event into verbs that are harmless to repeat."""

from collections.abc import Mapping
from typing import cast

from headrace.capabilities.agents.model import AgentRunId, Hired, StateChanged
from headrace.capabilities.agents.model import Resumed as EmployeeResumed
from headrace.capabilities.agents.model import RunEnded as WorkerEnded
from headrace.capabilities.artifacts.model import ArtifactId, BecameEffective, VersionRef
from headrace.capabilities.artifacts.service import get_version
from headrace.capabilities.budgets.model import BudgetSet, Eased
from headrace.capabilities.governance.model import CHANGE, GateDecided, GateState, Judged
from headrace.capabilities.governance.model import Resumed as AgentsResumed
from headrace.capabilities.record.model import Closed, Merged
from headrace.capabilities.streams import service
from headrace.capabilities.streams.model import (
    ContextId,
    ContextOpened,
    RunId,
    WorkWanted,
)
from headrace.kernel.capability import Subscription
from headrace.kernel.context import Ctx
from headrace.kernel.events import Recorded
from headrace.kernel.json import Json


def _payload(event: Recorded) -> Mapping[str, Json]:
    return cast(Mapping[str, Json], event.payload)


def on_context_opened(ctx: Ctx, event: Recorded) -> None:
    """A fresh context: start what is ready in it."""
    service.advance(ctx, ContextId(str(_payload(event)["context"])))


def on_effective(ctx: Ctx, event: Recorded) -> None:
    """A version became effective: its run may be done, and contexts that see it may go on."""
    payload = _payload(event)
    ref = VersionRef(ArtifactId(str(payload["artifact"])), int(str(payload["number"])))
    version = get_version(ctx, ref)
    if version.made.run is not None:
        service.settled(ctx, RunId(version.made.run))
    service.advance_around(ctx, version)


def on_worker_ended(ctx: Ctx, event: Recorded) -> None:
    """A worker has ended: take what it handed in."""
    service.finish(ctx, AgentRunId(str(_payload(event)["run"])))


def on_merged(ctx: Ctx, event: Recorded) -> None:
    """A change was merged: the run that made it may be done."""
    service.merged(ctx, str(_payload(event)["change"]))


def on_closed(ctx: Ctx, event: Recorded) -> None:
    """A change was given up: so was its run."""
    told = _payload(event)
    service.given_up(ctx, str(told["change"]), str(told["by"]))


def on_gate_decided(ctx: Ctx, event: Recorded) -> None:
    """A person decided about a change: it may have to be made again, or not at all."""
    told = _payload(event)
    if told["kind"] == CHANGE:
        standing = GateState(str(told["standing"]))
        service.gate_decided(
            ctx, str(told["subject"]), standing, str(told["note"]), str(told["by"])
        )


def on_judged(ctx: Ctx, event: Recorded) -> None:
    """A verdict came in: perhaps the work has to be made again."""
    told = _payload(event)
    if told["kind"] == CHANGE:
        service.judged(ctx, str(told["subject"]), str(told["hash"]))


def on_room(ctx: Ctx, event: Recorded) -> None:
    """What kept runs waiting may have passed: a halt, a spent budget, a role with nobody in it."""
    service.wake(ctx)


SUBSCRIPTIONS = (
    Subscription(name="streams.context", events=(ContextOpened,), run=on_context_opened),
    Subscription(name="streams.effective", events=(BecameEffective,), run=on_effective),
    Subscription(name="streams.worker", events=(WorkerEnded,), run=on_worker_ended),
    Subscription(name="streams.merged", events=(Merged,), run=on_merged),
    Subscription(name="streams.closed", events=(Closed,), run=on_closed),
    Subscription(name="streams.gate", events=(GateDecided,), run=on_gate_decided),
    Subscription(name="streams.judged", events=(Judged,), run=on_judged),
    Subscription(
        name="streams.wake",
        events=(WorkWanted, AgentsResumed, BudgetSet, Eased, Hired, StateChanged, EmployeeResumed),
        run=on_room,
    ),
)
