"""What the journal offers: reading, following, verifying, and what parked events become."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import pytest
import sqlalchemy as sa

from capabilities.people.company import Company
from headrace.capabilities.people import service
from headrace.capabilities.people.model import PrincipalAdded, PrincipalKind
from headrace.capabilities.workflows.engine import JobWriter
from headrace.kernel.capability import Capability, Subscription
from headrace.kernel.edge import Edge, Request
from headrace.kernel.errors import Invalid, NotFound
from headrace.kernel.events import Event
from headrace.kernel.house import House
from headrace.kernel.journal.dispatch import Dispatcher
from headrace.kernel.journal.sequencer import seal, sequence
from headrace.kernel.unit import Units


@dataclass(frozen=True, kw_only=True)
class Greeted(Event):
    type: ClassVar[str] = "toy.greeted"
    handle: str

    @property
    def lineage(self) -> str:
        return "toy:greetings"


class Greeter:
    """A subscriber that cannot stand some handles until it is told to."""

    def __init__(self):
        self.hates: set[str] = set()
        self.heard: list[str] = []

    def run(self, ctx, recorded):
        handle = recorded.payload["handle"]
        ctx.record(Greeted(handle=handle))
        if handle in self.hates:
            raise RuntimeError("not this one")
        self.heard.append(handle)


@pytest.fixture
def greeter() -> Greeter:
    return Greeter()


@pytest.fixture
def units(database, rooms, clock, greeter) -> Units:
    toy = Capability(
        name="toy",
        events=(Greeted,),
        subscriptions=(Subscription(name="toy.greet", events=(PrincipalAdded,), run=greeter.run),),
    )
    with_toy = House((*rooms.capabilities, toy))
    return Units(
        engine=database.app,
        house=with_toy,
        clock=clock,
        tenancy=database.tenancy,
        jobs=JobWriter(with_toy, database.app),
    )


@pytest.fixture
def acme(units) -> Company:
    return Company(units)


@pytest.fixture
def ask(units, acme):
    edge = Edge(units=units, gate=lambda *_: None)

    def perform(operation, **input):
        return edge.perform(Request(actor=acme.system, operation=operation, input=input))

    return perform


@pytest.fixture
def deliver(units, database):
    dispatcher = Dispatcher(units=units, system=database.system)

    def run():
        sequence(database.system)
        dispatcher.deliver()
        sequence(database.system)

    return run


def handles(events) -> list[str]:
    return [event["payload"]["handle"] for event in events["items"]]


def test_the_newest_event_comes_first_and_pages_go_back(ask, acme, deliver):
    for handle in ("ada", "bob", "cyd"):
        acme.adds(handle)
    deliver()

    first = ask("journal.list", type="people.principal_added", limit=2)
    second = ask("journal.list", type="people.principal_added", limit=2, before=first["next"])

    assert handles(first) == ["cyd", "bob"]
    assert handles(second) == ["ada"]
    assert second["next"] is None


def test_the_history_of_one_thing(ask, acme, deliver):
    ada = acme.adds("ada")
    acme.adds("bob")
    deliver()

    told = ask("journal.list", lineage=f"principal:{ada.principal}")

    assert [event["type"] for event in told["items"]] == ["people.principal_added"]


def test_what_one_person_did_and_what_happened_on_some_days(ask, acme, deliver, clock):
    ada = acme.adds("ada", "people:manage")
    clock.advance(timedelta(days=1))
    acme.units.run(ada, service.add_principal, handle="bob", kind=PrincipalKind.PERSON)
    clock.advance(timedelta(days=1))
    acme.adds("cyd")
    deliver()
    monday, tuesday, wednesday = (f"2026-03-{day}" for day in (16, 17, 18))

    def added(**part):
        return handles(ask("journal.list", type="people.principal_added", **part))

    assert added(actor=ada.principal) == ["bob"]
    assert added(since=tuesday) == ["cyd", "bob"]
    assert added(until=tuesday) == ["bob", "ada"]
    assert added(since=tuesday, until=tuesday) == ["bob"]
    assert added(since=wednesday, until=monday) == []
    with pytest.raises(Invalid, match="since"):
        added(since="yesterday")


def test_following_begins_now_and_goes_on_where_it_stopped(ask, acme, deliver):
    acme.adds("before")
    deliver()
    now = ask("journal.follow")

    acme.adds("ada")
    acme.adds("bob")
    deliver()
    one = ask("journal.follow", after=now["position"], type="people", limit=1)
    rest = ask("journal.follow", after=one["position"], type="people")
    nothing = ask("journal.follow", after=rest["position"], type="people")

    assert now["items"] == []
    assert handles(one) == ["ada"]
    assert handles(rest) == ["bob"]
    assert (nothing["items"], nothing["position"]) == ([], rest["position"])


def test_one_organisation_never_reads_another(ask, acme, units, deliver):
    Company(units, slug="globex").adds("eve")
    deliver()

    assert "eve" not in str(ask("journal.list"))
    assert "eve" not in str(ask("journal.follow", after=0))


def test_an_untouched_journal_is_clean(ask, acme, deliver, database):
    acme.adds("ada")
    deliver()
    seal(database.system, max_age=timedelta(0))

    audit = ask("audit.verify")

    assert audit["faults"] == []
    assert audit["blocks"] == 1
    assert audit["unsealed"] == 0


@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        ("UPDATE journal_event SET actor = 'somebody' WHERE type = :type", "columns were changed"),
        ("UPDATE journal_event SET payload = '{}' WHERE type = :type", "payload was changed"),
        ("DELETE FROM journal_event WHERE type = :type", "sealed and is gone"),
    ],
    ids=["another actor", "another payload", "an event taken out"],
)
def test_tampering_is_named(ask, acme, deliver, database, tampering, said):
    acme.adds("ada")
    deliver()
    seal(database.system, max_age=timedelta(0))

    with database.system.begin() as db:
        db.execute(sa.text(tampering), {"type": "people.principal_added"})

    assert said in str(ask("audit.verify")["faults"])


def test_an_event_that_cannot_be_taken_waits_for_a_person_who_replays_it(
    ask, acme, greeter, deliver
):
    greeter.hates = {"ada"}
    acme.adds("ada")
    acme.adds("bob")
    deliver()
    waiting = ask("journal.parked")["items"]

    greeter.hates = set()
    replayed = ask("journal.replay", subscriber="toy.greet")

    assert [(one["subscriber"], one["error"]) for one in waiting] == [
        ("toy.greet", "RuntimeError: not this one")
    ]
    assert replayed == {"taken": 1, "waiting": 0}
    assert greeter.heard == ["bob", "ada"]
    assert ask("journal.parked")["items"] == []


def test_what_a_replay_records_has_the_system_as_actor_and_the_event_as_cause(
    ask, acme, greeter, deliver
):
    greeter.hates = {"ada"}
    acme.adds("ada")
    deliver()
    event = ask("journal.parked")["items"][0]["event"]
    greeter.hates = set()

    ask("journal.replay", subscriber="toy.greet")
    deliver()

    greeted = ask("journal.list", type="toy.greeted")["items"]
    assert [(one["actor"], one["cause"]) for one in greeted] == [("system", event)]


def test_a_replay_that_fails_again_leaves_nothing_behind_and_the_event_where_it_was(
    ask, acme, greeter, deliver
):
    greeter.hates = {"ada"}
    acme.adds("ada")
    deliver()

    replayed = ask("journal.replay", subscriber="toy.greet")
    deliver()

    assert replayed == {"taken": 0, "waiting": 1}
    assert ask("journal.list", type="toy.greeted")["items"] == []


def test_a_subscriber_that_nobody_declared_cannot_be_replayed(ask):
    with pytest.raises(NotFound, match=r"toy\.greet"):
        ask("journal.replay", subscriber="toy.grete")
