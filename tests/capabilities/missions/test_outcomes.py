"""What a reading means for its promise: variances worked by hand, for each kind of target."""

from datetime import UTC, date, datetime

import pytest

from headrace.capabilities.missions.model.measurements import (
    Measurement,
    Origin,
    Outcome,
    OutcomeKind,
    OutcomeVerdict,
    Reading,
)
from headrace.capabilities.missions.service import is_settled, judge, overall

V = OutcomeVerdict
TODAY = date(2026, 4, 23)


def outcome(target: str = "< 30 seconds", **details) -> Outcome:
    given = {
        "key": "one",
        "name": "One",
        "kind": OutcomeKind.OUTCOME,
        "metric": "p95",
        "deadline": "2026-04-30",
        **details,
    }
    return Outcome(target=target, **given)


def guardrail(target: str = "must remain < 200 ms", **details) -> Outcome:
    return outcome(
        target,
        **{"kind": OutcomeKind.GUARDRAIL, "baseline": "180 ms", "deadline": "ongoing"} | details,
    )


def reading(value: float | None, unit: str = "s", **details) -> Reading:
    return Reading(**{"origin": Origin.MEASURED, "value": value, "unit": unit} | details)


FIGURES = [
    # the four figures of the seed's report
    ("the seed's latency", outcome(), reading(22, "s"), "met", "-27%"),
    (
        "the seed's adoption",
        outcome("≥ 3 within 2 weeks"),
        reading(7, "customers"),
        "exceeded",
        "+133%",
    ),
    ("the seed's guardrail", guardrail(), reading(182, "ms"), "met", "within bounds (-9%)"),
    # units are told apart and turned into one another
    ("milliseconds against seconds", outcome(), reading(22_000, "ms"), "met", "-27%"),
    ("a share against percent", outcome("at least 99 %"), reading(0.999, "share"), "met", "+0.9%"),
    ("megabytes", outcome("at most 2 GB"), reading(2500, "MB"), "not-met", "+25%"),
    # the limit itself
    ("just at a strict limit", outcome(), reading(30, "s"), "partially-met", "+0%"),
    ("just at an inclusive limit", outcome("at most 30 seconds"), reading(30, "s"), "met", "+0%"),
    ("at a floor", outcome("at least 3"), reading(3, ""), "met", "+0%"),
    # exceeded: better by at least half of the limit
    ("half of the limit", outcome(), reading(15, "s"), "exceeded", "-50%"),
    ("a little more than half", outcome(), reading(15.1, "s"), "met", "-50%"),
    ("half as much again", outcome("at least 4"), reading(6, ""), "exceeded", "+50%"),
    (
        "a guardrail is never exceeded",
        guardrail(),
        reading(20, "ms"),
        "met",
        "within bounds (-90%)",
    ),
    # missed
    ("within a tenth", outcome(), reading(33, "s"), "partially-met", "+10%"),
    ("beyond a tenth", outcome(), reading(33.1, "s"), "not-met", "+10%"),
    (
        "two of three, from nothing",
        outcome("at least 3", baseline="0"),
        reading(2, ""),
        "partially-met",
        "-33%",
    ),
    (
        "one of three, from nothing",
        outcome("at least 3", baseline="0"),
        reading(1, ""),
        "not-met",
        "-67%",
    ),
    ("half of the way down", outcome(baseline="90 s"), reading(60, "s"), "partially-met", "+100%"),
    ("less than half of the way", outcome(baseline="90 s"), reading(61, "s"), "not-met", "+103%"),
    ("worse than the baseline", outcome(baseline="90 s"), reading(95, "s"), "not-met", "+217%"),
    (
        "from the right side of the limit",
        outcome(baseline="20 s"),
        reading(60, "s"),
        "not-met",
        "+100%",
    ),
    ("a crossed guardrail", guardrail(), reading(201, "ms"), "not-met", "+0.5%"),
    ("no target of nothing", outcome("at most 0"), reading(3, ""), "not-met", "+3"),
    # against a baseline
    (
        "a fall that was asked for",
        outcome("reduce by 20 %", baseline="100 s"),
        reading(79, "s"),
        "met",
        "-1%",
    ),
    (
        "a fall that is too small",
        outcome("reduce by at least 20%", baseline="100 s"),
        reading(91, "s"),
        "not-met",
        "+14%",
    ),
    (
        "an allowed rise",
        outcome("no more than 10 % above the baseline", baseline="180 ms"),
        reading(195, "ms"),
        "met",
        "-2%",
    ),
    (
        "a rise that was asked for",
        outcome("at least 20 % above baseline", baseline="50"),
        reading(66, ""),
        "met",
        "+10%",
    ),
    (
        "the baseline measured here counts first",
        outcome("at most 10 % above baseline", baseline="180 ms"),
        reading(20, "ms", baseline=10),
        "not-met",
        "+82%",
    ),
]


@pytest.mark.parametrize(
    ("asked", "found", "verdict", "variance"),
    [row[1:] for row in FIGURES],
    ids=[r[0] for r in FIGURES],
)
def test_a_figure_is_held_against_its_target(asked, found, verdict, variance):
    told = judge(asked, found, TODAY)

    assert (told.verdict, told.variance) == (verdict, variance)


@pytest.mark.parametrize(
    ("day", "today", "verdict", "variance"),
    [
        (date(2026, 4, 9), TODAY, "met", "-3 days"),
        (date(2026, 4, 12), TODAY, "met", "on the day"),
        (date(2026, 4, 13), TODAY, "partially-met", "+1 day"),
        (date(2026, 4, 19), TODAY, "partially-met", "+7 days"),
        (date(2026, 4, 20), TODAY, "not-met", "+8 days"),
        (None, date(2026, 4, 22), "not-met", "+10 days"),
        (None, date(2026, 4, 10), "inconclusive", "n/a"),
    ],
)
def test_a_day_is_held_against_its_deadline(day, today, verdict, variance):
    asked = outcome("Fully functional, GA-released", deadline="2026-04-12")

    told = judge(asked, Reading(origin=Origin.DATE, day=day), today)

    assert (told.verdict, told.variance) == (verdict, variance)


@pytest.mark.parametrize(
    ("found", "verdict", "variance"),
    [
        (reading(99, "ms", baseline=90), "met", "within bounds (-50%); +10%"),
        (reading(101, "ms", baseline=90), "partially-met", "within bounds (-50%); +12%"),
        (reading(210, "ms", baseline=209), "not-met", "+5%; +0%"),
    ],
    ids=["as near as agreed", "further than agreed", "over the limit, though near"],
)
def test_a_guardrail_is_also_held_against_the_baseline_measured_here(found, verdict, variance):
    told = judge(guardrail(), found, TODAY)  # 180 to 200 ms: a ninth more is agreed

    assert (told.verdict, told.variance) == (
        verdict,
        f"{variance} against the baseline measured here",
    )


@pytest.mark.parametrize(
    ("asked", "found", "because"),
    [
        (outcome(), reading(None, because="no service runs"), "no service runs"),
        (outcome(), Reading(origin=Origin.NONE), "nothing was measured"),
        (outcome("customers are happy"), reading(3, ""), "names no figure"),
        (outcome(), reading(3, "customers"), "measured is count"),
        (outcome("reduce by 20 %", baseline="n/a"), reading(3, "s"), "none was measured"),
    ],
)
def test_what_cannot_be_measured_is_inconclusive_and_never_met(asked, found, because):
    told = judge(asked, found, TODAY)

    assert told.verdict is V.INCONCLUSIVE
    assert because in told.because


def test_a_figure_from_a_file_says_so():
    told = judge(
        outcome("at least 3"), Reading(origin=Origin.FILE, value=8, unit="renewals"), TODAY
    )

    assert told.actual == "8 renewals (from a file)"


def measured(verdict: str, kind: OutcomeKind = OutcomeKind.OUTCOME, **details) -> Measurement:
    asked = outcome(kind=kind, **details)
    found = judge(asked, reading(22), TODAY)
    return Measurement(
        mission="m",
        checkpoint="initial",
        outcome=asked,
        reading=reading(22),
        judged=type(found)(**{**vars(found), "verdict": V(verdict)}),
        at=datetime(2026, 4, 23, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("outcomes", "guardrails", "verdict"),
    [
        (["met", "met", "exceeded"], ["met"], "exceeded"),
        (["met", "met"], ["met"], "met"),
        (["met", "partially-met"], ["met"], "partially-met"),
        (["met", "exceeded"], ["partially-met"], "partially-met"),
        (["met", "exceeded"], ["not-met"], "partially-met"),
        (["met", "not-met"], ["met"], "partially-met"),
        (["not-met", "not-met"], ["met"], "not-met"),
        (["not-met", "inconclusive"], ["met"], "not-met"),
        (["met", "inconclusive"], ["met"], "inconclusive"),
        (["met", "exceeded"], ["inconclusive"], "inconclusive"),
        (["inconclusive"], ["met"], "inconclusive"),
        ([], ["met"], "inconclusive"),
    ],
)
def test_the_overall_verdict_follows_the_rule(outcomes, guardrails, verdict):
    found = [measured(one) for one in outcomes]
    found += [measured(one, OutcomeKind.GUARDRAIL) for one in guardrails]

    assert overall(found) == verdict


@pytest.mark.parametrize(
    ("verdict", "deadline", "settled"),
    [
        ("met", "2026-05-30", True),
        ("not-met", "2026-05-30", False),
        ("not-met", "2026-04-23", True),
        ("inconclusive", "2026-05-30", False),
        ("met", "ongoing", True),
    ],
)
def test_a_verdict_is_settled_when_reached_or_when_its_day_has_come(verdict, deadline, settled):
    assert is_settled(measured(verdict, deadline=deadline), TODAY) is settled
