"""Rows of counters, and names that one at a time may take."""

import sqlalchemy as sa

from headrace.kernel.ids import OrganisationId

_COUNT = sa.text(
    "INSERT INTO artifacts_counter (organisation, series, last) VALUES (:organisation, :series, 1) "
    "ON CONFLICT (organisation, series) DO UPDATE SET last = artifacts_counter.last + 1 RETURNING last"
)


_RESERVE_NUMBER = sa.text(
    "INSERT INTO artifacts_counter (organisation, series, last) VALUES (:organisation, :series, :last) "
    "ON CONFLICT (organisation, series) "
    "DO UPDATE SET last = greatest(artifacts_counter.last, excluded.last)"
)


_LOCK_NAMES = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:place, 0))")


def lock_names(db: sa.Connection, organisation: OrganisationId, type: str) -> None:
    """Whoever looks for a free name of this type now comes one after the other."""
    db.execute(_LOCK_NAMES, {"place": f"artifacts_names:{organisation}:{type}"})


def count(db: sa.Connection, organisation: OrganisationId, series: str) -> int:
    """The next number of a series, 1 first; its row stays locked until the unit ends."""
    number: int = db.execute(_COUNT, {"organisation": organisation, "series": series}).scalar_one()
    return number


def reserve_number(db: sa.Connection, organisation: OrganisationId, series: str, last: int) -> None:
    """See to it that the series goes on behind `last`."""
    db.execute(_RESERVE_NUMBER, {"organisation": organisation, "series": series, "last": last})
