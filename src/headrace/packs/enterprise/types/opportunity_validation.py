"""Opportunity validation: the five checks before a mission is proposed, and what they recommend.

Its slug is that of the mission it may become.
"""

from headrace.capabilities.artifacts.layout import (
    ArtifactType,
    Field,
    Group,
    Phase,
    Prose,
    Section,
    Table,
)
from headrace.packs.enterprise.types.parts import (
    APPROVALS,
    DIVISIONS,
    OPEN_QUESTIONS,
    PROVENANCE,
    REVISIONS,
    SIZES,
    choice,
    reference,
    references,
    status,
    text,
    texts,
    whole,
    yes_no,
)

VERDICTS = ("passed", "concern", "failed", "open")
RECOMMENDATIONS = ("proceed", "defer", "stop")

STATUSES = {
    "draft": Phase.DRAFT,
    "in-review": Phase.IN_REVIEW,
    "on-hold": Phase.REVISION_REQUESTED,
    "approved": Phase.APPROVED,
    "declined": Phase.ARCHIVED,
}


def _check(
    name: str,
    title: str,
    summary: str,
    fields: tuple[Field, ...] = (),
    sections: tuple[Section, ...] = (),
) -> Group:
    return Group(
        name=name,
        title=title,
        required=True,
        summary=summary,
        fields=(
            choice(
                "verdict",
                VERDICTS,
                required=True,
                summary="Open when there is no evidence: that is never a pass.",
            ),
            text("evidence", required=True, summary="What the result rests on, with its source."),
            *fields,
        ),
        sections=sections,
    )


FIT = _check(
    "fit",
    "Strategic Fit",
    "Whether it serves a strategic belief.",
    fields=(
        texts(
            "beliefs",
            label="Strategic beliefs",
            summary="The beliefs it serves, in the words of the strategy.",
        ),
    ),
)

SIZE = _check(
    "size",
    "Size Estimate",
    "How much work it is.",
    fields=(
        choice(
            "size",
            SIZES,
            required=True,
            remark="duration",
            summary="Small is under 2 weeks, medium 2 to 6, large more than 6.",
        ),
        text("duration", summary="The estimate in weeks."),
        whole("division_count", label="Divisions", summary="How many divisions it needs."),
        text("larger_if", label="Larger if", summary="What would make it larger."),
    ),
)

CONFLICTS = Table(
    name="conflicts",
    title="Conflicts Found",
    summary="Active missions that work in the same place or towards the opposite.",
    columns=(
        reference("mission", required=True, summary="The other mission."),
        text("path", summary="The path that both would change."),
        text("kind", summary="Of path, of purpose or of people."),
        text("explanation", summary="What the conflict is, and how to live with it."),
    ),
)

CAPACITY = Table(
    name="capacity",
    title="Capacity by Division",
    summary="Who is free when.",
    columns=(
        text("division", required=True, summary="Its name."),
        whole("active_missions", summary="How many missions it works on."),
        yes_no("available", required=True, remark="reason", summary="Whether it has room."),
        text("reason", summary="Why, and from when."),
    ),
    key=("division",),
)

CHECKS = (
    FIT,
    SIZE,
    _check("scoping", "Division Scoping", "Who would take part.", sections=(DIVISIONS,)),
    _check(
        "conflict",
        "Conflict Check",
        "What active missions it would meet.",
        sections=(CONFLICTS,),
    ),
    _check("resources", "Resource Check", "Whether there is room.", sections=(CAPACITY,)),
)
"""The five questions, each with a verdict and its evidence."""

RECOMMENDATION = Group(
    name="recommendation",
    required=True,
    summary="What follows from the checks, for a person to decide.",
    fields=(
        choice("recommended", RECOMMENDATIONS, required=True, summary="What the author advises."),
        text("rationale", required=True, summary="Why, in a few sentences."),
        text("against", label="Strongest argument against", summary="Against the recommendation."),
        text("cheaper", label="Cheaper answers", summary="Buying, partnering or doing nothing."),
    ),
)

TYPE = ArtifactType(
    name="opportunity-validation",
    title="Opportunity Validation",
    summary="Whether an opportunity deserves a mission: five checks and a recommendation.",
    path="work/missions/{slug}/VALIDATION.md",
    context_kind="mission",
    statuses=STATUSES,
    fields=(
        status(STATUSES),
        *PROVENANCE,
        reference(
            "digest", label="Signal digest", summary="The digest whose alert is followed, by path."
        ),
        text("pattern_alert", summary="The name of the alert in that digest."),
        references("signals", summary="The signals it rests on, by path."),
    ),
    sections=(
        Prose(name="opportunity", summary="Whose problem it is, and how large."),
        *CHECKS,
        RECOMMENDATION,
        OPEN_QUESTIONS,
        Prose(
            name="answers",
            title="Answers to Feedback",
            summary="Each comment of the reviewer, and what changed by it.",
        ),
        APPROVALS,
        REVISIONS,
    ),
)
