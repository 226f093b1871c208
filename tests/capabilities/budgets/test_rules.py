"""What budgets decide: scopes of a claim, who refuses, terms, forecasts."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from headrace.capabilities.budgets import rules
from headrace.capabilities.budgets.model import (
    NOTHING,
    WHOLE,
    Amount,
    Budget,
    Cap,
    Claim,
    Period,
    Recent,
    ReservationId,
    Scope,
    ScopeKind,
)
from headrace.kernel.errors import Invalid, Refusal

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
MISSION = Scope(kind=ScopeKind.MISSION, id="bulk-data-export")


def a_budget(
    cap: Cap | None = None,
    *,
    spent: Amount = NOTHING,
    reserved: Amount = NOTHING,
    period: Period = Period.ALWAYS,
) -> Budget:
    return Budget(
        scope=MISSION,
        period=period,
        term=rules.term(period, NOON),
        cap=cap or Cap(tokens=100, micro_usd=1_000),
        spent=spent,
        reserved=reserved,
    )


def a_claim(*scopes: Scope) -> Claim:
    return Claim(
        id=ReservationId("run-1"), scopes=scopes, amount=Amount(tokens=1), purpose="a test"
    )


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("organisation", WHOLE),
        ("organisation:anything", WHOLE),
        ("mission:bulk-data-export", MISSION),
        ("agent:a:b", Scope(kind=ScopeKind.AGENT, id="a:b")),
    ],
)
def test_a_scope_is_read_from_its_text(text, scope):
    assert Scope.parse(text) == scope


@pytest.mark.parametrize("text", ["", "mission", "mission:", "team:red"])
def test_what_is_no_scope_is_refused_with_the_forms_that_are(text):
    with pytest.raises(Invalid, match="write organisation, mission:ID"):
        Scope.parse(text)


def test_a_claim_always_counts_for_the_organisation_and_once():
    named = Scope(kind=ScopeKind.ORGANISATION, id="org_1")

    assert rules.claimed(a_claim(MISSION)) == (WHOLE, MISSION)
    assert rules.claimed(a_claim(MISSION, named, WHOLE)) == (WHOLE, MISSION)


def test_a_claim_for_two_missions_is_refused():
    outcome = rules.claimed(a_claim(MISSION, Scope(kind=ScopeKind.MISSION, id="other")))

    assert isinstance(outcome, Refusal)
    assert "one mission at most" in str(outcome)


@pytest.mark.parametrize(
    ("budget", "asked", "short"),
    [
        pytest.param(a_budget(), Amount(tokens=100, micro_usd=1_000), False, id="exactly the cap"),
        pytest.param(a_budget(), Amount(tokens=101), True, id="one token over"),
        pytest.param(a_budget(), Amount(micro_usd=1_001), True, id="a millionth of a dollar over"),
        pytest.param(
            a_budget(spent=Amount(tokens=60), reserved=Amount(tokens=40)),
            Amount(tokens=1),
            True,
            id="what is held counts like what is spent",
        ),
        pytest.param(
            a_budget(spent=Amount(tokens=150)),
            NOTHING,
            False,
            id="nothing fits even after an overrun",
        ),
        pytest.param(a_budget(Cap()), Amount(tokens=10**15), False, id="no cap, no end"),
        pytest.param(
            a_budget(Cap(tokens=0)),
            Amount(micro_usd=5),
            False,
            id="a measure without a cap is free",
        ),
        pytest.param(a_budget(Cap(tokens=0)), Amount(tokens=1), True, id="a cap of nothing"),
    ],
)
def test_a_budget_refuses_what_it_has_no_room_for(budget, asked, short):
    assert bool(rules.shortages([budget], asked)) is short


def test_every_budget_that_refuses_is_named_with_what_is_left_and_what_helps():
    month = a_budget(period=Period.MONTHLY, reserved=Amount(tokens=30))
    fine = a_budget(Cap(tokens=1_000))

    found = rules.shortages([a_budget(), month, fine], Amount(tokens=500))

    assert [s.left_tokens for s in found] == [100, 70]
    assert "headrace budget set mission:bulk-data-export --period monthly" in found[1].remedy
    assert "give back" in found[1].remedy
    assert "after 2026-03" in found[1].remedy
    assert rules.tell(found[0]).startswith(
        "mission:bulk-data-export has 100 tokens and $0.001 left, asked are 500 tokens and $0.00: raise"
    )


@pytest.mark.parametrize(
    ("micro", "told"),
    [
        (0, "0.00"),
        (1, "0.000001"),
        (500_000, "0.50"),
        (1_234_560_000, "1,234.56"),
        (-20_000, "-0.02"),
    ],
)
def test_money_is_told_in_dollars_with_every_digit(micro, told):
    assert rules.dollars(micro) == told


def test_a_cap_in_dollars_is_exact_to_the_millionth():
    assert Cap.of(None, Decimal("0.1")).micro_usd == 100_000
    assert Cap.of(5, None) == Cap(tokens=5)
    with pytest.raises(Invalid, match="6 decimals"):
        Cap.of(None, Decimal("0.0000001"))
    with pytest.raises(Invalid, match="never negative"):
        Cap.of(-1, None)


@pytest.mark.parametrize(
    ("period", "moment", "term", "ends"),
    [
        (Period.ALWAYS, NOON, "", None),
        (Period.MONTHLY, NOON, "2026-03", datetime(2026, 4, 1, tzinfo=UTC)),
        (
            Period.MONTHLY,
            datetime(2026, 12, 31, 23, 59, tzinfo=UTC),
            "2026-12",
            datetime(2027, 1, 1, tzinfo=UTC),
        ),
        (Period.WEEKLY, NOON, "2026-W12", datetime(2026, 3, 23, tzinfo=UTC)),
        (
            Period.WEEKLY,
            datetime(2027, 1, 1, tzinfo=UTC),
            "2026-W53",
            datetime(2027, 1, 4, tzinfo=UTC),
        ),
        (Period.DAILY, NOON, "2026-03-18", datetime(2026, 3, 19, tzinfo=UTC)),
    ],
)
def test_a_term_has_a_name_and_an_end(period, moment, term, ends):
    assert rules.term(period, moment) == term
    assert rules.term_end(period, moment) == ends


@pytest.mark.parametrize("period", [Period.MONTHLY, Period.WEEKLY, Period.DAILY])
def test_a_term_begins_where_the_one_before_it_ends(period):
    begins = rules.term_begin(period, NOON)

    assert begins <= NOON
    assert rules.term_end(period, begins - timedelta(microseconds=1)) == begins
    assert rules.term_begin(Period.ALWAYS, NOON) is None


def a_week(lately: Amount, *, days: int) -> Recent:
    return Recent(lately=lately, since=NOON - timedelta(days=days))


def test_a_forecast_divides_what_is_left_by_the_pace_of_the_last_week():
    budget = a_budget(Cap(tokens=1_000), spent=Amount(tokens=700), reserved=Amount(tokens=100))

    found = rules.forecast(budget, a_week(Amount(tokens=700), days=30), NOON)

    assert found.tokens_per_day == 100
    assert found.runs_out_at == NOON + timedelta(days=2)
    assert found.expected_at_end is None


def test_a_forecast_of_a_term_expects_what_is_committed_and_the_pace_to_its_end():
    budget = a_budget(
        Cap(micro_usd=10_000),
        spent=Amount(micro_usd=700),
        reserved=Amount(micro_usd=50),
        period=Period.WEEKLY,
    )

    found = rules.forecast(budget, a_week(Amount(micro_usd=700), days=7), NOON)

    assert found.term_ends_at == datetime(2026, 3, 23, tzinfo=UTC)
    assert found.expected_at_end == Amount(micro_usd=700 + 50 + 450)  # four and a half days


def test_a_young_ledger_counts_as_one_day_old_at_least():
    pace = Recent(lately=Amount(tokens=50), since=NOON - timedelta(minutes=1))

    found = rules.forecast(a_budget(Cap(tokens=100)), pace, NOON)

    assert (found.window_days, found.tokens_per_day) == (1, 50)
    assert found.runs_out_at == NOON + timedelta(days=2)


def test_the_outlook_of_a_model_follows_the_rule_of_budgets():
    spent, held = Amount(tokens=60, micro_usd=700), Amount(tokens=5)
    pace = a_week(Amount(tokens=14, micro_usd=700), days=30)

    found = rules.outlook("large", spent, held, pace, Period.WEEKLY, NOON)

    assert (found.key, found.tokens_per_day, found.micro_usd_per_day) == ("large", 2, 100)
    assert found.expected_at_end == Amount(tokens=60 + 5 + 9, micro_usd=700 + 450)
    always = rules.outlook("large", spent, held, pace, Period.ALWAYS, NOON)
    assert (always.expected_at_end, always.reserved) == (None, held)


@pytest.mark.parametrize(
    ("budget", "used", "runs_out"),
    [
        pytest.param(a_budget(), NOTHING, None, id="nothing used, no end"),
        pytest.param(a_budget(Cap()), Amount(tokens=10), None, id="no cap, no end"),
        pytest.param(a_budget(spent=Amount(tokens=200)), NOTHING, NOON, id="overrun: now"),
        pytest.param(a_budget(Cap(tokens=10**12)), Amount(tokens=1), None, id="in a million years"),
    ],
)
def test_when_a_budget_runs_out(budget, used, runs_out):
    assert rules.forecast(budget, a_week(used, days=7), NOON).runs_out_at == runs_out
