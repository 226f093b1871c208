"""Health against the real database: figures, targets, alerts, anomalies, compaction, tenants."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from headrace.capabilities.health import selectors, service
from headrace.capabilities.health.model import (
    Condition,
    Figure,
    Measure,
    SeriesKind,
    Severity,
    Source,
    SourceInUse,
    SourceKind,
    SourceNotFound,
    TargetNotFound,
    Unreadable,
    Verdict,
    Watch,
)
from headrace.capabilities.health.store import series as series_rows
from headrace.kernel.context import system_actor
from headrace.kernel.ids import OrganisationId, new_id

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EVERY = timedelta(seconds=30)
PAGE = Source(
    name="records-api",
    service="records",
    kind=SourceKind.ENDPOINT,
    url="http://127.0.0.1:9/metrics",
    every=EVERY,
)
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


@pytest.fixture
def do(units, system):
    def run(verb, *arguments, **named):
        return units.run(system, verb, *arguments, **named)

    return run


@pytest.fixture
def told(units, system):
    def types():
        with units.open(system) as ctx:
            rows = ctx.db.execute(
                sa.text("SELECT type, payload FROM journal_event ORDER BY recorded_at, number")
            ).all()
        return [(row.type, row.payload) for row in rows if row.type != "health.targets_loaded"]

    return types


class Exports:
    """A service whose counters of exports are read every half minute, beginning at nothing."""

    def __init__(self, do):
        self.do = do
        self.at = BEGIN
        self.counts = {}
        do(service.put_source, PAGE)
        self.read()

    def read(self):
        figures = [
            Figure(
                name="exports_total",
                labels={"format": format, "outcome": outcome},
                kind=SeriesKind.COUNTER,
                value=float(count),
            )
            for (format, outcome), count in self.counts.items()
        ]
        self.do(service.ingest, PAGE.name, figures, self.at)

    def run(self, minutes, rates):
        """So many exports each minute, `{("csv", "done"): 10}`, for so long."""
        for _ in range(round(minutes * 2)):
            self.at += EVERY
            for key, rate in rates.items():
                self.counts[key] = self.counts.get(key, 0) + rate / 2
            self.read()

    def restarts(self):
        self.counts = {}


@pytest.fixture
def exports(do):
    return Exports(do)


WELL = {("csv", "done"): 10, ("parquet", "done"): 2}


class TestFigures:
    def test_a_counter_that_appears_later_has_grown_from_nothing(self, do, exports):
        exports.run(5, WELL)
        exports.run(1, {**WELL, ("parquet", "failed"): 2})

        (failed,) = do(
            service.courses,
            service.selector('exports_total{outcome="failed"}'),
            Measure.INCREASE,
            since=BEGIN,
            until=exports.at,
            step=timedelta(minutes=10),
        )

        assert [point.value for point in failed.points] == [2.0]

    def test_what_stood_there_at_the_first_reading_did_not_happen_now(self, do):
        do(service.put_source, PAGE)
        old = Figure(name="x_total", labels={}, kind=SeriesKind.COUNTER, value=1e6)
        do(service.ingest, PAGE.name, [old], BEGIN)

        found = do(
            service.courses,
            service.selector("x_total"),
            Measure.INCREASE,
            since=BEGIN - MINUTE,
            until=BEGIN + MINUTE,
            step=MINUTE,
        )

        assert [course.points for course in found] == [()]

    def test_a_restart_loses_nothing_that_was_read(self, do, exports):
        exports.run(10, WELL)
        exports.restarts()
        exports.run(10, WELL)

        (course,) = do(
            service.courses,
            service.selector("exports_total"),
            Measure.INCREASE,
            since=BEGIN,
            until=exports.at,
            step=timedelta(hours=1),
        )

        assert sum(point.value for point in course.points) == 240

    def test_a_course_is_told_by_label(self, do, exports):
        exports.run(4, WELL)

        found = do(
            service.courses,
            service.selector("exports_total"),
            Measure.RATE,
            since=BEGIN,
            until=exports.at,
            step=timedelta(minutes=2),
            by=("format",),
        )

        assert [course.labels["format"] for course in found] == ["csv", "parquet"]
        assert [p.value for p in found[0].points] == pytest.approx([10 / 60, 10 / 60])

    def test_gauges_have_mean_low_and_high(self, do):
        do(service.put_source, PAGE)
        for second, value in enumerate((4.0, 8.0, 6.0)):
            figure = Figure(name="queue", labels={}, kind=SeriesKind.GAUGE, value=value)
            do(service.ingest, PAGE.name, [figure], BEGIN + timedelta(seconds=second + 1))
        window = {"since": BEGIN, "until": BEGIN + MINUTE, "step": MINUTE}

        values = [
            do(service.courses, service.selector("queue"), one, **window)[0].points[0].value
            for one in (Measure.MEAN, Measure.LOW, Measure.HIGH)
        ]

        assert values == [6.0, 4.0, 8.0]

    def test_the_same_reading_twice_counts_once(self, do, exports):
        exports.run(1, WELL)
        exports.read()

        assert {s.last for s in do(service.series, name="exports_total")} == {10.0, 2.0}

    def test_a_page_with_too_many_series_is_cut_and_says_so(self, do, monkeypatch):
        monkeypatch.setattr("headrace.capabilities.health.service.reading.MOST_SERIES", 3)
        do(service.put_source, PAGE)
        figures = [
            Figure(name="x", labels={"n": str(n)}, kind=SeriesKind.GAUGE, value=1.0)
            for n in range(5)
        ]

        do(service.ingest, PAGE.name, figures, BEGIN)

        assert len(do(service.series, name="x")) == 3
        assert "more than 3 series" in do(service.sources)[0].error


class TestSources:
    @pytest.mark.parametrize(
        "wrong", [{"url": "file:///etc/passwd"}, {"name": "a/b"}, {"every": timedelta(0)}]
    )
    def test_what_cannot_be_read_is_refused(self, do, wrong):
        with pytest.raises(Unreadable):
            do(service.put_source, Source(**{**vars(PAGE), **wrong}))

    def test_each_is_given_to_one_reader_until_it_is_due_again(self, do):
        do(service.put_source, PAGE)

        assert [one.source.name for one in do(service.due)] == ["records-api"]
        assert do(service.due) == []

    def test_one_that_fails_three_times_is_lost_and_found_again(self, do, told):
        do(service.put_source, PAGE)
        for number in range(4):
            do(service.failed, PAGE.name, "no answer", BEGIN + number * MINUTE)
        assert [type for type, _ in told()] == ["health.source_lost"]
        assert [t.subject for t in do(service.troubles)] == ["source:records-api"]
        assert do(service.sources)[0].failures == 4

        do(service.ingest, PAGE.name, [], BEGIN + 5 * MINUTE)

        assert [type for type, _ in told()] == ["health.source_lost", "health.recovered"]
        assert do(service.troubles) == []

    def test_it_goes_with_everything_it_gave_when_nothing_asks_for_it(self, do, exports):
        exports.run(1, WELL)
        pinned = selectors.at(service.selector("exports_total"), PAGE.name)
        do(service.put_watch, Watch(name="w", service="records", bad=pinned, total=pinned))

        with pytest.raises(SourceInUse):
            do(service.remove_source, PAGE.name)
        do(service.remove_watch, "w")
        do(service.remove_source, PAGE.name)

        assert do(service.series) == []
        with pytest.raises(SourceNotFound):
            do(service.ingest, PAGE.name, [], BEGIN)


class TestTargets:
    def test_budget_and_burn_rate_worked_by_hand(self, do, exports):
        """3 hours of 10 good a minute, then one of 8 good and 2 bad: 120 bad of 2400 where 24 may be."""
        do(service.load_targets, SLO)
        exports.run(180, {("csv", "done"): 10})
        exports.run(60, {("csv", "done"): 8, ("csv", "failed"): 2})

        (found,) = do(service.standings, at=exports.at)

        assert (found.tally.bad, found.tally.total) == (120.0, 2400.0)
        assert found.budget_left == pytest.approx(1 - 120 / 24)
        hour = next(b for b in found.burns if b.rule.factor == 14.4)
        assert hour.over_long == pytest.approx(20.0)  # 20 % wrong where 1 % may be
        assert hour.over_short == pytest.approx(20.0)
        assert (found.condition, found.severity) == (Condition.EXHAUSTED, Severity.PAGE)

    def test_burning_is_told_once_and_ends_when_it_ends(self, do, exports, told):
        do(service.load_targets, SLO)
        exports.run(60, {("csv", "done"): 10})
        do(service.judge, at=exports.at)
        assert told() == []

        exports.run(30, {("csv", "failed"): 10})
        do(service.judge, at=exports.at)
        do(service.judge, at=exports.at)
        ((type, payload),) = told()
        assert (type, payload["target"], payload["severity"]) == (
            "health.burning",
            "exports",
            "page",
        )
        assert payload["factor"] == 14.4
        assert payload["service"] == "records"
        (trouble,) = do(service.troubles)
        assert (trouble.subject, trouble.since) == ("target:exports", exports.at)

        exports.run(1500, {("csv", "done"): 20})
        exports.run(3 * 24 * 60 / 30, {("csv", "done"): 20})
        do(service.judge, at=exports.at + timedelta(days=3))
        assert len(told()) == 1  # nothing was read for long: that is no recovery
        exports.at += timedelta(days=3)
        exports.run(10, {("csv", "done"): 20})
        do(service.judge, at=exports.at)

        assert [type for type, _ in told()] == ["health.burning", "health.recovered"]
        assert do(service.troubles) == []

    @pytest.mark.parametrize("when", ["named", "increases"])
    def test_a_reading_that_comes_amid_a_look_counts_in_the_next_and_is_not_taken_for_failures(
        self, do, exports, monkeypatch, when
    ):
        good = SLO.replace("bad: {", "good: {").replace('outcome="failed"', 'outcome!="failed"')
        do(service.load_targets, good)
        exports.run(120, WELL)
        asked, comes = getattr(series_rows, when), [{**WELL, ("json", "done"): 500}]

        def asked_slowly(*arguments, **named):
            found = asked(*arguments, **named)
            if comes:  # after the first of two questions, and as a series that was not there before
                exports.run(0.5, comes.pop())
            return found

        monkeypatch.setattr(series_rows, when, asked_slowly)
        (amid,) = do(service.standings, at=exports.at + MINUTE)
        (after,) = do(service.standings, at=exports.at)

        assert (amid.tally.bad, amid.tally.total, amid.severity) == (0, 1440, None)
        assert (after.tally.bad, after.tally.total) == (0, 1440 + 6 + 250)

    def test_without_readings_nothing_is_known(self, do):
        do(service.load_targets, SLO)

        found = do(service.standing, "exports")

        assert (found.condition, found.budget_left) == (Condition.UNKNOWN, None)

    def test_slices_of_time_count_where_the_document_says_so(self, do, exports):
        text = SLO.replace("Occurrences", "Timeslices").replace(
            "{target: 0.99}", "{target: 0.9, timeSliceTarget: 0.95, timeSliceWindow: 1m}"
        )
        do(service.load_targets, text)
        exports.run(15, {("csv", "done"): 10})
        exports.run(2, {("csv", "failed"): 1000})
        exports.run(3, {("csv", "done"): 10})

        found = do(service.standing, "exports", at=exports.at)

        assert (found.tally.bad, found.tally.total) == (2.0, 20.0)  # one storm, two minutes

    def test_a_threshold_counts_readings(self, do):
        text = SLO[: SLO.index("  indicator")] + (
            "  indicator: {spec: {thresholdMetric: {metricSource: {spec: {query: queue}}}}}\n"
            "  timeWindow: [{duration: 1d}]\n  budgetingMethod: Occurrences\n"
            "  objectives: [{op: lte, value: 5, target: 0.5}]\n"
        )
        do(service.put_source, PAGE)
        do(service.load_targets, text)
        for number, value in enumerate((1.0, 5.0, 9.0, 2.0), start=1):
            figure = Figure(name="queue", labels={}, kind=SeriesKind.GAUGE, value=value)
            do(service.ingest, PAGE.name, [figure], BEGIN + number * MINUTE)

        found = do(service.standing, "exports", at=BEGIN + 5 * MINUTE)

        assert (found.achieved, found.budget_left) == (0.75, pytest.approx(0.5))

    def test_the_worst_target_comes_first(self, do, exports):
        easy = SLO.replace("name: exports", "name: easy").replace("0.99", "0.5")
        do(service.load_targets, f"{easy}---{SLO}")
        exports.run(10, {("csv", "done"): 9, ("csv", "failed"): 1})

        found = do(service.standings, at=exports.at)

        assert [one.target.name for one in found] == ["exports", "easy"]
        assert not do(service.standings, service="other")

    def test_a_document_with_a_fault_loads_nothing(self, do):
        with pytest.raises(Unreadable, match="a target above 0"):
            do(service.load_targets, f"{SLO}---{SLO.replace('0.99', '99')}")
        assert do(service.targets) == []

    def test_one_is_removed(self, do):
        do(service.load_targets, SLO)
        do(service.remove_target, "exports")

        with pytest.raises(TargetNotFound):
            do(service.standing, "exports")
        with pytest.raises(TargetNotFound):
            do(service.remove_target, "exports")


USUAL = {("csv", "done"): 20, ("csv", "failed"): 2, ("parquet", "done"): 2}
BROKEN = {**USUAL, ("parquet", "done"): 1.2, ("parquet", "failed"): 0.8}


class TestWatches:
    WATCH = Watch(
        name="failures",
        service="records",
        bad=service.selector('exports_total{outcome="failed"}'),
        total=service.selector("exports_total"),
        by=("format",),
        window=timedelta(minutes=15),
        baseline=timedelta(hours=2),
    )

    def test_a_formats_failure_is_told_and_the_whole_is_not(self, do, exports, told):
        do(service.put_watch, self.WATCH)
        exports.run(120, USUAL)
        do(service.judge, at=exports.at)
        assert told() == []
        exports.run(15, BROKEN)

        do(service.judge, at=exports.at)
        do(service.judge, at=exports.at)

        ((type, payload),) = told()
        assert (type, payload["dimension"]) == ("health.anomaly", "format=parquet")
        assert payload["share"] == pytest.approx(0.4)
        found = {j.dimension: j.verdict for j in do(service.judgements, self.WATCH, at=exports.at)}
        assert found[""] is Verdict.NORMAL

    def test_a_failure_that_lasts_does_not_become_usual_and_ends_when_it_ends(
        self, do, exports, told
    ):
        do(service.put_watch, self.WATCH)
        exports.run(120, USUAL)
        exports.run(15, BROKEN)
        do(service.judge, at=exports.at)

        exports.run(180, BROKEN)  # longer than the whole baseline
        do(service.judge, at=exports.at)
        assert [type for type, _ in told()] == ["health.anomaly"]

        exports.run(15, USUAL)
        do(service.judge, at=exports.at)
        assert [type for type, _ in told()] == ["health.anomaly", "health.recovered"]
        assert told()[1][1]["dimension"] == "format=parquet"

    def test_what_is_over_is_told_once_though_its_failures_still_lie_in_the_window(
        self, do, exports, told
    ):
        do(service.put_watch, self.WATCH)
        exports.run(120, USUAL)
        exports.run(15, BROKEN)
        do(service.judge, at=exports.at)
        exports.run(12, USUAL)  # three of the fifteen minutes are bad still: no alarm, and not over
        do(service.judge, at=exports.at)
        assert [type for type, _ in told()] == ["health.anomaly"]
        exports.run(2, USUAL)
        do(service.judge, at=exports.at)
        assert [type for type, _ in told()] == ["health.anomaly", "health.recovered"]

        exports.run(1, USUAL)
        found = {j.dimension: j for j in do(service.judgements, self.WATCH, at=exports.at)}
        counted = {dimension: one.occurrences for dimension, one in found.items()}
        assert counted == {
            "": 24,
            "format=parquet": 2,
            "format=csv": 330,
        }  # csv was never in trouble

        exports.run(15, BROKEN)
        do(service.judge, at=exports.at)
        assert [type for type, _ in told()][2:] == ["health.anomaly"]

    def test_one_that_contradicts_itself_is_refused(self, do):
        with pytest.raises(Unreadable, match="baseline"):
            do(service.put_watch, Watch(**{**vars(self.WATCH), "baseline": MINUTE}))


class TestRetention:
    def rows(self, units, system):
        with units.open(system) as ctx:
            found = ctx.db.execute(
                sa.text("SELECT step, count(*) FROM health_sample GROUP BY step ORDER BY step")
            )
            return {row.step: row.count for row in found}

    def test_old_samples_are_put_together_and_no_window_changes(self, do, units, system, exports):
        do(service.load_targets, SLO)
        exports.run(60, {("csv", "done"): 9, ("csv", "failed"): 1})
        before = do(service.standing, "exports", at=exports.at).tally
        assert self.rows(units, system) == {0: 240}

        later = exports.at + service.RAW_KEPT
        do(service.tidy, at=later)
        do(service.tidy, at=later)
        assert self.rows(units, system) == {300: 24}
        assert do(service.standing, "exports", at=exports.at).tally == before

        do(service.tidy, at=exports.at + service.FINE_KEPT)
        assert self.rows(units, system) == {3600: 2}
        assert do(service.standing, "exports", at=exports.at).tally == before

        do(service.tidy, at=exports.at + service.COARSE_KEPT + timedelta(hours=1))
        assert self.rows(units, system) == {}
        assert do(service.series) == []

    def test_only_whole_steps_are_put_together(self, do, units, system, exports):
        exports.run(10, {("csv", "done"): 10})

        do(service.tidy, at=BEGIN + service.RAW_KEPT + timedelta(minutes=7))

        assert self.rows(units, system) == {0: 10, 300: 1}


def test_another_organisation_sees_nothing_of_it(do, units, exports):
    do(service.load_targets, SLO)
    exports.run(1, WELL)
    other = system_actor(OrganisationId(new_id("org")))

    assert units.run(other, service.series) == []
    assert units.run(other, service.standings) == ()
    assert units.run(other, service.sources) == []
    assert units.run(other, service.due) == []
