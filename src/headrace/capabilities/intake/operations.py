"""What intake offers to REST, CLI and MCP. Filing a signal is offered by the pack that has its type."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field

from headrace.capabilities.intake import service
from headrace.capabilities.intake.model import Signal, Source, Stale
from headrace.kernel.capability import Effect, Http, Operation, OperationKind
from headrace.kernel.context import Ctx


@dataclass(frozen=True, kw_only=True)
class SignalQuery:
    since: datetime | None = None
    archived: Annotated[bool, Field(description="Archived ones too.")] = False
    only_open: Annotated[bool, Field(description="Leave out what has led to something.")] = False
    newest: Annotated[
        int | None, Field(ge=1, le=500, description="Only so many, the newest first.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class SignalList:
    items: tuple[Signal, ...]


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """No input."""


@dataclass(frozen=True, kw_only=True)
class StaleList:
    items: tuple[Stale, ...]


@dataclass(frozen=True, kw_only=True)
class SourceLoad:
    source: Annotated[
        str, Field(description="Its name; the same again replaces what it held.", examples=["crm"])
    ]
    text: Annotated[
        str,
        Field(description="The content of the file: CSV with a header, or a JSON list of objects."),
    ]


@dataclass(frozen=True, kw_only=True)
class SourceList:
    items: tuple[Source, ...]


def load(ctx: Ctx, input: SourceLoad) -> Source:
    """Load records of the world for the scanners: CSV with a header, or a JSON list of objects.

    Loading replaces everything that the source held before. What is unreadable is refused whole.
    """
    return service.load_source(ctx, input.source, input.text)


def sources(ctx: Ctx, _: Nothing) -> SourceList:
    """List the sources that scanners read, with when each was loaded."""
    return SourceList(items=tuple(service.sources(ctx)))


def listing(ctx: Ctx, query: SignalQuery) -> SignalList:
    """List signals since a moment, and every older one that is still open; archived ones when asked for.

    Oldest first; with `newest` so many of them, the newest first.
    """
    if query.newest is not None:
        found = service.latest(
            ctx,
            query.since,
            archived=query.archived,
            only_open=query.only_open,
            limit=query.newest,
        )
        return SignalList(items=tuple(found))
    found = service.listing(ctx, query.since)
    if query.only_open:
        found = [one for one in found if one.is_open]
    return SignalList(items=tuple(one for one in found if query.archived or not one.archived))


def triage(ctx: Ctx, _: Nothing) -> SignalList:
    """Run the triage table over every signal that is pending: urgency and impact give the disposition."""
    return SignalList(items=tuple(service.triage_pending(ctx)))


def stale(ctx: Ctx, _: Nothing) -> StaleList:
    """List signals of which nothing has come for more than fourteen days."""
    return StaleList(items=tuple(service.stale(ctx)))


OPERATIONS = (
    Operation(
        name="signal.list",
        permission="signal:read",
        input=SignalQuery,
        output=SignalList,
        run=listing,
        http=Http(method="GET", path="/signals"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
    ),
    Operation(
        name="signal.stale",
        permission="signal:read",
        input=Nothing,
        output=StaleList,
        run=stale,
        http=Http(method="GET", path="/signals/stale"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
    ),
    Operation(
        name="signal.triage",
        permission="signal:file",
        input=Nothing,
        output=SignalList,
        run=triage,
        http=Http(method="POST", path="/signals/triage"),
    ),
    Operation(
        name="source.list",
        permission="signal:read",
        input=Nothing,
        output=SourceList,
        run=sources,
        http=Http(method="GET", path="/sources"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
    ),
    Operation(
        name="source.load",
        permission="source:load",
        input=SourceLoad,
        output=Source,
        run=load,
        http=Http(method="PUT", path="/sources/{source}"),
    ),
)
