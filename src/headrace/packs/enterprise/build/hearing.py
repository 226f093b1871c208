"""What build hears: heads are judged, answers are followed, tasks move, the status log goes on."""

from collections.abc import Mapping
from typing import cast

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactId, BecameEffective
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import (
    CHANGE,
    Answered,
    QuestionAsked,
    QuestionId,
    Report,
    Subject,
    Verdict,
)
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import (
    MissionMoved,
    MissionStatus,
    TaskMoved,
    TaskStatus,
)
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import ChangeOpened, HeadMoved
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import Run, RunId, RunMoved, RunState, WorkWanted
from headrace.kernel.capability import Subscription
from headrace.kernel.context import Ctx
from headrace.kernel.events import Recorded
from headrace.kernel.json import Json
from headrace.packs.enterprise.build import decide, evaluate, implement, pages
from headrace.packs.enterprise.build.measures import IMPLEMENT
from headrace.packs.enterprise.build.mission import begin_work, mission_slug

TOLD = {
    RunState.PROPOSED: "is handed in",
    RunState.REVISED: "was sent back",
    RunState.DONE: "is merged",
    RunState.REJECTED: "was rejected",
    RunState.FAILED: "failed",
}
"""States of a stream that the status log tells."""

SHOWING_THE_MISSION = ("mission-brief", "fleet-config")
"""Documents whose status is the mission's."""


def _payload(event: Recorded) -> Mapping[str, Json]:
    return cast(Mapping[str, Json], event.payload)


def on_head(ctx: Ctx, event: Recorded) -> None:
    """A change has a new head: every policy that it must meet is judged on it."""
    evaluate.start(ctx, record.change(ctx, str(_payload(event)["change"])))


def on_answer(ctx: Ctx, event: Recorded) -> None:
    """A person answered an evaluator's question."""
    told = _payload(event)
    if told["kind"] == CHANGE:
        decide.answered(ctx, QuestionId(str(told["question"])))
        _tell(ctx, told, f"question {told['question']} answered: {told['answer']}")


def on_question(ctx: Ctx, event: Recorded) -> None:
    """An evaluator asks a person."""
    told = _payload(event)
    if told["kind"] == CHANGE:
        _tell(ctx, told, f"question {told['question']} asked about {told['subject']}")


def on_mission(ctx: Ctx, event: Recorded) -> None:
    """A mission passed a gate: what waited for that is claimed again."""
    told = _payload(event)
    pages.tell(ctx, str(told["context"]), f"{told['before']} to {told['after']}: {told['why']}")
    for kind in SHOWING_THE_MISSION:
        _redraw(ctx, ArtifactId(f"{kind}/{told['mission']}"))
    ctx.record(WorkWanted(because=f"mission {told['mission']} is {told['after']}"))
    if told["after"] in {MissionStatus.COMPLETED, MissionStatus.CANCELLED}:
        for waiting in missions.listing(ctx, MissionStatus.PLANNING):
            begin_work(ctx, waiting)


def on_effective(ctx: Ctx, event: Recorded) -> None:
    """A version was approved: its document shows its new status."""
    told = _payload(event)
    declared = artifacts.layout(ctx, str(told["artifact_type"]))
    if any(field.name == "status" and field.projected for field in declared.fields):
        _redraw(ctx, ArtifactId(str(told["artifact"])))


def _redraw(ctx: Ctx, artifact: ArtifactId) -> None:
    if artifacts.effective(ctx, artifact) is not None:
        record.refresh_projection(ctx, artifact)


def on_task(ctx: Ctx, event: Recorded) -> None:
    """A task ended: those that waited for it are claimed again."""
    told = _payload(event)
    if told["status"] in {TaskStatus.COMPLETED, TaskStatus.CANCELLED}:
        ctx.record(WorkWanted(because=f"{told['task']} of {told['mission']} is {told['status']}"))


def on_run(ctx: Ctx, event: Recorded) -> None:
    """A stream is worked on, came back or ended; or an evaluation broke off."""
    told = _payload(event)
    state = RunState(str(told["state"]))
    run = streams.run(ctx, RunId(str(told["run"])))
    if run.module == IMPLEMENT:
        if state is RunState.WORKING:
            implement.move_tasks(ctx, run, TaskStatus.IN_PROGRESS)
        if state is RunState.PROPOSED and run.change is not None:
            tasks = [task.id for task in implement.tasks_of(ctx, run)]
            missions.link_change(ctx, mission_slug(run.context), tasks, run.change)
        if state in TOLD:
            pages.tell(ctx, run.context, f"{run.element} {TOLD[state]}")
    elif run.module.startswith(evaluate.KEY) and state is RunState.FAILED:
        _not_evaluated(ctx, run)


def _not_evaluated(ctx: Ctx, run: Run) -> None:
    """An evaluation that broke off is told as such: it is no pass, and nobody waits in vain."""
    change = record.change(ctx, run.element)
    evaluator = evaluate.evaluator_of(ctx, run)
    if change.head != evaluate.head_of(run) or evaluator is None:
        return
    report = Report(
        subject=Subject(kind=CHANGE, id=change.id),
        hash=evaluate.head_of(run),
        policy=evaluate.policy_of(run),
        verdict=Verdict.NOT_EVALUATED,
        summary=f"The evaluation broke off: {'; '.join(run.reasons)}",
        run=run.id,
    )
    governance.judge(ctx, report, evaluator=evaluator)


def _tell(ctx: Ctx, told: Mapping[str, Json], why: str) -> None:
    if told["context"]:
        pages.tell(ctx, str(told["context"]), why)


SUBSCRIPTIONS = (
    Subscription(name="enterprise.head", events=(ChangeOpened, HeadMoved), run=on_head),
    Subscription(name="enterprise.answer", events=(Answered,), run=on_answer),
    Subscription(name="enterprise.question", events=(QuestionAsked,), run=on_question),
    Subscription(name="enterprise.mission", events=(MissionMoved,), run=on_mission),
    Subscription(name="enterprise.header", events=(BecameEffective,), run=on_effective),
    Subscription(name="enterprise.task", events=(TaskMoved,), run=on_task),
    Subscription(name="enterprise.run", events=(RunMoved,), run=on_run),
)
