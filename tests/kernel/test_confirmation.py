"""Confirmations, bound to who, what and what would come of it, on a real database."""

import threading
from dataclasses import dataclass, field, replace
from typing import ClassVar

import pytest
import sqlalchemy as sa

from headrace.kernel.capability import Alarm, Capability, Effect, Foreseen, Http, Operation
from headrace.kernel.capability import Permission as Right
from headrace.kernel.confirmation import ConfirmationNeeded, ConfirmationStale
from headrace.kernel.context import Actor, ActorKind
from headrace.kernel.database import Database
from headrace.kernel.edge import Edge, Request
from headrace.kernel.errors import Invalid
from headrace.kernel.events import Event
from headrace.kernel.house import House
from headrace.kernel.ids import OrganisationId, PrincipalId
from headrace.kernel.unit import Units


@dataclass(frozen=True, kw_only=True)
class Burnt(Event):
    """Something was burnt."""

    type: ClassVar[str] = "fire.burnt"
    thing: str

    @property
    def lineage(self) -> str:
        return f"thing:{self.thing}"


@dataclass(frozen=True, kw_only=True)
class Thing:
    name: str


@dataclass(frozen=True, kw_only=True)
class World:
    """What the toy verbs look at: it changes under a preview's feet."""

    also: list[str] = field(default_factory=list)
    costs: list[int] = field(default_factory=lambda: [5])
    done: list[str] = field(default_factory=list)


def toys(world: World) -> Capability:
    def burn(ctx, thing: Thing) -> Thing:
        """Burn a thing."""
        if thing.name == "water":
            raise Invalid("Water does not burn")
        ctx.record(*(Burnt(thing=name) for name in (thing.name, *world.also)))
        return thing

    def make(ctx, thing: Thing) -> Thing:
        """Burn something that is new each time."""
        ctx.record(Burnt(thing=ctx.new_id("ash")))
        return thing

    def send(_ctx, thing: Thing) -> Thing:
        """Send a thing away."""
        world.done.append(thing.name)
        return thing

    def foresee(_ctx, _thing: Thing) -> Foreseen:
        """What it costs today."""
        return Foreseen(says=("It burns.",), tokens=10, micro_usd=world.costs[0])

    offered = [
        ("fire.burn", burn, Effect.DESTROY, foresee),
        ("fire.make", make, Effect.SPEND, None),
        ("fire.send", send, Effect.OUTSIDE, None),
        ("fire.much", make, Effect.WRITE, None),
        ("fire.light", burn, Effect.DESTROY, None),
    ]
    return Capability(
        name="fire",
        events=(Burnt,),
        permissions=(Right(name="fire:burn", summary="Burn"),),
        operations=tuple(
            Operation(
                name=name,
                permission="fire:burn",
                input=Thing,
                output=Thing,
                run=run,
                effect=effect,
                alarm=Alarm.AMBER if effect is Effect.WRITE else None,
                foresee=foreseen,
                http=Http(method="POST", path=f"/{name}"),
            )
            for name, run, effect, foreseen in offered
        ),
    )


ADA = Actor(
    organisation=OrganisationId("org_one"), principal=PrincipalId("prn_ada"), kind=ActorKind.PERSON
)
BOB = replace(ADA, principal=PrincipalId("prn_bob"))
ELSEWHERE = replace(ADA, organisation=OrganisationId("org_two"))


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def edge(units: Units, house: House, world: World, clock, database: Database) -> Edge:
    composed = House((*house.capabilities, toys(world)))
    made = Units(
        engine=database.app,
        house=composed,
        clock=clock,
        tenancy=database.tenancy,
        jobs=units._jobs,
    )
    return Edge(units=made, gate=lambda _ctx, _permission, _subject: None)


def burn(thing: str = "wood", *, by: Actor = ADA, operation: str = "fire.burn", **more) -> Request:
    return Request(actor=by, operation=operation, input={"name": thing}, **more)


def previewed(edge: Edge, request: Request) -> dict:
    with pytest.raises(ConfirmationNeeded) as asked:
        edge.perform(request)
    return asked.value.details


def confirmed(edge: Edge, request: Request, token: str):
    return edge.perform(replace(request, confirmation=token))


@pytest.fixture
def rows(database: Database):
    def count(table: str) -> int:
        with database.system.connect() as db:
            return db.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()

    return count


def test_a_preview_tells_the_effect_the_cost_and_what_would_be_recorded(edge):
    shown = previewed(edge, burn())

    assert (shown["alarm"], shown["effect"]) == ("red", "Burn a thing.")
    assert (shown["at_most_tokens"], shown["at_most_micro_usd"]) == (10, 5)
    assert shown["says"] == ["It burns."]
    assert shown["changes"] == ["fire.burnt on a new thing"]
    assert shown["answer"] == {"name": "wood"}


def test_a_preview_leaves_no_trace_and_its_token_does_the_deed_once(edge, rows):
    token = previewed(edge, burn())["confirmation"]
    traces = rows("journal_event") + rows("kernel_confirmation")

    assert confirmed(edge, burn(), token) == {"name": "wood"}
    with pytest.raises(ConfirmationStale):
        confirmed(edge, burn(), token)

    assert traces == 0
    assert rows("journal_event") == 1


def test_a_used_token_is_refused_even_where_the_plan_is_the_same(edge, rows):
    request = burn(operation="fire.make")
    token = previewed(edge, request)["confirmation"]
    confirmed(edge, request, token)

    with pytest.raises(ConfirmationStale, match="has been used"):
        confirmed(edge, request, token)

    assert rows("journal_event") == 1


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(burn("house"), id="another input"),
        pytest.param(burn(by=BOB), id="another person"),
        pytest.param(burn(by=ELSEWHERE), id="another organisation"),
        pytest.param(burn(operation="fire.light"), id="another operation"),
    ],
)
def test_a_token_is_good_for_the_call_that_it_was_given_for_and_no_other(edge, rows, request_):
    token = previewed(edge, burn())["confirmation"]

    with pytest.raises(ConfirmationStale, match="another call, of somebody else, or made up"):
        confirmed(edge, request_, token)

    assert rows("journal_event") == 0


@pytest.mark.parametrize(
    "token", ["", "hc_", "hc_a.b.c.d", "hc_1.99999999999.x.y", "nonsense", "hc_1.2.3", "é"]
)
def test_a_made_up_token_is_refused(edge, rows, token):
    with pytest.raises(ConfirmationStale):
        confirmed(edge, burn(), token)

    assert rows("journal_event") == 0


def test_when_it_would_do_something_else_by_now_it_is_shown_anew(edge, world, rows):
    token = previewed(edge, burn())["confirmation"]
    world.also.append("house")

    with pytest.raises(ConfirmationStale, match="not what you were shown") as refused:
        confirmed(edge, burn(), token)
    fresh = refused.value.details

    assert rows("journal_event") == 0
    assert len(fresh["changes"]) == 2
    assert confirmed(edge, burn(), fresh["confirmation"]) == {"name": "wood"}


def test_when_it_would_cost_more_by_now_it_is_shown_anew(edge, world):
    token = previewed(edge, burn())["confirmation"]
    world.costs[0] = 500

    with pytest.raises(ConfirmationStale) as refused:
        confirmed(edge, burn(), token)

    assert refused.value.details["at_most_micro_usd"] == 500


def test_a_token_runs_out_after_ten_minutes_of_real_time(edge, rows):
    request = burn()
    shown = previewed(edge, request)
    nonce, expires, plan, seal = shown["confirmation"].split(".")

    later = ".".join((nonce, str(int(expires) + 3600), plan, seal))
    with pytest.raises(ConfirmationStale, match="made up"):
        confirmed(edge, request, later)
    with edge.units.open(ADA) as ctx:
        now = ctx.db.execute(sa.text("SELECT extract(epoch FROM now())::bigint")).scalar_one()

    assert 590 <= int(expires) - now <= 600
    assert rows("journal_event") == 0


def test_a_token_that_has_run_out_is_refused(edge, monkeypatch, rows):
    from datetime import timedelta

    from headrace.kernel import confirmation

    monkeypatch.setattr(confirmation, "LASTS", timedelta(seconds=-1))
    token = previewed(edge, burn())["confirmation"]

    with pytest.raises(ConfirmationStale, match="run out"):
        confirmed(edge, burn(), token)

    assert rows("journal_event") == 0


def test_what_acts_outside_is_not_done_to_preview_it(edge, world):
    request = burn(operation="fire.send")

    shown = previewed(edge, request)
    before = list(world.done)
    with pytest.raises(ConfirmationStale):
        confirmed(edge, request, "hc_1.2.3.4")
    untouched = list(world.done)
    confirmed(edge, request, shown["confirmation"])

    assert shown["answer"] is None
    assert (before, untouched, world.done) == ([], [], ["wood"])


def test_what_only_writes_is_confirmed_where_its_declaration_says_so(edge):
    assert previewed(edge, burn(operation="fire.much"))["alarm"] == "amber"


def test_an_operation_that_refuses_itself_is_refused_before_anything_is_confirmed(edge):
    with pytest.raises(Invalid, match="does not burn"):
        edge.perform(burn("water"))


def test_a_repeated_key_gives_the_first_answer_without_a_confirmation(edge, rows):
    request = burn(key="k1")
    token = previewed(edge, request)["confirmation"]

    first = confirmed(edge, request, token)

    assert edge.perform(request) == first
    assert confirmed(edge, request, token) == first
    assert rows("journal_event") == 1


def test_of_two_who_use_one_token_at_once_one_does_it(edge, rows):
    request = burn(operation="fire.make")
    token = previewed(edge, request)["confirmation"]
    together, ends = threading.Barrier(4), []

    def use() -> None:
        together.wait()
        try:
            confirmed(edge, request, token)
            ends.append("done")
        except ConfirmationStale:
            ends.append("refused")

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(ends) == ["done", "refused", "refused", "refused"]
    assert rows("journal_event") == 1


def test_used_tokens_are_forgotten_once_they_have_run_out(edge, rows, database):
    for _ in range(2):
        request = burn(operation="fire.make")
        confirmed(edge, request, previewed(edge, request)["confirmation"])
        with database.system.begin() as db:
            db.execute(
                sa.text("UPDATE kernel_confirmation SET expires_at = now() - interval '1 s'")
            )

    assert rows("kernel_confirmation") == 1


def test_a_confirmation_is_in_no_repr():
    assert "hc_secret" not in repr(burn(confirmation="hc_secret"))
