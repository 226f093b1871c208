"""Subscribers hear every event in lineage order; a poison event parks its own lineage and no other."""

from dataclasses import dataclass
from typing import ClassVar

import psycopg
import pytest
import sqlalchemy as sa

from headrace.capabilities.workflows.capability import CAPABILITY as WORKFLOWS
from headrace.capabilities.workflows.engine import JobWriter
from headrace.kernel.capability import Capability, Subscription
from headrace.kernel.clock import FakeClock
from headrace.kernel.context import Actor, Ctx
from headrace.kernel.database import Database
from headrace.kernel.events import Event, Recorded
from headrace.kernel.house import House
from headrace.kernel.journal.dispatch import Dispatcher
from headrace.kernel.journal.sequencer import sequence
from headrace.kernel.unit import Units
from racing import at_once


@dataclass(frozen=True, kw_only=True)
class Said(Event):
    """Somebody said a word."""

    type: ClassVar[str] = "toy.said"
    who: str
    word: str

    @property
    def lineage(self) -> str:
        return f"who:{self.who}"


@dataclass(frozen=True, kw_only=True)
class Sung(Event):
    """Somebody sang; the ear does not care."""

    type: ClassVar[str] = "toy.sung"

    @property
    def lineage(self) -> str:
        return "choir"


class Ear:
    """Writes what it hears into a lineage counter of its own, so that a rollback takes it back."""

    def __init__(self) -> None:
        self.poison = {"poison"}
        self.outages: list[Exception] = []
        self.calls: list[str] = []

    def hear(self, ctx: Ctx, event: Recorded) -> None:
        word = event.payload["word"]
        self.calls.append(word)
        if self.outages:
            raise self.outages.pop(0)
        ctx.db.execute(
            sa.text(
                "INSERT INTO workflows_tick (organisation, schedule, period) VALUES (:o, :s, 1)"
            ),
            {"o": ctx.organisation, "s": word},
        )
        if word in self.poison:
            raise RuntimeError(f"cannot bear {word}")


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def listening(database: Database, ear: Ear, clock: FakeClock) -> Units:
    toy = Capability(
        name="toy",
        events=(Said, Sung),
        subscriptions=(
            Subscription(name="toy.ear", events=(Said,), run=ear.hear),
            Subscription(name="toy.fan", events=(Sung, Said), run=lambda *_: None),
        ),
    )
    house = House((WORKFLOWS, toy))
    return Units(
        engine=database.app,
        house=house,
        clock=clock,
        tenancy=database.tenancy,
        jobs=JobWriter(house, database.app),
    )


def say(units: Units, actor: Actor, *said: tuple[str, str]) -> None:
    for who, word in said:
        units.run(actor, lambda ctx, w=who, x=word: ctx.record(Said(who=w, word=x)))


def heard(units: Units, actor: Actor) -> set[str]:
    with units.open(actor) as ctx:
        return set(ctx.db.execute(sa.text("SELECT schedule FROM workflows_tick")).scalars())


def test_every_event_is_heard_once_in_order(
    listening: Units, database: Database, ear: Ear, system: Actor
):
    dispatcher = Dispatcher(units=listening, system=database.system)
    say(listening, system, ("a", "one"), ("a", "two"), ("b", "three"))
    sequence(database.system)

    dispatcher.deliver()
    dispatcher.deliver()

    assert ear.calls == ["one", "two", "three"]


def cursors(database: Database) -> dict[str, int]:
    with database.system.connect() as db:
        rows = db.execute(sa.text("SELECT name, position FROM journal_subscriber"))
        return {name: position for name, position in rows}


def test_what_is_for_somebody_else_is_stepped_over_and_what_follows_is_heard(
    listening: Units, database: Database, ear: Ear, system: Actor
):
    dispatcher = Dispatcher(units=listening, system=database.system)
    listening.run(system, lambda ctx: ctx.record(Sung()))
    sequence(database.system)

    assert dispatcher.deliver() == 1
    dispatcher.deliver()
    assert cursors(database) == {"toy.ear": 1, "toy.fan": 1}

    say(listening, system, ("a", "one"))
    sequence(database.system)
    assert dispatcher.deliver() == 2
    assert ear.calls == ["one"]


def test_dispatchers_at_once_bring_each_event_once(
    listening: Units, database: Database, ear: Ear, system: Actor
):
    words = [f"word {number}" for number in range(40)]
    for word in words:
        say(listening, system, (word, word))
        listening.run(system, lambda ctx: ctx.record(Sung()))

    def dispatch(_: int) -> None:
        dispatcher = Dispatcher(units=listening, system=database.system)
        while set(cursors(database).values()) != {2 * len(words)}:
            sequence(database.system)
            dispatcher.deliver()

    at_once(3, dispatch)

    assert sorted(ear.calls) == sorted(words)


def test_a_poison_event_parks_its_lineage_alone(
    listening: Units, database: Database, ear: Ear, system: Actor
):
    dispatcher = Dispatcher(units=listening, system=database.system)
    say(listening, system, ("a", "poison"), ("a", "behind"), ("b", "fine"))
    sequence(database.system)

    dispatcher.deliver()

    assert heard(listening, system) == {"fine"}
    parked = dispatcher.parked(system.organisation)
    assert [(p.lineage, p.number) for p in parked] == [("who:a", 1), ("who:a", 2)]
    assert "cannot bear poison" in parked[0].error


AWAY = sa.exc.OperationalError("SELECT 1", {}, psycopg.errors.AdminShutdown())


def test_an_absent_database_parks_nothing_however_long_it_is_away(
    listening: Units, database: Database, ear: Ear, system: Actor
):
    dispatcher = Dispatcher(units=listening, system=database.system)
    say(listening, system, ("a", "one"), ("a", "two"))
    sequence(database.system)
    ear.outages = [AWAY] * 5

    for _ in range(5):
        with pytest.raises(sa.exc.OperationalError):
            dispatcher.deliver()
    assert dispatcher.parked(system.organisation) == []
    assert heard(listening, system) == set()

    dispatcher.deliver()

    assert heard(listening, system) == {"one", "two"}
    assert ear.calls == ["one"] * 6 + ["two"]


def test_a_collision_counts_as_a_try_and_is_tried_again(
    listening: Units, database: Database, ear: Ear, system: Actor
):
    dispatcher = Dispatcher(units=listening, system=database.system)
    say(listening, system, ("a", "one"))
    sequence(database.system)
    ear.outages = [sa.exc.DBAPIError("UPDATE", {}, psycopg.errors.DeadlockDetected())] * 2

    dispatcher.deliver()

    assert heard(listening, system) == {"one"}
    assert ear.calls == ["one"] * 3


def test_a_replay_takes_parked_events_in_order(
    listening: Units, database: Database, ear: Ear, system: Actor
):
    dispatcher = Dispatcher(units=listening, system=database.system)
    say(listening, system, ("a", "poison"), ("a", "behind"))
    sequence(database.system)
    dispatcher.deliver()
    ear.poison.clear()
    ear.calls.clear()

    taken = dispatcher.replay(system.organisation, "toy.ear")

    assert (taken, ear.calls) == (2, ["poison", "behind"])
    assert dispatcher.parked(system.organisation) == []


def test_a_replay_that_fails_again_keeps_the_lineage_parked(
    listening: Units, database: Database, ear: Ear, system: Actor
):
    dispatcher = Dispatcher(units=listening, system=database.system)
    say(listening, system, ("a", "poison"), ("a", "behind"))
    sequence(database.system)
    dispatcher.deliver()

    taken = dispatcher.replay(system.organisation, "toy.ear")

    assert taken == 0
    assert len(dispatcher.parked(system.organisation)) == 2
