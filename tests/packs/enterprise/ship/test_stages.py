"""What a contract's table says of stages and criteria is read as the plan that is carried out."""

from datetime import timedelta

import pytest

from headrace.capabilities.releases.model import Criterion, Measure, Rollout
from headrace.capabilities.releases.service import malformed
from headrace.packs.enterprise.ship.stages import (
    criteria,
    criterion,
    duration,
    faults,
    length,
    plan_rows,
    stages,
)


def row(stage="Canary", target="5%", lasts="24 hours", health="error rate < baseline + 0.5%"):
    return {
        "stage": stage,
        "target": target,
        "duration": lasts,
        "health_criteria": health,
        "rollback_trigger": "a breach",
    }


SEED = (
    row(),
    row("Early Adopters", "25% (incl. requesting-customers)", "48 hours", "latency < 30s"),
    row("General Availability", "100%", "Ongoing", "error rate at most 1 %"),
)


@pytest.mark.parametrize(
    ("clause", "measure", "worse_by", "at_most", "quantile"),
    [
        ("error rate < baseline + 0.5%", Measure.ERRORS, 0.005, None, 0.95),
        ("errors at most 0.5 points above the others", Measure.ERRORS, 0.005, None, 0.95),
        ("error rate < 1%", Measure.ERRORS, None, 0.01, 0.95),
        ("p99 latency < 2x baseline", Measure.LATENCY, 1.0, None, 0.99),
        ("p95 latency at most 25 % above the control", Measure.LATENCY, 0.25, None, 0.95),
        ("latency < 30s", Measure.LATENCY, None, 30.0, 0.95),
        ("p99 < 200 ms", Measure.LATENCY, None, 0.2, 0.99),
    ],
)
def test_a_clause_names_its_metric_and_limit(clause, measure, worse_by, at_most, quantile):
    found = criterion(clause)
    assert (found.measure, found.quantile) == (measure, quantile)
    assert found.worse_by == (None if worse_by is None else pytest.approx(worse_by))
    assert found.at_most == (None if at_most is None else pytest.approx(at_most))


@pytest.mark.parametrize(
    "clause", ["all metrics stable", "error rate stable", "customers are happy", "latency is fine"]
)
def test_words_that_nobody_could_measure_are_no_criterion(clause):
    assert criterion(clause) is None


def test_a_criterion_may_look_at_one_route():
    found = criterion("p95 latency of `POST /api/v2/exports` under 800 ms")
    assert (found.route, found.at_most) == ("POST /api/v2/exports", pytest.approx(0.8))


@pytest.mark.parametrize(
    ("text", "long"),
    [
        ("24 hours", timedelta(hours=24)),
        ("2 days", timedelta(days=2)),
        ("1 d 12 h", timedelta(hours=36)),
        ("90 min", timedelta(minutes=90)),
        ("Ongoing", None),
    ],
)
def test_a_duration_is_read_in_its_unit(text, long):
    assert duration(text) == long


def test_the_plan_of_the_scenario_can_be_carried_out():
    plan = stages(SEED, ["requesting-customers"])
    assert [one.percent for one in plan] == [5, 25, 100]
    assert plan[1].also == ("requesting-customers",)
    assert [one.lasts for one in plan[:2]] == [timedelta(hours=24), timedelta(hours=48)]
    assert {one.requests for one in plan} == {600}
    assert not malformed(Rollout(flag="f", stages=plan, criteria=criteria(SEED)))
    assert list(faults(SEED)) == []
    assert length(SEED) == timedelta(hours=72)


def test_of_two_limits_for_one_metric_the_stricter_holds():
    rows = (row(health="error rate < 2%"), row("Next", "50%", health="error rate < 1%"))
    assert criteria(rows) == (
        Criterion(name="errors", measure=Measure.ERRORS, at_most=0.01, quantile=0.95),
    )


def test_every_fault_of_a_plan_is_told():
    rows = (row(target="some", lasts="a while", health="all stable"),)
    told = list(faults(rows))
    assert "says no percentage" in told[0]
    assert "no duration" in told[1]
    assert "names no metric with a limit" in told[2]


def test_a_plan_that_compares_with_nobody_is_refused():
    rows = (row(health="error rate < 1%"), row("All", "100%", "ongoing", "error rate < 1%"))
    assert list(faults(rows)) == ["no criterion compares those who are reached with the others"]


def test_the_plan_offered_to_a_writer_reads_back():
    rows = plan_rows((5, 25, 100), ("24 hours", "48 hours", "ongoing"), "errors < baseline + 0.5%")
    assert [one.percent for one in stages(rows)] == [5, 25, 100]
    assert list(faults(rows)) == []
