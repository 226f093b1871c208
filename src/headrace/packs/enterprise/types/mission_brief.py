"""Mission brief: what a mission is for, what is in and out, who takes part, what may go wrong."""

from headrace.capabilities.artifacts.layout import (
    ArtifactType,
    Bullets,
    Group,
    Phase,
    Prose,
    Table,
)
from headrace.packs.enterprise.types.parts import (
    APPROVALS,
    DIVISIONS,
    PROVENANCE,
    REVISIONS,
    SIZES,
    choice,
    choices,
    identity,
    level,
    reference,
    references,
    status,
    text,
    texts,
    whole,
    yes_no,
)

STATUSES = {
    "proposed": Phase.IN_REVIEW,
    "approved": Phase.APPROVED,
    "planning": Phase.APPROVED,
    "active": Phase.APPROVED,
    "paused": Phase.APPROVED,
    "completed": Phase.APPROVED,
    "cancelled": Phase.ARCHIVED,
}

MARKS = ("api", "data-model", "novel", "regulated")
"""What a mission may touch that needs a design before anybody begins."""

ORIGIN = Group(
    name="origin",
    required=True,
    summary="Where the mission comes from.",
    fields=(
        references(
            "signals",
            aliases=("Signal(s)", "Signal"),
            required=True,
            summary="The signals it answers, by path.",
        ),
        reference("digest", label="Signal digest", summary="The digest whose alert opened it."),
        reference("validation", summary="The opportunity validation that a person agreed to."),
        texts(
            "alignment",
            label="Strategic alignment",
            required=True,
            summary="The strategic beliefs it serves, in the words of the strategy.",
        ),
        text("sponsor", required=True, summary="The person who wants it and answers for it."),
    ),
)

SCOPE = Group(
    name="scope",
    required=True,
    summary="What is done and what is not.",
    sections=(
        Bullets(name="in_scope", required=True, summary="What the mission delivers."),
        Bullets(
            name="out_of_scope",
            required=True,
            summary="What was asked for and stays out, with where it goes instead.",
        ),
        Bullets(name="constraints", summary="What must hold whatever is built: limits, deadlines."),
    ),
)

OUTCOMES = Table(
    name="outcomes",
    title="Outcome Contract",
    summary="The contract in short; the contract itself counts.",
    columns=(
        text("metric", required=True, summary="What is measured."),
        text("target", required=True, summary="The value to reach or keep."),
        text("method", label="Measurement method", summary="How it is measured."),
        text("deadline", summary="By when."),
    ),
    key=("metric",),
)

CHECKPOINTS = Bullets(
    name="checkpoints",
    title="Human Checkpoints",
    ordered=True,
    required=True,
    summary="Where a person decides: what it is called, who decides, on what.",
)

RISKS = Table(
    name="risks",
    title="Risks & Mitigations",
    aliases=("Risks", "Risks and Mitigations"),
    required=True,
    summary="What may go wrong, and what is done about it.",
    columns=(
        text("risk", required=True, summary="What may happen."),
        level("likelihood", required=True, summary="How likely it is."),
        level("impact", required=True, summary="What it would do."),
        text("mitigation", required=True, summary="What makes it unlikely or harmless."),
        text("owner", summary="Who sees to it."),
    ),
    key=("risk",),
)

OBSERVABILITY = Group(
    name="observability",
    title="Observability Requirements",
    summary="What will show that it works, and what it could harm.",
    sections=(
        Bullets(name="key_metrics", summary="The measures that show it works."),
        Bullets(
            name="baselines", title="Baselines at Risk", summary="Existing measures it could harm."
        ),
        Bullets(
            name="dependencies",
            title="Observability Dependencies",
            aliases=("Dependencies",),
            summary="What must exist before it can be measured.",
        ),
    ),
)

EFFORT = Group(
    name="effort",
    title="Estimated Effort",
    required=True,
    summary="How large it is, and how many people it needs.",
    fields=(
        choice(
            "size",
            SIZES,
            required=True,
            remark="duration",
            summary="Small is under 2 weeks, medium 2 to 6, large more than 6.",
        ),
        text("duration", summary="The estimate in weeks."),
        text("fleet_size", label="Agent fleet size", summary="How many streams run side by side."),
        whole(
            "touchpoints",
            label="Human touchpoints",
            remark="touchpoint_names",
            summary="How often a person is needed.",
        ),
        text("touchpoint_names", label="Which touchpoints", summary="What for."),
    ),
)

TYPE = ArtifactType(
    name="mission-brief",
    title="Mission Brief",
    summary="What a mission is for, so that anyone can understand it and one person can decide it.",
    path="work/missions/{slug}/BRIEF.md",
    reference_shape="MISSION-{year}-{number:03}",
    context_kind="mission",
    statuses=STATUSES,
    initial="proposed",
    fields=(
        identity("Mission ID"),
        status(STATUSES),
        *PROVENANCE,
        yes_no(
            "design_required",
            aliases=("Design-required",),
            required=True,
            summary=(
                "Yes for several streams, a new API, a new data model, a regulated area or a "
                "pattern that is new to us."
            ),
        ),
        choices(
            "touches",
            MARKS,
            summary="What of it asks for a design, beside having several streams.",
        ),
        references("blocked_by", summary="Missions that must end before this one starts."),
        references("blocks", summary="Missions that wait for this one."),
        text(
            "task_exemption",
            summary="Why this mission needs no tasks: it is work of strategy alone.",
        ),
    ),
    sections=(
        ORIGIN,
        Prose(
            name="objective",
            required=True,
            summary="Whose problem is solved, in one paragraph, with the evidence of the signals.",
        ),
        SCOPE,
        DIVISIONS,
        OUTCOMES,
        CHECKPOINTS,
        RISKS,
        OBSERVABILITY,
        EFFORT,
        APPROVALS,
        REVISIONS,
    ),
)
