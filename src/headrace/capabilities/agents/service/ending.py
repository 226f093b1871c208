"""Ending: whatever becomes of a run, what it used is booked, the rest given back, and everybody told once."""

from headrace.capabilities.agents import rules
from headrace.capabilities.agents.model import AgentRunId, Run, RunEnd, RunEnded, RunOver, RunState
from headrace.capabilities.agents.service import accounts, stalling
from headrace.capabilities.agents.service.queries import run as found_run
from headrace.capabilities.agents.store import runs as store
from headrace.capabilities.budgets import service as budgets
from headrace.capabilities.budgets.model import ReservationId
from headrace.kernel.context import Ctx
from headrace.kernel.json import digest

LONGEST_ERROR = 2_000


def end(ctx: Ctx, id: str, state: RunEnd, error: str = "") -> None:
    """End a run. Repeats do nothing. Records RunEnded."""
    run = found_run(ctx, id, lock=True)
    if not rules.may_end(run):
        return
    accounts.write_off(ctx, run)
    budgets.settle(ctx, ReservationId(run.id))
    told = error[:LONGEST_ERROR]
    store.end(ctx.db, ctx.organisation, run.id, state, told, ctx.now)
    ctx.record(
        RunEnded(
            run=run.id,
            subject=run.order.subject,
            role=run.order.role,
            state=state,
            error=told,
            principal=run.principal,
            result_hash=None if run.submitted is None else digest(dict(run.submitted)),
            head=run.head,
        )
    )


def cancel(ctx: Ctx, id: str, reason: str = "") -> Run:
    """Ask a run to stop: at once when nothing works on it, else before its next step.

    A call in flight is broken off. What was used stays booked. Raises RunNotFound, RunOver.
    """
    run = found_run(ctx, id, lock=True)
    if not rules.may_end(run):
        raise RunOver(f"Run {id} is {run.state}; there is nothing left to stop", run=id)
    why = reason or "somebody asked it to stop"
    store.ask_stop(ctx.db, ctx.organisation, run.id, why)
    if run.state is RunState.STALLED:
        ctx.start(stalling.next_try(run))  # it puts its worktree away as it ends
    elif run.state is not RunState.WORKING:
        end(ctx, run.id, RunEnd.CANCELLED, why)
    return found_run(ctx, id)


def cancel_all(ctx: Ctx, reason: str) -> int:
    """Ask every open run to stop; how many."""
    found = store.open_ones(ctx.db, ctx.organisation)
    for id in found:
        cancel(ctx, id, reason)
    return len(found)


def broken(ctx: Ctx, error: str, *, run: str) -> None:
    """A defect ended the flow of a run: the run has failed, and says so."""
    end(ctx, AgentRunId(run), RunEnd.FAILED, error)
