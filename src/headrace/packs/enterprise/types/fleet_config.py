"""Fleet configuration: a mission's execution streams, what each owns, and who waits for whom.

Its slug is the mission's.
"""

from headrace.capabilities.artifacts.layout import ArtifactType, Bullets, Each, Group, Phase, Table
from headrace.packs.enterprise.types.parts import (
    APPROVALS,
    BRIEF,
    MISSION,
    PROVENANCE,
    REVISIONS,
    choice,
    day,
    number,
    status,
    text,
    texts,
    yes_no,
)

DEPENDENCY_TYPES = ("blocks", "informs", "shared-resource")
TASK_PRIORITIES = ("critical", "high", "medium", "low")

STATUSES = {
    "proposed": Phase.IN_REVIEW,
    "active": Phase.APPROVED,
    "paused": Phase.APPROVED,
    "completed": Phase.APPROVED,
}

CHECKPOINTS = Table(
    name="checkpoints",
    title="Human Checkpoints",
    summary="What brings a person in while the stream works.",
    columns=(
        text("trigger", required=True, summary="What must happen."),
        text("who", required=True, summary="The person or seat that is asked."),
        text("action", required=True, summary="What they do."),
    ),
    key=("trigger",),
)

STREAM_ASSETS = Table(
    name="assets",
    title="Delivered Assets",
    summary="What stays when the stream is done; each gets an entry in the asset registry.",
    columns=(
        text("asset", required=True, summary="What people call it."),
        text("type", summary="What it is: code, documentation, configuration."),
        texts("paths", summary="Its files and folders, of the stream's own; all of them if none."),
    ),
    key=("asset",),
)

STREAMS = Each(
    name="streams",
    item="Stream: {name}",
    required=True,
    summary="One for each division and kind of work; each can be reviewed in a day.",
    fields=(
        text("objective", summary="What the stream delivers."),
        text("pool", label="Agent pool", required=True, summary="The agent type, which is active."),
        text("division", required=True, summary="The division that answers for it."),
        yes_no("exclusive", required=True, summary="Yes: no other stream may touch these paths."),
        number(
            "novelty_threshold",
            minimum=0,
            maximum=1,
            summary="Above this share of unknown constructs a person looks before the merge.",
        ),
    ),
    sections=(
        Bullets(
            name="paths",
            title="Working Paths",
            required=True,
            summary="Folders and files that the stream may write; tests lie with what they test.",
        ),
        Bullets(
            name="policies",
            title="Quality Policies",
            required=True,
            summary="What its work is judged by: security, architecture and so on.",
        ),
        CHECKPOINTS,
        STREAM_ASSETS,
        Bullets(
            name="metrics", title="Success Metrics", summary="How the stream knows that it is done."
        ),
    ),
)

TASKS = Table(
    name="tasks",
    summary="At least one for each stream; together they cover every acceptance criterion once.",
    columns=(
        text("task", required=True, summary="What is to be done."),
        text("stream", required=True, summary="The stream that does it."),
        choice("priority", TASK_PRIORITIES, summary="What comes first."),
        texts("depends_on", summary="Tasks of this list that must end before."),
        texts(
            "criteria",
            label="Acceptance criteria",
            required=True,
            summary="Criteria of the contract (AC-1), or others that a test can answer.",
        ),
        day("target_date", summary="When it should be done."),
    ),
    key=("task",),
)

DEPENDENCIES = Table(
    name="dependencies",
    summary="From waits for To: blocks holds it, informs does not. No circles.",
    columns=(
        text("from", required=True, summary="The stream that depends."),
        text("to", required=True, summary="The stream it depends on."),
        choice(
            "type",
            DEPENDENCY_TYPES,
            required=True,
            remark="note",
            synonyms={"shared": "shared-resource"},
            summary="Blocks holds From back; shared-resource names what both use.",
        ),
        text(
            "satisfied_by",
            summary="The type of work product whose approval lets From begin; empty: To is done.",
        ),
        text("note", summary="What is shared, or why."),
    ),
    key=("from", "to"),
)

MONITORING = Group(
    name="monitoring",
    required=True,
    summary="What is watched while the fleet works.",
    fields=(
        number(
            "quality_threshold",
            required=True,
            minimum=0,
            maximum=1,
            summary="The share of evaluations that must pass; 0.8 unless there is a reason.",
        ),
        text("throughput_alert", summary="What counts as too slow."),
        text("escalation", label="Escalation policy", required=True, summary="Who is told."),
    ),
)

TYPE = ArtifactType(
    name="fleet-config",
    title="Fleet Configuration",
    summary="How a mission is cut into streams that agents work on side by side.",
    path="org/2-orchestration/fleet-configs/{slug}.md",
    context_kind="mission",
    header_titles=("Mission", "Metadata"),
    statuses=STATUSES,
    initial="proposed",
    fields=(MISSION, BRIEF, status(STATUSES), *PROVENANCE),
    sections=(
        Table(
            name="roles",
            title="Orchestration Roles",
            aliases=("Orchestration",),
            summary="Who orchestrates, and which person answers for it.",
            columns=(
                text("role", required=True, summary="The role."),
                text("who", required=True, summary="The agent or person that fills it."),
            ),
            key=("role",),
        ),
        STREAMS,
        TASKS,
        DEPENDENCIES,
        MONITORING,
        APPROVALS,
        REVISIONS,
    ),
)
