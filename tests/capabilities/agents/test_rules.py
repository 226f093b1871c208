"""What agents decide, case by case."""

from datetime import UTC, datetime, timedelta

import pytest

from capabilities.agents.authorities import CARD
from headrace.capabilities.agents import rules
from headrace.capabilities.agents.cards import Lifecycle, TaskCard
from headrace.capabilities.agents.conversation import BrainKind, Limits, Usage
from headrace.capabilities.agents.model import Employee, EmployeeId
from headrace.capabilities.budgets.model import Amount
from headrace.kernel.errors import Refusal
from headrace.kernel.ids import PrincipalId

NOON = datetime(2026, 3, 16, 12, tzinfo=UTC)
M, R, H = BrainKind.MODEL, BrainKind.RECORDED, BrainKind.HUMAN
P, S = BrainKind.PLAIN, BrainKind.SKILL


def an_employee(handle: str, **changes) -> Employee:
    known = {
        "id": EmployeeId(f"emp_{handle}"),
        "principal": PrincipalId(f"prn_{handle}"),
        "handle": handle,
        "role": "coding-agent",
        "state": Lifecycle.ACTIVE,
        "superseded_by": "",
        "paused": False,
        "card": CARD,
        "card_hash": "0",
        "hired_by": PrincipalId("prn_lead"),
        "hired_at": NOON,
        "open_runs": 0,
    }
    return Employee(**{**known, **changes})


def a_task(*brains: BrainKind) -> TaskCard:
    return TaskCard(
        name="implement", does="", inputs=(), outputs=(), brains=brains, skill="measure"
    )


@pytest.mark.parametrize(
    ("brains", "there", "has_form", "chosen"),
    [
        pytest.param((M, R), {M, R, H, P}, True, M, id="the first that is there"),
        pytest.param((M, R), {R, H, P}, True, R, id="the next, where the first is not"),
        pytest.param((S, M), {S, M}, False, S, id="a skill before language"),
        pytest.param((M, R, H), {H, P}, True, H, id="a person, where the card wants one"),
        pytest.param((M, R, P), {H, P}, True, P, id="a draft, where the card allows it"),
        pytest.param((M, R), {H, P}, True, P, id="a draft, where nothing else is there"),
        pytest.param((P, M), {M, P}, False, M, id="no draft without a form"),
    ],
)
def test_the_brain_is_the_first_of_the_card_that_is_there(brains, there, has_form, chosen):
    assert rules.brain(a_task(*brains), there, has_form=has_form) is chosen


def test_without_any_brain_and_without_a_form_the_task_is_refused():
    refusal = rules.brain(a_task(S, M), {H, P}, has_form=False)

    assert isinstance(refusal, Refusal)
    assert "the card wants the skill measure, model" in str(refusal)


def test_the_worker_has_least_to_do_then_serves_longest():
    busy = an_employee("busy", open_runs=2)
    young = an_employee("young", hired_at=NOON + timedelta(days=1))
    old = an_employee("old")

    assert rules.worker("coding-agent", [busy, young, old]) == old


@pytest.mark.parametrize(
    "state",
    [state for state in Lifecycle if state is not Lifecycle.ACTIVE],
)
def test_only_active_employees_work(state):
    refusal = rules.worker("coding-agent", [an_employee("one", state=state)])

    assert str(refusal) == f"@one is {state}, and only active agents work"


@pytest.mark.parametrize(
    ("kind", "limits", "held"),
    [
        (M, Limits(run_tokens=5, run_cost_micro_usd=7), Amount(tokens=5, micro_usd=7)),
        (M, Limits(), Amount(tokens=rules.MOST_TOKENS, micro_usd=rules.MOST_MICRO_USD)),
        (S, Limits(run_tokens=5, run_cost_micro_usd=7), Amount()),
        (H, Limits(), Amount()),
        (P, Limits(), Amount()),
    ],
)
def test_a_run_holds_what_its_card_allows_and_nothing_where_nothing_costs(kind, limits, held):
    assert rules.reservation(kind, limits) == held


@pytest.mark.parametrize(
    ("spent", "most", "reasons"),
    [
        pytest.param(Amount(tokens=80), Usage(input_tokens=15, output_tokens=5), 0, id="just in"),
        pytest.param(
            Amount(tokens=81), Usage(input_tokens=15, output_tokens=5), 1, id="a token over"
        ),
        pytest.param(Amount(micro_usd=50), Usage(cost_micro_usd=51), 1, id="money over"),
        pytest.param(Amount(tokens=500, micro_usd=500), Usage(), 0, id="a turn that costs nothing"),
        pytest.param(Amount(tokens=99), Usage(input_tokens=9, cost_micro_usd=900), 2, id="both"),
    ],
)
def test_a_turn_that_could_go_beyond_what_is_held_is_not_begun(spent, most, reasons):
    refusal = rules.against_turn(
        Limits(turns=3),
        Amount(tokens=100, micro_usd=100),
        rules.Spent(amount=spent, turns=0, worked_for=timedelta(0)),
        most,
        timedelta(hours=1),
    )

    assert len(refusal.reasons if refusal else ()) == reasons


def test_every_limit_that_is_broken_is_told():
    refusal = rules.against_turn(
        Limits(turns=3),
        Amount(),
        rules.Spent(amount=Amount(), turns=3, worked_for=timedelta(hours=2)),
        Usage(input_tokens=1, cost_micro_usd=1),
        timedelta(hours=1),
    )

    assert len(refusal.reasons) == 4


@pytest.mark.parametrize(
    ("times", "asked", "wait"),
    [
        pytest.param(1, None, timedelta(seconds=30), id="the first time"),
        pytest.param(3, None, timedelta(minutes=2), id="doubled each time"),
        pytest.param(50, None, timedelta(minutes=15), id="to the longest"),
        pytest.param(50, 7.0, timedelta(seconds=7), id="as the provider asks"),
        pytest.param(1, 10**9, timedelta(hours=6), id="within reason"),
        pytest.param(1, -1.0, timedelta(0), id="never backwards"),
    ],
)
def test_a_run_whose_provider_is_away_waits(times: int, asked: float | None, wait: timedelta):
    assert rules.stall(times, asked) == wait
