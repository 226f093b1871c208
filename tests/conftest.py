"""Fixtures: a real PostgreSQL, a migrated database for each test process, units of work, a worker."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from headrace.app import HOUSE
from headrace.capabilities.record.issues.fake_tracker import FakeTracker
from headrace.capabilities.workflows.engine import JobWriter, prepare
from headrace.kernel.clock import FakeClock
from headrace.kernel.context import Actor, system_actor
from headrace.kernel.database import Database
from headrace.kernel.house import House
from headrace.kernel.ids import OrganisationId, new_id
from headrace.kernel.unit import Units
from installation import Installation
from together import Together

PACKS = frozenset({"enterprise"})


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Several processes share the tests, those of a group one after the other."""
    return Together(config, log)


MONDAY = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
"""When every test begins in organisation time: the first hour of ISO week 12 of 2026."""


@pytest.fixture(scope="session")
def installation() -> Iterator[Installation]:
    """A server of this test process's own; stopped and deleted at its end."""
    with Installation() as made:
        yield made


@pytest.fixture(scope="session")
def house() -> House:
    return HOUSE


@pytest.fixture(scope="session")
def rooms(house: House) -> House:
    """The house without its packs: for tests that declare policies, types or roles of their own."""
    return House(tuple(one for one in house.capabilities if one.name not in PACKS))


@pytest.fixture(scope="session")
def _migrated(installation: Installation) -> Iterator[Database]:
    """The tables of the whole house, also where a folder's tests compose a smaller one first."""
    database = Database(installation.location("headrace_test"))
    database.migrate(HOUSE, prepare)
    yield database
    database.dispose()


@pytest.fixture
def database(_migrated: Database) -> Iterator[Database]:
    """The database of the whole house; every table is emptied after the test."""
    yield _migrated
    empty(_migrated)


def empty(database: Database) -> None:
    """Delete every row but the schema's own.

    Only tables that take room are emptied: a test writes to a few of more than a hundred, and
    emptying all of them takes five times as long.
    """
    owner = sa.create_engine(database.addresses.owner, poolclass=sa.NullPool)
    with owner.begin() as db:
        written = db.execute(_WRITTEN).scalars().all()
        if written:
            db.execute(sa.text(f"TRUNCATE {', '.join(written)} CASCADE"))
        db.execute(sa.text("UPDATE journal_sequence SET last = 0"))


_WRITTEN = sa.text(
    "SELECT format('%I.%I', space.nspname, class.relname) FROM pg_class class "
    "JOIN pg_namespace space ON space.oid = class.relnamespace "
    "WHERE class.relkind = 'r' AND space.nspname IN ('public', 'dbos') "
    "AND pg_relation_size(class.oid) > 0 AND class.relname NOT IN "
    "('alembic_version', 'kernel_secret', 'dbos_migrations', 'journal_sequence', 'queues')"
)
"""Tables with a page of their own; one that was truncated has none."""


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(MONDAY)


@pytest.fixture
def units(database: Database, house: House, clock: FakeClock) -> Units:
    return Units(
        engine=database.app,
        house=house,
        clock=clock,
        tenancy=database.tenancy,
        jobs=JobWriter(house, database.app),
    )


@pytest.fixture
def organisation() -> OrganisationId:
    return OrganisationId(new_id("org"))


@pytest.fixture
def system(organisation: OrganisationId) -> Actor:
    """The system acting in the test's organisation."""
    return system_actor(organisation)


@pytest.fixture
def tracker() -> Iterator[FakeTracker]:
    """A tracker outside, which nothing speaks to unless a test says so."""
    with FakeTracker().running() as made:
        yield made
