"""What the journal offers to REST, CLI and MCP."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, cast

from pydantic import Field, JsonValue

from headrace.kernel.capability import Effect, Http, Operation, OperationKind, Permission
from headrace.kernel.context import Ctx
from headrace.kernel.events import Recorded
from headrace.kernel.ids import EventId, PrincipalId
from headrace.kernel.inputs import Names
from headrace.kernel.journal import feed, store
from headrace.kernel.journal.dispatch import Parked
from headrace.kernel.journal.erasing import erase
from headrace.kernel.journal.verify import Audit, audit

Type = Annotated[
    str | None,
    Field(description="Only events of this type, or of this room: record.merged, record."),
]
Limit = Annotated[int, Field(ge=1, le=500, description="Most events at once.")]


@dataclass(frozen=True, kw_only=True)
class Happened:
    """One event, as the caller's organisation sees it."""

    position: int  # order over all lineages
    id: EventId
    type: str
    lineage: str
    number: int  # 1, 2, 3 … within the lineage
    actor: PrincipalId
    cause: str | None  # id of the event, operation or run that led here
    at: datetime  # organisation time
    payload: JsonValue  # None when it was erased


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """No input."""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A part of the journal, newest first."""

    type: Type = None
    lineage: Annotated[
        str | None, Field(description="Only what happened to this thing: artifact:brief/export.")
    ] = None
    actor: Annotated[
        str | None,
        Field(description="Only what this principal did: an id of people list, system, operator."),
    ] = None
    since: Annotated[
        date | None, Field(description="From this day on, of organisation time: 2026-03-16.")
    ] = None
    until: Annotated[
        date | None, Field(description="To this day and with it, of organisation time.")
    ] = None
    before: Annotated[
        int | None, Field(ge=1, description="Show what lies before this position.")
    ] = None
    limit: Limit = 50


@dataclass(frozen=True, kw_only=True)
class Events:
    """Events newest first; `next` is the `before` of the page that follows, None on the last."""

    items: tuple[Happened, ...]
    next: int | None


@dataclass(frozen=True, kw_only=True)
class Following:
    """Where to go on in the journal."""

    after: Annotated[
        int | None, Field(ge=0, description="Position after which to go on; none: from now.")
    ] = None
    type: Type = None
    limit: Limit = 100


@dataclass(frozen=True, kw_only=True)
class Feed:
    """Events in their order, and the position from which to go on, also when there is none."""

    items: tuple[Happened, ...]
    position: int


@dataclass(frozen=True, kw_only=True)
class ParkedEvents:
    """Everything that waits for a person."""

    items: tuple[Parked, ...]
    next: None = None


@dataclass(frozen=True, kw_only=True)
class Verifying:
    """What to check the journal against, besides itself."""

    head: Annotated[
        str | None, Field(description="A head that was written down after an earlier check.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class Erasing:
    """What is erased, and by which right."""

    event: Annotated[EventId, Field(description="The id of the event, as the journal shows it.")]
    reason: Annotated[str, Field(description="By which right; it stays in the journal.")]


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """A subscriber by its name."""

    subscriber: Annotated[
        str, Names("parked-subscriber"), Field(description="Name of a subscriber: streams.advance.")
    ]


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """How many parked events were taken, and how many still wait."""

    taken: int
    waiting: int


def list_events(ctx: Ctx, asked: Listing) -> Events:
    """List what happened, newest first."""
    found = store.page(
        ctx.db,
        ctx.organisation,
        store.Part(
            type=asked.type,
            lineage=asked.lineage,
            actor=asked.actor,
            since=asked.since,
            until=asked.until,
        ),
        before=asked.before,
        limit=asked.limit + 1,
    )
    items = tuple(_happened(one) for one in found[: asked.limit])
    return Events(items=items, next=items[-1].position if len(found) > asked.limit else None)


def follow(ctx: Ctx, asked: Following) -> Feed:
    """Follow what happens, in its order, from a position on."""
    if asked.after is None:
        return Feed(items=(), position=feed.newest(ctx))
    found = feed.following(ctx, asked.after, type=asked.type, limit=asked.limit)
    items = tuple(_happened(one) for one in found)
    return Feed(items=items, position=items[-1].position if items else asked.after)


def _happened(recorded: Recorded) -> Happened:
    assert recorded.position is not None  # only sequenced events are read here
    return Happened(
        position=recorded.position,
        id=recorded.id,
        type=recorded.type,
        lineage=recorded.lineage,
        number=recorded.number,
        actor=recorded.actor,
        cause=recorded.cause,
        at=recorded.at,
        payload=cast(JsonValue, recorded.payload),
    )


def verify(ctx: Ctx, asked: Verifying) -> Audit:
    """Check the whole journal against its seals, and name every row that was changed.

    The answer's `head` stands for all that was sealed so far: write it down elsewhere, give it back
    with --head, and nobody can rewrite the past unseen.
    """
    return audit(ctx.db, ctx.organisation, anchor=asked.head)


def erase_event(ctx: Ctx, asked: Erasing) -> Nothing:
    """Erase what an event says, for good; that it happened stays, and the audit knows why."""
    erase(ctx, asked.event, asked.reason)
    return Nothing()


def list_parked(ctx: Ctx, _nothing: Nothing) -> ParkedEvents:
    """List the events that a subscriber could not take, and those that wait behind them."""
    return ParkedEvents(items=tuple(feed.parked(ctx)))


def replay(ctx: Ctx, asked: Subscriber) -> Replayed:
    """Bring a subscriber the events that it could not take before, in order."""
    taken = feed.replay(ctx, asked.subscriber)
    return Replayed(taken=taken, waiting=len(feed.parked(ctx, asked.subscriber)))


VIEW, VERIFY, REPLAY = "journal:view", "journal:verify", "journal:replay"
ERASE = "journal:erase"

OPERATIONS = (
    Operation(
        name="journal.list",
        permission=VIEW,
        input=Listing,
        output=Events,
        run=list_events,
        http=Http(method="GET", path="/journal"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
    ),
    Operation(
        name="journal.follow",
        permission=VIEW,
        input=Following,
        output=Feed,
        run=follow,
        http=Http(method="GET", path="/events"),
        kind=OperationKind.STREAM,
        effect=Effect.NONE,
    ),
    Operation(
        name="audit.verify",
        permission=VERIFY,
        input=Verifying,
        output=Audit,
        run=verify,
        http=Http(method="GET", path="/journal/audit"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
    ),
    Operation(
        name="journal.parked",
        permission=VIEW,
        input=Nothing,
        output=ParkedEvents,
        run=list_parked,
        http=Http(method="GET", path="/journal/parked"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
    ),
    Operation(
        name="journal.replay",
        permission=REPLAY,
        input=Subscriber,
        output=Replayed,
        run=replay,
        http=Http(method="POST", path="/journal/parked/{subscriber}/replay"),
    ),
    Operation(
        name="journal.erase",
        permission=ERASE,
        input=Erasing,
        output=Nothing,
        run=erase_event,
        http=Http(method="POST", path="/journal/{event}/erasure"),
        effect=Effect.DESTROY,
    ),
)

PERMISSIONS = (
    Permission(name=VIEW, summary="Read the journal of everything that happened"),
    Permission(name=VERIFY, summary="Check the journal against its seals"),
    Permission(name=REPLAY, summary="Bring subscribers the events that they could not take"),
    Permission(name=ERASE, summary="Erase what an event says, where the law asks for it"),
)
