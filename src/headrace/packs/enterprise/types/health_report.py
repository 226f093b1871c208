"""Venture health report: how a venture stands, measure by measure. Its slug is the venture's."""

from headrace.capabilities.artifacts.layout import ArtifactType, Group, Phase, Prose, Table
from headrace.packs.enterprise.types.parts import (
    APPROVALS,
    PROVENANCE,
    REVISIONS,
    choice,
    day,
    level,
    reference,
    text,
)

HEALTH = ("healthy", "watch", "at-risk", "critical")
TRAJECTORIES = ("improving", "stable", "declining")
RECOMMENDATIONS = ("maintain", "accelerate", "pivot", "scale-down", "sunset")
METRIC_STATUSES = ("on-track", "at-risk", "off-track")

STATUSES = {
    "draft": Phase.DRAFT,
    "in-review": Phase.IN_REVIEW,
    "approved": Phase.APPROVED,
    "superseded": Phase.SUPERSEDED,
}

TYPE = ArtifactType(
    name="health-report",
    title="Venture Health Report",
    summary="How a venture stands, what moved it and what to do.",
    path="org/1-strategy/ventures/{slug}/HEALTH-REPORT.md",
    statuses=STATUSES,
    fields=(
        *PROVENANCE,
        text("venture", required=True, summary="Its name."),
        day("date", required=True, summary="The day it speaks of."),
        choice("health", HEALTH, required=True, summary="In one word."),
        choice("trajectory", TRAJECTORIES, required=True, summary="Where it moves."),
    ),
    sections=(
        Prose(name="summary", required=True, summary="What changed since the last report."),
        Table(
            name="metrics",
            required=True,
            summary="The measures of the venture's charter.",
            columns=(
                text("metric", required=True, summary="What is measured."),
                text("target", summary="What it should be."),
                text("current", required=True, summary="What it is."),
                choice("status", METRIC_STATUSES, required=True, summary="What that means."),
                reference("moved_by", summary="The outcome report that moved it."),
            ),
            key=("metric",),
        ),
        Table(
            name="missions",
            title="Mission Portfolio",
            summary="Missions for this venture.",
            columns=(
                reference("mission", required=True, summary="Its id."),
                text("status", required=True, summary="Where it stands."),
                text("outcome", summary="What came of it."),
            ),
            key=("mission",),
        ),
        Table(
            name="divisions",
            title="Division Contribution",
            summary="What each division gives to it.",
            columns=(
                text("division", required=True, summary="Its name."),
                text("contribution", required=True, summary="What it gives."),
            ),
            key=("division",),
        ),
        Table(
            name="risks",
            summary="What may go wrong.",
            columns=(
                text("risk", required=True, summary="What may happen."),
                level("likelihood", required=True, summary="How likely it is."),
                level("impact", required=True, summary="What it would do."),
                text("mitigation", summary="What is done about it."),
            ),
            key=("risk",),
        ),
        Group(
            name="recommendation",
            required=True,
            summary="What follows, for a person to decide.",
            fields=(
                choice(
                    "recommended",
                    RECOMMENDATIONS,
                    label="Recommended course",
                    required=True,
                    summary="What to do with the venture.",
                ),
                text("rationale", required=True, summary="Why, in a few sentences."),
            ),
        ),
        APPROVALS,
        REVISIONS,
    ),
)
