"""What the record offers to REST, CLI and MCP."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field

from headrace.capabilities.record import service
from headrace.capabilities.record.model import (
    ChangeRequest,
    ChangeState,
    Failure,
    Finding,
    Repository,
    RequiredReview,
    Review,
)
from headrace.kernel.capability import Effect, Http, Operation, OperationKind
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Invalid
from headrace.kernel.inputs import Names

READ = "record:read"
MERGE = "record:merge"
CLOSE = "record:close"
REPOSITORIES = "record:repositories"
ACCEPT = "record:accept-history"
SYNC = "record:sync"
REBUILD = "record:rebuild"


@dataclass(frozen=True, kw_only=True)
class NewRepository:
    name: Annotated[
        str,
        Field(
            description="Its name here: lower-case words with hyphens.",
            examples=["customer-records"],
        ),
    ]
    source: Annotated[
        str,
        Field(
            description="Its path on this machine, or its URL.",
            examples=["https://git.example/customer-records.git"],
        ),
    ]


@dataclass(frozen=True, kw_only=True)
class RepositoryName:
    repository: Annotated[str, Names("repository")]


@dataclass(frozen=True, kw_only=True)
class RepositoryQuery:
    after: str = ""
    limit: int = 50


@dataclass(frozen=True, kw_only=True)
class RepositoryShown:
    id: str
    slug: str
    kind: str
    state: str
    reason: str
    default_branch: str
    source: str
    place: str
    known: str | None
    added_at: datetime


@dataclass(frozen=True, kw_only=True)
class RepositoryPage:
    items: tuple[RepositoryShown, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    repository: Annotated[str, Names("repository")]
    reason: Annotated[str, Field(description="Why, for the history.")]


@dataclass(frozen=True, kw_only=True)
class ChangeName:
    change: Annotated[str, Names("change")]


@dataclass(frozen=True, kw_only=True)
class ChangeQuery:
    state: ChangeState | None = None
    repository: Annotated[str | None, Names("repository")] = None
    context: Annotated[str | None, Names("context")] = None
    before: int | None = None  # number of a change
    limit: int = 50


@dataclass(frozen=True, kw_only=True)
class ChangeLine:
    change: str
    title: str
    state: ChangeState
    context: str
    branch: str
    author: str
    opened_at: datetime


@dataclass(frozen=True, kw_only=True)
class ChangePage:
    items: tuple[ChangeLine, ...]
    next: int | None


@dataclass(frozen=True, kw_only=True)
class ChangeShown:
    change: str
    title: str
    body: str
    state: ChangeState
    context: str
    repository: str
    branch: str
    target: str
    author: str
    base: str | None
    head: str | None
    commit: str | None
    members: tuple[str, ...]
    paths: tuple[str, ...]
    policies: tuple[str, ...]
    tasks: tuple[str, ...]
    required: tuple[RequiredReview, ...]
    reviews: tuple[Review, ...]
    hindrances: tuple[str, ...]  # why it cannot be merged now
    failure: Failure | None


@dataclass(frozen=True, kw_only=True)
class ChangeDiff:
    change: str
    files: tuple[service.FileDiff, ...]


@dataclass(frozen=True, kw_only=True)
class MergeWanted:
    change: Annotated[str, Names("change")]
    note: str = ""
    no_effect: Annotated[
        bool, Field(description="Nothing that was made from it has to be looked at again.")
    ] = False


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """No input."""


@dataclass(frozen=True, kw_only=True)
class RebuildWanted:
    source: Annotated[
        str, Field(description="Path or URL of a copy of the record; empty: its own.")
    ] = ""
    replace: Annotated[bool, Field(description="Put what Git holds in place of the rows.")] = False


@dataclass(frozen=True, kw_only=True)
class Asked:
    what: str


@dataclass(frozen=True, kw_only=True)
class FindingQuery:
    subject: str | None = None
    before: str | None = None
    limit: int = 50


@dataclass(frozen=True, kw_only=True)
class FindingPage:
    items: tuple[Finding, ...]
    next: str | None


def add(ctx: Ctx, new: NewRepository) -> RepositoryShown:
    """Take in a product's repository from a path or URL.

    It is copied with all its branches; the source is only read. The copy goes on in the background:
    `headrace repository show NAME` tells when it is active.
    """
    return _repository(ctx, service.add_repository(ctx, slug=new.name, source=new.source))


def repositories(ctx: Ctx, query: RepositoryQuery) -> RepositoryPage:
    """List the organisation's repositories: its own record, and its products."""
    found = service.repositories(ctx, after=query.after, limit=query.limit)
    full = len(found) == query.limit
    return RepositoryPage(
        items=tuple(_repository(ctx, one) for one in found), next=found[-1].slug if full else None
    )


def repository(ctx: Ctx, name: RepositoryName) -> RepositoryShown:
    """Show one repository: where it lies, what state it is in and why."""
    return _repository(ctx, service.repository(ctx, name.repository))


def accept(ctx: Ctx, acceptance: Acceptance) -> RepositoryShown:
    """Accept a repository's rewritten history, and say why.

    Merging stopped because commits that were merged are gone from the history. Accepting takes the
    history as it is now; what differs is taken in as made by hand.
    """
    found = service.accept_history(ctx, acceptance.repository, acceptance.reason)
    return _repository(ctx, found)


def changes(ctx: Ctx, query: ChangeQuery) -> ChangePage:
    """List change requests, newest first."""
    found = service.changes(
        ctx,
        states=None if query.state is None else [query.state],
        repository=query.repository,
        context=query.context,
        before=query.before,
        limit=query.limit,
    )
    full = len(found) == query.limit
    return ChangePage(
        items=tuple(_line(one) for one in found),
        next=int(found[-1].id.rpartition("-")[2]) if full else None,
    )


def change(ctx: Ctx, name: ChangeName) -> ChangeShown:
    """Show a change request: what it brings, who has to approve, and what still hinders its merge."""
    found = service.change(ctx, name.change)
    return ChangeShown(
        change=found.id,
        title=found.title,
        body=found.body,
        state=found.state,
        context=found.context,
        repository=service.repository(ctx, found.repository).slug,
        branch=found.branch,
        target=found.target,
        author=found.author,
        base=found.base,
        head=found.head,
        commit=found.commit,
        members=tuple(str(member.ref) for member in found.members),
        paths=found.paths,
        policies=found.policies,
        tasks=found.tasks,
        required=service.required_reviewers(ctx, found),
        reviews=tuple(service.reviews(ctx, found.id)),
        hindrances=service.reasons_against(ctx, found),
        failure=found.failure,
    )


def diff(ctx: Ctx, name: ChangeName) -> ChangeDiff:
    """Show what a change request alters, file by file and line by line."""
    return ChangeDiff(change=name.change, files=service.diff(ctx, name.change))


def merge(ctx: Ctx, wanted: MergeWanted) -> ChangeLine:
    """Merge a change request, when everybody who has to has approved.

    The decision is bound to the commit that was reviewed. A refusal names every reason.
    """
    return _line(service.merge(ctx, wanted.change, note=wanted.note, no_effect=wanted.no_effect))


def close(ctx: Ctx, name: ChangeName) -> ChangeLine:
    """Give a change request up.

    Its versions are put away; its commits stay on a branch of their own.
    """
    return _line(service.close(ctx, name.change))


def sync(ctx: Ctx, _: Nothing) -> Asked:
    """Look now at what was committed to the record by hand, and take it in.

    An edit becomes a version that somebody reviews; a change to what is never edited is a finding.
    """
    service.sync(ctx)
    return Asked(what="record.sync")


def rebuild(ctx: Ctx, wanted: RebuildWanted) -> Asked:
    """Make the rows of artifacts and change requests again from Git alone.

    It needs an organisation without artifacts. With a source, the organisation's repository is
    copied from there first. With `replace` the artifacts that are there are compared with Git, and with
    the tracker where it keeps them, and rows that differ are made equal; nothing else is touched, and
    it is refused while work goes on. `headrace record compare` tells before what that would be, and
    `headrace record findings` what Git does not hold.
    """
    if wanted.replace and wanted.source:
        raise Invalid("Replace compares with the organisation's own repository; leave source out")
    if wanted.replace:
        service.compare(ctx, replace=True)
        return Asked(what="record.compare")
    service.rebuild(ctx, source=wanted.source)
    return Asked(what="record.rebuild")


def compare(ctx: Ctx, _: Nothing) -> Asked:
    """Compare the row of every artifact's version with what Git holds, and change nothing.

    What is kept in a tracker is compared with its issues as well; one that cannot be read ends it before
    anything is compared. `headrace record findings` lists each that differs, and in what.
    """
    service.compare(ctx)
    return Asked(what="record.compare")


def findings(ctx: Ctx, query: FindingQuery) -> FindingPage:
    """List what a person should see: unreadable edits, outputs without a task, what Git cannot hold."""
    found = service.findings(ctx, subject=query.subject, before=query.before, limit=query.limit)
    full = len(found) == query.limit
    return FindingPage(items=tuple(found), next=found[-1].id if full else None)


def _repository(ctx: Ctx, found: Repository) -> RepositoryShown:
    return RepositoryShown(
        id=found.id,
        slug=found.slug,
        kind=found.kind,
        state=found.state,
        reason=found.reason,
        default_branch=found.default_branch,
        source=found.source,
        place=str(service.location(ctx, found)),
        known=found.known,
        added_at=found.added_at,
    )


def _line(found: ChangeRequest) -> ChangeLine:
    return ChangeLine(
        change=found.id,
        title=found.title,
        state=found.state,
        context=found.context,
        branch=found.branch,
        author=found.author,
        opened_at=found.opened_at,
    )


def _query(name: str, run: object, input: type, output: type, path: str) -> Operation:
    return Operation(
        name=name,
        permission=READ,
        input=input,
        output=output,
        run=run,  # type: ignore[arg-type]  # each `run` here takes exactly its own input
        http=Http(method="GET", path=path),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
    )


OPERATIONS = (
    Operation(
        name="repository.add",
        permission=REPOSITORIES,
        input=NewRepository,
        output=RepositoryShown,
        run=add,
        http=Http(method="POST", path="/repositories"),
    ),
    _query("repository.list", repositories, RepositoryQuery, RepositoryPage, "/repositories"),
    _query(
        "repository.show", repository, RepositoryName, RepositoryShown, "/repositories/{repository}"
    ),
    Operation(
        name="repository.accept",
        permission=ACCEPT,
        input=Acceptance,
        output=RepositoryShown,
        run=accept,
        http=Http(method="POST", path="/repositories/{repository}/accept"),
    ),
    _query("change.list", changes, ChangeQuery, ChangePage, "/changes"),
    _query("change.show", change, ChangeName, ChangeShown, "/changes/{change}"),
    _query("change.diff", diff, ChangeName, ChangeDiff, "/changes/{change}/diff"),
    Operation(
        name="change.merge",
        permission=MERGE,
        input=MergeWanted,
        output=ChangeLine,
        run=merge,
        http=Http(method="POST", path="/changes/{change}/merge"),
    ),
    Operation(
        name="change.close",
        permission=CLOSE,
        input=ChangeName,
        output=ChangeLine,
        run=close,
        http=Http(method="POST", path="/changes/{change}/close"),
    ),
    Operation(
        name="record.sync",
        permission=SYNC,
        input=Nothing,
        output=Asked,
        run=sync,
        http=Http(method="POST", path="/record/sync"),
    ),
    Operation(
        name="record.rebuild",
        permission=REBUILD,
        input=RebuildWanted,
        output=Asked,
        run=rebuild,
        http=Http(method="POST", path="/record/rebuild"),
        effect=Effect.DESTROY,
    ),
    Operation(
        name="record.compare",
        permission=READ,
        input=Nothing,
        output=Asked,
        run=compare,
        http=Http(method="POST", path="/record/compare"),
    ),
    _query("record.findings", findings, FindingQuery, FindingPage, "/record/findings"),
)
