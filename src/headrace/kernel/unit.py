"""The unit of work: opened by an edge, all or nothing, committed with its events and jobs."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import Concatenate, ParamSpec, Protocol, TypeVar

import sqlalchemy as sa
from psycopg import errors as postgres

from headrace.kernel.clock import Clock
from headrace.kernel.context import Actor, Ctx, Timer
from headrace.kernel.flow import Job
from headrace.kernel.house import House
from headrace.kernel.ids import OrganisationId
from headrace.kernel.journal import store as journal
from headrace.kernel.tenancy import Tenancy

P = ParamSpec("P")
T = TypeVar("T")

_ATTEMPTS = 4
_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_TRANSIENT = (postgres.SerializationFailure, postgres.DeadlockDetected)


class JobWriter(Protocol):
    """Puts jobs and timers into the transaction that asks for them; `workflows` is the one that can."""

    def write(
        self, db: sa.Connection, organisation: OrganisationId, jobs: Sequence[Job]
    ) -> None: ...

    def schedule(
        self, db: sa.Connection, organisation: OrganisationId, timers: Sequence[Timer]
    ) -> None: ...


class Units:
    """Opens units of work. One per process; holds no state but its connections."""

    def __init__(
        self, *, engine: sa.Engine, house: House, clock: Clock, tenancy: Tenancy, jobs: JobWriter
    ) -> None:
        self.house = house
        self.clock = clock
        self._engine = engine
        self._tenancy = tenancy
        self._jobs = jobs

    def seal(self, purpose: str, text: str) -> str:
        """A signature that only this installation makes; see `Tenancy.seal`."""
        return self._tenancy.seal(purpose, text)

    @contextmanager
    def open(self, actor: Actor, cause: str | None = None) -> Iterator[Ctx]:
        """One transaction that sees the actor's organisation; leaving it normally commits everything."""
        with self._engine.begin() as db:
            self._tenancy.enter(db, actor.organisation)
            ctx = Ctx(
                actor=actor,
                now=self.clock.now(),
                db=db,
                house=self.house,
                cause=cause,
                scale=self.clock.scale,
            )
            yield ctx
            self._flush(ctx)

    def run(
        self,
        actor: Actor,
        verb: Callable[Concatenate[Ctx, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """One verb in one unit of work; made again when the database asks for it (a deadlock)."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with self.open(actor) as ctx:
                    return verb(ctx, *args, **kwargs)
            except sa.exc.DBAPIError as fault:
                if attempt == _ATTEMPTS or not isinstance(fault.orig, _TRANSIENT):
                    raise
        raise AssertionError("the last attempt returns or raises")

    @contextmanager
    def snapshot(self) -> Iterator["Units"]:
        """Units that only read and all see one instant: every `run` within shares one transaction.

        PostgreSQL refuses what would write. One thread at a time; do not keep it open for long.
        """
        with self._engine.connect().execution_options(**_SNAPSHOT) as db, db.begin():
            yield _Snapshot(self, db)

    def _flush(self, ctx: Ctx) -> None:
        """Events first, then timers, then jobs, each sorted: two units always lock in one order.

        Jobs come last because an id that another open transaction has enqueued blocks us.
        """
        journal.append(ctx)
        outbox = ctx.outbox
        self._jobs.schedule(
            ctx.db, ctx.organisation, sorted(outbox.timers, key=lambda t: (t.job.flow, t.job.key))
        )
        self._jobs.write(
            ctx.db, ctx.organisation, sorted(outbox.jobs, key=lambda j: (j.flow, j.key))
        )


class _Snapshot(Units):
    """Units inside one transaction that others have opened, and that nobody writes in."""

    def __init__(self, units: Units, db: sa.Connection) -> None:
        super().__init__(
            engine=units._engine,
            house=units.house,
            clock=units.clock,
            tenancy=units._tenancy,
            jobs=units._jobs,
        )
        self._db = db
        self._now = units.clock.now()
        self._inside: OrganisationId | None = None
        self._kept: dict[Hashable, object] = {}

    @contextmanager
    def open(self, actor: Actor, cause: str | None = None) -> Iterator[Ctx]:
        """The actor's view of the instant; nothing is left behind, so there is nothing to commit."""
        if self._inside != actor.organisation:
            self._tenancy.enter(self._db, actor.organisation)
            self._inside = actor.organisation
        ctx = Ctx(
            actor=actor,
            now=self._now,
            db=self._db,
            house=self.house,
            cause=cause,
            scale=self.clock.scale,
            kept=self._kept,
        )
        yield ctx
        outbox = ctx.outbox
        if outbox.events or outbox.jobs or outbox.timers:
            raise AssertionError("a query of a snapshot leaves nothing behind; it is a command")
