"""What durability costs above a raw commit: a step of a flow, and a unit of work that tells the journal.

Both sides of each comparison write one row and commit it, on one embedded server of ours that is
made for the run and deleted after it. A step commits its effect with its mark in one unit of work,
and its checkpoint in another (DBOS 3.4); the flow is running before the clock starts, so that no
polling is counted. The floor is psycopg: one insert, one commit, on one connection.
"""

import atexit
import os
import queue
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import psycopg
import sqlalchemy as sa

from benchmarks.comparison import Comparison, Side
from headrace.capabilities.workflows import store
from headrace.capabilities.workflows.capability import CAPABILITY as WORKFLOWS
from headrace.capabilities.workflows.engine import Engine, JobWriter, prepare
from headrace.kernel.capability import Capability
from headrace.kernel.clock import RealClock
from headrace.kernel.context import Ctx, system_actor
from headrace.kernel.database import Database, Embedded
from headrace.kernel.events import Event
from headrace.kernel.flow import Flow, Job, Queue, Steps
from headrace.kernel.house import House
from headrace.kernel.ids import OrganisationId, new_id
from headrace.kernel.journal.capability import CAPABILITY as JOURNAL
from headrace.kernel.postgres import destroy, scratch_location, start
from headrace.kernel.unit import Units

UNITS = 40
ROUNDS = 7
"""Few enough that all of it takes less than a minute, also where others are at work."""
SYSTEM = system_actor(OrganisationId("org_bench"))
_INSERT = "INSERT INTO bench_row (id, text) VALUES (%s, %s)"
_TABLE = "CREATE TABLE bench_row (id text PRIMARY KEY, text text); GRANT ALL ON bench_row TO PUBLIC"
_GO: "queue.Queue[bool]" = queue.Queue()
_DONE: "queue.Queue[None]" = queue.Queue()


@dataclass(frozen=True, kw_only=True)
class Written(Event):
    """A row was written."""

    type: ClassVar[str] = "bench.written"
    row: str

    @property
    def lineage(self) -> str:
        return "bench:rows"


def write_row(ctx: Ctx) -> str:
    """One row, in the unit of work of a step."""
    row = new_id("row")
    ctx.db.exec_driver_sql(_INSERT, (row, "a short text"))
    return row


def tell(ctx: Ctx) -> None:
    """One event, and nothing else."""
    ctx.record(Written(row=new_id("row")))


def write_rows(steps: Steps) -> None:
    """Write `UNITS` rows each time that somebody says go, until somebody says stop."""
    while _GO.get():
        for _ in range(UNITS):
            steps.verb(write_row)
        _DONE.put(None)


HOUSE = House(
    (
        JOURNAL,
        WORKFLOWS,
        Capability(
            name="bench",
            events=(Written,),
            flows=(Flow(name="bench.write", run=write_rows, queue=Queue.INTERACTIVE),),
        ),
    )
)


@cache
def ground() -> tuple[Database, Units]:
    """A server with the tables of the house, made for the first who asks and deleted at the end."""
    directory = scratch_location()
    atexit.register(destroy, directory)
    start(directory)
    database = Database(Embedded(directory=directory, name="headrace_bench"))
    atexit.register(database.dispose)
    database.migrate(HOUSE, prepare)
    with psycopg.connect(raw_address(database, "owner"), autocommit=True) as owner:
        owner.execute(_TABLE)
    units = Units(
        engine=database.app,
        house=HOUSE,
        clock=RealClock(),
        tenancy=database.tenancy,
        jobs=JobWriter(HOUSE, database.app),
    )
    return database, units


def raw_address(database: Database, role: str) -> str:
    """The address of a role, as psycopg takes it."""
    url = sa.make_url(getattr(database.addresses, role)).set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


@contextmanager
def raw_commits() -> Iterator[Callable[[], object]]:
    """The floor: insert and commit, one after the other, on one connection."""
    database, _ = ground()
    with psycopg.connect(raw_address(database, "app")) as db:

        def write() -> None:
            for _ in range(UNITS):
                db.execute(_INSERT, (new_id("row"), "a short text"))
                db.commit()

        yield write


@contextmanager
def durable_steps() -> Iterator[Callable[[], object]]:
    """A flow that is at work already, told to take so many steps."""
    database, units = ground()
    executor = new_id("exe")
    with database.system.begin() as db:
        store.enter(db, executor, socket.gethostname(), os.getpid())
    engine = Engine(units=units, system=database.system, executor=executor, on_fenced=_abandoned)
    engine.launch()
    units.run(SYSTEM, lambda ctx: ctx.start(Job(flow="bench.write", key="one")))

    def write() -> None:
        _GO.put(True)
        _DONE.get(timeout=60)

    write()  # it has begun
    try:
        yield write
    finally:
        _GO.put(False)
        engine.stop()


def _abandoned(fault: Exception) -> None:
    raise fault  # nobody else takes leases here


@contextmanager
def told_units() -> Iterator[Callable[[], object]]:
    """Units of work that record one event each."""
    _, units = ground()

    def write() -> None:
        for _ in range(UNITS):
            units.run(SYSTEM, tell)

    yield write


RAW = Side(name="raw insert and commit", ready=raw_commits)

COMPARISONS = (
    Comparison(
        name="durable step",
        counted="row written in a step",
        ours=Side(name="verb of a flow", ready=durable_steps),
        other=RAW,
        units=UNITS,
        rounds=ROUNDS,
    ),
    Comparison(
        name="journal append",
        counted="event told",
        ours=Side(name="unit of work", ready=told_units),
        other=RAW,
        units=UNITS,
        rounds=ROUNDS,
    ),
)
