"""Rules of operate: severity by the table, clocks, matching, and what may be done."""

from datetime import UTC, datetime, timedelta

import pytest

from capabilities.operate.world import KILL, PARQUET, RAISE, remedy, runbook
from headrace.capabilities.deployments.model import Parameter
from headrace.capabilities.operate.model import (
    Deadline,
    Deed,
    Findings,
    Impact,
    Match,
    Severity,
    Sign,
    SignKind,
    Stage,
    Step,
)
from headrace.capabilities.operate.rules import clocks, matching, remedies, severity
from headrace.kernel.errors import Refusal

MONDAY = datetime(2026, 3, 16, 9, tzinfo=UTC)
FRIDAY = datetime(2026, 3, 20, 9, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MEMORY = Parameter(name="parquet_memory", default=128, low=64, high=2048)


def a_sign(kind=SignKind.ANOMALY, subject="watch:exports", dimension="", ended=False):
    return Sign(
        event="evt",
        kind=kind,
        subject=subject,
        dimension=dimension,
        told="it is bad",
        since=MONDAY,
        ended_at=MONDAY if ended else None,
    )


def now(**named):
    given = {
        "service": "records",
        "severity": Severity.SEV3,
        "parameters": {"parquet_memory": MEMORY},
        "values": {"parquet_memory": 128.0},
        "shares": {PARQUET: 0.16},
        "flags": ("bulk_export",),
    }
    return remedies.Situation(**{**given, **named})


@pytest.mark.parametrize(
    ("breached", "anomaly", "impact", "wanted"),
    [
        pytest.param(2, True, Impact.SIGNIFICANT, "SEV1", id="several targets, significant impact"),
        pytest.param(3, False, Impact.SIGNIFICANT, "SEV1", id="more of them"),
        pytest.param(1, True, Impact.LIMITED, "SEV2", id="one target, limited impact"),
        pytest.param(1, False, Impact.NONE, "SEV2", id="one target that no customer noticed"),
        pytest.param(1, False, Impact.UNKNOWN, "SEV2", id="one target, nobody has looked yet"),
        pytest.param(0, True, Impact.LIMITED, "SEV3", id="an anomaly, no target breached"),
        pytest.param(0, True, Impact.SIGNIFICANT, "SEV3", id="an anomaly that many notice"),
        pytest.param(0, False, Impact.NONE, "SEV4", id="something to know"),
        pytest.param(2, False, Impact.LIMITED, "SEV1", id="several targets: the worse row"),
        pytest.param(1, False, Impact.SIGNIFICANT, "SEV1", id="one, significant: the worse row"),
    ],
)
def test_severity_follows_the_table(breached, anomaly, impact, wanted):
    assert severity.severity(breached, anomaly=anomaly, impact=impact) == wanted


def test_a_target_that_is_told_twice_is_one_target_and_an_ended_sign_counts_no_more():
    signs = [
        a_sign(SignKind.BREACH, "target:a"),
        a_sign(SignKind.BREACH, "target:a"),
        a_sign(SignKind.BREACH, "target:b", ended=True),
    ]

    assert severity.of_signs(signs, Impact.LIMITED) is Severity.SEV2


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ({"requests": 100, "customers": 20}, Impact.NONE),
        ({"requests": 100, "failed": 3, "customers": 20, "affected_count": 2}, Impact.LIMITED),
        ({"requests": 100, "failed": 3, "customers": 8, "affected_count": 2}, Impact.SIGNIFICANT),
        ({"requests": 100, "failed": 30, "customers": 20, "affected_count": 1}, Impact.SIGNIFICANT),
    ],
)
def test_a_quarter_of_the_customers_or_of_the_requests_is_significant(found, wanted):
    assert severity.impact(Findings(since=MONDAY, **found)) is wanted


class TestClocks:
    @pytest.mark.parametrize(
        ("of", "acknowledge", "mitigate", "resolve"),
        [
            (Severity.SEV1, 15 * MINUTE, HOUR, 4 * HOUR),
            (Severity.SEV2, HOUR, 4 * HOUR, 8 * HOUR),
            (Severity.SEV3, 4 * HOUR, 24 * HOUR, 72 * HOUR),
            (Severity.SEV4, 24 * HOUR, 72 * HOUR, 168 * HOUR),
        ],
    )
    def test_the_policy_gives_each_severity_its_times(self, of, acknowledge, mitigate, resolve):
        found = [one.due_at - MONDAY for one in clocks.deadlines(of, MONDAY, MONDAY)]

        assert found == [acknowledge, mitigate, resolve]

    def test_three_business_days_from_friday_end_on_wednesday(self):
        assert clocks.due(Severity.SEV4, Stage.MITIGATE, FRIDAY).strftime("%a %H") == "Wed 09"

    def test_getting_worse_brings_deadlines_nearer_and_never_into_the_past(self):
        later = MONDAY + 3 * HOUR
        before = clocks.deadlines(Severity.SEV3, MONDAY, MONDAY)

        after = clocks.deadlines(Severity.SEV1, MONDAY, later, before)

        assert [one.due_at - later for one in after] == [15 * MINUTE, HOUR, 4 * HOUR]

    def test_getting_better_is_counted_from_the_opening(self):
        before = clocks.deadlines(Severity.SEV1, MONDAY, MONDAY)

        after = clocks.deadlines(Severity.SEV2, MONDAY, MONDAY + 10 * MINUTE, before)

        assert [one.due_at - MONDAY for one in after] == [HOUR, 4 * HOUR, 8 * HOUR]

    def test_what_was_met_or_missed_stays(self):
        met = Deadline(stage=Stage.ACKNOWLEDGE, due_at=MONDAY, met_at=MONDAY)

        assert clocks.deadlines(Severity.SEV1, MONDAY, MONDAY, [met])[0] is met

    def test_each_miss_goes_one_level_further_up(self):
        assert [clocks.level(missed, 2) for missed in (0, 1, 2)] == [0, 1, 1]


class TestMatching:
    BOOKS = (
        runbook(name="any"),
        runbook(name="watch", matches=[Match(signal="watch:exports")]),
        runbook(name="pattern", matches=[Match(dimension="format=*")]),
        runbook(name="parquet", matches=[Match(dimension=PARQUET)]),
        runbook(name="memory", matches=[Match(dimension="format=*", error="out of memory")]),
    )

    @pytest.mark.parametrize(
        ("sign", "log", "wanted"),
        [
            (a_sign(dimension=PARQUET), "Out of Memory while writing", "memory"),
            (a_sign(dimension=PARQUET), "", "parquet"),
            (a_sign(dimension="format=json"), "", "pattern"),
            (a_sign(), "", "watch"),
            (a_sign(subject="target:latency"), "", "any"),
            (a_sign(subject="target:latency"), "out of memory", "any"),
        ],
    )
    def test_the_most_exact_runbook_that_holds_is_chosen(self, sign, log, wanted):
        found = matching.find(self.BOOKS, [sign], log)

        assert found.runbook.name == wanted

    def test_what_nobody_knows_matches_nothing(self):
        assert matching.find(self.BOOKS[3:], [a_sign(dimension="format=csv")], "") is None


class TestChoosing:
    def test_a_remedy_within_its_range_runs_without_asking(self):
        found = remedies.choose(runbook(), (), now())

        assert (found.deeds[0].before, found.deeds[0].value) == (128, 512)
        assert found.share == 0.16
        assert found.because == ()

    @pytest.mark.parametrize(
        ("situation", "asked"),
        [
            ({"values": {"parquet_memory": 300.0}}, "beyond the authorised 128 to 1024"),
            ({"shares": {PARQUET: 0.26}}, "touches 26%"),
            ({"shares": {}}, "touches 100%"),
            ({"severity": Severity.SEV1}, "at SEV1 a person decides"),
        ],
        ids=["beyond the range", "too much traffic", "traffic nobody counted", "SEV1"],
    )
    def test_what_goes_further_asks_a_person(self, situation, asked):
        found = remedies.choose(runbook(), (), now(**situation))

        assert any(asked in reason for reason in found.because)

    def test_a_quarter_of_the_traffic_needs_nobody(self):
        assert remedies.choose(runbook(), (), now(shares={PARQUET: 0.25})).because == ()

    def test_what_is_tried_makes_place_for_the_next(self):
        found = remedies.choose(runbook(remedy(), KILL), {"A"}, now())

        assert found.remedy.name == "C"
        assert found.because == ()  # switching off is a safety deed, whatever it touches

    def test_at_sev1_what_only_takes_away_comes_first_and_asks_nobody(self):
        found = remedies.choose(runbook(remedy(), KILL), (), now(severity=Severity.SEV1))

        assert (found.remedy.name, found.because) == ("C", ())

    @pytest.mark.parametrize(
        ("step", "reason"),
        [
            (Step(deed=Deed.SET_PARAMETER, subject="x", change="=1"), "has no parameter 'x'"),
            (
                Step(deed=Deed.SET_PARAMETER, subject="parquet_memory", change="=9999"),
                "between 64 and 2048",
            ),
            (Step(deed=Deed.SET_PARAMETER, subject="parquet_memory", change="=128"), "already"),
            (Step(deed=Deed.ROLL_BACK), "no release"),
            (Step(deed=Deed.KILL_FLAG, subject="other"), "not there"),
        ],
    )
    def test_what_cannot_be_done_at_all_says_why(self, step, reason):
        found = remedies.choose(runbook(remedy("A", step)), (), now())

        assert isinstance(found, Refusal)
        assert reason in str(found)

    def test_what_serves_rehearsals_is_no_remedy(self):
        drill = Parameter(name="slowness", default=0, low=0, high=10, drill=True)
        step = Step(deed=Deed.SET_PARAMETER, subject="slowness", change="=1")

        found = remedies.choose(runbook(remedy("A", step)), (), now(parameters={"slowness": drill}))

        assert "serves rehearsals" in str(found)

    @pytest.mark.parametrize(
        ("done", "serves", "asked"),
        [(0, False, False), (2, False, True), (0, True, True)],
        ids=["of what answers nothing", "over its budget", "of a whole service that answers"],
    )
    def test_a_restart_has_a_budget_and_touches_all_that_is_answered(self, done, serves, asked):
        step = Step(deed=Deed.RESTART, most=2)

        found = remedies.choose(
            runbook(remedy("A", step)), (), now(serves=serves, done={Deed.RESTART: done})
        )

        assert bool(found.because) is asked

    @pytest.mark.parametrize(
        ("change", "wanted"),
        [("=512", 512), ("*2", 256), ("+1", 129), ("-28", 100), ("twice", None), ("", None)],
    )
    def test_a_change_gives_a_number_or_nothing(self, change, wanted):
        assert remedies.changed(change, 128) == wanted

    def test_every_fault_of_a_runbook_is_told(self):
        empty = Step(deed=Deed.SET_PARAMETER, change="much", low=3, high=2)

        found = remedies.malformed(runbook(remedy("A", empty, share=0.5), remedy("A", RAISE)))

        assert len(found) == 5
