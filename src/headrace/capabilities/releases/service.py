"""The verbs of releases: draft, approve, begin, look, promote, hold, roll back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import PurePosixPath

from headrace.capabilities.deployments import service as deployments
from headrace.capabilities.flags import service as flags
from headrace.capabilities.flags.model import Condition, Operator, Rule, Serving, Share
from headrace.capabilities.releases import store
from headrace.capabilities.releases.model import (
    ALARM_QUESTION,
    PROMOTE_QUESTION,
    Evidence,
    Line,
    Move,
    Release,
    ReleaseId,
    ReleaseMoved,
    ReleaseNotFound,
    ReleaseRefused,
    ReleaseStatus,
    Rollout,
    RolloutMalformed,
    Stage,
    StageEntered,
    Step,
    StepTaken,
    Taken,
    Watched,
)
from headrace.capabilities.releases.rules import lifecycle, rollout
from headrace.kernel.context import Ctx
from headrace.kernel.flow import Job

LOOKS = 12
"""How often a stage is looked at while it lasts."""

LEAST_WAIT, MOST_WAIT = timedelta(minutes=1), timedelta(hours=1)
"""Between two looks, in organisation time: what is bad is found early in a long stage too."""

evidence, routes = rollout.evidence, rollout.routes


def draft(
    ctx: Ctx,
    *,
    id: ReleaseId,
    title: str,
    contract: str,
    context: str | None,
    plan: Rollout,
    checklist: Sequence[Line] = (),
) -> Release:
    """A new release. Raises RolloutMalformed with every fault, FlagNotFound, ReleaseRefused.

    Records ReleaseMoved.
    """
    _check(ctx, plan)
    made = Release(
        id=id,
        contract=contract,
        context=context,
        title=title,
        status=ReleaseStatus.DRAFT,
        rollout=plan,
        checklist=tuple(checklist),
        drafted_by=ctx.principal,
        drafted_at=ctx.now,
    )
    if not store.add(ctx.db, ctx.organisation, made):
        raise ReleaseRefused(f"There is a release {id} already; take another id", release=id)
    ctx.record(
        ReleaseMoved(release=id, before=None, after=made.status, by=ctx.principal, why="drafted")
    )
    return made


def tick(ctx: Ctx, id: ReleaseId, line: Line) -> Release:
    """Say of one line of the checklist whether it is met. Raises ReleaseNotFound, ReleaseRefused."""
    release = _locked(ctx, id)
    if release.status is not ReleaseStatus.DRAFT:
        raise ReleaseRefused(f"{id} is {release.status}; its checklist is closed", release=id)
    if line.text not in {one.text for one in release.checklist}:
        names = "; ".join(one.text for one in release.checklist) or "it is empty"
        raise ReleaseRefused(f"The checklist of {id} has no such line: {names}", release=id)
    lines = tuple(line if one.text == line.text else one for one in release.checklist)
    return _put(ctx, replace(release, checklist=lines))


def approve(ctx: Ctx, id: ReleaseId, why: str = "") -> Release:
    """A person's yes to all stages of a release. Raises ReleaseNotFound, ReleaseRefused with all reasons.

    Whoever drafted it does not approve it.
    """
    release = _locked(ctx, id)
    against = [*_refusal(release, ReleaseStatus.APPROVED), *lifecycle.unmet(release.checklist)]
    if release.drafted_by == ctx.principal:
        against.append("whoever drafted a release does not approve it")
    _refuse(release, against)
    return _move(ctx, replace(release, approved_by=ctx.principal), ReleaseStatus.APPROVED, why)


def withdraw(ctx: Ctx, id: ReleaseId, why: str) -> Release:
    """Give a release up before anybody was reached. Raises ReleaseNotFound, ReleaseRefused."""
    release = _locked(ctx, id)
    _refuse(release, _refusal(release, ReleaseStatus.WITHDRAWN))
    return _move(ctx, release, ReleaseStatus.WITHDRAWN, why)


def begin(ctx: Ctx, id: ReleaseId) -> Release:
    """Reach the users of the first stage. Raises ReleaseNotFound, ReleaseRefused; records StageEntered.

    One release rolls a flag out at a time.
    """
    release = _locked(ctx, id)
    against = _refusal(release, ReleaseStatus.DEPLOYING)
    other = store.rolling(ctx.db, ctx.organisation, release.rollout.flag)
    if other is not None:
        against.append(f"{other} rolls {release.rollout.flag} out already")
    _refuse(release, against)
    if not store.begins(ctx.db, ctx.organisation, release.id):  # another began at this moment
        _refuse(release, [f"another release rolls {release.rollout.flag} out already"])
    moved = _move(ctx, release, ReleaseStatus.DEPLOYING, "begun")
    _take(ctx, moved, Step(move=Move.BEGIN, reasons=()))
    return _enter(ctx, moved, 0)


def look(ctx: Ctx, id: ReleaseId, stage: int, found: Evidence) -> Step | None:
    """Do what a look at a stage asks for; None where that stage is over, so that nothing is to be done.

    A hold is written down once for the same reasons. Records StepTaken, StageEntered, ReleaseMoved.
    """
    release = _locked(ctx, id)
    if release.status is not ReleaseStatus.DEPLOYING or release.stage != stage:
        return None
    assert release.entered_at is not None
    step = rollout.next_step(
        release.rollout,
        release.rollout.stages[stage],
        release.entered_at,
        ctx.now,
        found,
        alarms=_asked(ctx, ALARM_QUESTION, release),
        against=[*_held(release), *_asked(ctx, PROMOTE_QUESTION, release)],
    )
    if not _is_said(ctx, release, step):
        _carry_out(ctx, release, step)
    return step


def promote(ctx: Ctx, id: ReleaseId, why: str) -> Release:
    """Go on by a person's decision, though measurement has not decided. Raises as `begin`.

    What rooms have against it (an exhausted error budget) stands in a person's way too.
    """
    release = _running(ctx, id)
    _refuse(release, _asked(ctx, PROMOTE_QUESTION, release))
    last = release.stage == len(release.rollout.stages) - 1
    move = Move.FINISH if last else Move.PROMOTE
    return _carry_out(ctx, replace(release, held_for=""), Step(move=move, reasons=(why,)))


def hold(ctx: Ctx, id: ReleaseId, why: str) -> Release:
    """Keep a release in its stage until a person promotes it. It still comes back by itself."""
    release = _running(ctx, id)
    return _carry_out(ctx, replace(release, held_for=why), Step(move=Move.HOLD, reasons=(why,)))


def roll_back(ctx: Ctx, id: ReleaseId, why: str) -> Release:
    """Take a release back: its flag is off for everybody, at once. Raises ReleaseNotFound, ReleaseRefused."""
    release = _locked(ctx, id)
    _refuse(release, _refusal(release, ReleaseStatus.ROLLED_BACK))
    return _carry_out(ctx, release, Step(move=Move.ROLL_BACK, reasons=(why,)))


def get(ctx: Ctx, id: ReleaseId) -> Release:
    """The release. Raises ReleaseNotFound."""
    found = store.find(ctx.db, ctx.organisation, id)
    if found is None:
        raise _missing(id)
    return found


def listing(
    ctx: Ctx, status: ReleaseStatus | None = None, *, after: str = "", limit: int = 50
) -> Sequence[Release]:
    """Releases by their ids."""
    return store.listing(ctx.db, ctx.organisation, status, after, limit)


def history(ctx: Ctx, id: ReleaseId) -> Sequence[Taken]:
    """Every step that a release took, oldest first."""
    return store.steps(ctx.db, ctx.organisation, get(ctx, id).id)


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
        log=deployments.folder(ctx) / release.rollout.log,
        since=release.watched_from,
        flag=seen.flags[release.rollout.flag],
        segments=seen.segments,
    )


def look_later(ctx: Ctx, id: ReleaseId, stage: int, number: int) -> None:
    """Look at a stage again, if it still lasts; `number` counts the looks."""
    release = get(ctx, id)
    if release.status is ReleaseStatus.DEPLOYING and release.stage == stage:
        _look_at(ctx, release, stage, number)


def _check(ctx: Ctx, plan: Rollout) -> None:
    faults = [*rollout.malformed(plan)]
    log = PurePosixPath(plan.log)
    if log.is_absolute() or ".." in log.parts or not log.name:
        faults.append(f"{plan.log!r} does not lie below the folder of deployments")
    if faults:
        raise RolloutMalformed(f"Nobody could carry this out: {'; '.join(faults)}", reasons=faults)
    flag = flags.flag(ctx, plan.flag)
    if plan.variant not in flag.definition.variants:
        names = ", ".join(flag.definition.variants)
        raise RolloutMalformed(f"{plan.flag} has no variant {plan.variant!r}, but {names}")


def _carry_out(ctx: Ctx, release: Release, step: Step) -> Release:
    """A step's effect on flag and release, written down with its reasons."""
    _take(ctx, release, step)
    reasons = "; ".join(step.reasons)
    if step.move is Move.ROLL_BACK:
        flags.kill(ctx, release.rollout.flag, f"{release.id} is rolled back: {reasons}"[:2_000])
        return _move(ctx, release, ReleaseStatus.ROLLED_BACK, reasons)
    if step.move is Move.FINISH:
        return _move(ctx, release, ReleaseStatus.DEPLOYED, reasons)
    if step.move is Move.PROMOTE:
        assert release.stage is not None
        return _enter(ctx, release, release.stage + 1)
    return _put(ctx, release)


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
    after = _put(
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


def _look_at(ctx: Ctx, release: Release, stage: int, number: int) -> None:
    lasts = release.rollout.stages[stage].lasts
    wait = min(max(lasts / LOOKS, LEAST_WAIT), MOST_WAIT)
    key = f"{release.id}/{stage}/{number}"
    arguments = {"release": release.id, "stage": str(stage), "number": str(number)}
    ctx.start_after(wait, Job(flow="releases.look", key=key, arguments=arguments))


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


def _move(ctx: Ctx, release: Release, after: ReleaseStatus, why: str) -> Release:
    moved = _put(ctx, replace(release, status=after))
    ctx.record(
        ReleaseMoved(
            release=release.id, before=release.status, after=after, by=ctx.principal, why=why
        )
    )
    return moved


def _put(ctx: Ctx, release: Release) -> Release:
    store.put(ctx.db, ctx.organisation, release)
    return release


def _locked(ctx: Ctx, id: ReleaseId) -> Release:
    found = store.find(ctx.db, ctx.organisation, id, lock=True)
    if found is None:
        raise _missing(id)
    return found


def _running(ctx: Ctx, id: ReleaseId) -> Release:
    release = _locked(ctx, id)
    if release.status is not ReleaseStatus.DEPLOYING:
        raise ReleaseRefused(f"{id} is {release.status}, not deploying", release=id)
    return release


def _refusal(release: Release, after: ReleaseStatus) -> list[str]:
    told = lifecycle.refusal(release.status, after)
    return [] if told is None else [told]


def _refuse(release: Release, against: Sequence[str]) -> None:
    if against:
        raise ReleaseRefused(
            f"{release.id} stays {release.status}: {'; '.join(against)}", reasons=list(against)
        )


def _held(release: Release) -> list[str]:
    return [release.held_for] if release.held_for else []


def _asked(ctx: Ctx, question: str, release: Release) -> list[str]:
    return [
        f"{told} ({check.name})"
        for check in ctx.house.checks(question)
        for told in check.run(ctx, release)
    ]


def _missing(id: str) -> ReleaseNotFound:
    return ReleaseNotFound(f"No release {id!r}; `headrace release list` names them", release=id)
