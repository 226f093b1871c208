"""Health through the edge, as the doors call it."""

from datetime import timedelta

import pytest

from headrace.capabilities.health import service
from headrace.capabilities.health.model import Figure, SeriesKind
from headrace.kernel.access import perform_confirmed
from headrace.kernel.edge import Edge, Request
from headrace.kernel.errors import Invalid, NotFound

SLO = """
apiVersion: openslo/v1
kind: SLO
metadata: {{name: {name}}}
spec:
  service: records
  indicator:
    spec:
      ratioMetric:
        bad: {{metricSource: {{spec: {{query: 'exports_total{{outcome="failed"}}'}}}}}}
        total: {{metricSource: {{spec: {{query: exports_total}}}}}}
  timeWindow: [{{duration: 30d}}]
  budgetingMethod: Occurrences
  objectives: [{{target: {target}}}]
"""


@pytest.fixture
def perform(units, system):
    edge = Edge(units=units, gate=lambda ctx, permission, subject: None)

    def one(operation: str, **input):
        return perform_confirmed(
            edge.perform, Request(actor=system, operation=operation, input=input)
        )

    return one


@pytest.fixture
def exports(units, system, perform):
    """100 exports of which 10 Parquet ones failed, within the last minutes."""
    perform("scrape.set", scrape="api", service="records", url="http://127.0.0.1:1/metrics")
    now = units.run(system, service.real_now)
    for minutes, done, failed in ((4, 0, 0), (3, 90, 10)):
        figures = [
            Figure(
                name="exports_total",
                labels={"format": format, "outcome": outcome},
                kind=SeriesKind.COUNTER,
                value=float(value),
            )
            for format, outcome, value in (("csv", "done", done), ("parquet", "failed", failed))
        ]
        units.run(system, service.ingest, "api", figures, now - timedelta(minutes=minutes))


def test_targets_are_loaded_and_listed_worst_first(perform, exports):
    text = SLO.format(name="easy", target=0.5) + "---" + SLO.format(name="hard", target=0.999)
    assert perform("target.load", document=text) == {"targets": ["easy", "hard"]}

    found = perform("target.list")["items"]

    assert [one["target"] for one in found] == ["hard", "easy"]
    assert (found[0]["condition"], found[0]["severity"]) == ("exhausted", "page")
    assert found[0]["budget_left"] == pytest.approx(1 - 100)
    assert found[0]["burn"] == pytest.approx(100)
    assert found[1]["budget_left"] == pytest.approx(0.8)
    assert found[1]["achieved"] == pytest.approx(0.9)
    burn = [one["rate"] for one in perform("target.burn", target="hard", hours=1, steps=6)["items"]]
    assert burn == [None] * 5 + [pytest.approx(100)]
    assert perform("target.show", target="hard")["tally"] == {"good": 90.0, "total": 100.0}


def test_a_target_is_removed(perform):
    perform("target.load", document=SLO.format(name="easy", target=0.5))
    perform("target.remove", target="easy")

    assert perform("target.list")["items"] == []
    with pytest.raises(NotFound):
        perform("target.show", target="easy")


def test_a_watch_is_set_shown_and_removed(perform, exports):
    perform(
        "watch.set",
        watch="failures",
        service="records",
        bad='exports_total{outcome="failed"}',
        total="exports_total",
        by=["format"],
    )

    found = {
        one["dimension"]: one["verdict"] for one in perform("watch.show", watch="failures")["items"]
    }

    assert found == {"": "too_little", "format=csv": "too_little", "format=parquet": "too_little"}
    assert [one["name"] for one in perform("watch.list")["items"]] == ["failures"]
    perform("watch.remove", watch="failures")
    with pytest.raises(NotFound):
        perform("watch.show", watch="failures")


def test_sources_and_what_is_wrong_with_them_are_listed(perform, exports, units, system):
    now = units.run(system, service.real_now)
    for _ in range(3):
        units.run(system, service.failed, "api", "no answer", now)

    (state,) = perform("scrape.list")["items"]

    assert (state["failures"], state["error"]) == (3, "no answer")
    assert [one["subject"] for one in perform("trouble.list")["items"]] == ["source:api"]
    perform("scrape.remove", scrape="api")
    assert perform("trouble.list")["items"] == []
    assert perform("series.list")["items"] == []


def test_series_and_their_course_are_told(perform, exports):
    assert len(perform("series.list", name="exports_total")["items"]) == 2

    found = perform(
        "series.course",
        selector="exports_total",
        measure="increase",
        by=["format"],
        minutes=60,
        step_seconds=3600,
    )["items"]

    told = {one["labels"]["format"]: sum(p["value"] for p in one["points"]) for one in found}
    assert told == {"csv": 90.0, "parquet": 10.0}


@pytest.mark.parametrize(
    ("operation", "input"),
    [
        ("scrape.set", {"scrape": "x", "service": "s", "url": "file:///etc/passwd"}),
        ("target.load", {"document": "kind: Service"}),
        ("watch.set", {"watch": "w", "service": "s", "bad": "a / b", "total": "b"}),
        ("series.course", {"selector": "x", "minutes": 1e6, "step_seconds": 1}),
    ],
)
def test_what_is_not_understood_is_refused(perform, operation, input):
    with pytest.raises(Invalid):
        perform(operation, **input)
