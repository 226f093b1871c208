"""Rows of sources, targets, watches and of what is wrong now."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa

from headrace.capabilities.health.model import (
    Severity,
    Source,
    SourceState,
    Target,
    Trouble,
    Watch,
)
from headrace.capabilities.health.openslo import Asked
from headrace.kernel.ids import OrganisationId
from headrace.kernel.json import canonical, from_json, to_json

T = TypeVar("T", Target, Watch)

_NOW = sa.text("SELECT statement_timestamp()")
_PUT = sa.text(
    "INSERT INTO health_source (organisation, name, definition, every, next_at) "
    "VALUES (:organisation, :name, CAST(:definition AS jsonb), :every, :now) "
    "ON CONFLICT (organisation, name) DO UPDATE SET definition = excluded.definition, "
    "every = excluded.every, next_at = excluded.next_at, read_at = NULL, failures = 0, error = ''"
)
_DROP = sa.text(
    "DELETE FROM health_source WHERE organisation = :organisation AND name = :name RETURNING 1"
)
_STATE = "SELECT definition, read_at, failures, error FROM health_source"
_ALL = sa.text(f"{_STATE} WHERE organisation = :organisation ORDER BY name")
_ONE = sa.text(f"{_STATE} WHERE organisation = :organisation AND name = :name FOR UPDATE")
_CLAIM = sa.text(
    "UPDATE health_source SET next_at = :now + every WHERE organisation = :organisation "
    "AND name IN (SELECT name FROM health_source WHERE organisation = :organisation "
    "AND next_at <= :now ORDER BY next_at LIMIT :limit FOR UPDATE SKIP LOCKED) "
    "RETURNING definition, read_at, failures, error"
)
_READ = sa.text(
    "UPDATE health_source SET read_at = :at, failures = 0, error = :error "
    "WHERE organisation = :organisation AND name = :name"
)
_FAILED = sa.text(
    "UPDATE health_source SET failures = failures + 1, error = :error "
    "WHERE organisation = :organisation AND name = :name RETURNING failures"
)
_PUT_ITEM = (
    "INSERT INTO health_{0} (organisation, name, service, definition, asked) VALUES "
    "(:organisation, :name, :service, CAST(:definition AS jsonb), CAST(:asked AS jsonb)) "
    "ON CONFLICT (organisation, name) DO UPDATE SET service = excluded.service, "
    "definition = excluded.definition, asked = excluded.asked"
)
_ITEMS = "SELECT definition FROM health_{0} WHERE organisation = :organisation ORDER BY name"
_DROP_ITEM = (
    "DELETE FROM health_{0} WHERE organisation = :organisation AND name = :name RETURNING 1"
)
_ASKED = sa.text(
    "SELECT item FROM health_target, jsonb_array_elements(asked) AS item "
    "WHERE organisation = :organisation ORDER BY item->>'source', item->>'name'"
)
_READ_UNTIL = sa.text(
    "SELECT name, read_at FROM health_source "
    "WHERE organisation = :organisation AND read_at IS NOT NULL"
)
_TROUBLES = sa.text(
    "SELECT subject, dimension, since, severity FROM health_trouble "
    "WHERE organisation = :organisation AND ended_at IS NULL ORDER BY since, subject, dimension"
)
_ENDED = sa.text(
    "SELECT dimension, ended_at FROM health_trouble "
    "WHERE organisation = :organisation AND subject = :subject AND ended_at IS NOT NULL"
)
_BEGIN = sa.text(
    "INSERT INTO health_trouble (organisation, subject, dimension, since, severity) "
    "VALUES (:organisation, :subject, :dimension, :since, :severity) "
    "ON CONFLICT (organisation, subject, dimension) DO UPDATE SET severity = excluded.severity, "
    "since = CASE WHEN health_trouble.ended_at IS NULL THEN health_trouble.since "
    "ELSE excluded.since END, ended_at = NULL"
)
_END = sa.text(
    "UPDATE health_trouble SET ended_at = :at WHERE organisation = :organisation "
    "AND subject = :subject AND dimension = :dimension AND ended_at IS NULL"
)
_FORGET = sa.text(
    "DELETE FROM health_trouble WHERE organisation = :organisation AND subject = :subject"
)
_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:place, 2))")


def now(db: sa.Connection) -> datetime:
    """The database's time: figures and their windows are of the real world."""
    found: datetime = db.execute(_NOW).scalar_one()
    return found


def lock_judging(db: sa.Connection, organisation: OrganisationId) -> None:
    """Let one unit of work at a time tell of what begins and ends."""
    db.execute(_LOCK, {"place": f"{organisation}\nhealth"})


def put(db: sa.Connection, organisation: OrganisationId, source: Source, at: datetime) -> None:
    """Make or replace a source; it is due at once, and what was known of its readings is forgotten."""
    values = {"name": source.name, "definition": _text(source), "every": source.every, "now": at}
    db.execute(_PUT, {"organisation": organisation, **values})


def drop(db: sa.Connection, organisation: OrganisationId, name: str) -> bool:
    """Whether there was one; its series and samples go with it."""
    values = {"organisation": organisation, "name": name}
    return db.execute(_DROP, values).one_or_none() is not None


def states(db: sa.Connection, organisation: OrganisationId) -> Sequence[SourceState]:
    rows = db.execute(_ALL, {"organisation": organisation}).mappings()
    return [_state(row) for row in rows]


def state(db: sa.Connection, organisation: OrganisationId, name: str) -> SourceState | None:
    """One source, locked: one unit of work at a time takes in its figures."""
    values = {"organisation": organisation, "name": name}
    row = db.execute(_ONE, values).mappings().one_or_none()
    return _state(row) if row is not None else None


def claim(
    db: sa.Connection, organisation: OrganisationId, at: datetime, limit: int
) -> Sequence[SourceState]:
    """Sources that are due, each given to one caller until it is due again."""
    values = {"organisation": organisation, "now": at, "limit": limit}
    return [_state(row) for row in db.execute(_CLAIM, values).mappings()]


def was_read(
    db: sa.Connection, organisation: OrganisationId, name: str, at: datetime, error: str
) -> None:
    db.execute(_READ, {"organisation": organisation, "name": name, "at": at, "error": error})


def has_failed(db: sa.Connection, organisation: OrganisationId, name: str, error: str) -> int:
    """How often in a row now; 0 when the source is gone."""
    values = {"organisation": organisation, "name": name, "error": error}
    return db.execute(_FAILED, values).scalar_one_or_none() or 0


def put_target(
    db: sa.Connection, organisation: OrganisationId, target: Target, asked: Sequence[Asked]
) -> None:
    _put_item(db, organisation, "target", target, canonical(to_json(asked)).decode())


def put_watch(db: sa.Connection, organisation: OrganisationId, watch: Watch) -> None:
    _put_item(db, organisation, "watch", watch, "[]")


def _put_item(
    db: sa.Connection, organisation: OrganisationId, table: str, item: Target | Watch, asked: str
) -> None:
    values = {"name": item.name, "service": item.service, "definition": _text(item)}
    statement = sa.text(_PUT_ITEM.format(table))
    db.execute(statement, {"organisation": organisation, **values, "asked": asked})


def targets(db: sa.Connection, organisation: OrganisationId) -> Sequence[Target]:
    return _items(db, organisation, "target", Target)


def watches(db: sa.Connection, organisation: OrganisationId) -> Sequence[Watch]:
    return _items(db, organisation, "watch", Watch)


def _items(
    db: sa.Connection, organisation: OrganisationId, table: str, kind: type[T]
) -> Sequence[T]:
    rows = db.execute(sa.text(_ITEMS.format(table)), {"organisation": organisation}).scalars()
    return [from_json(kind, row) for row in rows]


def drop_item(db: sa.Connection, organisation: OrganisationId, table: str, name: str) -> bool:
    """Whether there was such a `target` or `watch`."""
    values = {"organisation": organisation, "name": name}
    return db.execute(sa.text(_DROP_ITEM.format(table)), values).one_or_none() is not None


def asked(db: sa.Connection, organisation: OrganisationId) -> Sequence[Asked]:
    """What targets ask Prometheus servers for."""
    rows = db.execute(_ASKED, {"organisation": organisation}).scalars()
    return [from_json(Asked, row) for row in rows]


def read_until(db: sa.Connection, organisation: OrganisationId) -> Mapping[str, datetime]:
    """Until when each source was read; what it gave until then is there."""
    rows = db.execute(_READ_UNTIL, {"organisation": organisation})
    return {row.name: row.read_at for row in rows}


def troubles(db: sa.Connection, organisation: OrganisationId) -> Sequence[Trouble]:
    """What is wrong now, oldest first."""
    rows = db.execute(_TROUBLES, {"organisation": organisation}).mappings()
    return [Trouble(**{**row, "severity": Severity(row["severity"])}) for row in rows]


def begin(db: sa.Connection, organisation: OrganisationId, trouble: Trouble) -> None:
    """Note a trouble, or that it has become more or less urgent; since when stays."""
    db.execute(_BEGIN, {"organisation": organisation, **vars(trouble)})


def end(
    db: sa.Connection, organisation: OrganisationId, subject: str, dimension: str, at: datetime
) -> None:
    """Note that a trouble is over."""
    place = {"subject": subject, "dimension": dimension}
    db.execute(_END, {"organisation": organisation, **place, "at": at})


def ended(db: sa.Connection, organisation: OrganisationId, subject: str) -> Mapping[str, datetime]:
    """When the last trouble of each dimension ended, where none lasts now."""
    rows = db.execute(_ENDED, {"organisation": organisation, "subject": subject})
    return {row.dimension: row.ended_at for row in rows}


def forget(db: sa.Connection, organisation: OrganisationId, subject: str) -> None:
    """Drop every trouble of a subject that is no longer there."""
    db.execute(_FORGET, {"organisation": organisation, "subject": subject})


def _text(value: object) -> str:
    return canonical(to_json(value)).decode()


def _state(row: sa.RowMapping) -> SourceState:
    source = from_json(Source, row["definition"])
    rest = {name: row[name] for name in ("read_at", "failures", "error")}
    return SourceState(source=source, **rest)
