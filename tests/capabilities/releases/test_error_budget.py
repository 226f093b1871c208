"""A release and the health targets of its service: real figures, real budgets."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from capabilities.releases.world import ID, PLAN, World
from headrace.capabilities.health import service as health
from headrace.capabilities.health.model import Figure, SeriesKind, Source, SourceKind
from headrace.capabilities.releases import service
from headrace.capabilities.releases.model import Move, ReleaseRefused, ReleaseStatus

WATCHED = replace(PLAN, service="records")
SLO = """
apiVersion: openslo/v1
kind: SLO
metadata: {name: exports}
spec:
  service: records
  indicator:
    spec:
      ratioMetric:
        counter: true
        bad: {metricSource: {spec: {query: 'exports_total{outcome="failed"}'}}}
        total: {metricSource: {spec: {query: exports_total}}}
  timeWindow: [{duration: 30d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{target: 0.99}]
"""
PAGE = Source(
    name="records-api",
    service="records",
    kind=SourceKind.ENDPOINT,
    url="http://127.0.0.1:9/metrics",
    every=timedelta(seconds=30),
)


@pytest.fixture
def world(database, clock, tmp_path):
    made = World(database, clock, tmp_path)
    made.do(health.put_source, PAGE)
    made.do(health.load_targets, SLO)
    return made


def counted(world, hours_ago, failed):
    """An hour of counters, read each minute, that ended so long ago: 100 a minute, some failed."""
    begin = datetime.now(UTC) - timedelta(hours=hours_ago + 1)
    for minute in range(61):
        outcomes = {"ok": (100 - failed) * minute, "failed": failed * minute}
        figures = [
            Figure(
                name="exports_total",
                labels={"outcome": outcome},
                kind=SeriesKind.COUNTER,
                value=float(value),
            )
            for outcome, value in outcomes.items()
        ]
        at = begin + timedelta(minutes=minute)
        world.do(health.ingest, PAGE.name, figures, at=at)


def test_a_budget_that_burns_takes_the_release_back(world):
    world.begun(WATCHED)
    counted(world, hours_ago=0, failed=50)
    world.pass_time(2)

    last = world.do(service.history, ID)[-1]
    assert world.release().status is ReleaseStatus.ROLLED_BACK
    assert last.reasons[0].startswith("exports burns its error budget")


def test_a_spent_budget_refuses_the_next_stage_to_machine_and_person(world):
    counted(world, hours_ago=60, failed=50)
    counted(world, hours_ago=0, failed=0)
    world.begun(WATCHED)
    world.traffic(bad=0.001)
    world.pass_time(24)

    last = world.do(service.history, ID)[-1]
    assert last.move is Move.HOLD
    assert "the error budget of exports is used up" in last.reasons[0]
    with pytest.raises(ReleaseRefused, match="error budget of exports is used up"):
        world.do(service.promote, ID, "I insist", by=world.emil)


def test_targets_of_another_service_are_of_no_account(world):
    world.begun(replace(PLAN, service="billing"))
    counted(world, hours_ago=0, failed=50)
    world.pass_time(2)

    assert world.release().status is ReleaseStatus.DEPLOYING
