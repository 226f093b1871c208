"""The verbs of telemetry: hear what happened, tell it in batches, and keep what nobody has taken."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast

from headrace.capabilities.agents import service as agents
from headrace.capabilities.agents.model import RunEnded
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import GateDecided, Judged, Verdict
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import MissionMoved
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import ChangeOpened, Merged
from headrace.capabilities.telemetry import rules, store
from headrace.capabilities.telemetry.model import Span, Telemetry
from headrace.kernel.context import Ctx
from headrace.kernel.events import Event, Recorded
from headrace.kernel.flow import Job
from headrace.kernel.journal import feed
from headrace.kernel.json import Json

FLOW = "telemetry.export"
_BATCH = 100
_AGAIN = timedelta(minutes=1)
"""Of real time, between two tries at a collector that is away."""

Payload = Mapping[str, Json]


def wanted(ctx: Ctx) -> bool:
    """Whether this machine tells a collector what happens."""
    return any(one.wanted for one in ctx.declared(Telemetry))


def on_event(ctx: Ctx, event: Recorded) -> None:
    """Note that something is to be told; nothing at all where no collector is wanted."""
    if not wanted(ctx):
        return
    if not store.waiting(ctx.db, ctx.organisation):
        _start(ctx)  # else a job or a timer is there already that takes all that waits
    store.add(ctx.db, ctx.organisation, event.id)


def claim(ctx: Ctx, batch: str) -> int:
    """Claim what waits for a batch; how much it is."""
    return len(store.claim(ctx.db, ctx.organisation, batch, _BATCH))


def spans(ctx: Ctx, batch: str) -> Sequence[Span]:
    """Everything that the events of a batch tell."""
    found = feed.named(ctx, store.of_batch(ctx.db, ctx.organisation, batch))
    return [span for event, at in found for span in _told(ctx, event, at)]


def sent(ctx: Ctx, batch: str, *, taken: bool) -> None:
    """What was taken is forgotten; what was not waits, and is tried again in a minute of real time."""
    if taken:
        store.drop(ctx.db, ctx.organisation, batch)
        if store.waiting(ctx.db, ctx.organisation):
            _start(ctx)
        return
    store.give_back(ctx.db, ctx.organisation, batch)
    again = ctx.new_id("bat")
    ctx.start_after_real(_AGAIN, Job(flow=FLOW, key=again, arguments={"batch": again}))


def broken(ctx: Ctx, error: str, *, batch: str) -> None:
    """Telling broke off: what the batch held waits."""
    sent(ctx, batch, taken=False)


def _start(ctx: Ctx) -> None:
    batch = ctx.new_id("bat")
    ctx.start(Job(flow=FLOW, key=batch, arguments={"batch": batch}))


def _told(ctx: Ctx, event: Recorded, at: datetime) -> Iterator[Span]:
    yield from _TELLERS[event.type](ctx, event, cast(Payload, event.payload), at)


def _run(ctx: Ctx, _: Recorded, payload: Payload, __: datetime) -> Iterator[Span]:
    found = agents.trace(ctx, str(payload["run"]))
    yield from rules.run_spans(ctx.organisation, found, _mission(ctx, found.run.order.context))


def _verdict(ctx: Ctx, _: Recorded, payload: Payload, at: datetime) -> Iterator[Span]:
    subject = str(payload["subject"])
    yield rules.verdict_span(
        ctx.organisation,
        judgement=str(payload["judgement"]),
        policy=str(payload["policy"]),
        verdict=Verdict(str(payload["verdict"])),
        findings=int(str(payload["findings"])),
        change=subject if payload["kind"] == "change" else "",
        mission=_mission(ctx, str(payload["context"] or "")),
        above=_judged_in(ctx, str(payload["judgement"])),
        at=at,
    )


def _judged_in(ctx: Ctx, judgement: str) -> tuple[str, str] | None:
    """The trace and the span of the agent's run in which a judgement was made, if it was in one."""
    run = governance.run_of(ctx, judgement)
    if run is None:
        return None
    subject = f"run:{run}"
    made = agents.runs(ctx, subject=subject, limit=1)
    if not made:
        return None
    trace = rules.trace_id(ctx.organisation, subject)
    return trace, rules.run_span_id(ctx.organisation, made[0].id)


def _moved(ctx: Ctx, event: Recorded, payload: Payload, at: datetime) -> Iterator[Span]:
    yield rules.mission_span(
        ctx.organisation,
        event=event.id,
        mission=_mission(ctx, str(payload["context"])),
        before=str(payload["before"]),
        after=str(payload["after"]),
        at=at,
    )


def _opened(ctx: Ctx, event: Recorded, payload: Payload, at: datetime) -> Iterator[Span]:
    yield _git(ctx, event, "pr_open", str(payload["change"]), at)


def _merged(ctx: Ctx, event: Recorded, payload: Payload, at: datetime) -> Iterator[Span]:
    yield _git(ctx, event, "merge", str(payload["change"]), at)


def _decided(ctx: Ctx, event: Recorded, payload: Payload, at: datetime) -> Iterator[Span]:
    if payload["kind"] == "change":
        reason = f"gate {payload['purpose']}, decided by a person"
        yield _git(
            ctx,
            event,
            "pr_comment",
            str(payload["subject"]),
            at,
            decision=str(payload["decision"]),
            reason=reason,
        )


def _git(
    ctx: Ctx,
    event: Recorded,
    operation: str,
    change: str,
    at: datetime,
    decision: str = "",
    reason: str = "",
) -> Span:
    found = record.change(ctx, change)
    return rules.git_span(
        ctx.organisation,
        event=event.id,
        operation=operation,
        change=change,
        branch=found.branch,
        repository=record.repository(ctx, found.repository).slug,
        mission=_mission(ctx, found.context),
        at=at,
        decision=decision,
        reason=reason,
    )


def _mission(ctx: Ctx, context: str) -> str:
    """The mission's own number; the context where it has none, or where it is no mission's."""
    mission = missions.of_context(ctx, context)
    return (mission.reference if mission is not None else None) or context


_TELLERS: Mapping[str, Callable[[Ctx, Recorded, Payload, datetime], Iterator[Span]]] = {
    RunEnded.type: _run,
    Judged.type: _verdict,
    MissionMoved.type: _moved,
    ChangeOpened.type: _opened,
    Merged.type: _merged,
    GateDecided.type: _decided,
}

HEARD: tuple[type[Event], ...] = (
    RunEnded,
    Judged,
    MissionMoved,
    ChangeOpened,
    Merged,
    GateDecided,
)
"""The events that are told."""
