"""The rollout itself: begun, looked at, promoted, held, rolled back."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from headrace.capabilities.deployments import service as deployments
from headrace.capabilities.flags import service as flags
from headrace.capabilities.flags.model import Condition, Operator, Rule, Serving, Share
from headrace.capabilities.releases import store
from headrace.capabilities.releases.model import (
    ALARM_QUESTION,
    BEGIN_QUESTION,
    PROMOTE_QUESTION,
    Evidence,
    Move,
    Release,
    ReleaseId,
    ReleaseRefused,
    ReleaseStatus,
    Stage,
    StageEntered,
    Step,
    StepTaken,
    Taken,
    Watched,
)
from headrace.capabilities.releases.rules import rollout
from headrace.capabilities.releases.service import moving
from headrace.capabilities.releases.service.reading import get
from headrace.kernel.context import Ctx
from headrace.kernel.flow import Job

LOOKS = 12
"""How often a stage is looked at while it lasts."""

LEAST_WAIT, MOST_WAIT = timedelta(minutes=1), timedelta(hours=1)
"""Between two looks, in organisation time: what is bad is found early in a long stage too."""

LEAST_REAL, MOST_REAL = timedelta(seconds=0.5), timedelta(seconds=10)
"""Between two looks, in real time, however fast organisation time runs: users wait in real time, and
within half a minute of being shown to be worse the work is off (AE-58)."""

DOUBTFUL_REAL = timedelta(seconds=3)
"""At most so long, in real time, after a look that saw a metric beyond its limit and could not be sure."""


def begin(ctx: Ctx, id: ReleaseId) -> Release:
    """Reach the users of the first stage. Raises ReleaseNotFound, ReleaseRefused; records StageEntered.

    One release rolls a flag out at a time.
    """
    release = moving.locked(ctx, id)
    against = moving.refusal(release, ReleaseStatus.DEPLOYING)
    other = store.rolling(ctx.db, ctx.organisation, release.rollout.flag)
    if other is not None:
        against.append(f"{other} rolls {release.rollout.flag} out already")
    moving.refuse(release, [*against, *moving.asked(ctx, BEGIN_QUESTION, release)])
    if not store.begins(ctx.db, ctx.organisation, release.id):  # another began at this moment
        moving.refuse(release, [f"another release rolls {release.rollout.flag} out already"])
    moved = moving.move(ctx, release, ReleaseStatus.DEPLOYING, "begun")
    _take(ctx, moved, Step(move=Move.BEGIN, reasons=()))
    return _enter(ctx, moved, 0)


def look(ctx: Ctx, id: ReleaseId, stage: int, found: Evidence) -> Step | None:
    """Do what a look at a stage asks for; None where that stage is over, so that nothing is to be done.

    A hold is written down once for the same reasons. Records StepTaken, StageEntered, ReleaseMoved.
    """
    release = moving.locked(ctx, id)
    if release.status is not ReleaseStatus.DEPLOYING or release.stage != stage:
        return None
    assert release.entered_at is not None
    step = rollout.next_step(
        release.rollout,
        release.rollout.stages[stage],
        release.entered_at,
        ctx.now,
        found,
        alarms=[*found.failing, *moving.asked(ctx, ALARM_QUESTION, release)],
        against=[*_held(release), *moving.asked(ctx, PROMOTE_QUESTION, release)],
    )
    if not _is_said(ctx, release, step):
        _carry_out(ctx, release, step)
    return step


def promote(ctx: Ctx, id: ReleaseId, why: str) -> Release:
    """Go on by a person's decision, though measurement has not decided. Raises as `begin`.

    What rooms have against it (an exhausted error budget) stands in a person's way too.
    """
    release = _running(ctx, id)
    moving.refuse(release, against_promoting(ctx, release))
    last = release.stage == len(release.rollout.stages) - 1
    move = Move.FINISH if last else Move.PROMOTE
    return _carry_out(ctx, replace(release, held_for=""), Step(move=move, reasons=(why,)))


def against_promoting(ctx: Ctx, release: Release) -> tuple[str, ...]:
    """What rooms have against that a stage goes on, an exhausted error budget for one."""
    return tuple(moving.asked(ctx, PROMOTE_QUESTION, release))


def hold(ctx: Ctx, id: ReleaseId, why: str) -> Release:
    """Keep a release in its stage until a person promotes it. It still comes back by itself."""
    release = _running(ctx, id)
    return _carry_out(ctx, replace(release, held_for=why), Step(move=Move.HOLD, reasons=(why,)))


def roll_back(ctx: Ctx, id: ReleaseId, why: str) -> Release:
    """Take a release back: its flag is off for everybody, at once. Raises ReleaseNotFound, ReleaseRefused."""
    release = moving.locked(ctx, id)
    moving.refuse(release, moving.refusal(release, ReleaseStatus.ROLLED_BACK))
    return _carry_out(ctx, release, Step(move=Move.ROLL_BACK, reasons=(why,)))


def watched(ctx: Ctx, id: ReleaseId, stage: int) -> Watched | None:
    """What a look at a stage needs; None when that stage is over."""
    release = get(ctx, id)
    if release.status is not ReleaseStatus.DEPLOYING or release.stage != stage:
        return None
    assert release.watched_from is not None
    seen = flags.snapshot(ctx)
    return Watched(
        rollout=release.rollout,
        stage=release.rollout.stages[stage],
        folder=deployments.folder(ctx),
        since=release.watched_from,
        flag=seen.flags[release.rollout.flag],
        segments=seen.segments,
        deployment=deployments.find(ctx, release.rollout.service),
    )


def look_later(ctx: Ctx, id: ReleaseId, stage: int, number: int, doubtful: bool = False) -> None:
    """Look at a stage again, if it still lasts, and soon if the last look was doubtful.

    `number` counts the looks.
    """
    release = get(ctx, id)
    if release.status is ReleaseStatus.DEPLOYING and release.stage == stage:
        _look_at(ctx, release, stage, number, DOUBTFUL_REAL if doubtful else MOST_REAL)


def _carry_out(ctx: Ctx, release: Release, step: Step) -> Release:
    """A step's effect on flag and release, written down with its reasons."""
    _take(ctx, release, step)
    reasons = "; ".join(step.reasons)
    if step.move is Move.ROLL_BACK:
        flags.kill(ctx, release.rollout.flag, f"{release.id} is rolled back: {reasons}"[:2_000])
        return moving.move(ctx, release, ReleaseStatus.ROLLED_BACK, reasons)
    if step.move is Move.FINISH:
        return moving.move(ctx, release, ReleaseStatus.DEPLOYED, reasons)
    if step.move is Move.PROMOTE:
        assert release.stage is not None
        return _enter(ctx, release, release.stage + 1)
    return moving.put(ctx, release)


def _is_said(ctx: Ctx, release: Release, step: Step) -> bool:
    """Whether a step only waits on, as the last one said already: figures move, the news does not."""
    if step.move not in {Move.SOAK, Move.HOLD, Move.ASK}:
        return False
    if step.move is Move.SOAK:
        return True
    last = store.last_step(ctx.db, ctx.organisation, release.id)
    return last is not None and last.move is step.move and last.stage == release.stage


def _enter(ctx: Ctx, release: Release, stage: int) -> Release:
    entered = release.rollout.stages[stage]
    _reach(ctx, release, entered)
    after = moving.put(
        ctx,
        replace(
            release,
            stage=stage,
            entered_at=ctx.now,
            watched_from=store.world_time(ctx.db),
            held_for="",
        ),
    )
    ctx.record(
        StageEntered(
            release=release.id,
            stage=entered.name,
            percent=entered.percent,
            flag=release.rollout.flag,
        )
    )
    _look_at(ctx, after, stage, 0)
    return after


def _reach(ctx: Ctx, release: Release, stage: Stage) -> None:
    """Give the variant to the percentage of a stage, and to the segments that are reached besides."""
    plan, why = release.rollout, f"{release.id}, stage {stage.name}"
    if stage.also:
        definition = flags.flag(ctx, plan.flag).definition
        own = Rule(
            id=f"{release.id}-also",
            conditions=(Condition(operator=Operator.IN_SEGMENT, values=stage.also),),
            serving=Serving(shares=(Share(variant=plan.variant),)),
        )
        others = tuple(rule for rule in definition.rules if rule.id != own.id)
        flags.change(ctx, plan.flag, replace(definition, rules=(own, *others)), reason=why)
    percent = Decimal(str(stage.percent))
    flags.roll_out(ctx, plan.flag, percent, reason=why, variant=plan.variant)


def _look_at(
    ctx: Ctx, release: Release, stage: int, number: int, at_most: timedelta = MOST_REAL
) -> None:
    lasts = release.rollout.stages[stage].lasts
    wait = min(max(lasts / LOOKS, LEAST_WAIT), MOST_WAIT) / (ctx.scale or 1.0)
    key = f"{release.id}/{stage}/{number}"
    arguments = {"release": release.id, "stage": str(stage), "number": str(number)}
    ctx.start_after_real(
        min(max(wait, LEAST_REAL), at_most),
        Job(flow="releases.look", key=key, arguments=arguments),
    )


def _take(ctx: Ctx, release: Release, step: Step) -> None:
    last = store.last_step(ctx.db, ctx.organisation, release.id)
    taken = Taken(
        number=1 if last is None else last.number + 1,
        at=ctx.now,
        stage=release.stage,
        move=step.move,
        by=ctx.principal,
        reasons=step.reasons,
        comparisons=step.comparisons,
    )
    store.add_step(ctx.db, ctx.organisation, release.id, taken)
    ctx.record(
        StepTaken(
            release=release.id,
            number=taken.number,
            stage="" if release.now_in is None else release.now_in.name,
            move=step.move,
            reasons=step.reasons,
            by=ctx.principal,
        )
    )


def _running(ctx: Ctx, id: ReleaseId) -> Release:
    release = moving.locked(ctx, id)
    if release.status is not ReleaseStatus.DEPLOYING:
        raise ReleaseRefused(f"{id} is {release.status}, not deploying", release=id)
    return release


def _held(release: Release) -> list[str]:
    return [release.held_for] if release.held_for else []
