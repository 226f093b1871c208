"""Tasks as issues: where operational work is kept in a tracker, each task has an issue of its own.

They are drawn from the rows that TASKS.md is drawn from, and have the same one writer.
"""

from collections.abc import Mapping, Sequence

from headrace.capabilities.artifacts.layout import slug
from headrace.capabilities.artifacts.model import Artifact
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import Task, TaskStatus
from headrace.capabilities.record.model import IssuePart, IssueParts, PartMove
from headrace.kernel.context import Ctx
from headrace.packs.enterprise.build.contents import contract_criteria
from headrace.packs.enterprise.build.mission import effective
from headrace.packs.enterprise.build.pages import TASKS

_BY_WORK = (
    "a task is completed when its change request is merged after its evaluations have passed, and is "
    "dropped by an approved fleet configuration without it; nobody moves it by hand"
)


def draw(ctx: Ctx, page: Artifact) -> Sequence[IssuePart]:
    """The tasks of a mission, by id."""
    contract = effective(ctx, "outcome-contract", page.context)
    criteria = contract_criteria(contract.content) if contract is not None else {}
    return [_part(one, criteria) for one in missions.all_tasks(ctx, page.slug)]


def move(ctx: Ctx, page: Artifact, moved: PartMove) -> str:
    """Why a task is not moved by closing or opening its issue, by whomever: no door here does it either."""
    return _BY_WORK


def _part(task: Task, criteria: Mapping[str, str]) -> IssuePart:
    return IssuePart(
        name=task.id,
        title=f"[{task.id}] {task.title}",
        text=_text(task, criteria),
        labels=(
            "artifact:task",
            "layer:execution",
            "loop:build",
            f"priority:{task.priority}",
            f"division:{slug(task.division)}",
        ),
        is_open=task.status not in missions.ENDED,
        closed_as="not_planned" if task.status is TaskStatus.CANCELLED else "completed",
    )


def _text(task: Task, criteria: Mapping[str, str]) -> str:
    facts = {
        "Status": task.status.value,
        "Stream": task.stream,
        "Assigned": f"{task.division} - {task.agent_type}",
        "Depends on": ", ".join(task.depends_on),
        "Target date": task.target_date.isoformat() if task.target_date else "",
        "Change request": task.change or "",
    }
    told = "\n".join(f"- **{name}:** {value}" for name, value in facts.items() if value)
    tick = "x" if task.status is TaskStatus.COMPLETED else " "
    listed = "\n".join(
        f"- [{tick}] {f'{id}: {criteria[id]}' if id in criteria else id}" for id in task.criteria
    )
    return f"{told}\n\n## Acceptance criteria\n\n{listed}"


TASK_ISSUES = IssueParts(type=TASKS, within="mission-brief", draw=draw, move=move)
