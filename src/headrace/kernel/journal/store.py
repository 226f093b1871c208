"""Rows of the journal; all its SQL."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import sqlalchemy as sa

from headrace.kernel.context import Ctx
from headrace.kernel.events import Event, Recorded
from headrace.kernel.ids import EventId, OrganisationId
from headrace.kernel.journal.digests import event_digest
from headrace.kernel.json import canonical, digest, to_json

_TAKE = sa.text(
    "INSERT INTO journal_lineage (organisation, lineage, last) VALUES (:organisation, :lineage, :by) "
    "ON CONFLICT (organisation, lineage) DO UPDATE SET last = journal_lineage.last + :by "
    "RETURNING last"
)
_APPEND = sa.text(
    "INSERT INTO journal_event (organisation, id, type, lineage, number, actor, cause, at, payload, "
    "payload_hash, digest) VALUES (:organisation, :id, :type, :lineage, :number, :actor, :cause, "
    ":at, CAST(:payload AS json), :payload_hash, :digest)"
)
_COLUMNS = "organisation, id, type, lineage, number, actor, cause, at, payload, position"
_AFTER = sa.text(
    f"SELECT {_COLUMNS} FROM journal_event WHERE position > :position AND type = ANY(:types) "
    "ORDER BY position LIMIT :limit"
)
_ONE = sa.text(
    f"SELECT {_COLUMNS} FROM journal_event WHERE organisation = :organisation AND id = :id"
)
_PAGE = sa.text(
    f"SELECT {_COLUMNS} FROM journal_event WHERE organisation = :organisation "
    "AND (CAST(:type AS text) IS NULL OR type = :type OR type LIKE :type || '.%') "
    "AND (CAST(:lineage AS text) IS NULL OR lineage = :lineage) "
    "AND (CAST(:actor AS text) IS NULL OR actor = :actor) "
    "AND (CAST(:since AS date) IS NULL OR at >= CAST(:since AS date)::timestamp AT TIME ZONE 'UTC') "
    "AND (CAST(:until AS date) IS NULL "
    "OR at < (CAST(:until AS date) + 1)::timestamp AT TIME ZONE 'UTC') "
    "AND (CAST(:before AS bigint) IS NULL OR position < :before) AND position IS NOT NULL "
    "ORDER BY position DESC LIMIT :limit"
)


@dataclass(frozen=True, kw_only=True)
class Part:
    """What of the journal is meant; what is None leaves nothing out."""

    type: str | None = None  # a type, or the part before its dot
    lineage: str | None = None
    actor: str | None = None  # id of a principal
    since: date | None = None  # the first and the last day of organisation time, UTC
    until: date | None = None


def append(ctx: Ctx) -> None:
    """Write the unit's events, numbered in their lineages; lineages are locked in sorted order."""
    ordered = sorted(ctx.outbox.events, key=lambda event: event.lineage)
    rows = [
        row
        for lineage, events in groupby(ordered, key=lambda event: event.lineage)
        for row in _numbered(ctx, lineage, tuple(events))
    ]
    if rows:
        ctx.db.execute(_APPEND, rows)


def _numbered(ctx: Ctx, lineage: str, events: Sequence[Event]) -> Iterator[dict[str, object]]:
    last: int = ctx.db.execute(
        _TAKE, {"organisation": ctx.organisation, "lineage": lineage, "by": len(events)}
    ).scalar_one()
    for number, event in enumerate(events, start=last - len(events) + 1):
        payload = to_json(event)
        row: dict[str, object] = {
            "organisation": ctx.organisation,
            "id": ctx.new_id("evt"),
            "type": event.type,
            "lineage": lineage,
            "number": number,
            "actor": ctx.principal,
            "cause": ctx.cause,
            "at": ctx.now,
            "payload_hash": digest(payload),
        }
        yield {**row, "payload": canonical(payload).decode(), "digest": event_digest(row)}


def after(db: sa.Connection, position: int, types: Iterable[str], limit: int) -> Sequence[Recorded]:
    """Sequenced events of these types after `position`, in order."""
    found = db.execute(
        _AFTER, {"position": position, "types": sorted(types), "limit": limit}
    ).mappings()
    return [recorded(row) for row in found]


def one(db: sa.Connection, organisation: OrganisationId, event: EventId) -> Recorded | None:
    row = db.execute(_ONE, {"organisation": organisation, "id": event}).mappings().one_or_none()
    return recorded(row) if row is not None else None


def page(
    db: sa.Connection,
    organisation: OrganisationId,
    part: Part,
    *,
    before: int | None,
    limit: int,
) -> Sequence[Recorded]:
    """What of a part lies before a position, newest first."""
    wanted = {
        "organisation": organisation,
        "type": part.type,
        "lineage": part.lineage,
        "actor": part.actor,
        "since": part.since,
        "until": part.until,
        "before": before,
        "limit": limit,
    }
    return [recorded(row) for row in db.execute(_PAGE, wanted).mappings()]


def recorded(row: sa.RowMapping) -> Recorded:
    return Recorded(**row)
