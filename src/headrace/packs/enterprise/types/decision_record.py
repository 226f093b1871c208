"""Decision record: what was decided, why, and what was not chosen; superseded, never deleted.

Its path takes {date} and {slug}: the day of the decision and "bulk-export-async-pattern".
"""

from headrace.capabilities.artifacts.layout import ArtifactType, Bullets, Each, Group, Phase, Prose
from headrace.packs.enterprise.types.parts import (
    APPROVALS,
    PROVENANCE,
    REVISIONS,
    day,
    identity,
    reference,
    status,
    text,
    texts,
)

STATUSES = {
    "proposed": Phase.IN_REVIEW,
    "accepted": Phase.APPROVED,
    "deprecated": Phase.ARCHIVED,
    "superseded": Phase.SUPERSEDED,
}

ALTERNATIVES = Each(
    name="alternatives",
    title="Alternatives Considered",
    item="Alternative {number}: {name}",
    required=True,
    summary="At least one that could have been chosen in earnest.",
    fields=(
        texts("pros", required=True, summary="What speaks for it."),
        texts("cons", required=True, summary="What speaks against it."),
        text("why_rejected", required=True, summary="Why it was not chosen."),
    ),
)

CONSEQUENCES = Group(
    name="consequences",
    required=True,
    summary="What follows, the unwelcome included.",
    sections=(
        Bullets(name="positive", summary="What becomes better."),
        Bullets(
            name="negative", required=True, summary="What it costs; there is always something."
        ),
        Bullets(name="neutral", summary="What merely becomes different."),
    ),
)

TYPE = ArtifactType(
    name="decision-record",
    title="Decision Record",
    summary="A decision that is hard to turn back, with its reasons.",
    path="work/decisions/{date}-{slug}.md",
    reference_shape="DR-{year}-{number:03}",
    statuses=STATUSES,
    initial="proposed",
    fields=(
        identity("Decision ID"),
        status(STATUSES),
        *PROVENANCE,
        texts("reviewers", summary="Who must agree."),
        reference("mission", summary="The mission in which it arose."),
        reference("supersedes", summary="The decision that it replaces."),
        reference("superseded_by", projected=True, summary="The decision that replaced it."),
    ),
    sections=(
        Prose(name="context", required=True, summary="What made a decision necessary."),
        Prose(name="decision", required=True, summary="What was decided, in the active voice."),
        ALTERNATIVES,
        CONSEQUENCES,
        Bullets(name="affected", summary="Divisions, systems and documents that change by it."),
        Bullets(name="related", summary="Decisions, designs and signals that it belongs with."),
        Group(
            name="review",
            title="Review Schedule",
            required=True,
            summary="When to look at it again.",
            fields=(
                day(
                    "date", label="Review date", required=True, summary="On this day at the latest."
                ),
                text("trigger", label="Review when", summary="What would bring it up earlier."),
            ),
        ),
        APPROVALS,
        REVISIONS,
    ),
)
