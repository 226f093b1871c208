"""What a rollout does next: soak, hold, promote, finish, roll back, or ask a person."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from headrace.capabilities.releases.model import (
    Comparison,
    Criterion,
    Evidence,
    Judgement,
    Measure,
    Move,
    Observed,
    Rollout,
    Stage,
    Step,
)
from headrace.capabilities.releases.rules.comparison import ALPHA, compare


def judge(
    rollout: Rollout, stage: Stage, seen: Mapping[str, Observed], *, alpha: float = ALPHA
) -> tuple[Comparison, ...]:
    """Every criterion of a rollout, judged on what a stage has shown; `seen` is by route, "" is all.

    The criteria share `alpha`: with four of them each may err a quarter as often, so that a rollout
    as a whole is rolled back by chance no more often than one metric would be. A stage that reaches
    everybody leaves no control; there only bounds of their own can be judged.
    """
    each = alpha / max(len(rollout.criteria), 1)
    return tuple(
        compare(criterion, seen.get(criterion.route, Observed()), users=stage.users, alpha=each)
        for criterion in rollout.criteria
        if stage.percent < 100 or criterion.at_most is not None
    )


def next_step(
    rollout: Rollout,
    stage: Stage,
    entered_at: datetime,
    now: datetime,
    found: Evidence,
    *,
    alarms: Sequence[str] = (),
    against: Sequence[str] = (),
) -> Step:
    """What to do at `now` with a stage that began at `entered_at`.

    `alarms` take the work back at once; `against` (an exhausted error budget) only keeps it from
    going on. All reasons are given. A worse metric needs no patience: it is rolled back at any look.
    """
    comparisons = found.comparisons
    worse = [_told(one) for one in comparisons if one.judgement is Judgement.WORSE]
    if alarms or worse:
        return _step(Move.ROLL_BACK, (*alarms, *worse), comparisons)
    if now < entered_at + stage.lasts:
        until = f"{stage.name} is watched until {entered_at + stage.lasts:%Y-%m-%d %H:%M} UTC"
        return _step(Move.SOAK, (until,), comparisons)
    holding = (*_too_few(stage, found), *_open(comparisons), *against)
    if not holding:
        last = stage == rollout.stages[-1]
        return _step(Move.FINISH if last else Move.PROMOTE, _passed(comparisons), comparisons)
    if now >= entered_at + stage.lasts * stage.patience:
        return _step(Move.ASK, holding, comparisons)
    return _step(Move.HOLD, holding, comparisons)


def evidence(rollout: Rollout, stage: Stage, seen: Mapping[str, Observed]) -> Evidence:
    """What was seen, judged and counted."""
    cohort = seen.get("", Observed()).cohort
    return Evidence(
        comparisons=judge(rollout, stage, seen),
        requests=sum(user.requests for user in cohort),
    )


def is_doubtful(rollout: Rollout, found: Evidence) -> bool:
    """Whether something looks worse than it may be, though there is too little to be sure of it yet."""
    criteria = {one.name: one for one in rollout.criteria}
    return any(
        one.judgement is Judgement.INCONCLUSIVE
        and one.criterion in criteria
        and _is_beyond(criteria[one.criterion], one)
        for one in found.comparisons
    )


def _is_beyond(criterion: Criterion, seen: Comparison) -> bool:
    """Whether what was seen lies beyond a limit, by chance or not."""
    if seen.cohort is None:
        return False
    if criterion.at_most is not None and seen.cohort > criterion.at_most:
        return True
    if criterion.worse_by is None or seen.control is None:
        return False
    if criterion.measure is Measure.ERRORS:
        return seen.cohort - seen.control > criterion.worse_by
    return seen.control > 0 and seen.cohort / seen.control - 1 > criterion.worse_by


def routes(rollout: Rollout) -> frozenset[str]:
    """The routes that its criteria look at, and "" for all of them together."""
    return frozenset({"", *(criterion.route for criterion in rollout.criteria)})


def malformed(rollout: Rollout) -> tuple[str, ...]:
    """Every reason why nobody could carry a rollout out; empty when it can be."""
    found = []
    if not rollout.stages:
        found.append("a rollout has at least one stage")
    percents = [stage.percent for stage in rollout.stages]
    if percents != sorted(set(percents)):
        found.append(f"each stage reaches more than the one before, not {_listed(percents)} %")
    if percents and percents[-1] != 100:
        found.append(f"the last stage reaches everybody, not {percents[-1]:g} %")
    found += [
        f"stage {stage.name}: {stage.percent:g} % is not between 0 and 100"
        for stage in rollout.stages
        if not 0 < stage.percent <= 100
    ]
    if not rollout.criteria:
        found.append(
            "a rollout that measures nothing cannot be judged; name at least one criterion"
        )
    names = [stage.name for stage in rollout.stages]
    if len(set(names)) < len(names):
        found.append("two stages have one name")
    found += [fault for criterion in rollout.criteria for fault in _criterion_faults(criterion)]
    return tuple(found)


def _criterion_faults(criterion: Criterion) -> list[str]:
    found = []
    if criterion.worse_by is None and criterion.at_most is None:
        found.append(f"criterion {criterion.name}: say `worse_by`, `at_most`, or both")
    if any(bound is not None and bound <= 0 for bound in (criterion.worse_by, criterion.at_most)):
        found.append(f"criterion {criterion.name}: a bound is above 0")
    if not 0 < criterion.quantile < 1:
        found.append(f"criterion {criterion.name}: a quantile is between 0 and 1")
    return found


def _too_few(stage: Stage, found: Evidence) -> tuple[str, ...]:
    if found.requests >= stage.requests:
        return ()
    return (f"{found.requests} of {stage.requests} requests of the cohort so far",)


def _open(comparisons: Sequence[Comparison]) -> tuple[str, ...]:
    return tuple(_told(one) for one in comparisons if one.judgement is Judgement.INCONCLUSIVE)


def _passed(comparisons: Sequence[Comparison]) -> tuple[str, ...]:
    return tuple(_told(one) for one in comparisons)


def _told(one: Comparison) -> str:
    return f"{one.criterion}: {one.judgement}, {one.because}"


def _step(move: Move, reasons: Sequence[str], comparisons: tuple[Comparison, ...]) -> Step:
    return Step(move=move, reasons=tuple(reasons), comparisons=comparisons)


def _listed(percents: Sequence[float]) -> str:
    return ", ".join(f"{one:g}" for one in percents)
