"""What workflows offers to REST, CLI and MCP."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from headrace.capabilities.workflows import service
from headrace.capabilities.workflows.model import Executor, JobRow, JobState
from headrace.kernel.capability import Effect, Http, Operation, OperationKind
from headrace.kernel.context import Ctx


@dataclass(frozen=True, kw_only=True)
class JobsQuery:
    state: JobState | None = None
    flow: str | None = None
    limit: int = 50


@dataclass(frozen=True, kw_only=True)
class JobPage:
    items: tuple[JobRow, ...]


@dataclass(frozen=True, kw_only=True)
class JobName:
    flow: Annotated[str, Field(description="The flow of the job, as workflow jobs shows it.")]
    key: Annotated[str, Field(description="Its key there.")]


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """No input."""


@dataclass(frozen=True, kw_only=True)
class ExecutorList:
    items: tuple[Executor, ...]


@dataclass(frozen=True, kw_only=True)
class CancelAsked:
    flow: str
    key: str


def jobs(ctx: Ctx, query: JobsQuery) -> JobPage:
    """List durable jobs, newest first.

    A job is one run of a flow; it survives crashes of the process that runs it.
    """
    found = service.jobs(ctx, state=query.state, flow=query.flow, limit=query.limit)
    return JobPage(items=tuple(found))


def cancel(ctx: Ctx, name: JobName) -> CancelAsked:
    """Ask a job to stop at its next step.

    What it has already done stays done; what it has reserved is given back.
    """
    service.cancel(ctx, name.flow, name.key)
    return CancelAsked(flow=name.flow, key=name.key)


def executors(ctx: Ctx, _: Nothing) -> ExecutorList:
    """List the processes that run flows, with the seconds since each gave a sign of life."""
    return ExecutorList(items=tuple(service.executors(ctx)))


OPERATIONS = (
    Operation(
        name="workflow.jobs",
        permission="workflow:read",
        input=JobsQuery,
        output=JobPage,
        run=jobs,
        http=Http(method="GET", path="/workflow/jobs"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
    ),
    Operation(
        name="workflow.cancel",
        permission="workflow:cancel",
        input=JobName,
        output=CancelAsked,
        run=cancel,
        http=Http(method="POST", path="/workflow/jobs/{flow}/{key}/cancel"),
    ),
    Operation(
        name="workflow.executors",
        permission="workflow:read",
        input=Nothing,
        output=ExecutorList,
        run=executors,
        http=Http(method="GET", path="/workflow/executors"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
    ),
)
