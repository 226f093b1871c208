"""However claims race, nothing is overspent, nothing is counted twice, nobody waits for ever."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headrace.capabilities.budgets import service
from headrace.capabilities.budgets.model import (
    WHOLE,
    Amount,
    BudgetExceeded,
    Cap,
    Claim,
    Period,
    ReservationEnded,
    ReservationId,
    ReservationNotFound,
    Scope,
    ScopeKind,
    Use,
)
from headrace.kernel.context import system_actor
from headrace.kernel.ids import OrganisationId, new_id

THREADS = 12  # below the connections of the pool, so that no claim waits for one
MISSIONS, STREAMS, AGENTS = (
    [Scope(kind=kind, id=f"{kind}-{number}") for number in range(2)]
    for kind in (ScopeKind.MISSION, ScopeKind.STREAM, ScopeKind.AGENT)
)

UNEQUAL = sa.text(
    """SELECT a.scope_kind, a.scope_id, a.period, a.term, a.spent_tokens, a.spent_micro_usd,
        a.reserved_tokens, a.reserved_micro_usd, l.tokens, l.micro_usd, o.tokens, o.micro_usd
    FROM budgets_account a
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(e.tokens_in + e.tokens_out), 0) AS tokens,
            coalesce(sum(e.micro_usd), 0) AS micro_usd
        FROM budgets_hold h JOIN budgets_entry e ON e.organisation = h.organisation
            AND e.reservation = h.reservation
        WHERE h.organisation = a.organisation AND h.scope_kind = a.scope_kind
            AND h.scope_id = a.scope_id AND h.period = a.period AND h.term = a.term) l
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(greatest(0, r.asked_tokens - r.spent_tokens)), 0) AS tokens,
            coalesce(sum(greatest(0, r.asked_micro_usd - r.spent_micro_usd)), 0) AS micro_usd
        FROM budgets_hold h JOIN budgets_reservation r ON r.organisation = h.organisation
            AND r.id = h.reservation AND r.state = 'open'
        WHERE h.organisation = a.organisation AND h.scope_kind = a.scope_kind
            AND h.scope_id = a.scope_id AND h.period = a.period AND h.term = a.term) o
    WHERE (a.spent_tokens, a.spent_micro_usd) <> (l.tokens, l.micro_usd)
        OR (a.reserved_tokens, a.reserved_micro_usd) <> (o.tokens, o.micro_usd)"""
)
"""Accounts whose spent is not the sum of the ledger, or whose reserved not that of open reservations."""


def unequal(units, actor) -> list[object]:
    with units.open(actor) as ctx:
        assert ctx.db.execute(sa.text("SELECT count(*) FROM budgets_account")).scalar_one()
        return list(ctx.db.execute(UNEQUAL))


def a_claim(number: int, scopes=(), *, tokens=100, micro_usd=7) -> Claim:
    return Claim(
        id=ReservationId(f"claim-{number}"),
        scopes=tuple(scopes),
        amount=Amount(tokens=tokens, micro_usd=micro_usd),
        purpose="a race",
    )


def together(work, jobs):
    """Every job by `work`, many at once, each on a thread with a connection of its own."""
    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(work, jobs))


def test_of_a_thousand_parallel_claims_exactly_the_affordable_ones_succeed(units, system):
    affordable = 137
    units.run(system, service.set_cap, WHOLE, Cap(tokens=affordable * 100 + 99))

    def claim(number: int) -> bool:
        scopes = (MISSIONS[number % 2], AGENTS[number % 2])
        try:
            units.run(system, service.reserve, a_claim(number, scopes))
        except BudgetExceeded:
            return False
        return True

    outcome = Counter(together(claim, range(1_000)))

    assert outcome == {True: affordable, False: 1_000 - affordable}
    (budget,) = units.run(system, service.standing, scope=WHOLE)
    assert (budget.reserved.tokens, budget.left_tokens) == (affordable * 100, 99)
    assert unequal(units, system) == []


def test_claims_over_a_hierarchy_named_in_any_order_never_deadlock(units, system):
    def claim(number: int) -> None:
        source = random.Random(number)
        fresh = Scope(kind=ScopeKind.AGENT, id=f"hired-{number // 4}")  # new to several at once
        scopes = [source.choice(kind) for kind in (MISSIONS, STREAMS, [*AGENTS, fresh])]
        source.shuffle(scopes)
        chosen = scopes[: source.randint(0, 3)]
        # Opened by hand, because `run` would make a unit again after a deadlock and hide it.
        with units.open(system) as ctx:
            service.reserve(ctx, a_claim(number, chosen))
        with units.open(system) as ctx:
            if number % 3 == 0:
                service.release(ctx, ReservationId(f"claim-{number}"))
            else:
                service.settle(ctx, ReservationId(f"claim-{number}"), [Use(model="m", tokens_in=9)])

    together(claim, range(240))

    assert unequal(units, system) == []
    (budget,) = units.run(system, service.standing, scope=WHOLE)
    assert (budget.spent.tokens, budget.reserved.tokens) == (160 * 9, 0)


def test_one_id_claimed_by_many_at_once_is_one_reservation(units, system):
    found = together(
        lambda _: units.run(system, service.reserve, a_claim(1, (MISSIONS[0],))), range(24)
    )

    assert len(set(found)) == 1
    (budget,) = units.run(system, service.standing, scope=MISSIONS[0])
    assert budget.reserved.tokens == 100


def test_one_settlement_made_by_many_at_once_books_once(units, system):
    held = units.run(system, service.reserve, a_claim(1, (MISSIONS[0],)))

    together(
        lambda _: units.run(system, service.settle, held.id, [Use(model="m", tokens_in=30)]),
        range(24),
    )

    (budget,) = units.run(system, service.standing, scope=MISSIONS[0])
    assert (budget.spent.tokens, budget.reserved.tokens) == (30, 0)


def test_a_cap_lowered_while_claims_race_is_obeyed_by_every_later_claim(units, system):
    units.run(system, service.set_cap, MISSIONS[0], Cap(tokens=100_000))

    def act(number: int) -> None:
        if number == 100:
            units.run(system, service.set_cap, MISSIONS[0], Cap(tokens=0))
            return
        try:
            with units.open(system) as ctx:
                caps = ctx.db.execute(sa.text("SELECT cap_tokens FROM budgets_cap")).scalar_one()
                service.reserve(ctx, a_claim(number, (MISSIONS[0],)))
                now = ctx.db.execute(sa.text("SELECT cap_tokens FROM budgets_cap")).scalar_one()
                assert (caps, now) == (100_000, 100_000)
        except BudgetExceeded:
            pass

    together(act, range(200))

    with pytest.raises(BudgetExceeded):
        units.run(system, service.reserve, a_claim(999, (MISSIONS[0],)))
    assert unequal(units, system) == []


AMOUNTS = st.integers(0, 60)
ACTS = st.one_of(
    st.tuples(st.just("reserve"), st.integers(0, 5), AMOUNTS, st.integers(0, 7)),
    st.tuples(st.just("charge"), st.integers(0, 5), AMOUNTS, st.integers(0, 3)),
    st.tuples(st.just("settle"), st.integers(0, 5), AMOUNTS, st.just(0)),
    st.tuples(st.sampled_from(["lose", "release"]), st.integers(0, 5), st.just(0), st.just(0)),
    st.tuples(st.just("cap"), st.integers(0, 3), AMOUNTS, st.integers(0, 1)),
)


def act(ctx, kind: str, number: int, tokens: int, choice: int) -> None:
    """One act on one of six reservations; a refusal is an outcome like another."""
    id, use = ReservationId(f"claim-{number}"), Use(model="m", tokens_in=tokens, micro_usd=tokens)
    try:
        if kind == "reserve":
            scopes = [kind[choice >> place & 1] for place, kind in enumerate((MISSIONS, AGENTS))]
            service.reserve(ctx, a_claim(number, scopes, tokens=tokens, micro_usd=5))
        elif kind == "charge":
            service.charge(ctx, id, f"call-{choice}", use)
        elif kind == "settle":
            service.settle(ctx, id, [use])
        elif kind == "lose":
            service.lose(ctx, id, "m")
        elif kind == "release":
            service.release(ctx, id)
        else:
            scope = [WHOLE, MISSIONS[0], AGENTS[0], AGENTS[1]][number]
            period = [Period.ALWAYS, Period.MONTHLY][choice]
            service.set_cap(ctx, scope, Cap(tokens=tokens * 2), period)
    except (BudgetExceeded, ReservationNotFound, ReservationEnded, service.ReservationReused):
        pass


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=st.lists(ACTS, min_size=1, max_size=25))
def test_the_ledger_equals_what_is_spent_after_any_sequence(units, acts):
    actor = system_actor(OrganisationId(new_id("org")))
    for kind, number, tokens, choice in [("reserve", 0, 10, 0), *acts]:
        units.run(actor, act, kind, number, tokens, choice)

    assert unequal(units, actor) == []


@pytest.mark.parametrize("seed", range(3))
def test_the_ledger_equals_what_is_spent_after_any_interleaving(units, system, seed):
    source = random.Random(seed)
    kinds = ["reserve"] * 4 + ["charge"] * 3 + ["settle", "lose", "release", "cap"]
    acts = [("reserve", 0, 10, 0)] + [
        (
            source.choice(kinds),
            source.randint(0, 3),
            source.randint(0, 60),
            source.randint(0, 1),
        )
        for _ in range(200)
    ]

    def race(one) -> None:
        with units.open(system) as ctx:  # by hand: a deadlock must be seen
            act(ctx, *one)

    together(race, acts)

    assert unequal(units, system) == []


def test_the_check_of_the_ledger_finds_an_account_that_does_not_add_up(units, system):
    units.run(system, service.reserve, a_claim(1, (MISSIONS[0],)))
    with units.open(system) as ctx:
        ctx.db.execute(sa.text("UPDATE budgets_account SET reserved_tokens = reserved_tokens - 1"))

    assert len(unequal(units, system)) == 2
