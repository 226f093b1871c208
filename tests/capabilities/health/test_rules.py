"""Budgets, burn rates and anomalies: numbers worked by hand, and properties."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import comb, inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.capabilities.health import rules
from headrace.capabilities.health.model import (
    BURN_RULES,
    Condition,
    Matcher,
    MatchKind,
    Method,
    Ratio,
    Reading,
    Selector,
    SeriesKind,
    Severity,
    Tally,
    Target,
    Verdict,
    Watch,
    Window,
    WindowUnit,
)

NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)
FROM_2020_TO_2026 = [NOW.replace(year=year, tzinfo=None) for year in (2020, 2026)]
ANY = Selector(name="x")
counts = st.integers(min_value=0, max_value=300)


def a_target(objective=0.999, **other) -> Target:
    values = {
        "name": "api",
        "service": "records",
        "title": "API",
        "objective": objective,
        "indicator": Ratio(part=ANY, total=ANY),
        "window": Window(count=30, unit=WindowUnit.DAY),
    }
    return Target(**{**values, **other})


def tally(bad, total) -> Tally:
    return Tally(good=total - bad, total=total)


def everywhere(found: Tally, **other) -> dict:
    spans = {s for rule in BURN_RULES for s in (rule.long, rule.short)}
    return {span: found for span in spans} | {_span(k): v for k, v in other.items()}


def _span(name: str) -> timedelta:
    unit = {"m": "minutes", "h": "hours", "d": "days"}[name[0]]
    return timedelta(**{unit: int(name[1:])})


class TestBudgets:
    @pytest.mark.parametrize(
        ("bad", "total", "objective", "burn", "left"),
        [
            (0, 10_000, 0.999, 0.0, 1.0),
            (5, 10_000, 0.999, 0.5, 0.5),  # 0.05 % wrong where 0.1 % may be
            (10, 10_000, 0.999, 1.0, 0.0),
            (144, 10_000, 0.999, 14.4, -13.4),  # 1.44 % wrong
            (1, 20, 0.95, 1.0, 0.0),
            (10, 10, 0.9, 10.0, -9.0),
        ],
    )
    def test_worked_by_hand(self, bad, total, objective, burn, left):
        assert rules.burn_rate(tally(bad, total), objective) == pytest.approx(burn)
        assert rules.budget_left(tally(bad, total), objective) == pytest.approx(left)

    def test_without_occurrences_nothing_is_known(self):
        assert rules.burn_rate(tally(0, 0), 0.99) is None
        assert rules.budget_left(tally(0, 0), 0.99) is None

    def test_where_nothing_may_go_wrong_one_fault_is_without_bound(self):
        assert rules.burn_rate(tally(1, 100), 1.0) == inf
        assert rules.burn_rate(tally(0, 100), 1.0) == 0.0

    def test_14_4_over_an_hour_spends_2_percent_of_30_days(self):
        """The table's own arithmetic: factor times long window is a share of the period."""
        shares = [rule.factor * rule.long / timedelta(days=30) for rule in BURN_RULES]
        assert shares == pytest.approx([0.02, 0.05, 0.10])

    @given(bad=counts, more=counts, total=st.integers(min_value=1, max_value=600))
    def test_more_faults_never_leave_more_budget(self, bad, more, total):
        few, many = min(bad, total), min(bad + more, total)
        left = [rules.budget_left(tally(b, total), 0.99) for b in (few, many)]
        assert left[1] <= left[0]

    @given(bad=counts, good=counts, k=st.integers(min_value=2, max_value=50))
    def test_traffic_alone_changes_no_burn_rate(self, bad, good, k):
        one = rules.burn_rate(tally(bad, bad + good), 0.99)
        many = rules.burn_rate(tally(bad * k, (bad + good) * k), 0.99)
        assert (one is None) is (many is None)
        assert one is None or many == pytest.approx(one)


def test_a_course_of_burns_tells_each_stretch_apart_and_of_none_where_nothing_happened():
    ago = [NOW - timedelta(minutes=minutes) for minutes in (30, 20, 10)]
    since = [tally(12, 300), tally(2, 200), tally(2, 200)]

    course = rules.burn_course(a_target(), list(zip(ago, since, strict=True)), NOW)

    assert [point.at for point in course] == [*ago[1:], NOW]
    assert [point.rate for point in course] == [pytest.approx(100), None, pytest.approx(10)]


class TestAlerts:
    def found(self, over, whole=None, measured=NOW):
        return rules.standing(a_target(), whole or tally(0, 10_000), over, measured, NOW)

    def test_a_fast_burn_pages_when_both_windows_see_it(self):
        bad = tally(15, 1000)  # 15 times too fast
        found = self.found(everywhere(tally(0, 1000), h1=bad, m5=bad))
        assert (found.condition, found.severity) == (Condition.BURNING, Severity.PAGE)
        assert rules.worst(found.burns).rule.factor == 14.4

    def test_an_hour_that_is_over_does_not_alert_when_the_last_minutes_are_well(self):
        found = self.found(everywhere(tally(0, 1000), h1=tally(15, 1000)))
        assert (found.condition, found.severity) == (Condition.HEALTHY, None)

    def test_a_few_bad_minutes_do_not_alert_either(self):
        found = self.found(everywhere(tally(0, 1000), m5=tally(1000, 1000)))
        assert found.severity is None

    def test_a_slow_burn_is_a_ticket(self):
        slow = tally(11, 10_000)  # 1.1 times too fast
        found = self.found(everywhere(tally(0, 1000), d3=slow, h6=slow))
        assert found.severity is Severity.TICKET

    def test_the_most_urgent_of_several_counts(self):
        assert self.found(everywhere(tally(20, 1000))).severity is Severity.PAGE

    def test_a_window_without_occurrences_alerts_nobody(self):
        found = self.found(everywhere(tally(0, 0), h1=tally(15, 1000)))
        assert found.severity is None

    def test_a_spent_budget_is_exhausted_also_when_nothing_burns_now(self):
        found = self.found(everywhere(tally(0, 1000)), whole=tally(10, 10_000))
        assert (found.condition, found.budget_left) == (Condition.EXHAUSTED, pytest.approx(0.0))

    @pytest.mark.parametrize("measured", [None, NOW - timedelta(minutes=11)])
    def test_without_fresh_readings_nothing_is_healthy(self, measured):
        found = self.found(everywhere(tally(0, 1000)), measured=measured)
        assert found.condition is Condition.UNKNOWN

    def test_the_worst_comes_first(self):
        healthy = self.found(everywhere(tally(0, 1000)), whole=tally(1, 10_000))
        better = self.found(everywhere(tally(0, 1000)))
        burning = self.found(everywhere(tally(20, 1000)))
        spent = self.found(everywhere(tally(0, 1000)), whole=tally(50, 10_000))
        unknown = self.found(everywhere(tally(0, 0)), whole=tally(0, 0))
        ordered = rules.worst_first([better, healthy, unknown, burning, spent])
        assert ordered == (spent, burning, unknown, healthy, better)


class TestWindows:
    @pytest.mark.parametrize(
        ("window", "begun"),
        [
            (Window(count=28, unit=WindowUnit.DAY), NOW - timedelta(days=28)),
            (Window(count=1, unit=WindowUnit.MONTH), NOW - timedelta(days=30)),
            (
                Window(
                    count=1, unit=WindowUnit.MONTH, starts_at=datetime(2026, 1, 31, 8, tzinfo=UTC)
                ),
                datetime(2026, 2, 28, 8, tzinfo=UTC),
            ),
            (
                Window(
                    count=1, unit=WindowUnit.QUARTER, starts_at=datetime(2025, 1, 1, tzinfo=UTC)
                ),
                datetime(2026, 1, 1, tzinfo=UTC),
            ),
            (
                Window(count=1, unit=WindowUnit.WEEK, starts_at=datetime(2026, 1, 5, tzinfo=UTC)),
                datetime(2026, 3, 16, tzinfo=UTC),
            ),
            (
                Window(count=1, unit=WindowUnit.YEAR, starts_at=datetime(2024, 12, 1, tzinfo=UTC)),
                datetime(2025, 12, 1, tzinfo=UTC),
            ),
        ],
        ids=["rolling days", "rolling month", "end of month", "quarter", "week", "year"],
    )
    def test_when_the_budget_began(self, window, begun):
        assert rules.window_start(window, NOW) == begun

    @given(
        starts=st.datetimes(*FROM_2020_TO_2026, timezones=st.just(UTC)),
        passed=st.timedeltas(timedelta(0), timedelta(days=2000)),
        unit=st.sampled_from(WindowUnit),
        count=st.integers(min_value=1, max_value=6),
    )
    def test_a_calendar_term_has_begun_and_is_not_over(self, starts, passed, unit, count):
        now = starts + passed
        window = Window(count=count, unit=unit, starts_at=starts)
        begun = rules.window_start(window, now)
        assert begun <= now
        assert now - begun <= timedelta(days=366) * count


class TestSlices:
    SLICES = (tally(0, 10), tally(1, 10), tally(5, 10), tally(0, 0))

    def test_slices_are_good_by_their_target(self):
        assert rules.tally(Method.TIMESLICES, self.SLICES, 0.9) == Tally(good=3.0, total=4.0)

    def test_or_count_with_their_share(self):
        found = rules.tally(Method.RATIO_TIMESLICES, self.SLICES, 0.0)
        assert (found.good, found.total) == (pytest.approx(1 + 0.9 + 0.5 + 1), 4.0)


@pytest.mark.parametrize(
    ("kind", "value", "before", "added"),
    [
        (SeriesKind.COUNTER, 12.0, 10.0, 2.0),
        (SeriesKind.COUNTER, 3.0, 10.0, 3.0),
        (SeriesKind.COUNTER, 10.0, None, 0.0),
        (SeriesKind.RATE, 2.0, 1.0, 30.0),
        (SeriesKind.GAUGE, 12.0, 10.0, 0.0),
    ],
    ids=["grows", "began anew", "first", "each second", "gauge"],
)
def test_what_was_added(kind, value, before, added):
    assert rules.increase(kind, value, before, 15.0) == added


@given(st.lists(st.integers(min_value=0, max_value=50), max_size=30))
def test_restarts_lose_nothing_that_was_seen(steps):
    """A counter that begins anew at every third reading still adds up to what happened after it."""
    value, before, added, happened = 0.0, 0.0, 0.0, 0.0
    for number, step in enumerate(steps):
        value = step if number % 3 == 2 else value + step
        grown = rules.increase(SeriesKind.COUNTER, value, before, 1.0)
        happened += value - before if value >= before else value
        added += grown
        before = value
        assert grown >= 0
    assert added == happened


def test_matching_is_promqls():
    labels = {"route": "/exports", "status": "500"}
    for kind, value, fits in (
        (MatchKind.EQUAL, "500", True),
        (MatchKind.DIFFERENT, "500", False),
        (MatchKind.LIKE, "5..", True),
        (MatchKind.LIKE, "5", False),
        (MatchKind.UNLIKE, "2..", True),
    ):
        chosen = Selector(name="x", matchers=(Matcher(label="status", kind=kind, value=value),))
        assert rules.matches(chosen, "x", labels) is fits
    empty = Selector(name="x", matchers=(Matcher(label="no", kind=MatchKind.EQUAL, value=""),))
    assert rules.matches(empty, "x", labels)
    assert not rules.matches(empty, "y", labels)


class TestTails:
    @pytest.mark.parametrize(
        ("bad", "total", "before", "seen"), [(1, 3, 0, 10), (2, 5, 3, 40), (4, 4, 1, 9)]
    )
    def test_equal_to_the_sum_in_fractions(self, bad, total, before, seen):
        """Beta functions of halves as products of fractions: no float on the way."""
        a, b = Fraction(2 * before + 1, 2), Fraction(2 * (seen - before) + 1, 2)

        def rising(x: Fraction, k: int) -> Fraction:
            found = Fraction(1)
            for step in range(k):
                found *= x + step
            return found

        exact = sum(
            comb(total, k) * rising(a, k) * rising(b, total - k) / rising(a + b, total)
            for k in range(bad, total + 1)
        )
        assert rules.tail(bad, total, before, seen) == pytest.approx(float(exact))

    @given(bad=counts, total=counts, before=counts, seen=counts)
    def test_it_is_a_probability_that_falls_with_every_fault(self, bad, total, before, seen):
        bad, before = min(bad, total), min(before, seen)
        chance = rules.tail(bad, total, before, seen)
        assert 0 <= chance <= 1
        if bad < total:
            assert rules.tail(bad + 1, total, before, seen) <= chance + 1e-9

    def test_it_is_the_same_from_either_side_of_the_middle(self):
        """Masses over all places make 1, however many there are."""
        for total, bad in ((40, 3), (5000, 110), (200_000, 4100)):
            at_least = rules.tail(bad, total, 200, 10_000)
            fewer = rules.tail(total - bad + 1, total, 9800, 10_000)
            assert at_least + fewer == pytest.approx(1.0, abs=1e-7)


class TestAnomalies:
    WATCH = Watch(name="exports", service="records", bad=ANY, total=ANY, by=("format",))

    def verdicts(self, *readings, **other):
        watch = Watch(**{**vars(self.WATCH), **other})
        made = [Reading(dimension=d, now=n, before=b) for d, n, b in readings]
        return {one.dimension: one.verdict for one in rules.judge(watch, made)}

    def test_a_formats_failure_is_seen_behind_a_healthy_whole(self):
        """4 of 25 requests are Parquet; a third of them fails: 5 % of the whole, which fails 3 % always."""
        found = self.verdicts(
            ("", tally(13, 250), tally(720, 24_000)),
            ("format=csv", tally(0, 210), tally(700, 20_160)),
            ("format=parquet", tally(13, 40), tally(20, 3_840)),
        )
        assert found == {
            "": Verdict.NORMAL,
            "format=csv": Verdict.NORMAL,
            "format=parquet": Verdict.ANOMALY,
        }

    def test_noise_is_not_an_anomaly(self):
        found = self.verdicts(("", tally(4, 200), tally(240, 24_000)))  # 2 % where 1 % is usual
        assert found[""] is Verdict.NORMAL

    def test_too_little_is_no_verdict(self):
        found = self.verdicts(("", tally(19, 19), tally(0, 1000)))
        assert found[""] is Verdict.TOO_LITTLE

    def test_a_new_format_is_compared_with_the_whole(self):
        found = self.verdicts(
            ("", tally(30, 400), tally(10, 10_000)),
            ("format=avro", tally(25, 40), tally(0, 0)),
        )
        assert found["format=avro"] is Verdict.ANOMALY

    def test_without_any_baseline_there_is_no_verdict(self):
        assert self.verdicts(("", tally(30, 40), tally(0, 0)))[""] is Verdict.TOO_LITTLE

    def test_a_rise_too_small_to_matter_is_none(self):
        found = self.verdicts(("", tally(900, 100_000), tally(1000, 1_000_000)))
        assert (
            found[""] is Verdict.NORMAL
        )  # 0.9 % where 0.1 % is usual: sure, and less than a point
        assert self.verdicts(("", tally(900, 100_000), tally(1000, 1_000_000)), least=0.005) == {
            "": Verdict.ANOMALY
        }

    def test_false_alarms_stay_as_rare_as_asked_over_many_dimensions(self):
        """Simulated: 20 formats that all fail 5 % of the time, 300 judgements."""
        import random

        source = random.Random(7)

        def drawn(total):
            return tally(sum(source.random() < 0.05 for _ in range(total)), total)

        alarms = 0
        for _ in range(300):
            readings = [(f"f{n}", drawn(60), drawn(400)) for n in range(20)]
            alarms += Verdict.ANOMALY in self.verdicts(*readings, probability=0.01).values()
        assert alarms <= 9  # 3 are expected; 9 or more by chance once in 250


class TestDeviation:
    def test_in_robust_standard_deviations(self):
        """Median 10, absolute deviations 0 1 1 2 2: MAD 1."""
        assert rules.deviation(14.4478, [8, 9, 10, 11, 12]) == pytest.approx(3.0)

    def test_one_wild_reading_does_not_hide_the_next(self):
        assert rules.deviation(30, [10, 11, 9, 10, 500, 11, 9]) > 3.5

    def test_a_baseline_that_never_moved(self):
        assert rules.deviation(5, [5] * 5) == 0
        assert rules.deviation(6, [5] * 5) == inf
        assert rules.deviation(4, [5] * 5) == -inf

    def test_four_readings_are_none(self):
        assert rules.deviation(5, [1, 2, 3, 4]) is None
