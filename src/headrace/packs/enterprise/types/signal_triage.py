"""Triage record: what was done with a signal, by which rule or whom. Its slug is the signal's."""

from headrace.capabilities.artifacts.layout import ArtifactType, Phase, Prose
from headrace.packs.enterprise.types.parts import CREATED, choice, day, level, reference, text
from headrace.packs.enterprise.types.signal import DISPOSITIONS, URGENCIES

STATUSES = {"draft": Phase.DRAFT, "recorded": Phase.APPROVED, "archived": Phase.ARCHIVED}

TYPE = ArtifactType(
    name="signal-triage",
    title="Signal Triage",
    summary="The disposition of one signal and its reason.",
    path="work/signals/triage/{slug}.md",
    statuses=STATUSES,
    approval=False,
    bump=False,
    fields=(
        CREATED,
        reference("signal", required=True, summary="The signal that was triaged."),
        choice("disposition", DISPOSITIONS, required=True, summary="What becomes of the signal."),
        choice("urgency", URGENCIES, summary="The signal's urgency when it was triaged."),
        level("impact", summary="The signal's impact when it was triaged."),
        text("rule", summary="The rule that decided, or the person who did."),
        day("follow_up", label="Follow-up date", summary="When to look at it again."),
        reference("duplicate_of", summary="The earlier signal on the same thing."),
    ),
    sections=(
        Prose(
            name="reason",
            required=True,
            summary="Why this disposition, so that its filer understands it.",
        ),
    ),
)
