"""Contradictions: the same amount of the same thing, promised in less time than is allowed for it."""

import pytest

from headrace.capabilities.missions.rules.quantities import contradictions, promise

OUTCOME = promise("Outcome 2", "p95 export latency for 1M records", "< 30 seconds")


@pytest.mark.parametrize(
    ("subject", "limit", "amount", "thing", "seconds"),
    [
        ("p95 export latency for 1M records", "< 30 seconds", 1e6, "record", 30),
        ("1,000,000 records exported", "under 5 minutes", 1e6, "record", 300),
        ("Export of 1 million records", "within 5 min", 1e6, "record", 300),
        ("10k rows", "≤ 200 ms", 1e4, "row", 0.2),
        ("export of 2.5M records", "at most 1 h", 2.5e6, "record", 3600),
        ("load", "< 2 s for 500 users", 500, "user", 2),
        ("1 row", "<= 1 second", 1, "row", 1),
    ],
)
def test_a_promise_is_read_from_words(subject, limit, amount, thing, seconds):
    found = promise("here", subject, limit)

    assert (found.amount, found.thing, found.seconds) == (amount, thing, pytest.approx(seconds))


@pytest.mark.parametrize(
    ("subject", "limit"),
    [
        pytest.param("p95 latency", "< 200 ms", id="no amount"),
        pytest.param("1M records", "no data loss", id="no time"),
        pytest.param("error rate", "< 0.1 %", id="no time but a share"),
        pytest.param("99.9 % of requests", "under 2 seconds", id="a share of things"),
        pytest.param("adoption", "> 40 % of 20 customers", id="a lower bound"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_what_names_no_amount_in_a_time_is_no_promise(subject, limit):
    assert promise("here", subject, limit) is None


def test_the_looser_budget_for_the_same_amount_contradicts_the_outcome():
    budget = promise("Performance budget", "1M records export", "< 5 minutes")

    (found,) = contradictions([OUTCOME], [budget])

    assert found.loose == budget
    assert "Performance budget allows" in found.message
    assert "does not keep Outcome 2" in found.message
    assert "< 5 minutes" in found.message
    assert "< 30 seconds" in found.message


@pytest.mark.parametrize(
    ("subject", "limit"),
    [
        pytest.param("1M records export", "< 30 seconds", id="the same"),
        pytest.param("1M records export", "< 20 seconds", id="stricter"),
        pytest.param("10M records export", "< 5 minutes", id="for more of them"),
        pytest.param("1M files export", "< 5 minutes", id="of another thing"),
        pytest.param("export job", "< 5 minutes", id="of no amount"),
    ],
)
def test_what_keeps_the_outcome_or_speaks_of_something_else_does_not(subject, limit):
    found = promise("Performance budget", subject, limit)

    assert contradictions([OUTCOME], [found] if found else []) == ()


def test_less_in_more_time_contradicts_too():
    budget = promise("Performance budget", "100k records", "< 1 minute")

    assert len(contradictions([OUTCOME], [budget])) == 1


def test_each_pair_is_told():
    budgets = [promise(place, "1M records", "< 5 min") for place in ("one", "two")]

    assert [one.loose.place for one in contradictions([OUTCOME], budgets)] == ["one", "two"]
