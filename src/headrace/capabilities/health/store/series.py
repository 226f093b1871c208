"""Rows of series and samples: written as increases, so that any window is a sum, compacted or not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from headrace.capabilities.health.model import Comparison, Series, SeriesKind
from headrace.kernel.ids import OrganisationId
from headrace.kernel.json import canonical

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_COLUMNS = "id, source, name, labels, kind, last, last_at"
_OF_SOURCE = sa.text(
    f"SELECT {_COLUMNS} FROM health_series WHERE organisation = :organisation AND source = :source"
)
_NAMED = sa.text(
    f"SELECT {_COLUMNS} FROM health_series WHERE organisation = :organisation "
    "AND (CAST(:name AS text) IS NULL OR name = :name) "
    "AND (CAST(:source AS text) IS NULL OR source = :source) ORDER BY name, id LIMIT :limit"
)
_PUT = sa.text(
    f"INSERT INTO health_series (organisation, {_COLUMNS}) VALUES (:organisation, :id, :source, "
    ":name, CAST(:labels AS jsonb), :kind, :last, :last_at) ON CONFLICT (organisation, id) "
    "DO UPDATE SET last = excluded.last, last_at = excluded.last_at"
)
_ADD = sa.text(
    "INSERT INTO health_sample (organisation, series, at, step, count, total, low, high, increase) "
    "VALUES (:organisation, :series, :at, 0, 1, :value, :value, :value, :increase) "
    "ON CONFLICT DO NOTHING"
)
_WINDOWS = (
    "SELECT w.start, {0} FROM unnest(CAST(:starts AS timestamptz[])) AS w(start) "
    "LEFT JOIN health_sample s ON s.organisation = :organisation AND s.series = ANY(:series) "
    "AND s.at > w.start AND s.at <= :until GROUP BY w.start"
)
_INCREASES = sa.text(_WINDOWS.format("coalesce(sum(s.increase), 0) AS found"))
_OPERATORS = {
    Comparison.AT_MOST: "<=",
    Comparison.BELOW: "<",
    Comparison.AT_LEAST: ">=",
    Comparison.ABOVE: ">",
}
_FITTING = (
    "coalesce(sum(s.count) FILTER (WHERE s.total / s.count {0} :value), 0) AS good, "
    "coalesce(sum(s.count), 0) AS total"
)
_COURSE = sa.text(
    "SELECT date_bin(:step, at - interval '1 microsecond', :epoch) + :step AS at, "
    "sum(increase) AS increase, sum(total) AS total, sum(count) AS count, min(low) AS low, "
    "max(high) AS high FROM health_sample WHERE organisation = :organisation "
    "AND series = ANY(:series) AND at > :since AND at <= :until GROUP BY 1 ORDER BY 1"
)
_COMPACT = sa.text(
    "WITH moved AS (DELETE FROM health_sample WHERE organisation = :organisation AND step = :from "
    "AND at <= :before RETURNING series, at, count, total, low, high, increase) "
    "INSERT INTO health_sample AS kept "
    "(organisation, series, at, step, count, total, low, high, increase) "
    "SELECT :organisation, series, "
    "date_bin(:span, at - interval '1 microsecond', :epoch) + :span AS bucket, "
    ":to, sum(count), sum(total), min(low), max(high), sum(increase) FROM moved "
    "GROUP BY series, bucket ON CONFLICT (organisation, series, at, step) DO UPDATE SET "
    "count = kept.count + excluded.count, total = kept.total + excluded.total, "
    "low = least(kept.low, excluded.low), high = greatest(kept.high, excluded.high), "
    "increase = kept.increase + excluded.increase"
)
_FORGET = sa.text("DELETE FROM health_sample WHERE organisation = :organisation AND at <= :before")
_FORGET_SERIES = sa.text(
    "DELETE FROM health_series WHERE organisation = :organisation AND last_at <= :before"
)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One reading of one series, and what was added since the one before."""

    series: str
    at: datetime
    value: float
    increase: float


@dataclass(frozen=True, kw_only=True)
class Step:
    """One stretch of a course, over all its series."""

    at: datetime  # its end
    increase: float
    total: float
    count: int
    low: float
    high: float


def of_source(db: sa.Connection, organisation: OrganisationId, source: str) -> Mapping[str, Series]:
    """Every series of a source, by id."""
    rows = db.execute(_OF_SOURCE, {"organisation": organisation, "source": source}).mappings()
    return {row["id"]: _series(row) for row in rows}


def named(
    db: sa.Connection,
    organisation: OrganisationId,
    *,
    name: str | None,
    source: str | None,
    limit: int,
) -> Sequence[Series]:
    values = {"organisation": organisation, "name": name, "source": source, "limit": limit}
    return [_series(row) for row in db.execute(_NAMED, values).mappings()]


def put(db: sa.Connection, organisation: OrganisationId, series: Sequence[Series]) -> None:
    if series:
        db.execute(_PUT, [{"organisation": organisation, **_row(one)} for one in series])


def add(db: sa.Connection, organisation: OrganisationId, samples: Sequence[Sample]) -> None:
    """A reading that is there already is not changed."""
    if samples:
        db.execute(_ADD, [{"organisation": organisation, **vars(one)} for one in samples])


def increases(
    db: sa.Connection,
    organisation: OrganisationId,
    series: Sequence[str],
    starts: Sequence[datetime],
    until: datetime,
) -> Mapping[datetime, float]:
    """What all the series together added between each start and `until`."""
    values = _window_values(organisation, series, starts, until)
    return {row.start: row.found for row in db.execute(_INCREASES, values)}


def fitting(
    db: sa.Connection,
    organisation: OrganisationId,
    series: Sequence[str],
    starts: Sequence[datetime],
    until: datetime,
    comparison: Comparison,
    value: float,
) -> Mapping[datetime, tuple[float, float]]:
    """Readings that fit and all readings, from each start; a compacted stretch is judged by its mean."""
    statement = sa.text(_WINDOWS.format(_FITTING.format(_OPERATORS[comparison])))
    values = {**_window_values(organisation, series, starts, until), "value": value}
    return {row.start: (float(row.good), float(row.total)) for row in db.execute(statement, values)}


def course(
    db: sa.Connection,
    organisation: OrganisationId,
    series: Sequence[str],
    since: datetime,
    until: datetime,
    step: timedelta,
) -> Sequence[Step]:
    """The stretches of (since, until] in which anything was read, oldest first."""
    values = {
        "organisation": organisation,
        "series": list(series),
        "since": since,
        "until": until,
        "step": step,
        "epoch": EPOCH,
    }
    return [Step(**row) for row in db.execute(_COURSE, values).mappings()]


def compact(
    db: sa.Connection, organisation: OrganisationId, before: datetime, steps: tuple[int, int]
) -> int:
    """Put samples of one step (seconds; 0 is a single reading) together into a longer one; rows made."""
    values = {
        "organisation": organisation,
        "before": before,
        "from": steps[0],
        "to": steps[1],
        "span": timedelta(seconds=steps[1]),
        "epoch": EPOCH,
    }
    return db.execute(_COMPACT, values).rowcount


def forget(db: sa.Connection, organisation: OrganisationId, before: datetime) -> None:
    """Delete samples up to a moment, and series that gave nothing since."""
    db.execute(_FORGET, {"organisation": organisation, "before": before})
    db.execute(_FORGET_SERIES, {"organisation": organisation, "before": before})


def _window_values(
    organisation: OrganisationId,
    series: Sequence[str],
    starts: Sequence[datetime],
    until: datetime,
) -> dict[str, object]:
    return {
        "organisation": organisation,
        "series": list(series),
        "starts": list(starts),
        "until": until,
    }


def _row(series: Series) -> dict[str, object]:
    return {**vars(series), "labels": canonical(dict(series.labels)).decode()}


def _series(row: sa.RowMapping) -> Series:
    return Series(**{**row, "kind": SeriesKind(row["kind"])})
