"""STATUS.md and TASKS.md of a mission: pages that have one writer, drawn anew from rows."""

import re
from collections.abc import Mapping, Sequence

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import (
    Artifact,
    ArtifactId,
    Draft,
    Made,
    Projection,
    Version,
)
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import MissionStatus, Step, Task
from headrace.capabilities.missions.service import Blocker, StreamProgress, Update
from headrace.capabilities.record import service as record
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import Run
from headrace.kernel.context import Ctx
from headrace.kernel.json import Json
from headrace.packs.enterprise.build.contents import contract_criteria
from headrace.packs.enterprise.build.measures import AnswerGiven, answers_given, stream_facts
from headrace.packs.enterprise.build.mission import effective, mission_slug

STATUS, TASKS = "mission-status", "mission-tasks"


def open_pages(ctx: Ctx, run: Run, fleet: Version) -> None:
    """File both pages of a mission; harmless to repeat."""
    made = streams.made_by(ctx, run)
    for kind in (STATUS, TASKS):
        _open(ctx, kind, run.context, fleet.title, made)


def _open(ctx: Ctx, kind: str, context: str, called: str, made: Made) -> None:
    name = mission_slug(context)
    if artifacts.find(ctx, ArtifactId(f"{kind}/{name}")) is None:
        draft = Draft(type=kind, slug=name, context=context, content={"title": called}, made=made)
        record.file_versions(ctx, [artifacts.propose(ctx, draft).ref])


def tell(ctx: Ctx, context: str, why: str) -> None:
    """Append to a mission's status log what is true now, and have its pages drawn anew."""
    mission = missions.of_context(ctx, context)
    if mission is None:
        return
    missions.report_status(ctx, mission.slug, stream_facts(ctx, context), why)
    if mission.status is MissionStatus.CANCELLED:  # the reason stands there, however early it was
        made = Made(by=ctx.principal, brain="skill")
        _open(ctx, STATUS, context, mission.title, made)
    for kind in (STATUS, TASKS):
        page = ArtifactId(f"{kind}/{mission.slug}")
        if artifacts.effective(ctx, page) is not None:
            record.refresh_projection(ctx, page)


def status(ctx: Ctx, page: Artifact) -> Mapping[str, Json]:
    """The entries of a mission's status page, newest first."""
    found = missions.updates(ctx, page.slug, limit=1_000)
    fleet = effective(ctx, "fleet-config", page.context)
    answers = answers_given(ctx, page.context)
    steps = missions.steps(ctx, page.slug)
    named: dict[str, int] = {}
    # Oldest first, so that a name that is taken stays with its entry.
    entries = [
        {**_entry(one, _name(one, named), answers), **_rationale(one, steps)}
        for one in reversed(found)
    ]
    values: dict[str, Json] = {"sections.updates": entries[::-1]}
    if fleet is not None:
        values["fields.fleet"] = fleet.path
    return values


def _name(update: Update, taken: dict[str, int]) -> str:
    """The day and time of an entry; a second one of the same minute says so."""
    name = f"{update.entry.at:%Y-%m-%d %H:%M}"
    taken[name] = taken.get(name, 0) + 1
    return name if taken[name] == 1 else f"{name} ({taken[name]})"


def _rationale(update: Update, steps: Sequence[Step]) -> Mapping[str, Json]:
    """Why a mission stands still, as the person said it who decided so; `steps` newest first."""
    if update.phase not in {MissionStatus.PAUSED, MissionStatus.CANCELLED}:
        return {}
    said = (one.why for one in steps if one.after is update.phase and one.at <= update.entry.at)
    return {"rationale": next(said, update.why)}


def _entry(update: Update, name: str, answers: Sequence[AnswerGiven]) -> Mapping[str, Json]:
    entry = update.entry
    tables: Mapping[str, list[Json]] = {
        "streams": [_progress(one) for one in entry.streams],
        "tasks": [{"status": status, "count": n} for status, n in sorted(entry.tasks.items())],
        "blockers": _blockers(entry.blockers),
        "milestones": [
            {
                "milestone": f"{one.stream} complete",
                "target_date": one.target_date.isoformat(),
                "status": one.status,
            }
            for one in entry.milestones
        ],
        "decisions": [_decision(one) for one in answers if update.since < one.at <= entry.at],
        "performance": _performance(update),
    }
    return {
        "name": name,
        "overall": entry.overall,
        "phase": update.phase.value,
        "period": f"{update.since:%Y-%m-%d} to {entry.at:%Y-%m-%d}",
        **{table: listed for table, listed in tables.items() if listed},
    }


def _blockers(found: Sequence[Blocker]) -> list[Json]:
    """Each reason once, with every stream that it holds, and who has been asked."""
    held: dict[str, list[str]] = {}
    for one in found:
        held.setdefault(one.reason, []).append(one.stream)
    return [_blocker(reason, streams) for reason, streams in held.items()]


def _blocker(reason: str, streams: Sequence[str]) -> Json:
    asked = re.findall(r"@[\w-]+", reason)
    return {
        "blocker": reason,
        "severity": "major" if asked else "minor",
        "streams": ", ".join(streams),
        **({"escalated_to": ", ".join(asked)} if asked else {}),
        "status": "resolving" if asked else "open",
    }


def _decision(one: AnswerGiven) -> Json:
    return {"decision": one.what, "date": f"{one.at:%Y-%m-%d}", "decided_by": one.by}


def _progress(one: StreamProgress) -> Json:
    return {
        "stream": one.stream,
        "division": one.division,
        "status": one.status,
        "progress": f"{one.progress:.0%}",
        "notes": one.notes,
    }


def _performance(update: Update) -> list[Json]:
    entry = update.entry
    told: list[Json] = [
        {"metric": "Occasion", "value": update.why},
        {"metric": "Change requests opened", "value": str(entry.changes)},
        {"metric": "Change requests merged", "value": str(entry.merged)},
        {"metric": "Attempts sent back", "value": str(entry.sent_back)},
    ]
    if entry.pass_rate is not None:
        told.append({"metric": "Evaluations passed", "value": f"{entry.pass_rate:.0%}"})
    if entry.mean_cycle is not None:
        hours = entry.mean_cycle.total_seconds() / 3600
        told.append({"metric": "Mean time from open to merged", "value": f"{hours:.1f} hours"})
    return told


def tasks(ctx: Ctx, page: Artifact) -> Mapping[str, Json]:
    """The tasks of a mission and how many have which status."""
    found = missions.all_tasks(ctx, page.slug)
    contract = effective(ctx, "outcome-contract", page.context)
    criteria = contract_criteria(contract.content) if contract is not None else {}
    counts: dict[str, int] = {}
    for one in found:
        counts[one.status.value] = counts.get(one.status.value, 0) + 1
    return {
        "sections.tasks": [_task(one, criteria) for one in found],
        "sections.summary": [{"status": s, "count": n} for s, n in sorted(counts.items())],
    }


def _task(one: Task, criteria: Mapping[str, str]) -> Json:
    done = one.status.value == "completed"
    return {
        "name": one.id,
        "title": one.title,
        "status": one.status.value,
        "assigned": f"{one.division} - {one.agent_type}",
        "stream": one.stream,
        "depends_on": list(one.depends_on),
        "priority": one.priority.value,
        **({"target_date": one.target_date.isoformat()} if one.target_date else {}),
        "changes": [one.change] if one.change else [],
        "criteria": [
            {"text": f"{id}: {criteria[id]}" if id in criteria else id, "checked": done}
            for id in one.criteria
        ],
    }


PROJECTIONS = (
    Projection(type=STATUS, run=status),
    Projection(type=TASKS, run=tasks),
)
