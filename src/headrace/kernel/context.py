"""Ctx: everything a verb may touch besides its arguments."""

from collections.abc import Callable, Hashable, Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random, SystemRandom
from typing import TYPE_CHECKING, TypeVar, cast

import sqlalchemy as sa

from headrace.kernel.events import Event
from headrace.kernel.flow import Job
from headrace.kernel.ids import OrganisationId, PrincipalId, new_id

if TYPE_CHECKING:
    from headrace.kernel.house import House

T = TypeVar("T")


class ActorKind(StrEnum):
    """What sort of principal acts."""

    PERSON = "person"
    AGENT = "agent"
    SERVICE = "service"
    SYSTEM = "system"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts, in which organisation, and how far the token or role card cuts their right.

    `scopes` are permission patterns (`record:*`); None means the principal's full right.
    """

    organisation: OrganisationId
    principal: PrincipalId
    kind: ActorKind = ActorKind.PERSON
    scopes: frozenset[str] | None = None


SYSTEM = PrincipalId("system")
"""The principal of sweeps, subscribers and the engine itself."""


def system_actor(organisation: OrganisationId) -> Actor:
    """The actor of work that nobody asked for by hand."""
    return Actor(organisation=organisation, principal=SYSTEM, kind=ActorKind.SYSTEM)


@dataclass(frozen=True, kw_only=True)
class Timer:
    """A job that starts when organisation time reaches `due`; a later one of the same key replaces it."""

    job: Job
    due: datetime


@dataclass
class Outbox:
    """What a unit of work leaves behind besides rows; the edge writes it when the unit ends."""

    events: list[Event] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Ctx:
    """One unit of work: who acts, at what instant, inside which transaction.

    The edge opens it and commits it; rooms never commit. `house` is what the composition
    declares and never changes while the process lives.
    """

    actor: Actor
    now: datetime  # organisation time, aware, UTC
    db: sa.Connection
    house: "House"
    cause: str | None = None
    scale: float = 1.0  # seconds of organisation time in one real second
    outbox: Outbox = field(default_factory=Outbox)
    random: Random = field(default_factory=SystemRandom)
    kept: MutableMapping[Hashable, object] | None = None  # of a snapshot; None where rows change

    @property
    def organisation(self) -> OrganisationId:
        return self.actor.organisation

    @property
    def principal(self) -> PrincipalId:
        return self.actor.principal

    def new_id(self, prefix: str) -> str:
        return new_id(prefix, self.random)

    def once(self, read: Callable[..., T], *about: Hashable) -> T:
        """What `read(db, organisation, *about)` gives; in a snapshot it is read once and kept."""
        if self.kept is None:
            return read(self.db, self.organisation, *about)
        place = (read, self.organisation, about)
        if place not in self.kept:
            self.kept[place] = read(self.db, self.organisation, *about)
        return cast(T, self.kept[place])

    def record(self, *events: Event) -> None:
        """Tell the journal; written when the unit of work commits, or not at all."""
        self.outbox.events.extend(events)

    def start(self, job: Job) -> None:
        """Ask for a flow; it starts after the commit, once per key."""
        self.outbox.jobs.append(job)

    def start_after(self, wait: timedelta, job: Job) -> None:
        """Ask for a flow when `wait` of organisation time has passed."""
        self.outbox.timers.append(Timer(job=job, due=self.now + wait))

    def start_after_real(self, wait: timedelta, job: Job) -> datetime:
        """Ask for a flow when `wait` of real time has passed; the instant of organisation time then.

        For waits upon machines, which do not hurry when organisation time does. A clock that stands
        still is one that a test moves by hand; it counts like the world's.
        """
        due = self.now + wait * (self.scale or 1.0)
        self.outbox.timers.append(Timer(job=job, due=due))
        return due

    @contextmanager
    def attempt(self) -> Iterator["Ctx"]:
        """Do something of which nothing stays when it raises: its rows lie in a savepoint, its events,
        jobs and timers apart until it has succeeded. What it raises goes on."""
        apart = replace(self, outbox=Outbox())
        with self.db.begin_nested():
            yield apart
        self.outbox.events.extend(apart.outbox.events)
        self.outbox.jobs.extend(apart.outbox.jobs)
        self.outbox.timers.extend(apart.outbox.timers)

    def declared(self, kind: type[T]) -> Iterable[T]:
        """Everything of this kind that the capabilities of the house declare, in their order."""
        return self.house.declared(kind)
