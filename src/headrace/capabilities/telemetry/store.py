"""Rows of events that wait to be told to the collector."""

from collections.abc import Sequence

import sqlalchemy as sa

from headrace.kernel.ids import EventId, OrganisationId

_ADD = sa.text(
    "INSERT INTO telemetry_waiting (organisation, event) VALUES (:organisation, :event) "
    "ON CONFLICT DO NOTHING"
)
_CLAIM = sa.text(
    "UPDATE telemetry_waiting SET batch = :batch WHERE organisation = :organisation AND event IN ("
    "SELECT event FROM telemetry_waiting WHERE organisation = :organisation "
    "AND (batch IS NULL OR batch = :batch) ORDER BY event LIMIT :limit FOR UPDATE SKIP LOCKED)"
)
_OF_BATCH = sa.text(
    "SELECT event FROM telemetry_waiting WHERE organisation = :organisation AND batch = :batch "
    "ORDER BY event"
)
_DROP = sa.text(
    "DELETE FROM telemetry_waiting WHERE organisation = :organisation AND batch = :batch"
)
_GIVE_BACK = sa.text(
    "UPDATE telemetry_waiting SET batch = NULL WHERE organisation = :organisation AND batch = :batch"
)
_WAITING = sa.text(
    "SELECT count(*) FROM telemetry_waiting WHERE organisation = :organisation AND batch IS NULL"
)


def add(db: sa.Connection, organisation: OrganisationId, event: EventId) -> None:
    db.execute(_ADD, {"organisation": organisation, "event": event})


def claim(
    db: sa.Connection, organisation: OrganisationId, batch: str, limit: int
) -> Sequence[EventId]:
    """The events that this batch tells: what it has claimed, and waiting ones up to `limit`."""
    db.execute(_CLAIM, {"organisation": organisation, "batch": batch, "limit": limit})
    return of_batch(db, organisation, batch)


def of_batch(db: sa.Connection, organisation: OrganisationId, batch: str) -> Sequence[EventId]:
    rows = db.execute(_OF_BATCH, {"organisation": organisation, "batch": batch})
    return [EventId(row.event) for row in rows]


def drop(db: sa.Connection, organisation: OrganisationId, batch: str) -> None:
    db.execute(_DROP, {"organisation": organisation, "batch": batch})


def give_back(db: sa.Connection, organisation: OrganisationId, batch: str) -> None:
    db.execute(_GIVE_BACK, {"organisation": organisation, "batch": batch})


def waiting(db: sa.Connection, organisation: OrganisationId) -> int:
    """How many events nobody is telling yet."""
    count: int = db.execute(_WAITING, {"organisation": organisation}).scalar_one()
    return count
