"""The verbs of workflows: what a person asks of jobs."""

from collections.abc import Sequence

from headrace.capabilities.workflows import store
from headrace.capabilities.workflows.model import Executor, JobEnded, JobNotFound, JobRow, JobState
from headrace.kernel.context import Ctx


def jobs(
    ctx: Ctx, *, state: JobState | None = None, flow: str | None = None, limit: int = 50
) -> Sequence[JobRow]:
    """Jobs, newest first, of one state or flow where named."""
    return store.jobs(ctx.db, ctx.organisation, state=state, flow=flow, limit=limit)


def cancel(ctx: Ctx, flow: str, key: str) -> None:
    """Ask a job to stop at its next step. Raises JobNotFound, or JobEnded."""
    state = store.ask_cancel(ctx.db, ctx.organisation, flow, key)
    if state is None:
        raise JobNotFound(
            f"No job {flow}:{key}; `headrace workflow jobs` lists them", flow=flow, key=key
        )
    if state not in {JobState.QUEUED, JobState.RUNNING}:
        raise JobEnded(f"Job {flow}:{key} is {state}; nothing is left to stop", state=state)


def executors(ctx: Ctx) -> Sequence[Executor]:
    """The processes that run flows, oldest first."""
    return store.executors(ctx.db)
