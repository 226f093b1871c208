"""A schedule starts its flow once per period, and never faster than real time allows."""

from collections.abc import Callable
from datetime import time, timedelta

import pytest
import sqlalchemy as sa

from headrace.capabilities.workflows import store
from headrace.capabilities.workflows.outlook import is_outstanding, next_date
from headrace.capabilities.workflows.schedules import Schedules
from headrace.kernel.clock import FakeClock
from headrace.kernel.context import Actor
from headrace.kernel.database import Database
from headrace.kernel.flow import Job
from headrace.kernel.ids import OrganisationId
from headrace.kernel.unit import Units

SYNC = "record.sync"
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture
def schedules(units: Units, database: Database, organisation: OrganisationId) -> Schedules:
    made = Schedules(units=units, system=database.system, organisations=lambda: [organisation])
    assert made.start_due() == 0  # its first look notes where each schedule stands
    return made


@pytest.fixture
def started(units: Units, system: Actor) -> Callable[[], int]:
    """How often record.sync was started."""

    def count() -> int:
        with units.open(system) as ctx:
            return len(store.jobs(ctx.db, ctx.organisation, state=None, flow=SYNC, limit=100))

    return count


def let_real_time_pass(database: Database, by: timedelta) -> None:
    with database.system.begin() as db:
        db.execute(sa.text("UPDATE workflows_tick SET ticked_at = ticked_at - :by"), {"by": by})


def test_a_period_is_started_once_by_however_many_workers(
    schedules: Schedules,
    clock: FakeClock,
    database: Database,
    started: Callable[[], int],
):
    let_real_time_pass(database, timedelta(seconds=5))
    clock.advance(HALF_AN_HOUR)

    schedules.start_due()
    schedules.start_due()
    let_real_time_pass(database, timedelta(minutes=1))
    schedules.start_due()

    assert started() == 1


def test_periods_that_pass_within_five_real_seconds_start_nothing(
    schedules: Schedules, clock: FakeClock, database: Database, started: Callable[[], int]
):
    let_real_time_pass(database, timedelta(seconds=5))
    for _ in range(20):
        clock.advance(HALF_AN_HOUR)
        schedules.start_due()

    assert started() == 1


def test_the_newest_of_the_periods_passed_over_is_started_when_the_time_has_come(
    schedules: Schedules, clock: FakeClock, database: Database, units: Units, system: Actor
):
    clock.advance(HALF_AN_HOUR * 20)
    assert schedules.start_due() == 0

    let_real_time_pass(database, timedelta(seconds=5))
    schedules.start_due()

    with units.open(system) as ctx:
        (job,) = store.jobs(ctx.db, ctx.organisation, state=None, flow=SYNC, limit=100)
    monday = units.clock.now().replace(year=1970, month=1, day=5, hour=0, minute=0)
    assert int(job.arguments["period"]) == (clock.now() - monday) // HALF_AN_HOUR


def test_a_race_of_two_looks_is_decided_by_the_database(
    units: Units, system: Actor, database: Database, schedules: Schedules
):
    let_real_time_pass(database, timedelta(seconds=5))

    won = []
    for _ in range(2):
        with units.open(system) as ctx:
            won.append(
                store.tick(ctx.db, ctx.organisation, SYNC, 10**9, floor=timedelta(seconds=5))
            )

    assert won == [True, False]


class TestOutlook:
    def test_a_timer_is_the_next_date_until_it_is_due(
        self, units: Units, database: Database, clock: FakeClock, system: Actor
    ):
        with units.open(system) as ctx:
            ctx.start_after(timedelta(hours=2), Job(flow=SYNC, key="soon"))
        due = clock.now() + timedelta(hours=2)
        assert next_date(database.system, units.house, clock.now()) == due
        assert not is_outstanding(database.system, units.house, clock.now())
        assert is_outstanding(database.system, units.house, due)

    def test_without_timers_it_is_the_next_week(
        self, units: Units, database: Database, clock: FakeClock
    ):
        found = next_date(database.system, units.house, clock.now())
        assert found is not None
        assert (found.weekday(), found.time()) == (0, time(0))
        assert timedelta(0) < found - clock.now() <= timedelta(days=7)

    def test_a_job_that_nobody_has_done_is_outstanding_unless_it_comes_for_ever(
        self, units: Units, database: Database, clock: FakeClock, system: Actor
    ):
        with units.open(system) as ctx:
            ctx.start(Job(flow=SYNC, key="tick"))  # ticks each half hour
        assert not is_outstanding(database.system, units.house, clock.now())
        with units.open(system) as ctx:
            ctx.start(Job(flow="flags.review", key="daily"))
        assert is_outstanding(database.system, units.house, clock.now())
