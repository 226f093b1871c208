"""What releases may do, and what measurements say of a cohort."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.capabilities.releases.model import (
    Criterion,
    Judgement,
    Line,
    Measure,
    Move,
    Observed,
    ReleaseStatus,
    Rollout,
    Stage,
    UserSample,
)
from headrace.capabilities.releases.rules.comparison import compare, half_width, quantile
from headrace.capabilities.releases.rules.lifecycle import MOVES, refusal, unmet
from headrace.capabilities.releases.rules.rollout import (
    evidence,
    is_doubtful,
    malformed,
    next_step,
)

NOON = datetime(2026, 4, 7, 12, tzinfo=UTC)
ERRORS = Criterion(name="errors", measure=Measure.ERRORS, worse_by=0.005)
LATENCY = Criterion(name="p95", measure=Measure.LATENCY, worse_by=0.10)
CANARY = Stage(name="canary", percent=5, lasts=timedelta(hours=24))
EVERYONE = Stage(name="everyone", percent=100, lasts=timedelta(hours=1))


def a_rollout(*criteria, stages=(CANARY, EVERYONE)):
    return Rollout(flag="bulk_export", stages=stages, criteria=criteria or (ERRORS,))


def users(count, *, errors=0.0, seconds=0.1, each=4, seed=1):
    """Users who make `each` requests, of which a share fails, about `seconds` long."""
    chance = random.Random(seed)
    return tuple(
        UserSample(
            user=f"{seed}-{number}",
            seconds=tuple(seconds * chance.lognormvariate(0, 0.3) for _ in range(each)),
            errors=sum(chance.random() < errors for _ in range(each)),
        )
        for number in range(count)
    )


def seen(cohort, control):
    return Observed(cohort=cohort, control=control)


class TestStatus:
    @pytest.mark.parametrize("before", list(ReleaseStatus))
    @pytest.mark.parametrize("after", list(ReleaseStatus))
    def test_only_the_written_moves_are_allowed_and_a_refusal_names_the_others(self, before, after):
        told = refusal(before, after)

        assert (told is None) == (after in MOVES[before])
        if told is not None:
            assert all(way in told for way in MOVES[before])

    def test_a_line_blocks_unless_it_is_met_or_set_aside(self):
        lines = [
            Line(text="Dashboard", met=True),
            Line(text="Alerts", met=False, because="no runbook link"),
            Line(
                text="Data rollback", met=False, not_applicable=True, because="jobs are ephemeral"
            ),
            Line(text="On call told", met=False),
        ]

        assert unmet(lines) == ("Alerts: no runbook link", "On call told: nobody has shown it")


class TestComparison:
    @pytest.mark.parametrize(
        ("cohort", "control", "judgement"),
        [
            pytest.param(
                users(1000, errors=0.001), users(4000, errors=0.001, seed=2), "pass", id="as good"
            ),
            pytest.param(
                users(1000, errors=0.03), users(4000, errors=0.001, seed=2), "worse", id="worse"
            ),
            pytest.param(
                users(100, errors=0.001), users(400, errors=0.001, seed=2), "inconclusive", id="few"
            ),
            pytest.param(users(12), users(4000, seed=2), "inconclusive", id="too few users"),
            pytest.param(users(1000), (), "inconclusive", id="no control"),
            pytest.param((), (), "inconclusive", id="nothing"),
        ],
    )
    def test_errors_against_the_control(self, cohort, control, judgement):
        assert compare(ERRORS, seen(cohort, control)).judgement == judgement

    @pytest.mark.parametrize(
        ("factor", "judgement"), [(1.0, "pass"), (1.5, "worse"), (1.08, "inconclusive")]
    )
    def test_latency_against_the_control(self, factor, judgement):
        both = seen(users(1500, seconds=0.1 * factor), users(4500, seed=2))

        assert compare(LATENCY, both).judgement == judgement

    def test_the_requests_of_one_user_count_for_less_than_those_of_many(self):
        """One user for whom everything fails is one piece of bad luck, not four hundred."""
        unlucky = UserSample(user="one", seconds=(0.1,) * 400, errors=400)
        clustered = compare(ERRORS, seen((*users(1000), unlucky), users(4000, seed=2)))
        spread = compare(ERRORS, seen(users(1000, errors=0.09), users(4000, seed=2)))

        assert clustered.judgement is Judgement.INCONCLUSIVE
        assert spread.judgement is Judgement.WORSE

    def test_a_bound_of_its_own_needs_no_control(self):
        bound = Criterion(name="p95", measure=Measure.LATENCY, at_most=0.5)

        assert compare(bound, seen(users(500), ())).judgement is Judgement.PASS
        assert compare(bound, seen(users(500, seconds=1.0), ())).judgement is Judgement.WORSE

    def test_of_two_bounds_the_worse_judgement_counts(self):
        both = Criterion(name="p95", measure=Measure.LATENCY, worse_by=0.1, at_most=0.01)

        assert compare(both, seen(users(1500), users(4500, seed=2))).judgement is Judgement.WORSE

    def test_nothing_failed_yet_is_not_nothing_fails(self):
        told = compare(ERRORS, seen(users(60), users(240, seed=2)))

        assert told.judgement is Judgement.INCONCLUSIVE
        assert told.high is not None
        assert told.high > 0.005

    @given(variance=st.floats(1e-9, 1.0), scale=st.floats(1e-4, 1.0), alpha=st.floats(0.001, 0.2))
    def test_an_interval_is_wider_than_that_of_a_single_look(self, variance, scale, alpha):
        assert half_width(variance, scale, alpha) > 1.6449 * variance**0.5 * (alpha <= 0.2)

    def test_a_quantile_is_a_time_that_was_measured(self):
        arm = (UserSample(user="a", seconds=tuple(range(1, 101))),)

        assert quantile(arm, 0.95) == 96
        assert quantile(arm, 0.999) == 100


class TestSteps:
    def healthy(self, count=2000):
        return seen(users(count, errors=0.001), users(4 * count, errors=0.001, seed=2))

    def step(self, hours, observed, **kwargs):
        now = NOON + timedelta(hours=hours)
        found = evidence(a_rollout(), CANARY, {"": observed})
        return next_step(a_rollout(), CANARY, NOON, now, found, **kwargs)

    def test_a_healthy_stage_is_promoted_when_its_time_is_over_and_not_before(self):
        assert self.step(23, self.healthy()).move is Move.SOAK
        assert self.step(24, self.healthy()).move is Move.PROMOTE

    def test_the_later_of_time_and_requests_counts(self):
        few = self.healthy(100)

        told = self.step(24, few)

        assert told.move is Move.HOLD
        assert "400 of 600 requests of the cohort so far" in told.reasons

    def test_a_worse_metric_comes_back_at_once(self):
        bad = seen(users(600, errors=0.2), users(2400, seed=2))

        told = self.step(0.1, bad)

        assert told.move is Move.ROLL_BACK
        assert "points of errors" in told.reasons[0]

    def test_an_alarm_comes_back_at_once_whatever_the_metrics_say(self):
        told = self.step(24, self.healthy(), alarms=["critical alert: exports fail"])

        assert told.move is Move.ROLL_BACK
        assert told.reasons == ("critical alert: exports fail",)

    def test_an_exhausted_error_budget_keeps_it_where_it_is(self):
        told = self.step(24, self.healthy(), against=["the error budget of exports is used up"])

        assert told.move is Move.HOLD
        assert told.reasons == ("the error budget of exports is used up",)

    def test_what_cannot_be_judged_for_long_is_a_persons_question(self):
        few = self.healthy(100)

        assert self.step(71, few).move is Move.HOLD
        assert self.step(72, few).move is Move.ASK

    def test_nobody_there_is_never_a_pass(self):
        assert self.step(30, Observed()).move is Move.HOLD

    @pytest.mark.parametrize(
        ("criterion", "cohort", "doubtful"),
        [
            (ERRORS, users(60, errors=0.03), True),  # beyond the limit, by chance or not
            (ERRORS, users(2000, errors=0.001), False),  # passes
            (ERRORS, users(600, errors=0.2), False),  # sure to be worse
            (LATENCY, users(40, seconds=0.12), True),
            (LATENCY, users(60, seconds=0.09), False),  # open, but nothing looks bad
        ],
        ids=["errors", "healthy", "worse", "slower", "no slower"],
    )
    def test_what_looks_bad_but_is_not_sure_is_doubtful(self, criterion, cohort, doubtful):
        observed = seen(cohort, users(4000, errors=0.001, seed=2))
        rollout = a_rollout(criterion)

        assert is_doubtful(rollout, evidence(rollout, CANARY, {"": observed})) is doubtful

    def test_the_last_stage_ends_it(self):
        bound = Criterion(name="errors", measure=Measure.ERRORS, at_most=0.02)
        rollout = a_rollout(ERRORS, bound)
        found = evidence(rollout, EVERYONE, {"": seen(users(2000, errors=0.001), ())})

        told = next_step(rollout, EVERYONE, NOON, NOON + timedelta(hours=1), found)

        assert told.move is Move.FINISH


@pytest.mark.parametrize(
    ("rollout", "fault"),
    [
        (a_rollout(stages=()), "at least one stage"),
        (a_rollout(stages=(EVERYONE, CANARY)), "each stage reaches more"),
        (a_rollout(stages=(CANARY,)), "the last stage reaches everybody, not 5 %"),
        (a_rollout(stages=(CANARY, CANARY, EVERYONE)), "two stages have one name"),
        (Rollout(flag="f", stages=(EVERYONE,), criteria=()), "measures nothing"),
        (a_rollout(Criterion(name="p", measure=Measure.ERRORS)), "say `worse_by`, `at_most`"),
        (a_rollout(Criterion(name="p", measure=Measure.ERRORS, worse_by=-1)), "is above 0"),
    ],
)
def test_a_rollout_that_nobody_could_carry_out_is_refused(rollout, fault):
    assert any(fault in told for told in malformed(rollout))


def test_a_rollout_that_can_be_carried_out_has_no_fault():
    assert malformed(a_rollout()) == ()
