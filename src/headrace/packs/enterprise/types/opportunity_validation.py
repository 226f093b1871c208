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
    OPEN_QUESTIONS,
    PROVENANCE,
    REVISIONS,
    ROLES,
    SIZES,
    choice,
    day,
    reference,
    references,
    status,
    text,
    texts,
)

RESULTS = ("passed", "concern", "failed", "open")
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
                "result",
                RESULTS,
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
    fields=(texts("beliefs", summary="The beliefs it serves, in the words of the strategy."),),
)

SIZE = _check(
    "size",
    "Size",
    "How much work it is.",
    fields=(
        choice(
            "estimate",
            SIZES,
            required=True,
            remark="duration",
            summary="Small is under 2 weeks, medium 2 to 6, large more than 6.",
        ),
        text("duration", summary="The estimate in weeks."),
        text("larger_if", label="Larger if", summary="What would make it larger."),
    ),
)

SCOPED = Table(
    name="involved",
    title="Divisions Involved",
    required=True,
    summary="One primary division, and the supporting ones.",
    columns=(
        text("division", required=True, summary="Its name."),
        choice("role", ROLES, required=True, summary="Primary leads, supporting contributes."),
        text("contribution", required=True, summary="What it would bring."),
    ),
    key=("division",),
)

CONFLICTING = Table(
    name="found",
    title="Conflicts Found",
    summary="Active missions that work in the same place or towards the opposite.",
    columns=(
        reference("mission", required=True, summary="The other mission."),
        text("path", summary="The path that both would change."),
        text(
            "explanation", required=True, summary="What the conflict is, and how to live with it."
        ),
    ),
)

CAPACITIES = Table(
    name="free",
    title="Free Capacity",
    summary="Who is free when.",
    columns=(
        text("division", required=True, summary="Its name."),
        text("capacity", required=True, summary="What is free, and what it hangs on."),
        day("free_from", summary="The first day of it."),
    ),
    key=("division",),
)

CHECKS = Group(
    name="checks",
    required=True,
    summary="Five questions, each with a result and its evidence.",
    sections=(
        FIT,
        SIZE,
        _check("divisions", "Divisions", "Who would take part.", sections=(SCOPED,)),
        _check(
            "conflicts",
            "Conflicts",
            "What active missions it would meet.",
            sections=(CONFLICTING,),
        ),
        _check("capacity", "Capacity", "Whether they have room.", sections=(CAPACITIES,)),
    ),
)

RECOMMENDATION = Group(
    name="recommendation",
    required=True,
    summary="What follows from the checks, for a person to decide.",
    fields=(
        choice("action", RECOMMENDATIONS, required=True, summary="What the author recommends."),
        text("reason", required=True, summary="Why, in a few sentences."),
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
        reference("digest", summary="The digest whose alert is followed."),
        text("alert", label="Pattern alert", summary="The name of the alert in that digest."),
        references("signals", summary="The signals it rests on, by path."),
    ),
    sections=(
        CHECKS,
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
