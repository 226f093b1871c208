"""Budgets through the edge, as the doors call them."""

import pytest

from headrace.capabilities.budgets import service
from headrace.capabilities.budgets.model import Amount, Claim, ReservationId, Scope, Use
from headrace.kernel.edge import Edge, Request
from headrace.kernel.errors import Invalid


@pytest.fixture
def perform(units, system):
    edge = Edge(units=units, gate=lambda ctx, permission, subject: None)

    def one(operation: str, **input):
        return edge.perform(Request(actor=system, operation=operation, input=input))

    return one


def hold(units, system, id: str, mission: str, tokens_in: int) -> None:
    scopes = (Scope.parse(f"mission:{mission}"),)
    claim = Claim(id=ReservationId(id), scopes=scopes, amount=Amount(tokens=9), purpose="a run")
    units.run(system, service.reserve, claim)
    use = Use(model="m", tokens_in=tokens_in, micro_usd=1)
    units.run(system, service.settle, claim.id, [use])


def test_a_budget_is_set_in_dollars_and_shown_with_its_forecast(perform):
    perform("budget.set", scope="mission:bulk-data-export", usd="1.25", tokens=500)

    (found,) = perform("budget.show", scope="mission:bulk-data-export")["items"]

    assert found["budget"]["cap"] == {"tokens": 500, "micro_usd": 1_250_000}
    assert found["runs_out_at"] is None


def test_budgets_are_listed_page_by_page_each_once(perform, units, system):
    for number in range(5):
        hold(units, system, f"run-{number}", f"m{number}", 1)
    perform("budget.set", scope="mission:m3", tokens=5, period="monthly")

    seen, after = [], ""
    while after is not None:
        page = perform("budget.list", after=after, limit=2)
        seen += [(b["scope"]["id"], b["period"]) for b in page["items"]]
        after = page["next"]

    always = [(name, "always") for name in ("m0", "m1", "m2", "m3", "m4", "all")]
    assert sorted(seen) == sorted([*always, ("m3", "monthly")])


def test_the_ledger_is_listed_page_by_page_and_summed(perform, units, system):
    for number in range(3):
        hold(units, system, f"run-{number}", "m", number)

    first = perform("ledger.list", limit=2)
    second = perform("ledger.list", limit=2, before=first["next"])
    totals = perform("ledger.totals", by="mission")

    assert [e["use"]["tokens_in"] for e in first["items"] + second["items"]] == [2, 1, 0]
    assert [(t["key"], t["tokens_in"], t["micro_usd"]) for t in totals["items"]] == [("m", 3, 3)]


def test_what_is_held_is_listed(perform, units, system):
    claim = Claim(id=ReservationId("r"), scopes=(), amount=Amount(tokens=9), purpose="a run")
    units.run(system, service.reserve, claim)

    (held,) = perform("budget.held")["items"]

    assert (held["purpose"], held["amount"]["tokens"]) == ("a run", 9)


@pytest.mark.parametrize(
    "input",
    [
        {"scope": "team:red", "tokens": 5},
        {"scope": "organisation", "tokens": -5},
        {"scope": "organisation", "usd": "0.0000001"},
    ],
)
def test_a_cap_that_makes_no_sense_is_refused(perform, input):
    with pytest.raises(Invalid):
        perform("budget.set", **input)
