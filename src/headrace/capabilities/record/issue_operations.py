"""What the record offers about the tracker."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from headrace.capabilities.artifacts.model import ArtifactId
from headrace.capabilities.record import service
from headrace.capabilities.record.model import Issue
from headrace.kernel.capability import Effect, Http, Operation, OperationKind
from headrace.kernel.context import Ctx
from headrace.kernel.inputs import Names

READ = "record:read"
SYNC = "record:sync"


@dataclass(frozen=True, kw_only=True)
class IssueQuery:
    waiting: Annotated[bool, Field(description="Only what is still to be written.")] = False
    after: Annotated[str, Field(description="Go on after this artifact.")] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@dataclass(frozen=True, kw_only=True)
class IssuePage:
    items: tuple[Issue, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """No input."""


@dataclass(frozen=True, kw_only=True)
class Overwriting:
    artifact: Annotated[str, Names("issue")]
    why: Annotated[str, Field(max_length=2_000, description="It stays in the journal.")]


@dataclass(frozen=True, kw_only=True)
class Tried:
    """How many issues were still to be written."""

    waiting: int


@dataclass(frozen=True, kw_only=True)
class Looking:
    """What is seen is taken in as soon as it was looked at."""

    looking: bool = True


def listing(ctx: Ctx, query: IssueQuery) -> IssuePage:
    """List the work products that are kept in the tracker, with their issues and what still waits."""
    found = service.issues(ctx, waiting=query.waiting, after=query.after, limit=query.limit)
    full = len(found) == query.limit
    return IssuePage(items=tuple(found), next=found[-1].artifact if full else None)


def write(ctx: Ctx, _: Nothing) -> Tried:
    """Write what waits for the tracker now, before its next try by itself."""
    return Tried(waiting=service.write_now(ctx))


def overwrite(ctx: Ctx, asked: Overwriting) -> Tried:
    """Write over what somebody has edited in the tracker, and say why; it stays in the journal."""
    service.overwrite(ctx, ArtifactId(asked.artifact), asked.why)
    return Tried(waiting=len(service.issues(ctx, waiting=True, limit=200)))


def look(ctx: Ctx, _: Nothing) -> Looking:
    """Look now at what people have changed in the tracker, before the next look by itself."""
    service.look_now(ctx)
    return Looking()


OPERATIONS = (
    Operation(
        name="issue.list",
        permission=READ,
        input=IssueQuery,
        output=IssuePage,
        run=listing,
        http=Http(method="GET", path="/issues"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
        columns=("artifact", "number", "is_open", "version", "waiting", "change", "error", "url"),
    ),
    Operation(
        name="issue.write",
        permission=SYNC,
        input=Nothing,
        output=Tried,
        run=write,
        http=Http(method="POST", path="/issues/write"),
        effect=Effect.OUTSIDE,
    ),
    Operation(
        name="issue.look",
        permission=SYNC,
        input=Nothing,
        output=Looking,
        run=look,
        http=Http(method="POST", path="/issues/look"),
    ),
    Operation(
        name="issue.overwrite",
        permission=SYNC,
        input=Overwriting,
        output=Tried,
        run=overwrite,
        http=Http(method="POST", path="/issues/overwrite"),
        effect=Effect.OUTSIDE,
    ),
)
