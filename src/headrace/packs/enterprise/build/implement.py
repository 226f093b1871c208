"""Implement: each stream of the fleet is worked on in its own branch and paths, and handed in as a change."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import cast

from headrace.capabilities.agents import service as agents
from headrace.capabilities.agents.model import AgentRunId, BrainKind, Workspace
from headrace.capabilities.artifacts.layout import slug
from headrace.capabilities.artifacts.model import VersionRef
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import (
    CHANGE,
    Finding,
    Judgement,
    Severity,
    Subject,
    Verdict,
)
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import FleetStream, MissionStatus, Task, TaskStatus
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import ChangeRequest, ChangeState, Proposal, SelfCheck
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import ContextId, Finished, Run, RunState, Work
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Conflict, Invalid
from headrace.kernel.json import Json
from headrace.packs.enterprise.build.contents import fleet_stream, fleet_streams, json_of
from headrace.packs.enterprise.build.fleet import pools
from headrace.packs.enterprise.build.measures import runs_of
from headrace.packs.enterprise.build.mission import (
    effective,
    frozen,
    frozen_or_none,
    mission_slug,
    product,
    title,
)

_PUSHABLE = frozenset({ChangeState.OPEN, ChangeState.FAILED})


class NothingMade(Invalid):
    """A stream was handed in without a change of any file."""

    code = "enterprise.nothing_made"


class ForeignCommits(Conflict):
    """Somebody else wrote on the branch of a stream after its change was sent back."""

    code = "enterprise.foreign_commits"


class TaskNotOwn(Invalid):
    """Work names a task that is not of its stream."""

    code = "enterprise.task_not_own"


def stream_of(ctx: Ctx, run: Run) -> FleetStream:
    """The execution stream of a run, as the fleet was approved."""
    return fleet_stream(frozen(ctx, run, "fleet").content, run.element)


def work_for(ctx: Ctx, run: Run) -> Work:
    """Who works on a stream: the role behind its pool. Raises Invalid when nobody of it is active."""
    stream = stream_of(ctx, run)
    role = pools(ctx).get(stream.pool)
    if role is None:
        raise Invalid(f"Stream {stream.name!r} asks for {stream.pool}, of which nobody is active")
    return Work(role=role, task="implement")


def demands(ctx: Ctx, context: ContextId) -> Collection[str]:
    """A mission that requires a design does not begin without one (AE-20)."""
    mission = missions.of_context(ctx, context)
    return ("design",) if mission is not None and mission.design_required else ()


def guard(ctx: Ctx, run: Run) -> tuple[str, ...]:
    """Every reason why a stream may not begin yet."""
    return tuple(_reasons(ctx, run))


def _reasons(ctx: Ctx, run: Run) -> Iterator[str]:
    mission = missions.get(ctx, mission_slug(run.context))
    if mission.status is not MissionStatus.ACTIVE:
        yield f"mission {mission.slug!r} is {mission.status}; streams run while it is active"
    if mission.design_required and effective(ctx, "technical-design", run.context) is None:
        yield "the mission requires a design, and no technical design is approved"
    stream = stream_of(ctx, run)
    if stream.pool not in pools(ctx):
        yield f"nobody of {stream.pool} is active"
    by_id = {task.id: task for task in missions.all_tasks(ctx, mission.slug)}
    for task in by_id.values():
        for other in task.depends_on if task.stream == stream.name else ():
            outside = other in by_id and by_id[other].stream != stream.name
            if outside and by_id[other].status not in missions.ENDED:
                yield f"{task.id} waits for {other}, which is {by_id[other].status}"


def workspace(ctx: Ctx, run: Run) -> Workspace:
    """The stream's own branch of the product, in which its paths alone may be written."""
    stream, mission = stream_of(ctx, run), mission_slug(run.context)
    return Workspace(
        repository=product(ctx).slug,
        branch=f"exec/{mission}/{run.element}",
        paths=stream.paths,
        places={"paths": stream.paths, "mission": (mission,)},
    )


def facts(ctx: Ctx, run: Run) -> Mapping[str, Json]:
    """For the stream's worker: its part of everything that was decided, and what came back."""
    stream, design = stream_of(ctx, run), frozen_or_none(ctx, run, "design")
    own = tasks_of(ctx, run)
    former = former_change(ctx, run)
    found: dict[str, Json] = {
        "mission": title(ctx, run.context),
        "brief": json_of(frozen(ctx, run, "brief").content),
        "stream": {"name": stream.name, "division": stream.division, "pool": stream.pool},
        "tasks": [task.id for task in own],
        "task_list": [_told(task) for task in own],
        "design": str(design.ref) if design is not None else "no design was required",
        "specification": json_of(design.content) if design is not None else None,
        "policies": list(stream.policies),
        "paths": list(stream.paths),
    }
    if run.findings:
        found["findings"] = findings(ctx, run, former)
    if former is not None:
        found["question_answers"] = _answers(ctx, former)
    return found


def tasks_of(ctx: Ctx, run: Run) -> Sequence[Task]:
    """The tasks of a run's stream."""
    found = missions.all_tasks(ctx, mission_slug(run.context))
    return [task for task in found if slug(task.stream) == run.element]


def _told(task: Task) -> Json:
    return {"id": task.id, "title": task.title, "criteria": list(task.criteria)}


def findings(ctx: Ctx, run: Run, former: ChangeRequest | None) -> list[Json]:
    """What a stream was sent back with: each failed policy's findings, and what people said."""
    failed = [
        (one.policy, finding)
        for one in _failed(ctx, former)
        for finding in one.findings
        if finding.severity is not Severity.MINOR
    ]
    listed = [_finding(policy, finding) for policy, finding in failed]
    if listed:
        return listed
    return [{"policy": "", "path": "", "line": None, "message": told} for told in run.findings]


def _finding(policy: str, one: Finding) -> Json:
    return {
        "policy": policy,
        "clause": one.clause,
        "severity": one.severity.value,
        "path": one.path or "",
        "line": one.line,
        "message": one.what,
        "evidence": one.evidence,
        "remediation": one.remediation,
    }


def _failed(ctx: Ctx, former: ChangeRequest | None) -> Sequence[Judgement]:
    if former is None or former.head is None:
        return ()
    subject = Subject(kind=CHANGE, id=former.id)
    found = governance.assess(ctx, subject, former.head, former.policies)
    return [one for one in found.judgements if one.verdict is Verdict.FAIL]


def _answers(ctx: Ctx, change: ChangeRequest) -> list[Json]:
    return [
        {"question": one.question, "answer": one.answer.value, "note": one.note}
        for one in governance.questions_of(ctx, Subject(kind=CHANGE, id=change.id))
        if one.answer is not None
    ]


def former_change(ctx: Ctx, run: Run) -> ChangeRequest | None:
    """The change of the stream's attempts before, if it may still be merged."""
    before = [one for one in runs_of(ctx, run.context, run.element) if one.change is not None]
    if not before:
        return None
    found = record.change(ctx, str(before[-1].change))
    return found if found.state in _PUSHABLE else None


def finish(ctx: Ctx, run: Run, submitted: Mapping[str, Json]) -> Finished:
    """The change that asks for the merge: a new one, or new commits of the one sent back.

    Work that was sent back is repaired where it lies: the next attempt begins at its own last commit,
    whoever the agent is. Raises NothingMade, TaskNotOwn with every task that is somebody else's, and
    ForeignCommits where that commit was not the stream's own.
    """
    worked = agents.result(ctx, AgentRunId(str(run.agent_run)))
    stream = stream_of(ctx, run)
    if worked.head is None:
        raise NothingMade(f"Stream {stream.name!r} was handed in without a change of any file")
    named, own = _tasks(ctx, run, submitted), self_checks(submitted)
    if worked.brain is BrainKind.EXTERNAL and not named:
        # It hands in its last words and no form; what it was given is what it was done for.
        named = tuple(task.id for task in tasks_of(ctx, run))
    former = former_change(ctx, run)
    if former is not None:
        _against_foreign_commits(ctx, run, former, worked.base)
        record.push_head(ctx, former.id, head=worked.head, self_evaluation=own, tasks=named)
        return Finished(change=former.id)
    made = record.open_change(
        ctx,
        Proposal(
            title=f"{title(ctx, run.context)}: {stream.name}",
            body=str(submitted.get("summary", "")),
            context=run.context,
            repository=product(ctx).slug,
            branch=f"exec/{mission_slug(run.context)}/{run.element}",
            head=worked.head,
            author=worked.principal,
            policies=stream.policies,
            tasks=named,
            self_evaluation=own,
        ),
    )
    return Finished(change=made.id)


def _against_foreign_commits(
    ctx: Ctx, run: Run, former: ChangeRequest, begun_at: str | None
) -> None:
    """What nobody of the stream wrote must not be handed in as its author's work."""
    before = [one for one in runs_of(ctx, run.context, run.element) if one.id != run.id]
    own = {agents.run(ctx, one.agent_run).head for one in before if one.agent_run is not None}
    if begun_at not in own | {former.head}:
        raise ForeignCommits(
            f"{former.branch} stood at {str(begun_at)[:12]}, which no attempt of this stream made; "
            f"{former.id} is at {str(former.head)[:12]}. Bring those commits in by a change of "
            "their own, and set the branch back",
            branch=former.branch,
        )


def _tasks(ctx: Ctx, run: Run, submitted: Mapping[str, Json]) -> tuple[str, ...]:
    """The tasks that the work was done for, as its maker names them."""
    listed = submitted.get("tasks")
    named = tuple(str(one) for one in listed) if isinstance(listed, Sequence) else ()
    own = {task.id for task in tasks_of(ctx, run)}
    strange = [id for id in named if id not in own]
    if strange:
        raise TaskNotOwn(
            f"{', '.join(strange)} is no task of {run.element}; its tasks are "
            f"{', '.join(sorted(own)) or 'none'}",
            tasks=strange,
        )
    return named


def self_checks(submitted: Mapping[str, Json]) -> tuple[SelfCheck, ...]:
    """What the maker says of the own work under each policy, as it was handed in."""
    listed = submitted.get("self_evaluation")
    found = cast(Sequence[Mapping[str, Json]], listed) if isinstance(listed, Sequence) else ()
    return tuple(
        SelfCheck(
            policy=str(one["policy"]), verdict=str(one["verdict"]), note=str(one.get("because", ""))
        )
        for one in found
    )


def inputs_for(run: Run, *names: str) -> Mapping[str, tuple[VersionRef, ...]]:
    """Those of a run's frozen inputs, for a module that follows from it."""
    return {name: run.inputs[name] for name in names if run.inputs.get(name)}


def merged(ctx: Ctx, run: Run) -> None:
    """After the merge: the stream's tasks are done; after the last one, the fleet is looked at."""
    move_tasks(ctx, run, TaskStatus.COMPLETED)
    fleet = effective(ctx, "fleet-config", run.context)
    wanted = {slug(one.name) for one in fleet_streams(fleet.content)} if fleet else set()
    found = streams.runs(
        ctx, context=run.context, module=run.module, state=RunState.DONE, limit=1_000
    )
    if fleet is not None and wanted <= {one.element for one in found}:
        streams.episode(
            ctx,
            run.context,
            "report",
            element="",
            name=str(fleet.ref),
            inputs={"fleet": (fleet.ref,)},
            cause=run.id,
        )


def move_tasks(ctx: Ctx, run: Run, status: TaskStatus) -> None:
    """Start or end the tasks of a stream; one that waits for others moves when those have ended."""
    mission = mission_slug(run.context)
    left = [task for task in tasks_of(ctx, run) if task.status not in missions.ENDED]
    while left:
        by_id = {task.id: task for task in missions.all_tasks(ctx, mission)}
        free = [task for task in left if not missions.blockers(task, by_id)]
        for task in free:
            missions.move_task(ctx, mission, task.id, status, run.change)
        left = [task for task in left if task not in free]
        if not free or status is not TaskStatus.COMPLETED:
            return
