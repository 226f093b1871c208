"""Mission status: a log computed from events, newest first; entries are added, never changed.

An entry's name is its date, or date and time where a day has several.
"""

from headrace.capabilities.artifacts.layout import ArtifactType, Each, Phase, Table
from headrace.packs.enterprise.types.parts import (
    BRIEF,
    MISSION,
    choice,
    day,
    level,
    reference,
    text,
    whole,
)

OVERALL = ("on-track", "at-risk", "blocked", "ahead")
PHASES = (
    "proposed",
    "approved",
    "planning",
    "active",
    "paused",
    "completing",
    "completed",
    "cancelled",
)
STREAM_STATUSES = ("active", "completed", "blocked")
BLOCKER_SEVERITIES = ("critical", "major", "minor")
BLOCKER_STATUSES = ("open", "resolving", "resolved")

STREAM_PROGRESS = Table(
    name="streams",
    title="Stream Progress",
    summary="Each stream with what it has done.",
    columns=(
        text("stream", required=True, summary="The stream's name."),
        text("division", summary="The division that answers for it."),
        choice("status", STREAM_STATUSES, required=True, summary="Where it stands."),
        text("progress", required=True, summary="The share of its tasks that are done."),
        text("notes", summary="What holds it, or what happened last."),
    ),
    key=("stream",),
)

TASK_PROGRESS = Table(
    name="tasks",
    title="Task Progress",
    summary="How many tasks have which status.",
    columns=(
        text("status", required=True, summary="A task's status."),
        whole("count", required=True, summary="How many tasks have it."),
    ),
    key=("status",),
)

BLOCKERS = Table(
    name="blockers",
    summary="What holds the mission.",
    columns=(
        text("blocker", required=True, summary="What is in the way."),
        choice("severity", BLOCKER_SEVERITIES, required=True, summary="How bad it is."),
        text("streams", label="Blocking streams", summary="The streams that it holds."),
        text("escalated_to", summary="Who has been asked."),
        choice("status", BLOCKER_STATUSES, required=True, summary="Where it stands."),
    ),
    key=("blocker",),
)

RISKS = Table(
    name="risks",
    summary="What may go wrong yet.",
    columns=(
        text("risk", required=True, summary="What may happen."),
        level("likelihood", required=True, summary="How likely it is."),
        level("impact", required=True, summary="What it would do."),
        text("mitigation", summary="What is done about it."),
    ),
    key=("risk",),
)

DECISIONS = Table(
    name="decisions",
    title="Key Decisions Made This Period",
    aliases=("Decisions",),
    summary="What was decided since the last entry.",
    columns=(
        text("decision", required=True, summary="What was decided."),
        day("date", required=True, summary="When."),
        text("decided_by", required=True, summary="By whom."),
        reference("link", summary="The decision record."),
    ),
    key=("decision",),
)

MILESTONES = Table(
    name="milestones",
    title="Next Milestones",
    summary="What comes next.",
    columns=(
        text("milestone", required=True, summary="What will be reached."),
        day("target_date", required=True, summary="When it is due."),
        text("status", required=True, summary="Whether it will be: on-track, at-risk, done."),
    ),
    key=("milestone",),
)

PERFORMANCE = Table(
    name="performance",
    title="Fleet Performance",
    summary="What the fleet did in the period, as counted.",
    columns=(
        text("metric", required=True, summary="What is counted."),
        text("value", required=True, summary="Its value, with its unit."),
    ),
    key=("metric",),
)

UPDATES = Each(
    name="updates",
    item="Status Update: {name}",
    headed=False,
    log=True,
    projected=True,
    summary="One entry for each report, newest first.",
    fields=(
        choice("overall", OVERALL, label="Overall status", required=True, summary="In one word."),
        choice("phase", PHASES, label="Mission phase", required=True, summary="Of its life."),
        text("period", label="Reporting period", required=True, summary="From when to when."),
        text("rationale", summary="Why a mission was paused, resumed or cancelled."),
    ),
    sections=(
        STREAM_PROGRESS,
        TASK_PROGRESS,
        BLOCKERS,
        RISKS,
        DECISIONS,
        MILESTONES,
        PERFORMANCE,
    ),
)

STATUSES = {"current": Phase.APPROVED, "archived": Phase.ARCHIVED}

TYPE = ArtifactType(
    name="mission-status",
    title="Mission Status",
    summary="How a mission stands, entry by entry, computed from what happened.",
    path="work/missions/{slug}/STATUS.md",
    context_kind="mission",
    approval=False,
    bump=False,
    statuses=STATUSES,
    initial="current",
    fields=(
        MISSION,
        BRIEF,
        reference("fleet", label="Fleet configuration", projected=True, summary="Its streams."),
    ),
    sections=(UPDATES,),
)
