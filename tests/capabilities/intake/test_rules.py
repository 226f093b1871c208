"""Triage, duplicates, digests, patterns, anomalies: decided by tables, without a model."""

from datetime import UTC, datetime, timedelta

import pytest

from headrace.capabilities.intake import rules
from headrace.capabilities.intake.model import Disposition, Grade, Signal, Trend, Urgency
from headrace.kernel.errors import Refusal

MONDAY = datetime(2026, 3, 9, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def a_signal(name: str = "one", **changes: object) -> Signal:
    values: dict[str, object] = {
        "signal": f"signal/{name}",
        "title": name,
        "source": "crm",
        "topic": "export",
        "category": "customer",
        "confidence": Grade.HIGH,
        "urgency": Urgency.NEXT_CYCLE,
        "impact": Grade.HIGH,
        "disposition": Disposition.PROCEED,
        "filed_by": "scanner",
        "layer": "execution",
        "filed_at": MONDAY,
    }
    return Signal(**{**values, **changes})  # type: ignore[arg-type]  # a builder's table


@pytest.mark.parametrize(
    ("urgency", "impact", "disposition"),
    [
        pytest.param("immediate", "low", "proceed", id="immediate proceeds whatever its impact"),
        pytest.param("next-cycle", "high", "proceed", id="high impact proceeds"),
        pytest.param("next-cycle", "medium", "defer", id="medium impact is deferred"),
        pytest.param("next-cycle", "low", "defer", id="low impact is deferred"),
        pytest.param("monitor", "high", "monitor", id="monitor is watched whatever its impact"),
    ],
)
def test_triage_follows_the_table(urgency: str, impact: str, disposition: str):
    assert rules.triage(Urgency(urgency), Grade(impact)).disposition == disposition


def test_the_second_signal_of_a_source_and_topic_repeats_the_first():
    first, second = a_signal("a"), a_signal("b", filed_at=MONDAY + timedelta(hours=1))

    assert rules.duplicate(second, [first, second]) == first
    assert rules.duplicate(first, [first, second]) is None


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"source": "tickets"}, id="another source"),
        pytest.param({"topic": "login"}, id="another topic"),
    ],
)
def test_an_observation_elsewhere_is_no_duplicate(change: dict[str, object]):
    later = a_signal("b", filed_at=MONDAY + timedelta(hours=1), **change)

    assert rules.duplicate(later, [a_signal("a")]) is None


@pytest.mark.parametrize(
    ("ages_in_days", "alerts"),
    [
        pytest.param([1, 2], 0, id="two are no pattern"),
        pytest.param([1, 2, 3], 1, id="three are"),
        pytest.param([1, 2, 28], 1, id="exactly four weeks back counts"),
        pytest.param([1, 2, 29], 0, id="older does not"),
    ],
)
def test_a_pattern_needs_three_signals_in_four_weeks(ages_in_days: list[int], alerts: int):
    end = MONDAY + WEEK
    signals = [
        a_signal(str(n), source=str(n), filed_at=end - timedelta(days=age))
        for n, age in enumerate(ages_in_days)
    ]

    assert len(rules.alerts(signals, end)) == alerts


def test_duplicates_make_no_pattern():
    signals = [
        a_signal("a"),
        a_signal("b", duplicate_of="signal/a"),
        a_signal("c", duplicate_of="signal/a"),
    ]

    assert rules.alerts(signals, MONDAY + WEEK) == ()


def test_the_counts_of_a_digest_add_up_to_its_total():
    signals = [
        a_signal("carried", filed_at=MONDAY - WEEK, disposition=Disposition.MONITOR),
        a_signal("absorbed", filed_at=MONDAY - WEEK, absorbed_by="mission:x"),
        a_signal("new"),
        a_signal("later", filed_at=MONDAY + WEEK),
    ]

    digest = rules.digest(signals, MONDAY, MONDAY + WEEK)

    assert (digest.total, digest.new) == (2, 1)
    assert sum(count for _, count in digest.by_disposition) == digest.total


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        pytest.param(3, 4, Trend.RISING, id="more than the weekly mean"),
        pytest.param(1, 4, Trend.STABLE, id="as many"),
        pytest.param(1, 8, Trend.DECLINING, id="fewer"),
        pytest.param(1, 0, Trend.RISING, id="the first ones"),
    ],
)
def test_a_trend_compares_with_the_weekly_mean(now: int, before: int, expected: Trend):
    assert rules.trend(now, before) is expected


def test_themes_come_strongest_first():
    signals = [
        a_signal("1", topic="login", urgency=Urgency.MONITOR, impact=Grade.LOW),
        a_signal("2", source="a"),
        a_signal("3", source="b"),
    ]

    themes = rules.digest(signals, MONDAY, MONDAY + WEEK).themes

    assert [(t.topic, len(t.signals), t.urgency) for t in themes] == [
        ("export", 2, Grade.HIGH),
        ("login", 1, Grade.LOW),
    ]


@pytest.mark.parametrize(
    ("baseline", "current", "deviation"),
    [
        pytest.param(100.0, 150.0, 0.5, id="half as much again"),
        pytest.param(100.0, 60.0, -0.4, id="less"),
        pytest.param(0.0, 5.0, None, id="out of nothing"),
    ],
)
def test_an_anomaly_tells_its_deviation(baseline: float, current: float, deviation: float):
    found = rules.anomaly("calls", baseline, current)

    assert found is not None
    assert found.deviation == pytest.approx(deviation)


def test_noise_is_no_anomaly():
    assert rules.anomaly("calls", 100.0, 110.0) is None
    assert rules.anomaly("calls", 0.0, 0.0) is None


@pytest.mark.parametrize(
    ("days", "change", "found"),
    [
        pytest.param(15, {}, 1, id="nothing came of it"),
        pytest.param(14, {}, 0, id="not yet too old"),
        pytest.param(15, {"absorbed_by": "mission:x"}, 0, id="absorbed"),
        pytest.param(15, {"superseded_by": "signal/b"}, 0, id="superseded"),
        pytest.param(15, {"disposition": Disposition.DEFER}, 0, id="deferred is a decision"),
    ],
)
def test_a_signal_without_consequence_goes_stale(days: int, change: dict[str, object], found: int):
    signals = [a_signal(**change)]

    assert len(rules.stale(signals, MONDAY + timedelta(days=days))) == found


@pytest.mark.parametrize(("count", "is_over"), [(20, False), (21, True)])
def test_a_week_overflows_above_twenty(count: int, is_over: bool):
    assert rules.overflowed(count) is is_over


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        pytest.param("a,b\n1,2\n", [{"a": "1", "b": "2"}], id="csv"),
        pytest.param('a\n"x, y\nz"\n', [{"a": "x, y\nz"}], id="quoted csv"),
        pytest.param("\ufeffa\n1\n", [{"a": "1"}], id="csv with a byte order mark"),
        pytest.param('[{"a": 1}]', [{"a": 1}], id="json"),
        pytest.param("a,b\n", [], id="a header alone"),
    ],
)
def test_a_source_is_read(text: str, rows: list[dict[str, object]]):
    assert rules.records(text) == tuple(rows)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("a,b\n1\n", id="a value is missing"),
        pytest.param("a,a\n1,2\n", id="one name twice"),
        pytest.param('a\n"open\n', id="an open quote"),
        pytest.param("[1]", id="no objects"),
        pytest.param("[{", id="broken json"),
    ],
)
def test_an_unreadable_source_is_refused_with_the_reason(text: str):
    assert isinstance(rules.records(text), Refusal)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param('{"customer": "Acme"}', "one object", id="an object is no list"),
        pytest.param('\ufeff{"customer": "Acme"}', "one object", id="behind a byte order mark"),
        pytest.param('[{"revenue": NaN}]', "NaN is no number", id="what JSON cannot keep"),
        pytest.param('["Acme"]', "record 1 is no object", id="a list of other things"),
    ],
)
def test_json_that_is_no_list_of_objects_is_refused(text: str, reason: str):
    found = rules.records(text)

    assert isinstance(found, Refusal)
    assert reason in found.reasons[0]


def test_a_byte_order_mark_before_json_is_stepped_over():
    assert rules.records('\ufeff [{"customer": "Acme"}]') == ({"customer": "Acme"},)


def test_a_third_signal_names_the_original_and_no_repetition():
    first, second = a_signal("b"), a_signal("a", duplicate_of="signal/b")

    assert rules.duplicate(a_signal("c"), [second, first]) == first
