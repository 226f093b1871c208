"""The verbs of missions; and the decisions of its rules that others may ask for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from headrace.capabilities.missions import store
from headrace.capabilities.missions.model import (
    GateClosed,
    Mission,
    MissionMoved,
    MissionNotFound,
    MissionOpened,
    MissionStatus,
    Standing,
    Step,
    Task,
    TaskBlocked,
    TaskMoved,
    TaskNotFound,
    TasksRefused,
    TaskStatus,
)
from headrace.capabilities.missions.rules import fleets, gates, paths, reports, tasks
from headrace.capabilities.missions.rules.bounds import Bound as Bound
from headrace.capabilities.missions.rules.bounds import bound as bound
from headrace.capabilities.missions.rules.designs import uncovered as uncovered
from headrace.capabilities.missions.rules.fleets import design_required as design_required
from headrace.capabilities.missions.rules.outcomes import RULE as RULE
from headrace.capabilities.missions.rules.outcomes import is_settled as is_settled
from headrace.capabilities.missions.rules.outcomes import judge as judge
from headrace.capabilities.missions.rules.outcomes import overall as overall
from headrace.capabilities.missions.rules.quantities import Promise as Promise
from headrace.capabilities.missions.rules.quantities import contradictions as contradictions
from headrace.capabilities.missions.rules.quantities import looser as looser
from headrace.capabilities.missions.rules.quantities import promise as promise
from headrace.capabilities.missions.rules.reports import Blocker as Blocker
from headrace.capabilities.missions.rules.reports import FleetReport as FleetReport
from headrace.capabilities.missions.rules.reports import StreamFacts as StreamFacts
from headrace.capabilities.missions.rules.reports import StreamProgress as StreamProgress
from headrace.capabilities.missions.rules.reports import Update as Update
from headrace.capabilities.missions.rules.reports import Wait as Wait
from headrace.capabilities.missions.rules.tasks import ENDED as ENDED
from headrace.capabilities.missions.rules.tasks import blockers as blockers
from headrace.capabilities.missions.service.measuring import BASELINE as BASELINE
from headrace.capabilities.missions.service.measuring import DUE as DUE
from headrace.capabilities.missions.service.measuring import availability as availability
from headrace.capabilities.missions.service.measuring import available as available
from headrace.capabilities.missions.service.measuring import broke_off as broke_off
from headrace.capabilities.missions.service.measuring import checkpoint as checkpoint
from headrace.capabilities.missions.service.measuring import checkpoints as checkpoints
from headrace.capabilities.missions.service.measuring import fall_due as fall_due
from headrace.capabilities.missions.service.measuring import measure_baseline as measure_baseline
from headrace.capabilities.missions.service.measuring import measure_now as measure_now
from headrace.capabilities.missions.service.measuring import measurements as measurements
from headrace.capabilities.missions.service.measuring import newest as newest
from headrace.capabilities.missions.service.measuring import note as note
from headrace.capabilities.missions.service.measuring import plan_checkpoints as plan_checkpoints
from headrace.capabilities.missions.service.measuring import skip as skip
from headrace.capabilities.missions.service.measuring import taken_back as taken_back
from headrace.capabilities.missions.tools.commands import Command as Command
from headrace.capabilities.missions.tools.commands import take as take
from headrace.kernel.context import ActorKind, Ctx
from headrace.kernel.json import from_json, to_json

fleet_faults = fleets.faults
task_faults = tasks.faults
fleet_report = reports.report

_BEGUN = frozenset({TaskStatus.IN_PROGRESS, TaskStatus.BLOCKED, TaskStatus.COMPLETED})
_TAKING_PATHS = frozenset({MissionStatus.PLANNING, MissionStatus.ACTIVE, MissionStatus.PAUSED})


def open_mission(
    ctx: Ctx, *, slug: str, context: str, title: str, reference: str | None = None
) -> Mission:
    """Propose a mission; the same one again when it is open already. Records MissionOpened."""
    made = Mission(
        slug=slug,
        context=context,
        title=title,
        reference=reference,
        status=MissionStatus.PROPOSED,
        design_required=False,
        task_exempt="",
        blocked_by=(),
        paths=(),
        opened_at=ctx.now,
    )
    if not store.open_mission(ctx.db, ctx.organisation, made):
        return get(ctx, slug)
    _log(ctx, made, None, MissionStatus.PROPOSED, "proposed")
    ctx.record(MissionOpened(mission=slug, context=context))
    return made


def get(ctx: Ctx, slug: str) -> Mission:
    """The mission. Raises MissionNotFound."""
    found = ctx.once(store.mission, slug)
    if found is None:
        raise MissionNotFound(f"No mission {slug!r}; `headrace mission list` names them", slug=slug)
    return found


def of_context(ctx: Ctx, context: str) -> Mission | None:
    """The mission that runs in a context, or None."""
    return ctx.once(store.of_context, context)


def listing(ctx: Ctx, status: MissionStatus | None = None) -> Sequence[Mission]:
    """Missions, oldest first."""
    return store.missions(ctx.db, ctx.organisation, status)


def latest(
    ctx: Ctx,
    status: MissionStatus | None = None,
    *,
    archived: bool = True,
    before: str = "",
    limit: int = 50,
) -> Sequence[Mission]:
    """Missions, newest first, those opened before `before` where it is named."""
    return store.latest(
        ctx.db, ctx.organisation, status, archived=archived, before=before, limit=limit
    )


def moved(ctx: Ctx, slugs: Iterable[str]) -> Mapping[str, datetime]:
    """When the status of each of these missions last moved, by slug."""
    return store.moved(ctx.db, ctx.organisation, slugs)


def set_archived(ctx: Ctx, slug: str, *, archived: bool) -> None:
    """Let lists hide a mission, or show it again. Harmless to repeat."""
    store.set_archived(ctx.db, ctx.organisation, slug, archived)


def describe(
    ctx: Ctx,
    slug: str,
    *,
    title: str,
    reference: str | None,
    design_required: bool,
    task_exempt: str,
    blocked_by: Iterable[str],
    blocks: Iterable[str] = (),
) -> Mission:
    """Write down what the approved brief says of the mission; a design once required stays so.

    The missions that it `blocks` wait for it from now on. Raises GateClosed when missions would
    wait for each other.
    """
    mission = _locked(ctx, slug)
    waits = _waits(ctx, slug, blocked_by, blocks)
    circle = tasks.mission_circle(waits)
    if circle:
        raise GateClosed(f"Missions wait for each other: {' -> '.join(circle)}", circle=circle)
    waited_for = tuple(waits[slug])
    described = replace(
        mission,
        title=title,
        reference=reference,
        design_required=mission.design_required or design_required,
        task_exempt=task_exempt,
        blocked_by=waited_for,
    )
    store.describe(ctx.db, ctx.organisation, described)
    for other in listing(ctx):
        if other.slug != slug and tuple(waits[other.slug]) != other.blocked_by:
            store.set_waits(ctx.db, ctx.organisation, other.slug, waits[other.slug])
    return described


def waiting_faults(
    ctx: Ctx, slug: str, blocked_by: Iterable[str], blocks: Iterable[str] = ()
) -> tuple[str, ...]:
    """Every reason why a mission cannot wait for these, and these for it; empty when it can."""
    before, after = tuple(blocked_by), tuple(blocks)
    known = listing(ctx)
    slugs = {one.slug for one in known}
    found = [
        f"no mission {named!r}; `headrace mission list` names them"
        for named in (*before, *after)
        if _slug_of(named, known) not in slugs
    ]
    circle = tasks.mission_circle(_waits(ctx, slug, before, after))
    return (
        (*found, f"missions wait for each other: {' -> '.join(circle)}") if circle else tuple(found)
    )


def _waits(
    ctx: Ctx, slug: str, blocked_by: Iterable[str], blocks: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """Whom each mission waits for, once this one waits for some and is waited for by others."""
    known = listing(ctx)
    waits = {one.slug: one.blocked_by for one in known}
    waits[slug] = tuple(_slug_of(named, known) for named in blocked_by)
    for named in blocks:
        other = _slug_of(named, known)
        waits[other] = tuple(dict.fromkeys((*waits.get(other, ()), slug)))
    return waits


def _slug_of(named: str, known: Iterable[Mission]) -> str:
    """The slug of a mission that a brief names by its reference, its context or its slug."""
    by_reference = {one.reference: one.slug for one in known}
    return by_reference.get(named) or named.removeprefix("mission:")


def take_paths(ctx: Ctx, slug: str, owned: Iterable[str], *, design_required: bool) -> None:
    """Note the folders that a mission's streams own, and that it needs a design if it does."""
    _locked(ctx, slug)
    store.set_paths(ctx.db, ctx.organisation, slug, sorted(owned), design_required=design_required)


def path_conflicts(
    ctx: Ctx, wanted: Iterable[str], apart_from: str = ""
) -> Sequence[tuple[str, str]]:
    """(mission, path) for every path that another mission at work owns."""
    taken = {
        one.slug: one.paths
        for one in listing(ctx)
        if one.status in _TAKING_PATHS and one.slug != apart_from
    }
    return paths.conflicts(wanted, taken)


def move(ctx: Ctx, slug: str, target: MissionStatus, standing: Standing, why: str) -> Mission:
    """Let a mission pass a gate. Raises GateClosed with the gate's name and every reason.

    Standing where it is already is no move and no error. Records MissionMoved.
    """
    mission = _locked(ctx, slug)
    if mission.status is target:
        return mission
    planned = len(store.tasks(ctx.db, ctx.organisation, slug))
    known = replace(standing, tasks=planned, waits_for=_waits_for(ctx, mission))
    refusal = gates.move(mission, target, known)
    if refusal is not None:
        raise GateClosed(
            f"Mission {slug!r} stays {mission.status}: {refusal}", reasons=refusal.reasons
        )
    store.set_status(ctx.db, ctx.organisation, slug, target)
    _log(ctx, mission, mission.status, target, why)
    ctx.record(
        MissionMoved(
            mission=slug,
            context=mission.context,
            before=mission.status,
            after=target,
            why=why,
        )
    )
    return replace(mission, status=target)


def _waits_for(ctx: Ctx, mission: Mission) -> tuple[str, ...]:
    found = (store.mission(ctx.db, ctx.organisation, other) for other in mission.blocked_by)
    return tuple(one.slug for one in found if one is not None and one.status not in gates.ENDED)


def decide(ctx: Ctx, slug: str, target: MissionStatus, why: str) -> Mission:
    """A person pauses, resumes or cancels a mission. Raises GateClosed."""
    person = ctx.actor.kind is ActorKind.PERSON
    return move(ctx, slug, target, Standing(by_person=person, rationale=why), why)


def steps(ctx: Ctx, slug: str) -> Sequence[Step]:
    """Every move of a mission, newest first."""
    get(ctx, slug)
    return store.steps(ctx.db, ctx.organisation, slug)


def plan(ctx: Ctx, slug: str, wanted: Sequence[Task]) -> Sequence[Task]:
    """Set a mission's tasks; what was planned before, is not any more and was not begun, is cancelled.

    Raises TasksRefused with every fault. Records TaskMoved for each that is cancelled.
    """
    mission = _locked(ctx, slug)
    present = store.tasks(ctx.db, ctx.organisation, slug)
    ids = {task.id for task in wanted}
    begun = [task for task in present if task.id not in ids and task.status in _BEGUN]
    known = ids | {task.id for task in begun}
    kept = [
        replace(task, depends_on=tuple(other for other in task.depends_on if other in known))
        for task in begun
    ]
    found = tasks.faults([*wanted, *kept])
    if found:
        raise TasksRefused(f"These tasks do not hold together: {'; '.join(found)}", faults=found)
    store.put_tasks(ctx.db, ctx.organisation, slug, wanted)
    for task in present:
        if task.id not in ids and task.status not in {*_BEGUN, TaskStatus.CANCELLED}:
            _set_task(ctx, mission, task.id, TaskStatus.CANCELLED)
    return store.tasks(ctx.db, ctx.organisation, slug)


def all_tasks(ctx: Ctx, slug: str) -> Sequence[Task]:
    """The tasks of a mission, by id."""
    return store.tasks(ctx.db, ctx.organisation, slug)


def move_task(
    ctx: Ctx,
    slug: str,
    id: str,
    status: TaskStatus,
    change: str | None = None,
) -> Task:
    """Start, end or stop a task. Raises TaskNotFound, or TaskBlocked when it waits for others."""
    mission = _locked(ctx, slug)
    by_id: Mapping[str, Task] = {task.id: task for task in all_tasks(ctx, slug)}
    if id not in by_id:
        raise TaskNotFound(f"Mission {slug!r} has no {id}; it has {', '.join(by_id) or 'none'}")
    waits = tasks.blockers(by_id[id], by_id)
    if waits and status in {TaskStatus.IN_PROGRESS, TaskStatus.COMPLETED}:
        raise TaskBlocked(f"{id} waits for {', '.join(waits)}", blockers=waits)
    moved = replace(by_id[id], status=status, change=change or by_id[id].change)
    if moved != by_id[id]:
        _set_task(ctx, mission, id, status, change)
    return moved


def link_change(ctx: Ctx, slug: str, ids: Iterable[str], change: str) -> None:
    """Note the change request that does these tasks, whatever they wait for. Harmless to repeat."""
    mission = _locked(ctx, slug)
    for task in all_tasks(ctx, slug):
        if task.id in set(ids) and task.change != change:
            _set_task(ctx, mission, task.id, task.status, change)


def _set_task(
    ctx: Ctx, mission: Mission, id: str, status: TaskStatus, change: str | None = None
) -> None:
    store.move_task(ctx.db, ctx.organisation, mission.slug, id, status, change)
    ctx.record(TaskMoved(mission=mission.slug, context=mission.context, task=id, status=status))


def report_status(ctx: Ctx, slug: str, streams: Sequence[StreamFacts], why: str) -> Update | None:
    """Append an entry to the status log, computed from what happened; None when nothing has changed.

    Raises MissionNotFound.
    """
    mission = _locked(ctx, slug)
    before = next(iter(updates(ctx, slug, limit=1)), None)
    made = Update(
        since=before.entry.at if before else mission.opened_at,
        phase=mission.status,
        why=why,
        entry=reports.status(streams, all_tasks(ctx, slug), ctx.now),
    )
    if before is not None and _same(before, made):
        return None
    told = to_json(made, Update)
    assert isinstance(told, Mapping)  # a dataclass is an object in JSON
    store.add_update(ctx.db, ctx.organisation, slug, ctx.now, told)
    return made


def _same(before: Update, now: Update) -> bool:
    """Whether two entries differ in their times alone."""
    entry = replace(now.entry, at=before.entry.at)
    return replace(now, since=before.since, why=before.why, entry=entry) == before


def updates(ctx: Ctx, slug: str, limit: int = 100) -> Sequence[Update]:
    """The status log of a mission, newest entry first."""
    found = store.updates(ctx.db, ctx.organisation, slug, limit)
    return [from_json(Update, one) for one in found]


def _locked(ctx: Ctx, slug: str) -> Mission:
    found = store.mission(ctx.db, ctx.organisation, slug, lock=True)
    if found is None:
        raise MissionNotFound(f"No mission {slug!r}; `headrace mission list` names them", slug=slug)
    return found


def _log(
    ctx: Ctx, mission: Mission, before: MissionStatus | None, after: MissionStatus, why: str
) -> None:
    store.add_step(
        ctx.db,
        ctx.organisation,
        mission.slug,
        before=before,
        after=after,
        by=ctx.principal,
        why=why,
        at=ctx.now,
    )


def blocked_tasks(ctx: Ctx) -> int:
    """How many tasks of all missions are blocked."""
    return store.blocked_tasks(ctx.db, ctx.organisation)
