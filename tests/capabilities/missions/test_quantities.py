"""Contradictions: the same amount of the same thing, promised in less time than is allowed for it."""

import pytest

from headrace.capabilities.missions.rules.bounds import bound, is_looser
from headrace.capabilities.missions.rules.quantities import contradictions, looser, promise

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
        ("export", "10GB in 5 min", 1e10, "byte", 300),
        ("throughput", "5,000 records/s", 5e3, "record", 1),
        ("throughput", "2M records per minute", 2e6, "record", 60),
        ("throughput", "100 MB/s minimum", 1e8, "byte", 1),
        ("1M records", "no more than 0.5 hours", 1e6, "record", 1800),
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


@pytest.mark.parametrize(
    ("limit", "contradicts"),
    [
        pytest.param("2M records in < 10 min", True, id="more of them, at too slow a rate"),
        pytest.param("2M records in < 1 min", False, id="more of them, at that very rate"),
        pytest.param("5,000 records/s", True, id="a rate of records, too slow"),
        pytest.param("at least 40k records per second", False, id="a rate that keeps it"),
        pytest.param("1M rows within 0.01 hours", True, id="other words and units"),
        pytest.param("1M records within 29000 ms", False, id="milliseconds that keep it"),
        pytest.param("100k records in < 20 s", True, id="fewer of them, at too slow a rate"),
        pytest.param("100 MB/s minimum", False, id="of bytes"),
    ],
)
def test_a_throughput_holds_for_any_amount(limit: str, contradicts: bool):
    budget = promise("Performance budget", "Data processing throughput", limit)

    assert bool(contradictions([OUTCOME], [budget])) is contradicts


GUARDRAIL = bound("Guardrail", "Existing API p99 latency", "must remain < 200ms")


@pytest.mark.parametrize(
    ("subject", "limit", "contradicts"),
    [
        pytest.param("Existing API p99 latency", "< 0.25 s", True, id="the same in another unit"),
        pytest.param("Existing API, every call: p99 latency", "< 300 ms", True, id="more exactly"),
        pytest.param("Existing API p99 latency", "< 180 ms", False, id="stricter"),
        pytest.param("Existing API p99 latency", "< 200 ms", False, id="equal"),
        pytest.param("Existing API p95 latency", "< 300 ms", False, id="another statistic"),
        pytest.param("Export API p99 latency", "< 300 ms", False, id="another thing"),
        pytest.param("Existing API p99 latency", "> 300 ms", False, id="a lower bound"),
    ],
)
def test_a_looser_bound_on_the_same_measure_contradicts(subject, limit, contradicts: bool):
    found = bound("Performance budget", subject, limit)

    assert bool(list(looser([GUARDRAIL], [found]))) is contradicts


@pytest.mark.parametrize(
    ("promised", "allowed", "contradicts"),
    [
        pytest.param("< 0.1 %", "< 1%", True, id="a larger share"),
        pytest.param("at least 99.9 %", "> 99 %", True, id="a smaller least"),
        pytest.param("at least 99 %", "> 99.9 %", False, id="a larger least"),
        pytest.param("at most 5 GB", "< 6,000 MB", True, id="more data"),
        pytest.param("at most 5 GB", "< 6 %", False, id="another kind"),
    ],
)
def test_shares_and_data_are_compared_as_times_are(promised, allowed, contradicts: bool):
    outcome = bound("Outcome", "Export jobs", promised)

    assert is_looser(bound("Budget", "Export jobs", allowed), outcome) is contradicts


@pytest.mark.parametrize(("subject", "limit"), [("Adoption", "GA-released"), ("", "< 2 s")])
def test_what_has_no_limit_or_no_measure_is_no_bound(subject, limit):
    assert bound("here", subject, limit) is None
