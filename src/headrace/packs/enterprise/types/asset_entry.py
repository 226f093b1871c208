"""Asset registry entry: something that stays after a mission, where it is and who answers for it."""

from headrace.capabilities.artifacts.layout import ArtifactType, Group, Phase, Prose, Table
from headrace.packs.enterprise.types.parts import (
    APPROVALS,
    PROVENANCE,
    REVISIONS,
    TASK_ID,
    choice,
    day,
    identity,
    reference,
    references,
    status,
    text,
    texts,
    yes_no,
)

CLASSES = ("PUBLIC", "INTERNAL", "CONFIDENTIAL", "RESTRICTED")

STATUSES = {
    "draft": Phase.DRAFT,
    "review": Phase.IN_REVIEW,
    "published": Phase.APPROVED,
    "archived": Phase.ARCHIVED,
    "deprecated": Phase.SUPERSEDED,
}

TYPE = ArtifactType(
    name="asset-entry",
    title="Asset Registry Entry",
    summary="One asset: what it is, who owns it, where it lies and how it is classified.",
    path="work/assets/{slug}.md",
    reference_shape="ASSET-{year}-{number:03}",
    statuses=STATUSES,
    fields=(
        identity("Asset ID"),
        status(STATUSES),
        *PROVENANCE,
        text("type", required=True, summary="What it is: code, documentation, configuration."),
    ),
    sections=(
        Prose(name="description", required=True, summary="What it is for, and for whom."),
        Group(
            name="ownership",
            required=True,
            summary="Who answers for it.",
            fields=(
                text("owner", required=True, summary="The person or seat."),
                text("division", required=True, summary="The division."),
                reference("mission", label="Mission ID", summary="The mission that made it."),
                text("task", label="Task ID", pattern=TASK_ID, summary="The task that made it."),
            ),
        ),
        Group(
            name="lifecycle",
            summary="When it is looked at again.",
            fields=(
                day("published", summary="Since when it is in use."),
                day("review_due", summary="When to review it."),
                text("retention", summary="How long it is kept."),
            ),
        ),
        Group(
            name="location",
            required=True,
            summary="Where it lies.",
            fields=(
                references("paths", required=True, summary="Files, folders or addresses."),
                text("version", summary="Which version of it."),
            ),
        ),
        Group(
            name="classification",
            required=True,
            summary="Who may see it.",
            fields=(
                choice("level", CLASSES, required=True, summary="Its class of data."),
                yes_no("pii", label="Holds PII", required=True, summary="Data about persons."),
            ),
        ),
        Group(
            name="metadata",
            summary="How it is found.",
            fields=(
                texts("tags", summary="Words to find it by."),
                references("depends_on", summary="Assets that it needs."),
                references("used_by", summary="Assets and systems that need it."),
            ),
        ),
        Table(
            name="quality",
            summary="What evaluators said of it.",
            columns=(
                reference("evaluation", required=True, summary="The report."),
                day("date", summary="Its day."),
                text("verdict", required=True, summary="Its verdict, word for word."),
            ),
            key=("evaluation",),
        ),
        APPROVALS,
        REVISIONS,
    ),
)
