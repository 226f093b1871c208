"""Lock: one path that somebody holds for a while. Its slug is made of the path."""

from headrace.capabilities.artifacts.layout import ArtifactType, Phase, Prose
from headrace.packs.enterprise.types.parts import moment, references, text

STATUSES = {"draft": Phase.DRAFT, "held": Phase.APPROVED, "released": Phase.ARCHIVED}

TYPE = ArtifactType(
    name="path-lock",
    title="Path Lock",
    summary="A protected path that one owner holds, until when and why.",
    path="work/locks/{slug}.md",
    statuses=STATUSES,
    approval=False,
    bump=False,
    fields=(
        text("target", required=True, summary="The protected path."),
        text("owner", required=True, summary="Who holds it."),
        moment("created", required=True, summary="Since when."),
        moment("expires", required=True, summary="Until when; then anybody may take it away."),
        references("related", summary="The change or mission that it is held for."),
    ),
    sections=(Prose(name="reason", required=True, summary="Why nobody else may change it now."),),
)
