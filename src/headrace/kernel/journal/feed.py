"""The feed: one organisation's events in the order of their positions, and what parks on the way.

Everything here runs in the caller's unit of work, inside the organisation that it sees.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from headrace.kernel.capability import Subscription
from headrace.kernel.context import Ctx, Outbox, system_actor
from headrace.kernel.errors import NotFound
from headrace.kernel.events import Recorded
from headrace.kernel.ids import EventId
from headrace.kernel.journal import store
from headrace.kernel.journal.dispatch import Parked

_FOLLOWING = sa.text(
    "SELECT organisation, id, type, lineage, number, actor, cause, at, payload, position "
    "FROM journal_event WHERE organisation = :organisation AND position > :after "
    "AND (CAST(:type AS text) IS NULL OR type = :type OR type LIKE :type || '.%') "
    "ORDER BY position LIMIT :limit"
)
_NAMED = sa.text(
    "SELECT organisation, id, type, lineage, number, actor, cause, at, payload, position, recorded_at "
    "FROM journal_event WHERE organisation = :organisation AND id = ANY(:ids) "
    "ORDER BY recorded_at, lineage, number"
)
_NEWEST = sa.text("SELECT last FROM journal_sequence")
_PARKED = sa.text(
    "SELECT subscriber, lineage, number, event, error, attempts FROM journal_parked "
    "WHERE organisation = :organisation AND (CAST(:subscriber AS text) IS NULL "
    "OR subscriber = :subscriber) ORDER BY subscriber, lineage, number"
)
_UNPARK = sa.text(
    "DELETE FROM journal_parked WHERE organisation = :organisation AND subscriber = :subscriber "
    "AND lineage = :lineage AND number = :number RETURNING 1"
)


def newest(ctx: Ctx) -> int:
    """The position of the newest event of all organisations; 0 when nothing has happened."""
    last: int = ctx.db.execute(_NEWEST).scalar_one()
    return last


def following(ctx: Ctx, after: int, *, type: str | None, limit: int) -> Sequence[Recorded]:
    """The organisation's events after a position, in order; `type` is a type, or the part before its dot."""
    rows = ctx.db.execute(
        _FOLLOWING,
        {"organisation": ctx.organisation, "after": after, "type": type, "limit": limit},
    ).mappings()
    return [store.recorded(row) for row in rows]


def of_lineage(ctx: Ctx, lineage: str, *, type: str, limit: int) -> Sequence[Recorded]:
    """The newest events of a type of one lineage, newest first."""
    part = store.Part(lineage=lineage, type=type)
    return store.page(ctx.db, ctx.organisation, part, before=None, limit=limit)


def named(ctx: Ctx, ids: Collection[str]) -> Sequence[tuple[Recorded, datetime]]:
    """Events of these ids, each with the world's time at which it was written, oldest first."""
    values = {"organisation": ctx.organisation, "ids": list(ids)}
    found = []
    for row in ctx.db.execute(_NAMED, values).mappings():
        told = dict(row)
        at = told.pop("recorded_at")
        found.append((Recorded(**told), at))
    return found


def parked(ctx: Ctx, subscriber: str | None = None) -> Sequence[Parked]:
    """What waits for a person, by subscriber and lineage."""
    rows = ctx.db.execute(
        _PARKED, {"organisation": ctx.organisation, "subscriber": subscriber}
    ).mappings()
    return [Parked(**row) for row in rows]


def replay(ctx: Ctx, subscriber: str) -> int:
    """Try a subscriber's parked events again, in order; how many were taken.

    One that fails stays, and so does what waits behind it. Raises NotFound (no such subscriber).
    """
    subscription = _named(ctx, subscriber)
    stuck: set[str] = set()
    taken = 0
    for row in parked(ctx, subscriber):
        if row.lineage in stuck:
            continue
        if _again(ctx, subscription, row):
            taken += 1
        else:
            stuck.add(row.lineage)
    return taken


def _again(ctx: Ctx, subscription: Subscription, row: Parked) -> bool:
    """Whether the subscriber took the event now. A failure undoes what it did, and nothing else."""
    event = store.one(ctx.db, ctx.organisation, EventId(row.event))
    inner = replace(ctx, actor=system_actor(ctx.organisation), cause=row.event, outbox=Outbox())
    try:
        with ctx.db.begin_nested():
            if event is not None:
                subscription.run(inner, event)
            store.append(inner)  # here, so that the system stands as actor and the event as cause
            ctx.db.execute(
                _UNPARK,
                {
                    "organisation": ctx.organisation,
                    "subscriber": row.subscriber,
                    "lineage": row.lineage,
                    "number": row.number,
                },
            ).one()
    except Exception:  # noqa: BLE001 - an edge: what fails again stays parked
        return False
    ctx.outbox.jobs.extend(inner.outbox.jobs)
    ctx.outbox.timers.extend(inner.outbox.timers)
    return True


def _named(ctx: Ctx, name: str) -> Subscription:
    for subscription in ctx.house.subscriptions:
        if subscription.name == name:
            return subscription
    known = ", ".join(s.name for s in ctx.house.subscriptions) or "none"
    raise NotFound(f"No subscriber {name!r}; there are: {known}", subscriber=name)
