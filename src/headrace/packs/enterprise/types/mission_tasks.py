"""Tasks of a mission: a page that shows their rows; nobody writes it, it has one writer."""

from headrace.capabilities.artifacts.layout import ArtifactType, Checklist, Each, Phase, Table
from headrace.packs.enterprise.types.parts import (
    BRIEF,
    MISSION,
    TASK_ID,
    choice,
    day,
    references,
    text,
    texts,
    whole,
)

TASK_STATUSES = ("pending", "in-progress", "completed", "blocked", "cancelled", "descoped")
TASK_PRIORITIES = ("critical", "high", "medium", "low")

TASKS = Each(
    name="tasks",
    item="{name}: {title}",
    projected=True,
    summary="One for each task; its name is its id, TASK-001.",
    fields=(
        choice("status", TASK_STATUSES, required=True, summary="Where it stands."),
        text("assigned", summary="The division and the agent type that do it."),
        text("stream", summary="The stream it belongs to."),
        texts("depends_on", pattern=TASK_ID, summary="Tasks that must end before."),
        choice("priority", TASK_PRIORITIES, required=True, summary="What comes first."),
        day("target_date", summary="When it should be done."),
        references("changes", label="Linked PRs", summary="The change requests that did it."),
        text("reason", summary="Why it was cancelled or descoped."),
        text("description", summary="What is to be done."),
    ),
    sections=(
        Checklist(
            name="criteria",
            title="Acceptance Criteria",
            summary="What a test must answer with yes; ticked when it did.",
        ),
    ),
)

SUMMARY = Table(
    name="summary",
    title="Task Summary",
    projected=True,
    summary="How many tasks have which status.",
    columns=(
        choice("status", TASK_STATUSES, required=True, summary="A status."),
        whole("count", required=True, summary="How many tasks have it."),
    ),
    key=("status",),
)

STATUSES = {"current": Phase.APPROVED, "archived": Phase.ARCHIVED}

TYPE = ArtifactType(
    name="mission-tasks",
    title="Mission Tasks",
    summary="A mission's tasks as they stand, for readers of the repository.",
    path="work/missions/{slug}/TASKS.md",
    context_kind="mission",
    approval=False,
    bump=False,
    statuses=STATUSES,
    initial="current",
    fields=(MISSION, BRIEF),
    sections=(SUMMARY, TASKS),
)
