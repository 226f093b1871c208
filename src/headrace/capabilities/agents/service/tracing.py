"""Tracing: a run as telemetry tells it, from the rows that its checkpoints left."""

from collections.abc import Iterator
from datetime import datetime

from headrace.capabilities.agents.conversation import Turn
from headrace.capabilities.agents.model import AgentRunId
from headrace.capabilities.agents.model.traces import CallTrace, RunTrace, TurnTrace
from headrace.capabilities.agents.service.queries import refusals
from headrace.capabilities.agents.service.queries import run as found_run
from headrace.capabilities.agents.store import talks, traces
from headrace.kernel.context import Ctx


def trace(ctx: Ctx, id: str) -> RunTrace:
    """A run with the world's times of its turns and calls. Raises RunNotFound.

    It is made of rows, so a run that three workers did between them has one trace.
    """
    run = found_run(ctx, id)
    said = dict(talks.turns(ctx.db, ctx.organisation, run.id))
    times = traces.turns(ctx.db, ctx.organisation, run.id)
    began, ended = traces.span(ctx.db, ctx.organisation, run.id)
    first = min((asked for asked, _ in times.values()), default=began)
    return RunTrace(
        run=run,
        began=first if began is None or (first is not None and first < began) else began,
        ended=ended,
        turns=tuple(
            TurnTrace(
                number=number,
                model=said[number].model,
                finish=said[number].finish,
                usage=said[number].usage,
                began=asked,
                ended=at,
            )
            for number, (asked, at) in times.items()
        ),
        calls=tuple(_calls(ctx, run.id, said, {n: at for n, (_, at) in times.items()})),
        refusals=len(refusals(ctx, run.id)),
    )


def _calls(
    ctx: Ctx, id: AgentRunId, said: dict[int, Turn], said_at: dict[int, datetime]
) -> Iterator[CallTrace]:
    """Calls of a turn are done one after the other: one without a plan began when the former ended."""
    before: dict[int, datetime] = dict(said_at)
    for one in traces.calls(ctx.db, ctx.organisation, id):
        began = min(max(one.begun_at, before[one.turn]), one.done_at)
        if one.begun_at == one.done_at:
            began = min(before[one.turn], one.done_at)
        before[one.turn] = one.done_at
        yield CallTrace(
            turn=one.turn,
            number=one.number,
            call=said[one.turn].calls[one.number].id,
            tool=one.tool,
            failed=one.is_error,
            refused=one.refused,
            began=began,
            ended=one.done_at,
        )
