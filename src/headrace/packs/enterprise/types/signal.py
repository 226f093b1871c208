"""Signal: one observation, as it was made; filed once, never edited.

Its path takes {date} and {slug}: "work/signals/2026-03-15-bulk-export-customer-demand.md".
"""

from headrace.capabilities.artifacts.layout import ArtifactType, Bullets, Group, Phase, Prose
from headrace.packs.enterprise.types.parts import (
    CREATED,
    choice,
    day,
    level,
    reference,
    text,
    texts,
)

CATEGORIES = ("market", "customer", "technical", "internal", "competitive", "financial")
URGENCIES = ("immediate", "next-cycle", "monitor")
DISPOSITIONS = ("proceed", "defer", "monitor", "archive")
PENDING = "pending"
"""The disposition of a signal that nobody has triaged."""

STATUSES = {
    "draft": Phase.DRAFT,
    "filed": Phase.APPROVED,
    "absorbed": Phase.APPROVED,
    "superseded": Phase.SUPERSEDED,
    "archived": Phase.ARCHIVED,
}

HEADER = (
    CREATED,
    text(
        "filed_by", projected=True, aliases=("Author",), summary="The agent or person who saw it."
    ),
    text("layer", projected=True, summary="The layer of the filer: steering, execution and so on."),
    choice(
        "triaged",
        (*DISPOSITIONS, PENDING),
        label="Triage",
        projected=True,
        summary="What triage decided.",
    ),
    reference("supersedes", summary="The earlier signal that this one corrects."),
    reference("superseded_by", projected=True, summary="The later signal that corrects this one."),
    reference(
        "duplicate_of", projected=True, summary="The earlier one of the same source and topic."
    ),
    reference("absorbed_by", projected=True, summary="The mission that answers it."),
)

SOURCE = Group(
    name="source",
    required=True,
    summary="Where it comes from.",
    fields=(
        choice("category", CATEGORIES, required=True, summary="Which part of the world it is of."),
        text(
            "system",
            label="Source system",
            required=True,
            summary="The system or records it was seen in.",
        ),
        text(
            "topic",
            summary="What it is about, in two or three words; signals of one topic are grouped.",
        ),
        reference(
            "address",
            label="Source URL/reference",
            aliases=("Source URL", "Source reference"),
            summary="Where the observation can be looked up.",
        ),
        level(
            "confidence",
            required=True,
            summary="How sure it is; high only when three independent records agree.",
        ),
    ),
)

ASSESSMENT = Group(
    name="assessment",
    title="Initial Assessment",
    required=True,
    summary="What the filer thinks of it; triage decides.",
    fields=(
        choice(
            "urgency",
            URGENCIES,
            required=True,
            summary="Immediate: harm happens now; next-cycle: a decision is due this quarter.",
        ),
        texts(
            "alignment",
            label="Strategic alignment",
            summary="The strategic beliefs it touches, in the words of the strategy.",
        ),
        level(
            "impact",
            label="Potential impact",
            aliases=("Impact",),
            required=True,
            remark="impact_reason",
            summary="What it may do to us or to customers, in the filer's judgement.",
        ),
        text("impact_reason", label="Reason of the impact", summary="What the impact rests on."),
        texts(
            "divisions",
            label="Affected divisions",
            summary="The divisions a response would involve.",
        ),
    ),
)

DISPOSITION = Group(
    name="disposition",
    title="Recommended Disposition",
    required=True,
    summary="What the filer would do with it.",
    fields=(
        choice(
            "recommended",
            DISPOSITIONS,
            label="Disposition",
            required=True,
            summary="Proceed to validation, defer to the next cycle, monitor, or archive.",
        ),
        day("follow_up", label="Follow-up date", summary="When to look again, when monitored."),
    ),
)

TYPE = ArtifactType(
    name="signal",
    title="Signal",
    summary="Something observed that may deserve work. Facts only; a correction is a new signal.",
    path="work/signals/{date}-{slug}.md",
    statuses=STATUSES,
    immutable=True,
    approval=False,
    bump=False,
    fields=HEADER,
    sections=(
        SOURCE,
        Prose(
            name="observation",
            required=True,
            summary="What was seen: figures, quotes, events that a reader can look up. No opinions.",
        ),
        ASSESSMENT,
        DISPOSITION,
        Bullets(
            name="related",
            title="Related Signals",
            aliases=("Related",),
            summary="Other signals and documents that it belongs with, by path.",
        ),
        Prose(
            name="supersession",
            summary="What was wrong in the signal that this one supersedes.",
        ),
        Prose(name="notes", summary="Anything else worth knowing, marked as the filer's own."),
    ),
)
