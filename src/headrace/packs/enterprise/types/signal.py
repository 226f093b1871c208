"""Signal: one observation, as it was made; filed once, never edited.

Its slug begins with the date: "2026-03-15-bulk-export-customer-demand".
"""

from headrace.capabilities.artifacts.layout import ArtifactType, Bullets, Phase, Prose
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

FIELDS = (
    CREATED,
    choice("category", CATEGORIES, required=True, summary="Which part of the world it speaks of."),
    text("source_system", required=True, summary="The system or records it was seen in."),
    level(
        "confidence",
        required=True,
        summary="How sure the observation is; high only when three independent records agree.",
    ),
    choice(
        "urgency",
        URGENCIES,
        required=True,
        summary="Immediate: harm happens now; next-cycle: a decision is due this quarter.",
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
        "alignment",
        label="Strategic alignment",
        summary="The strategic beliefs it touches, in the words of the strategy.",
    ),
    texts(
        "divisions", label="Affected divisions", summary="The divisions a response would involve."
    ),
    text(
        "topic",
        required=True,
        summary="What it is about, in two or three words; signals with the same topic are grouped.",
    ),
    reference("url", label="Source URL", summary="Where the observation can be looked up."),
    reference("supersedes", summary="The earlier signal that this one corrects."),
    choice(
        "recommended",
        DISPOSITIONS,
        label="Recommended disposition",
        summary="What the filer would do with it; triage decides.",
    ),
    day("follow_up", label="Follow-up date", summary="When to look again, for a monitored one."),
    text("filed_by", required=True, aliases=("Author",), summary="The agent or person who saw it."),
    text("layer", required=True, summary="The layer of the filer: steering, execution and so on."),
    choice(
        "disposition",
        (*DISPOSITIONS, PENDING),
        projected=True,
        summary="What triage decided.",
    ),
)

TYPE = ArtifactType(
    name="signal",
    title="Signal",
    summary="Something observed that may deserve work. Facts only; a correction is a new signal.",
    path="work/signals/{slug}.md",
    statuses=STATUSES,
    immutable=True,
    approval=False,
    bump=False,
    fields=FIELDS,
    sections=(
        Prose(
            name="observation",
            required=True,
            summary="What was seen: figures, quotes, events that a reader can look up. No opinions.",
        ),
        Prose(name="notes", summary="Anything else worth knowing, marked as the filer's own."),
        Bullets(
            name="related",
            title="Related Signals",
            aliases=("Related",),
            summary="Other signals and documents that it belongs with, by path.",
        ),
    ),
)
