"""Outcome contract: what will be measured, against what, by when; agreed before work begins."""

from headrace.capabilities.artifacts.layout import ArtifactType, Checklist, Each, Phase, Table
from headrace.packs.enterprise.types.parts import (
    APPROVALS,
    BRIEF,
    MISSION,
    PROVENANCE,
    REVISIONS,
    choice,
    day,
    text,
)

KINDS = ("outcome", "guardrail")
CHECKPOINTS = ("initial", "interim", "final")
OUTCOME_STATUSES = ("not-started", "in-progress", "met", "not-met")
CHECKPOINT_STATUSES = ("pending", "completed", "skipped")

STATUSES = {
    "proposed": Phase.IN_REVIEW,
    "approved": Phase.APPROVED,
    "superseded": Phase.SUPERSEDED,
    "archived": Phase.ARCHIVED,
}

OUTCOMES = Each(
    name="outcomes",
    item="Outcome {number}: {name}",
    required=True,
    summary="What is to be true in the end, and what must not get worse.",
    fields=(
        choice(
            "kind",
            KINDS,
            required=True,
            summary="An outcome is to be reached, a guardrail must never be crossed.",
        ),
        text("description", summary="What it means for customers or for us."),
        text("metric", required=True, summary="What is measured, with its condition."),
        text("baseline", required=True, summary="Its value today, with its unit; n/a when new."),
        text("target", required=True, summary="The value to reach or keep: comparison and limit."),
        text("method", label="Measurement method", required=True, summary="How it is measured."),
        text(
            "source", label="Measurement source", summary="The series or records it is read from."
        ),
        text(
            "deadline",
            required=True,
            pattern=r"\d{4}-\d{2}-\d{2}|[Oo]ngoing",
            summary="A day (YYYY-MM-DD), or ongoing for a guardrail.",
        ),
        choice("status", OUTCOME_STATUSES, projected=True, summary="What was measured so far."),
    ),
)

SCHEDULE = Table(
    name="schedule",
    title="Measurement Schedule",
    required=True,
    summary="When the outcomes are measured: an initial, an interim and a final check.",
    columns=(
        choice(
            "checkpoint",
            CHECKPOINTS,
            required=True,
            synonyms={
                "initial check": "initial",
                "follow-up": "interim",
                "interim check": "interim",
                "final check": "final",
                "final evaluation": "final",
            },
            summary="Which check it is.",
        ),
        text("timing", required=True, summary="When it is due: 2 weeks after general release."),
        day("window_start", summary="The first day of what is measured, once it is known."),
        day("window_end", summary="The last day of it."),
        choice("status", CHECKPOINT_STATUSES, projected=True, summary="Whether it was done."),
    ),
    key=("checkpoint", "timing"),
)

TYPE = ArtifactType(
    name="outcome-contract",
    title="Outcome Contract",
    summary="The measurable promise of a mission.",
    path="work/missions/{slug}/OUTCOME-CONTRACT.md",
    context_kind="mission",
    header_titles=("Mission", "Metadata"),
    statuses=STATUSES,
    initial="proposed",
    fields=(MISSION, BRIEF, *PROVENANCE),
    sections=(
        OUTCOMES,
        Checklist(
            name="criteria",
            title="Acceptance Criteria",
            ids="AC",
            required=True,
            summary="Each can be answered yes or no by a test.",
        ),
        SCHEDULE,
        APPROVALS,
        REVISIONS,
    ),
)
