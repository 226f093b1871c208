"""The outlook: whether anything is outstanding across all organisations, and when the next date comes."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from headrace.capabilities.workflows import store
from headrace.capabilities.workflows.schedules import RARE, period_begins
from headrace.kernel.house import House

WEEK = timedelta(days=7)


def is_outstanding(system: sa.Engine, house: House, now: datetime) -> bool:
    """Whether a job, an event or a timer has not been dealt with yet; true while the database is away.

    Jobs of schedules that tick often do not count: they come for ever. `system` is the
    engine of the role that sees every organisation.
    """
    frequent = [one.flow for one in house.schedules if one.every < RARE]
    try:
        with system.connect() as db:
            timer = store.next_due(db)
            is_due = timer is not None and timer <= now
            return is_due or store.is_outstanding(db, frequent)
    except sa.exc.DBAPIError:
        return True


def next_date(system: sa.Engine, house: House, now: datetime) -> datetime | None:
    """When the next timer is due or the next period of a week and more begins; None: the database is away."""
    dates = [period_begins(one, now, after=1) for one in house.schedules if one.every >= WEEK]
    try:
        with system.connect() as db:
            timer = store.next_due(db)
    except sa.exc.DBAPIError:
        return None
    return min([*dates, *([timer] if timer is not None else [])], default=None)
