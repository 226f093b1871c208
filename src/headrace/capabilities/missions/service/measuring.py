"""The verbs of measuring: plan checkpoints, tell them their days, measure each once, and read it back."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from headrace.capabilities.missions import store as missions
from headrace.capabilities.missions.model import Mission, MissionNotFound, MissionStatus
from headrace.capabilities.missions.model.measurements import (
    Availability,
    Checkpoint,
    CheckpointKind,
    CheckpointMoved,
    CheckpointNotFound,
    CheckpointRefused,
    CheckpointState,
    Measurement,
    Outcome,
    OutcomeMeasured,
    Reading,
)
from headrace.capabilities.missions.rules import checkpoints as rules
from headrace.capabilities.missions.rules.outcomes import judge
from headrace.capabilities.missions.store import measurements as store
from headrace.kernel.context import Ctx
from headrace.kernel.flow import Job

S = CheckpointState
DUE = "missions.checkpoint_due"
"""The flow that begins a checkpoint on its day."""

BASELINE = "baseline"
"""The id of the look that is taken before anybody is reached."""

_AGAIN = frozenset({S.PENDING, S.MISSED, S.SKIPPED})


def plan_checkpoints(
    ctx: Ctx, slug: str, wanted: Iterable[tuple[CheckpointKind, str]]
) -> Sequence[Checkpoint]:
    """The checkpoints of a contract's schedule as rows, and one for the baseline; harmless to repeat.

    One that is not wanted any more goes, unless it was begun. Those whose day can be told get it,
    the others wait. Raises MissionNotFound.
    """
    mission = _mission(ctx, slug)
    made = [_baseline(slug), *_numbered(slug, wanted)]
    present = {one.id: one for one in _all(ctx, slug)}
    for one in made:
        known = present.get(one.id)
        if known is None:
            store.add_checkpoint(ctx.db, ctx.organisation, one)
        elif known.state in rules.OPEN and known.timing != one.timing:
            store.put_checkpoint(ctx.db, ctx.organisation, replace(known, timing=one.timing))
    for gone in present.keys() - {one.id for one in made}:
        store.drop_checkpoint(ctx.db, ctx.organisation, slug, gone)
    _date(ctx, mission)
    return checkpoints(ctx, slug)


def _baseline(slug: str) -> Checkpoint:
    return Checkpoint(
        mission=slug, id=BASELINE, kind=CheckpointKind.BASELINE, timing="before anybody is reached"
    )


def _numbered(slug: str, wanted: Iterable[tuple[CheckpointKind, str]]) -> list[Checkpoint]:
    counts: dict[CheckpointKind, int] = {}
    made = []
    for kind, timing in wanted:
        counts[kind] = counts.get(kind, 0) + 1
        id = kind.value if counts[kind] == 1 else f"{kind}-{counts[kind]}"
        made.append(Checkpoint(mission=slug, id=id, kind=kind, timing=timing))
    return made


def available(
    ctx: Ctx, slug: str, *, evidence: str, since: datetime | None = None
) -> Sequence[Checkpoint]:
    """Everybody has what the mission made, since now or since a moment of organisation time.

    Its checkpoints get their days and a timer each. Said again, the former time counts no more.
    Raises MissionNotFound; records CheckpointMoved.
    """
    mission = _mission(ctx, slug)
    told = Availability(
        mission=slug,
        since=since or ctx.now,
        since_world=store.world_time(ctx.db),
        evidence=evidence,
    )
    known = store.availability(ctx.db, ctx.organisation, slug)
    if known is None or known.evidence != evidence:
        store.set_available(ctx.db, ctx.organisation, told)
    _date(ctx, mission)
    return checkpoints(ctx, slug)


def taken_back(ctx: Ctx, slug: str, why: str) -> None:
    """Nobody has the mission's work any more: checkpoints to come wait again. Repeats do nothing."""
    mission = _mission(ctx, slug)
    if not store.set_unavailable(ctx.db, ctx.organisation, slug):
        return
    for one in _all(ctx, slug):
        if one.state is S.PENDING:
            _move(ctx, mission, replace(one, due=None), S.WAITING, why)


def _date(ctx: Ctx, mission: Mission) -> None:
    """Give each open checkpoint its day, as far as it can be told, and a timer for it."""
    told = store.availability(ctx.db, ctx.organisation, mission.slug)
    if told is None:
        return
    for one in _all(ctx, mission.slug):
        if one.kind is CheckpointKind.BASELINE or one.state not in rules.OPEN:
            continue
        due = rules.due(one.timing, told.since)
        if due is None:
            why = f"{one.timing!r} names no time; write for example 'two weeks after GA'"
            store.put_checkpoint(ctx.db, ctx.organisation, replace(one, why=why))
        elif due != one.due:
            _move(ctx, mission, replace(one, due=due), S.PENDING, f"due on {due:%Y-%m-%d %H:%M}")
            arguments = {"mission": mission.slug, "checkpoint": one.id}
            key = f"{mission.slug}/{one.id}/{due:%Y-%m-%dT%H:%M:%S}"
            ctx.start_after(due - ctx.now, Job(flow=DUE, key=key, arguments=arguments))


def fall_due(ctx: Ctx, slug: str, id: str) -> Checkpoint | None:
    """A checkpoint's day has come: it is measured, or missed where a later one is due already.

    None when its day was moved, or it was begun or passed over before. Records CheckpointMoved.
    """
    mission = _mission(ctx, slug)
    one = _one(ctx, slug, id)
    if one.state is not S.PENDING or one.due is None or one.due > ctx.now:
        return None
    if mission.status is MissionStatus.CANCELLED:
        ended = replace(one, ended_at=ctx.now)
        return _move(ctx, mission, ended, S.SKIPPED, "the mission was cancelled")
    later = rules.overtaken(one, _all(ctx, slug), ctx.now)
    if later is not None:
        why = f"nobody was there to measure on {one.due:%Y-%m-%d}, and {later.id} is due too"
        return _move(ctx, mission, replace(one, ended_at=ctx.now), S.MISSED, why)
    return _begin(ctx, mission, one, "its day has come")


def measure_baseline(ctx: Ctx, slug: str, why: str) -> Checkpoint | None:
    """Take the baseline before anybody is reached; None when it was taken, or is not planned."""
    mission = _mission(ctx, slug)
    found = next((one for one in _all(ctx, slug) if one.id == BASELINE), None)
    if found is None or found.state is not S.WAITING:
        return None
    return _begin(ctx, mission, found, why)


def measure_now(ctx: Ctx, slug: str, id: str, why: str) -> Checkpoint:
    """Measure a checkpoint by hand: before its day, or one that was missed or passed over.

    Raises MissionNotFound, CheckpointNotFound, CheckpointRefused.
    """
    mission = _mission(ctx, slug)
    one = _one(ctx, slug, id)
    by_hand = _AGAIN | ({S.WAITING} if one.kind is CheckpointKind.BASELINE else set())
    if one.state not in by_hand:
        hint = "; nobody has the work yet" if one.state is S.WAITING else ""
        raise CheckpointRefused(f"Checkpoint {id} of {slug} is {one.state}{hint}", state=one.state)
    return _begin(ctx, mission, replace(one, ended_at=None), why or "by hand")


def _begin(ctx: Ctx, mission: Mission, one: Checkpoint, why: str) -> Checkpoint:
    begun = replace(
        one,
        began_at=ctx.now,
        began_world=store.world_time(ctx.db),
        attempt=one.attempt + 1,
    )
    return _move(ctx, mission, begun, S.MEASURING, why)


def skip(ctx: Ctx, slug: str, id: str, why: str) -> Checkpoint:
    """Pass over a checkpoint that has not been begun. Raises CheckpointRefused, CheckpointNotFound."""
    mission = _mission(ctx, slug)
    one = _one(ctx, slug, id)
    if one.state not in rules.OPEN:
        raise CheckpointRefused(f"Checkpoint {id} of {slug} is {one.state}", state=one.state)
    if not why.strip():
        raise CheckpointRefused("Say with --why why nothing is measured then")
    return _move(ctx, mission, replace(one, ended_at=ctx.now), S.SKIPPED, why)


def note(
    ctx: Ctx, slug: str, checkpoint: str, found: Sequence[tuple[Outcome, Reading]]
) -> Sequence[Measurement]:
    """Write down what was found of each outcome at a checkpoint, judged; the first word stands.

    The checkpoint is completed with it. Records OutcomeMeasured for each, and CheckpointMoved.
    """
    mission = _mission(ctx, slug)
    one = _one(ctx, slug, checkpoint)
    before = _baselines(ctx, slug) if one.kind is not CheckpointKind.BASELINE else {}
    for outcome, reading in found:
        _note(ctx, mission, one, outcome, _with_baseline(reading, before.get(outcome.key)))
    if one.state is S.MEASURING:
        _move(ctx, mission, replace(one, ended_at=ctx.now), S.COMPLETED, _summary(ctx, one))
    return measurements(ctx, slug, checkpoint)


def _note(ctx: Ctx, mission: Mission, one: Checkpoint, outcome: Outcome, reading: Reading) -> None:
    made = Measurement(
        mission=mission.slug,
        checkpoint=one.id,
        outcome=outcome,
        reading=reading,
        judged=judge(outcome, reading, ctx.now.date()),
        at=ctx.now,
    )
    if store.add_measurement(ctx.db, ctx.organisation, made):
        ctx.record(
            OutcomeMeasured(
                mission=mission.slug,
                context=mission.context,
                checkpoint=one.id,
                outcome=outcome.key,
                verdict=made.judged.verdict,
            )
        )


def _baselines(ctx: Ctx, slug: str) -> dict[str, Reading]:
    found = store.measurements(ctx.db, ctx.organisation, slug, BASELINE)
    return {one.outcome.key: one.reading for one in found}


def _with_baseline(reading: Reading, before: Reading | None) -> Reading:
    """The reading with the baseline taken earlier, where the same unit was read and none of its own."""
    if before is None or reading.baseline is not None or before.unit != reading.unit:
        return reading
    return replace(reading, baseline=before.value)


def _summary(ctx: Ctx, one: Checkpoint) -> str:
    counts: dict[str, int] = {}
    for found in measurements(ctx, one.mission, one.id):
        counts[found.judged.verdict] = counts.get(found.judged.verdict, 0) + 1
    return ", ".join(f"{number} {verdict}" for verdict, number in sorted(counts.items()))


def broke_off(ctx: Ctx, slug: str, id: str, why: str) -> None:
    """Measuring came to no end: the checkpoint is missed, and a person may have it measured again."""
    one = _one(ctx, slug, id)
    if one.state is S.MEASURING:
        _move(ctx, _mission(ctx, slug), replace(one, ended_at=ctx.now), S.MISSED, why[:2_000])


def checkpoint(ctx: Ctx, slug: str, id: str) -> Checkpoint:
    """The checkpoint. Raises CheckpointNotFound."""
    found = next((one for one in _all(ctx, slug) if one.id == id), None)
    if found is None:
        raise CheckpointNotFound(
            f"Mission {slug!r} has no checkpoint {id!r}; `headrace checkpoint list` names them"
        )
    return found


def checkpoints(ctx: Ctx, slug: str | None = None) -> Sequence[Checkpoint]:
    """Checkpoints of a mission, or of all, by their days; those without a day last."""
    return store.checkpoints(ctx.db, ctx.organisation, slug)


def measurements(ctx: Ctx, slug: str, checkpoint: str | None = None) -> Sequence[Measurement]:
    """What was measured of a mission, oldest first."""
    return store.measurements(ctx.db, ctx.organisation, slug, checkpoint)


def newest(ctx: Ctx, slug: str) -> Sequence[Measurement]:
    """The newest measurement of each outcome, baselines apart."""
    found: dict[str, Measurement] = {}
    for one in measurements(ctx, slug):
        if one.checkpoint != BASELINE:
            found[one.outcome.key] = one
    return list(found.values())


def availability(ctx: Ctx, slug: str) -> Availability | None:
    """Since when everybody has what the mission made, or None."""
    return store.availability(ctx.db, ctx.organisation, slug)


def _all(ctx: Ctx, slug: str) -> Sequence[Checkpoint]:
    return store.checkpoints(ctx.db, ctx.organisation, slug)


_one = checkpoint


def _mission(ctx: Ctx, slug: str) -> Mission:
    """The mission, locked, so that two hands move its checkpoints one after the other."""
    found = missions.mission(ctx.db, ctx.organisation, slug, lock=True)
    if found is None:
        raise MissionNotFound(f"No mission {slug!r}; `headrace mission list` names them", slug=slug)
    return found


def _move(
    ctx: Ctx, mission: Mission, one: Checkpoint, state: CheckpointState, why: str
) -> Checkpoint:
    moved = replace(one, state=state, why=why)
    store.put_checkpoint(ctx.db, ctx.organisation, moved)
    ctx.record(
        CheckpointMoved(
            mission=mission.slug,
            context=mission.context,
            checkpoint=one.id,
            state=state,
            attempt=moved.attempt,
            why=why,
        )
    )
    return moved
