"""Outcome report: what the contract promised against what was measured, and what follows."""

from headrace.capabilities.artifacts.layout import ArtifactType, Bullets, Group, Phase, Prose, Table
from headrace.packs.enterprise.types.parts import (
    APPROVALS,
    ASSETS,
    BRIEF,
    MISSION,
    PROVENANCE,
    REVISIONS,
    choice,
    choices,
    day,
    level,
    reference,
    status,
    text,
    whole,
)

METRIC_VERDICTS = ("met", "partially-met", "not-met", "exceeded", "inconclusive")
RECOMMENDATIONS = ("close", "follow-up", "pivot", "extend")

STATUSES = {
    "draft": Phase.DRAFT,
    "reviewed": Phase.IN_REVIEW,
    "accepted": Phase.APPROVED,
}

RESULTS = Table(
    name="results",
    title="Targets vs. Actuals",
    aliases=("Targets vs Actuals",),
    required=True,
    summary="Every outcome and guardrail of the contract, as computed.",
    columns=(
        text("metric", required=True, summary="The metric of the contract."),
        text("target", required=True, summary="What was promised."),
        text("actual", required=True, summary="What was measured."),
        text("variance", required=True, summary="The difference, in percent where it has one."),
        choice("verdict", METRIC_VERDICTS, required=True, summary="What that means."),
        text("method", label="Measurement method", summary="How it was measured."),
        level("confidence", summary="How sure the figure is."),
    ),
    key=("metric",),
)

LESSONS = Group(
    name="lessons",
    title="Lessons Learned",
    required=True,
    summary="What the next mission should know, each with its proof.",
    sections=(
        Bullets(name="worked", title="What Worked Well", summary="What to do again."),
        Bullets(
            name="failed",
            title="What Didn't Work as Expected",
            aliases=("What Did Not Work",),
            summary="What to do otherwise.",
        ),
        Bullets(name="fleet", title="Agent Fleet Observations", summary="What the fleet showed."),
    ),
)

RECOMMENDATION = Group(
    name="recommendation",
    required=True,
    summary="What follows, for a person to decide.",
    fields=(
        choices(
            "recommended",
            RECOMMENDATIONS,
            label="Recommended next steps",
            required=True,
            summary="What should happen to the mission.",
        ),
        text("rationale", required=True, summary="Why, in a few sentences."),
    ),
)

TYPE = ArtifactType(
    name="outcome-report",
    title="Outcome Report",
    summary="Whether a mission came true, why, and what to do next.",
    path="work/missions/{slug}/OUTCOME-REPORT.md",
    context_kind="mission",
    statuses=STATUSES,
    fields=(
        MISSION,
        BRIEF,
        status(STATUSES),
        *PROVENANCE,
        choice(
            "verdict",
            METRIC_VERDICTS,
            label="Overall outcome verdict",
            aliases=("Overall verdict",),
            required=True,
            summary="Of the mission as a whole, as computed.",
        ),
    ),
    sections=(
        Prose(
            name="summary",
            title="Mission Summary",
            required=True,
            summary="What was tried and what came of it, for a reader who knows nothing of it.",
        ),
        RESULTS,
        ASSETS,
        Table(
            name="tasks",
            title="Task Completion",
            summary="How many tasks ended how.",
            columns=(
                text("status", required=True, summary="A task's status."),
                whole("count", required=True, summary="How many tasks have it."),
            ),
            key=("status",),
        ),
        Table(
            name="quality",
            title="Quality Summary",
            summary="What evaluators said.",
            columns=(
                text("evaluation", required=True, summary="What was evaluated."),
                day("date", required=True, summary="When."),
                text("verdict", required=True, summary="The verdict, word for word."),
            ),
            key=("evaluation", "date"),
        ),
        Prose(name="variance", title="Variance Analysis", summary="Why the figures are so."),
        LESSONS,
        Table(
            name="signals",
            title="Generated Signals",
            summary="What the mission made visible.",
            columns=(
                text("signal", required=True, summary="What it says."),
                text("category", required=True, summary="Its category."),
                reference("filed_as", required=True, summary="Its path."),
            ),
            key=("filed_as",),
        ),
        Table(
            name="venture_impact",
            summary="Which measure of which venture moved.",
            columns=(
                text("venture", required=True, summary="Its name."),
                text("metric", label="Metric Affected", required=True, summary="The measure."),
                text("impact", required=True, summary="From what to what."),
            ),
            key=("venture", "metric"),
        ),
        RECOMMENDATION,
        APPROVALS,
        REVISIONS,
    ),
)
