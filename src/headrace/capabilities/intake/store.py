"""Rows of intake; all its SQL."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from headrace.capabilities.intake.model import Disposition, Grade, Signal, Source, Urgency
from headrace.kernel.ids import OrganisationId
from headrace.kernel.json import Json, canonical

Row = Mapping[str, Json]

_COLUMNS = (
    "signal, title, source, topic, category, confidence, urgency, impact, disposition, filed_by, layer, "
    "filed_at, duplicate_of, superseded_by, absorbed_by, archived"
)
_ADD = sa.text(
    f"INSERT INTO intake_signal (organisation, {_COLUMNS}) VALUES (:organisation, :signal, :title, "
    ":source, :topic, :category, :confidence, :urgency, :impact, :disposition, :filed_by, :layer, "
    ":filed_at, :duplicate_of, :superseded_by, :absorbed_by, :archived) ON CONFLICT DO NOTHING RETURNING 1"
)
_SAME = sa.text(
    f"SELECT {_COLUMNS} FROM intake_signal WHERE organisation = :organisation "
    "AND topic = :topic ORDER BY filed_at, signal"
)
_SINCE = sa.text(
    f"SELECT {_COLUMNS} FROM intake_signal WHERE organisation = :organisation "
    "AND (CAST(:since AS timestamptz) IS NULL OR filed_at >= :since "
    "OR (absorbed_by IS NULL AND superseded_by IS NULL)) ORDER BY filed_at, signal"
)
_LATEST = sa.text(
    f"SELECT {_COLUMNS} FROM intake_signal WHERE organisation = :organisation "
    "AND (CAST(:since AS timestamptz) IS NULL OR filed_at >= :since "
    "OR (absorbed_by IS NULL AND superseded_by IS NULL)) "
    "AND (:archived OR NOT archived) "
    "AND (NOT :only_open OR (absorbed_by IS NULL AND superseded_by IS NULL)) "
    "ORDER BY filed_at DESC, signal DESC LIMIT :limit"
)
_ONE = sa.text(
    f"SELECT {_COLUMNS} FROM intake_signal WHERE organisation = :organisation AND signal = :signal"
)
_COUNT = sa.text(
    "SELECT count(*) FROM intake_signal WHERE organisation = :organisation "
    "AND filed_at >= :begin AND filed_at < :end"
)
_ABSORB = sa.text(
    "UPDATE intake_signal SET absorbed_by = :by "
    "WHERE organisation = :organisation AND absorbed_by IS NULL "
    "AND (signal = ANY(:signals) OR duplicate_of = ANY(:signals))"
)
_SUPERSEDE = sa.text(
    "UPDATE intake_signal SET superseded_by = :by "
    "WHERE organisation = :organisation AND signal = :signal AND superseded_by IS NULL"
)
_DISPOSE = sa.text(
    "UPDATE intake_signal SET disposition = :disposition "
    "WHERE organisation = :organisation AND signal = :signal"
)
_ARCHIVE = sa.text(
    "UPDATE intake_signal SET archived = :archived "
    "WHERE organisation = :organisation AND signal = :signal"
)
_PUT_SOURCE = sa.text(
    "INSERT INTO intake_source (organisation, source, hash, rows, loaded_by, loaded_at) "
    "VALUES (:organisation, :source, :hash, :rows, :loaded_by, :loaded_at) "
    "ON CONFLICT (organisation, source) DO UPDATE SET hash = excluded.hash, rows = excluded.rows, "
    "loaded_by = excluded.loaded_by, loaded_at = excluded.loaded_at"
)
_CLEAR_ROWS = sa.text(
    "DELETE FROM intake_row WHERE organisation = :organisation AND source = :source"
)
_ADD_ROW = sa.text(
    "INSERT INTO intake_row (organisation, source, number, data) "
    "VALUES (:organisation, :source, :number, CAST(:data AS jsonb))"
)
_ROWS = sa.text(
    "SELECT data FROM intake_row WHERE organisation = :organisation AND source = :source "
    "ORDER BY number"
)
_SOURCES = sa.text(
    "SELECT source, hash, rows, loaded_by, loaded_at FROM intake_source "
    "WHERE organisation = :organisation ORDER BY source"
)
_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:place, 1))")


def lock_counting(db: sa.Connection, organisation: OrganisationId) -> None:
    """Let one unit at a time look for duplicates and count a week."""
    db.execute(_LOCK, {"place": f"{organisation}\nintake"})


def add(db: sa.Connection, organisation: OrganisationId, signal: Signal) -> bool:
    """Whether it is new here."""
    values = {"organisation": organisation, **vars(signal)}
    return db.execute(_ADD, values).one_or_none() is not None


def same(db: sa.Connection, organisation: OrganisationId, topic: str) -> Sequence[Signal]:
    """Signals of one topic, oldest first."""
    values = {"organisation": organisation, "topic": topic}
    return [_signal(row) for row in db.execute(_SAME, values).mappings()]


def one(db: sa.Connection, organisation: OrganisationId, signal: str) -> Signal | None:
    found = db.execute(_ONE, {"organisation": organisation, "signal": signal}).mappings()
    row = found.one_or_none()
    return _signal(row) if row is not None else None


def since(
    db: sa.Connection, organisation: OrganisationId, moment: datetime | None
) -> Sequence[Signal]:
    """Signals filed since a moment, and all older ones that are still open; oldest first."""
    values = {"organisation": organisation, "since": moment}
    return [_signal(row) for row in db.execute(_SINCE, values).mappings()]


def latest(
    db: sa.Connection,
    organisation: OrganisationId,
    moment: datetime | None,
    *,
    archived: bool,
    only_open: bool,
    limit: int,
) -> Sequence[Signal]:
    """So many of those that `since` gives, newest first."""
    values = {
        "organisation": organisation,
        "since": moment,
        "archived": archived,
        "only_open": only_open,
        "limit": limit,
    }
    return [_signal(row) for row in db.execute(_LATEST, values).mappings()]


def count(db: sa.Connection, organisation: OrganisationId, begin: datetime, end: datetime) -> int:
    """How many were filed in [begin, end)."""
    values = {"organisation": organisation, "begin": begin, "end": end}
    number: int = db.execute(_COUNT, values).scalar_one()
    return number


def absorb(
    db: sa.Connection, organisation: OrganisationId, signals: Iterable[str], by: str
) -> None:
    values = {"organisation": organisation, "signals": sorted(signals), "by": by}
    db.execute(_ABSORB, values)


def supersede(db: sa.Connection, organisation: OrganisationId, signal: str, by: str) -> None:
    db.execute(_SUPERSEDE, {"organisation": organisation, "signal": signal, "by": by})


def set_disposition(
    db: sa.Connection, organisation: OrganisationId, signal: str, disposition: Disposition
) -> None:
    values = {"organisation": organisation, "signal": signal, "disposition": disposition}
    db.execute(_DISPOSE, values)


def set_archived(
    db: sa.Connection, organisation: OrganisationId, signal: str, archived: bool
) -> None:
    db.execute(_ARCHIVE, {"organisation": organisation, "signal": signal, "archived": archived})


def put_source(
    db: sa.Connection, organisation: OrganisationId, source: Source, rows: Sequence[Row]
) -> None:
    """Replace everything that a source held."""
    place = {"organisation": organisation, "source": source.source}
    db.execute(_PUT_SOURCE, {"organisation": organisation, **vars(source)})
    db.execute(_CLEAR_ROWS, place)
    if rows:
        db.execute(
            _ADD_ROW,
            [{**place, "number": n, "data": canonical(row).decode()} for n, row in enumerate(rows)],
        )


def source_rows(db: sa.Connection, organisation: OrganisationId, source: str) -> Sequence[Row]:
    """The rows of a source in the order of its text."""
    values = {"organisation": organisation, "source": source}
    return [row.data for row in db.execute(_ROWS, values)]


def sources(db: sa.Connection, organisation: OrganisationId) -> Sequence[Source]:
    rows = db.execute(_SOURCES, {"organisation": organisation}).mappings()
    return [Source(**row) for row in rows]


def _signal(row: sa.RowMapping) -> Signal:
    return Signal(
        **{
            **row,
            "confidence": Grade(row["confidence"]),
            "urgency": Urgency(row["urgency"]),
            "impact": Grade(row["impact"]),
            "disposition": Disposition(row["disposition"]),
        }
    )
