"""Stalling: a run whose provider is away waits as a row, and is taken up again when it is time."""

from headrace.capabilities.agents import rules
from headrace.capabilities.agents.model import Run, RunStalled, RunState
from headrace.capabilities.agents.service.claiming import FLOW
from headrace.capabilities.agents.service.queries import run as found_run
from headrace.capabilities.agents.store import runs as store
from headrace.kernel.context import Ctx
from headrace.kernel.flow import Job

LONGEST_ERROR = 2_000


def stall(ctx: Ctx, id: str, error: str, retry_after: float | None) -> None:
    """Let a run wait, in real time; what it holds of its budgets stays held. Records RunStalled.

    `retry_after` are the seconds that the provider asked for. Only a run that is worked on stalls.
    """
    run = found_run(ctx, id, lock=True)
    if run.state is not RunState.WORKING:
        return
    wait = rules.stall(run.stalls + 1, retry_after)
    retry_at = ctx.start_after_real(wait, next_try(run))
    told = error[:LONGEST_ERROR]
    store.stall(ctx.db, ctx.organisation, run.id, told, retry_at)
    ctx.record(
        RunStalled(
            run=run.id,
            subject=run.order.subject,
            role=run.order.role,
            error=told,
            retry_at=retry_at,
        )
    )
    if run.asked_to_stop:
        ctx.start(next_try(run))


def next_try(run: Run) -> Job:
    """The job that takes a run up again; asked for twice (by its timer and by a stop), it runs once."""
    number = run.stalls + (0 if run.state is RunState.STALLED else 1)
    return Job(flow=FLOW, key=f"{run.id}:{number}", arguments={"run": run.id})
