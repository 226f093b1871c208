"""The verbs of budgets on a real database: hold, book, give back, tell."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from headrace.capabilities.budgets import service
from headrace.capabilities.budgets.model import (
    NOTHING,
    WHOLE,
    Amount,
    BudgetExceeded,
    Cap,
    Claim,
    Dimension,
    Period,
    ReservationEnded,
    ReservationId,
    ReservationNotFound,
    ReservationReused,
    ReservationState,
    Scope,
    ScopeKind,
    Use,
)
from headrace.kernel.context import Actor, ActorKind
from headrace.kernel.errors import Invalid, NotAllowed
from headrace.kernel.ids import PrincipalId

MISSION = Scope(kind=ScopeKind.MISSION, id="bulk-data-export")
STREAM = Scope(kind=ScopeKind.STREAM, id="api")
AGENT = Scope(kind=ScopeKind.AGENT, id="coding-agent-1")
CALL = Use(model="anthropic:claude-sonnet-4-5", tokens_in=30, tokens_out=10, micro_usd=400)


def a_claim(id="run-1", *, tokens=100, micro_usd=1_000, scopes=(MISSION, STREAM, AGENT)) -> Claim:
    return Claim(
        id=ReservationId(id),
        scopes=scopes,
        amount=Amount(tokens=tokens, micro_usd=micro_usd),
        purpose=f"run {id}",
        run=id,
        change="CR-12",
    )


@pytest.fixture
def run(units, system):
    """Run a verb in a unit of work of its own."""

    def verb(verb, *args, **kwargs):
        return units.run(system, verb, *args, **kwargs)

    return verb


@pytest.fixture
def told(units, system):
    """What the journal holds, oldest first: the kind of each event and its payload."""

    def types():
        with units.open(system) as ctx:
            rows = ctx.db.execute(
                sa.text("SELECT type, payload FROM journal_event ORDER BY recorded_at")
            )
            return [(row.type.removeprefix("budgets."), row.payload) for row in rows]

    return types


def stands(run, scope) -> tuple[Amount, Amount]:
    (budget,) = [b for b in run(service.standing, scope=scope) if b.period is Period.ALWAYS]
    return budget.spent, budget.reserved


def test_a_claim_is_held_at_every_scope_and_at_the_organisation(run):
    held = run(service.reserve, a_claim())

    assert held.state is ReservationState.OPEN
    assert held.scopes == (WHOLE, MISSION, STREAM, AGENT)
    for scope in held.scopes:
        assert stands(run, scope) == (NOTHING, Amount(tokens=100, micro_usd=1_000))
    assert run(service.reservation, held.id) == held


def test_a_repeated_claim_finds_its_reservation_and_holds_nothing_twice(run):
    first = run(service.reserve, a_claim())
    second = run(service.reserve, a_claim())

    assert second == first
    assert stands(run, WHOLE)[1] == Amount(tokens=100, micro_usd=1_000)


def test_an_id_does_not_stand_for_two_claims(run):
    run(service.reserve, a_claim(tokens=100))

    with pytest.raises(ReservationReused):
        run(service.reserve, a_claim(tokens=101))


def test_a_claim_is_refused_by_all_scopes_that_have_no_room_and_held_at_none(run):
    run(service.set_cap, STREAM, Cap(tokens=50))
    run(service.set_cap, AGENT, Cap(tokens=1_000, micro_usd=10))
    run(service.set_cap, WHOLE, Cap(tokens=10_000))

    with pytest.raises(BudgetExceeded) as refusal:
        run(service.reserve, a_claim())

    assert {str(s.scope) for s in refusal.value.shortages} == {"stream:api", "agent:coding-agent-1"}
    assert "headrace budget set stream:api" in refusal.value.message
    assert stands(run, WHOLE) == (NOTHING, NOTHING)
    with pytest.raises(ReservationNotFound):
        run(service.reservation, ReservationId("run-1"))


def test_a_verb_may_catch_the_refusal_and_nothing_is_held_when_it_commits(run, told):
    run(service.set_cap, MISSION, Cap(tokens=10))

    def claim(ctx):
        with pytest.raises(BudgetExceeded):
            service.reserve(ctx, a_claim())

    run(claim)
    run(claim)

    assert stands(run, MISSION) == (NOTHING, NOTHING)
    assert [kind for kind, _ in told()] == ["budget_set", "exceeded"]


def test_exceeded_is_told_again_after_the_cap_was_set_anew(run, told):
    def claim(ctx):
        with pytest.raises(BudgetExceeded):
            service.reserve(ctx, a_claim())

    for cap in (10, 20):
        run(service.set_cap, MISSION, Cap(tokens=cap))
        run(claim)

    assert [kind for kind, _ in told()] == ["budget_set", "exceeded"] * 2


def test_settling_books_the_actual_use_and_gives_the_rest_back(run):
    held = run(service.reserve, a_claim())

    done = run(service.settle, held.id, [CALL, CALL])

    assert (done.state, done.spent) == (
        ReservationState.SETTLED,
        Amount(tokens=80, micro_usd=800),
    )
    assert done.excess == NOTHING
    for scope in held.scopes:
        assert stands(run, scope) == (Amount(tokens=80, micro_usd=800), NOTHING)


def test_settling_twice_books_once(run):
    held = run(service.reserve, a_claim())

    first = run(service.settle, held.id, [CALL])
    second = run(service.settle, held.id, [CALL])

    assert first == second
    assert len(run(service.entries)) == 1


def test_use_beyond_the_reservation_is_booked_and_told_even_over_the_cap(run, told):
    run(service.set_cap, MISSION, Cap(tokens=100))
    held = run(service.reserve, a_claim())

    done = run(service.settle, held.id, [Use(model="m", tokens_in=130, micro_usd=500)])

    assert done.excess == Amount(tokens=30)
    assert stands(run, MISSION) == (Amount(tokens=130, micro_usd=500), NOTHING)
    overran = [payload for kind, payload in told() if kind == "overran"]
    assert [(o["tokens"], o["micro_usd"]) for o in overran] == [(30, 0)]
    with pytest.raises(BudgetExceeded, match="-30 tokens"):
        run(service.reserve, a_claim("run-2", tokens=1))


def test_charging_moves_from_held_to_spent_and_a_key_counts_once(run):
    held = run(service.reserve, a_claim())

    for key in ("call-1", "call-1", "call-2"):
        run(service.charge, held.id, key, CALL)

    assert stands(run, AGENT) == (
        Amount(tokens=80, micro_usd=800),
        Amount(tokens=20, micro_usd=200),
    )
    assert run(service.settle, held.id).spent == Amount(tokens=80, micro_usd=800)
    assert stands(run, AGENT)[1] == NOTHING


def test_a_lost_call_is_charged_with_all_that_is_still_held(run):
    held = run(service.reserve, a_claim())
    run(service.charge, held.id, "call-1", CALL)

    lost = run(service.lose, held.id, "some-model")

    assert (lost.state, lost.spent) == (ReservationState.LOST, held.amount)
    assert stands(run, WHOLE) == (held.amount, NOTHING)
    assert [entry.use.lost for entry in run(service.entries)] == [True, False]
    assert run(service.settle, held.id, [CALL]).spent == held.amount


def test_a_release_gives_back_what_was_not_charged(run):
    held = run(service.reserve, a_claim())
    run(service.charge, held.id, "call-1", CALL)

    for _ in range(2):
        released = run(service.release, held.id)

    assert released.state is ReservationState.RELEASED
    assert stands(run, MISSION) == (Amount(tokens=40, micro_usd=400), NOTHING)
    with pytest.raises(ReservationEnded):
        run(service.reserve, a_claim())


def test_a_use_that_arrives_after_the_release_is_not_lost(run):
    held = run(service.reserve, a_claim())
    run(service.release, held.id)

    run(service.settle, held.id, [CALL])

    assert stands(run, MISSION) == (Amount(tokens=40, micro_usd=400), NOTHING)


def test_what_is_given_back_wakes_those_who_were_refused_and_nobody_else(run, told):
    run(service.set_cap, MISSION, Cap(tokens=100))
    first = run(service.reserve, a_claim())

    def claim(ctx):
        with pytest.raises(BudgetExceeded):
            service.reserve(ctx, a_claim("run-2"))

    run(claim)
    run(service.release, first.id)
    second = run(service.reserve, a_claim("run-2"))
    run(service.release, second.id)

    assert [kind for kind, _ in told()] == ["budget_set", "exceeded", "eased"]


def test_a_scope_without_a_cap_is_unlimited_and_counted(run):
    held = run(service.reserve, a_claim(tokens=10**12))

    run(service.settle, held.id, [Use(model="m", tokens_in=10**11)])

    assert stands(run, MISSION) == (Amount(tokens=10**11), NOTHING)


def test_a_monthly_cap_begins_anew_and_a_use_counts_for_the_month_of_its_claim(run, clock):
    run(service.set_cap, MISSION, Cap(tokens=150), Period.MONTHLY)
    march = run(service.reserve, a_claim())
    with pytest.raises(BudgetExceeded, match="2026-03"):
        run(service.reserve, a_claim("run-2"))

    clock.advance(timedelta(days=20))
    run(service.reserve, a_claim("run-2"))
    run(service.settle, march.id, [CALL])

    april, always = (
        next(b for b in run(service.standing, scope=MISSION) if b.period is period)
        for period in (Period.MONTHLY, Period.ALWAYS)
    )
    assert (april.term, april.spent, april.reserved.tokens) == ("2026-04", NOTHING, 100)
    assert (always.spent.tokens, always.reserved.tokens) == (40, 100)


def test_a_new_term_wakes_those_whom_the_last_one_refused_once(run, clock, told):
    run(service.set_cap, MISSION, Cap(tokens=10), Period.DAILY)

    def claim(ctx):
        with pytest.raises(BudgetExceeded):
            service.reserve(ctx, a_claim())

    run(claim)
    run(service.renew)
    clock.advance(timedelta(days=1))
    run(service.renew)
    run(service.renew)

    assert [kind for kind, _ in told()] == ["budget_set", "exceeded", "eased"]


def test_a_new_cap_takes_the_place_of_the_old_one_and_what_stands_is_kept(run):
    run(service.set_cap, MISSION, Cap(tokens=500, micro_usd=9))
    run(service.reserve, a_claim(micro_usd=0))

    after = run(service.set_cap, MISSION, Cap(tokens=60))

    assert (after.cap, after.reserved.tokens, after.left_tokens) == (Cap(tokens=60), 100, -40)


def test_an_agent_may_not_set_a_budget(units, organisation):
    agent = Actor(organisation=organisation, principal=PrincipalId("a"), kind=ActorKind.AGENT)

    with pytest.raises(NotAllowed, match="a person does"):
        units.run(agent, service.set_cap, MISSION, Cap(tokens=10))


def test_a_claim_that_names_two_of_one_kind_is_refused(run):
    with pytest.raises(Invalid, match="one agent at most"):
        run(
            service.reserve,
            a_claim(scopes=(AGENT, Scope(kind=ScopeKind.AGENT, id="coding-agent-2"))),
        )


@pytest.mark.parametrize(
    ("dimension", "keys"),
    [
        (Dimension.MODEL, {"anthropic:claude-sonnet-4-5": 800, "unknown": 0}),
        (Dimension.AGENT, {"coding-agent-1": 400, "": 400}),
        (Dimension.MISSION, {"bulk-data-export": 800}),
        (Dimension.STREAM, {"api": 400, "": 400}),
        (Dimension.CHANGE, {"CR-12": 800}),
        (Dimension.RUN, {"run-1": 400, "run-2": 400}),
    ],
)
def test_totals_add_up_by_every_dimension(run, dimension, keys):
    one = run(service.reserve, a_claim())
    two = run(service.reserve, a_claim("run-2", scopes=(MISSION,)))
    run(service.settle, one.id, [CALL, Use(model="unknown", tokens_in=5, priced=False)])
    run(service.settle, two.id, [CALL])

    found = run(service.totals, dimension)

    assert {total.key: total.micro_usd for total in found} == keys
    assert sum(total.tokens_in for total in found) == 65
    assert sum(total.unpriced for total in found) == 1


def test_what_a_run_used_counts_for_the_change_that_came_of_it(run):
    claim = replace(a_claim(), change=None)
    held = run(service.reserve, claim)
    run(service.charge, held.id, "first", CALL)
    run(service.attribute, "run-1", "CR-7")
    run(service.attribute, "run-1", "CR-8")  # a run is for one change
    run(service.settle, held.id, [CALL])

    (total,) = run(service.totals, Dimension.CHANGE)

    assert (total.key, total.entries, total.micro_usd) == ("CR-7", 2, 800)
    assert {entry.change for entry in run(service.entries)} == {"CR-7"}


def test_totals_and_the_ledger_can_be_told_for_one_scope_and_from_a_day_on(run, clock):
    one = run(service.reserve, a_claim())
    two = run(service.reserve, a_claim("run-2", scopes=(MISSION,)))
    run(service.settle, one.id, [CALL])
    clock.advance(timedelta(days=3))
    run(service.settle, two.id, [CALL, CALL])

    assert len(run(service.entries, scope=STREAM)) == 1
    assert len(run(service.entries, scope=MISSION)) == 3
    (recent,) = run(service.totals, Dimension.MISSION, since=clock.now())
    assert recent.entries == 2
    newest, *_ = page = run(service.entries, limit=2)
    assert [e.number for e in page] == sorted((e.number for e in page), reverse=True)
    assert len(run(service.entries, before=page[-1].number)) == 1
    assert newest.change == "CR-12"


def test_a_forecast_reads_the_pace_of_the_last_week_from_the_ledger(run, clock):
    run(service.set_cap, MISSION, Cap(tokens=200))
    held = run(service.reserve, a_claim())
    run(service.charge, held.id, "old", Use(model="m", tokens_in=20))
    clock.advance(timedelta(days=10))
    run(service.settle, held.id, [Use(model="m", tokens_in=70)])

    (found,) = run(service.forecasts, MISSION)

    assert found.tokens_per_day == 10
    assert found.runs_out_at == clock.now() + timedelta(days=11)


def test_the_ledger_cannot_be_changed_by_the_application(run):
    held = run(service.reserve, a_claim())
    run(service.settle, held.id, [CALL])

    for statement in ("UPDATE budgets_entry SET micro_usd = 0", "DELETE FROM budgets_entry"):
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            run(lambda ctx, statement=statement: ctx.db.execute(sa.text(statement)))


def test_what_is_held_is_listed_oldest_first(run, clock):
    run(service.reserve, a_claim("run-2"))
    clock.advance(timedelta(hours=1))
    run(service.reserve, a_claim("run-1"))
    run(service.release, run(service.reserve, a_claim("run-3")).id)

    found = run(service.open_reservations)

    assert [r.id for r in found] == ["run-2", "run-1"]
    assert found[0].scopes == (WHOLE, MISSION, STREAM, AGENT)
