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


def test_all_budgets_are_foreseen_at_once_as_each_is_by_itself(perform, units, system):
    for number in range(3):
        hold(units, system, f"run-{number}", f"m{number}", 10 + number)
    perform("budget.set", scope="mission:m1", tokens=500, period="monthly")
    perform("budget.set", scope="agent:nobody-yet", tokens=5)

    first = perform("budget.forecasts", limit=3)
    rest = perform("budget.forecasts", limit=50, after=first["next"])
    together = [*first["items"], *rest["items"]]

    scopes = {
        f"{one['budget']['scope']['kind']}:{one['budget']['scope']['id']}" for one in together
    }
    alone = [one for scope in scopes for one in perform("budget.show", scope=scope)["items"]]
    assert len(together) == 6  # three missions, one of them twice, the organisation, the agent
    assert sorted(map(str, _without_time(together))) == sorted(map(str, _without_time(alone)))


def _without_time(forecasts):
    """The clock of these tests is the world's, so what ends later each time is left out."""
    varying = {"runs_out_at", "expected_at_end"}
    return [
        {name: value for name, value in one.items() if name not in varying} for one in forecasts
    ]


def test_use_is_foreseen_by_model_until_the_end_of_the_month(perform, units, system):
    hold(units, system, "run-1", "m", 40)

    found = perform("ledger.forecasts", by="model")

    (outlook,) = found["items"]
    assert (outlook["key"], outlook["spent"]["tokens"], outlook["window_days"]) == ("m", 40, 1)
    assert outlook["tokens_per_day"] == 40
    assert outlook["expected_at_end"]["tokens"] >= 40
    assert found["term"] in found["at"]
    assert found["ends_at"] > found["at"]
    assert [one["key"] for one in perform("ledger.forecasts", by="mission")["items"]] == ["m"]


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        ("mission", {"m1": 60, "m2": 40}),
        ("agent", {"coder": 60, "": 40}),
        ("run", {"run-1": 60, "run-2": 40}),
        ("change", {"CR-1": 60, "": 40}),
        ("model", {"large": 60, "": 40}),
    ],
)
def test_what_is_held_is_told_by_each_dimension_until_it_is_given_back(
    perform, units, system, by, keys
):
    for number, scopes, change in (
        (1, ("mission:m1", "agent:coder"), "CR-1"),
        (2, ("mission:m2",), None),
    ):
        claim = Claim(
            id=ReservationId(f"r{number}"),
            scopes=tuple(map(Scope.parse, scopes)),
            amount=Amount(tokens=100 if number == 1 else 40),
            purpose="a run",
            run=f"run-{number}",
            change=change,
        )
        units.run(system, service.reserve, claim)
    units.run(system, service.charge, ReservationId("r1"), "turn", Use(model="large", tokens_in=40))

    held = {
        one["key"]: one["reserved"]["tokens"] for one in perform("ledger.forecasts", by=by)["items"]
    }
    of_one = perform("ledger.forecasts", by=by, scope="mission:m1")["items"]

    assert held == keys
    assert [one["reserved"]["tokens"] for one in of_one] == [60]
    for number in (1, 2):
        units.run(system, service.release, ReservationId(f"r{number}"))
    assert all(
        one["reserved"]["tokens"] == 0 for one in perform("ledger.forecasts", by=by)["items"]
    )


def test_totals_are_told_of_some_runs_alone(perform, units, system):
    for number in (1, 2, 3):
        claim = Claim(
            id=ReservationId(f"r{number}"),
            scopes=(),
            amount=Amount(tokens=9),
            purpose="a run",
            run=f"run-{number}",
        )
        units.run(system, service.reserve, claim)
        units.run(system, service.settle, claim.id, [Use(model="m", tokens_in=number)])

    some = perform("ledger.totals", by="run", runs=["run-1", "run-3", "run-9"])
    none = perform("ledger.totals", by="run", runs=[])
    summed = units.run(system, service.used_by, {"run-1": "a", "run-3": "a", "run-2": "b"})

    assert [(one["key"], one["tokens_in"]) for one in some["items"]] == [("run-1", 1), ("run-3", 3)]
    assert none["items"] == []
    assert {name: (one.tokens_in, one.entries) for name, one in summed.items()} == {
        "a": (4, 2),
        "b": (2, 1),
    }
