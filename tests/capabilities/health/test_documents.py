"""OpenSLO documents and selectors of PromQL, as they are."""

from datetime import UTC, datetime, timedelta

import pytest

from headrace.capabilities.health import openslo, selectors
from headrace.capabilities.health.model import (
    BURN_RULES,
    Comparison,
    Matcher,
    MatchKind,
    Method,
    Ratio,
    SeriesKind,
    Severity,
    Threshold,
    Window,
    WindowUnit,
)
from headrace.kernel.errors import Refusal

API = """
apiVersion: openslo/v1
kind: Service
metadata: {name: records}
---
apiVersion: openslo/v1
kind: SLI
metadata: {name: answered}
spec:
  ratioMetric:
    counter: true
    good:
      metricSource:
        type: Prometheus
        spec: {query: 'sum(rate(http_request_seconds_count{route="/x", status!~"5.."}[5m]))'}
    total:
      metricSource:
        type: Prometheus
        spec: {query: 'http_request_seconds_count{route="/x"}'}
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: api-availability, displayName: Answers}
spec:
  service: records
  indicatorRef: answered
  timeWindow: [{duration: 28d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives:
    - {displayName: Good, target: 0.999}
    - {displayName: Bearable, targetPercent: 99.5}
"""

SLICES = """
apiVersion: openslo/v1
kind: SLO
metadata: {name: web-availability, displayName: Running}
spec:
  service: web
  indicator:
    metadata: {name: running}
    spec:
      ratioMetric:
        bad: {metricSource: {spec: {query: errors_total}}}
        total: {metricSource: {spec: {query: requests_total}}}
  timeWindow:
    - duration: 1M
      isRolling: false
      calendar: {startTime: 2022-01-01 12:00:00, timeZone: America/New_York}
  budgetingMethod: Timeslices
  objectives: [{target: 0.99, timeSliceTarget: 0.95, timeSliceWindow: 5m}]
  alertPolicies:
    - kind: AlertPolicy
      metadata: {name: fast}
      spec:
        conditions:
          - kind: AlertCondition
            metadata: {name: fast}
            spec:
              severity: page
              condition: {kind: burnrate, op: gte, threshold: 10, lookbackWindow: 2h, alertAfter: 10m}
          - conditionRef: slow
---
apiVersion: openslo/v1
kind: AlertCondition
metadata: {name: slow}
spec:
  severity: low
  condition: {kind: burnrate, op: gte, threshold: 2, lookbackWindow: 1d}
"""

SPEED = """
apiVersion: openslo/v1
kind: SLO
metadata: {name: queue}
spec:
  service: records
  indicator:
    spec:
      thresholdMetric:
        metricSource: {metricSourceRef: metrics, spec: {query: 'max(queue_seconds) by (le)'}}
  timeWindow: [{duration: 1w}]
  budgetingMethod: Occurrences
  objectives: [{op: lte, value: 30, target: 0.9}]
"""


def test_each_objective_is_a_target():
    good, bearable = openslo.read(API).targets

    assert (good.name, good.title, good.objective) == ("api-availability.1", "Good", 0.999)
    assert (bearable.name, bearable.objective) == ("api-availability.2", 0.995)
    assert good.service == "records"
    assert good.window == Window(count=28, unit=WindowUnit.DAY)
    assert good.burn_rules == BURN_RULES
    assert isinstance(good.indicator, Ratio)
    assert good.indicator.part.name == "http_request_seconds_count"
    assert good.indicator.part.matchers == (
        Matcher(label="route", kind=MatchKind.EQUAL, value="/x"),
        Matcher(label="status", kind=MatchKind.UNLIKE, value="5.."),
    )


def test_slices_calendars_bad_counts_and_alert_conditions_are_read():
    (target,) = openslo.read(SLICES).targets

    assert target.name == "web-availability"
    assert target.indicator.of_bad
    assert (target.method, target.slice, target.slice_target) == (
        Method.TIMESLICES,
        timedelta(minutes=5),
        0.95,
    )
    noon_in_new_york = datetime(2022, 1, 1, 17, tzinfo=UTC)
    assert target.window == Window(count=1, unit=WindowUnit.MONTH, starts_at=noon_in_new_york)
    fast, slow = target.burn_rules
    assert (fast.factor, fast.long, fast.short) == (
        10.0,
        timedelta(hours=2),
        timedelta(minutes=10),
    )
    assert (slow.severity, slow.short) == (Severity.TICKET, timedelta(hours=2))


def test_what_a_prometheus_server_is_to_answer_is_left_to_it():
    found = openslo.read(SPEED, frozenset({"metrics"}))

    (asked,) = found.asked
    (target,) = found.targets
    assert asked.query.expression == "max(queue_seconds) by (le)"
    assert asked.query.kind is SeriesKind.GAUGE
    assert isinstance(target.indicator, Threshold)
    assert (target.indicator.comparison, target.indicator.value) == (Comparison.AT_MOST, 30.0)
    assert target.indicator.metric.source == "metrics"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: [", "no YAML"),
        ("- 1", "objects with kind"),
        ("kind: Service", "no document of kind SLO"),
        (SPEED, "more than a selector"),
        (SPEED.replace("openslo/v1", "openslo/v2"), "not openslo/v1"),
        (API.replace("answered}\nspec", "other}\nspec"), "no SLI 'answered'"),
        (API.replace("target: 0.999", "target: 99.9"), "a target above 0"),
        (API.replace("28d", "28 days"), "such as 28d"),
        (API.replace("Occurrences", "Guesses"), "Guesses"),
        (SLICES.replace("timeSliceTarget: 0.95, ", ""), "timeSliceTarget"),
        (SLICES.replace("America/New_York", "Nowhere/At_all"), "timeZone"),
        (SLICES.replace("threshold: 10,", ""), "threshold above 0"),
        (SPEED.replace("op: lte, ", "").replace("max(queue_seconds) by (le)", "queue"), "op None"),
    ],
)
def test_what_is_not_understood_is_told(text, fault):
    found = openslo.read(text)

    assert isinstance(found, Refusal)
    assert fault in str(found)


@pytest.mark.parametrize(
    ("text", "name", "labels"),
    [
        ("up", "up", []),
        ("up{}", "up", []),
        (' sum( up{job="a,b", x=~"c|d",} ) ', "up", ["job", "x"]),
        ('sum by (le) (rate(x_bucket{le="0.2"}[5m]))', "x_bucket", ["le"]),
        ("increase(x:y[1h])", "x:y", []),
        (r'x{a="say \"no\""}', "x", ["a"]),
    ],
)
def test_a_selector_is_read(text, name, labels):
    found = selectors.read(text)

    assert not isinstance(found, Refusal)
    assert (found.name, [m.label for m in found.matchers]) == (name, labels)


@pytest.mark.parametrize(
    "text", ["a / b", "histogram_quantile(0.9, x)", "x{a=1}", 'x{a=~"("}', "", 'x{a="b"', "avg(x)"]
)
def test_what_is_more_than_a_selector_is_refused(text):
    assert isinstance(selectors.read(text), Refusal)
