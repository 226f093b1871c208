"""Handover: a mission passes from one loop to the next, by a checklist that facts have met."""

from headrace.capabilities.artifacts.layout import ArtifactType, Phase, Table
from headrace.packs.enterprise.types.parts import PROVENANCE, choice, day, text

LOOPS = ("discover", "build", "ship", "operate")

STATUSES = {"draft": Phase.DRAFT, "recorded": Phase.APPROVED}

TYPE = ArtifactType(
    name="handover",
    title="Handover",
    summary="Who answers for a mission from now on, and what had to be true for that.",
    path="work/missions/{mission}/handovers/{slug}.md",
    context_kind="mission",
    statuses=STATUSES,
    immutable=True,
    approval=False,
    bump=False,
    fields=(
        choice("from", LOOPS, required=True, summary="The loop that has ended."),
        choice("to", LOOPS, required=True, summary="The loop that begins."),
        text("owner", label="Next owner", required=True, summary="Who answers for it now."),
        text("enforced_by", required=True, summary="Who keeps the gate between the two."),
        day("date", required=True, summary="The day of the handover."),
        *PROVENANCE,
    ),
    sections=(
        Table(
            name="exit",
            title="Exit Checklist",
            required=True,
            summary="What had to be true, with the place that shows it.",
            columns=(
                text("line", required=True, summary="What had to be true."),
                text("evidence", required=True, summary="What shows it."),
            ),
            key=("line",),
        ),
    ),
)
