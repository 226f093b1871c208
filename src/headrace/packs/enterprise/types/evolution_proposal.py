"""Evolution proposal: a change of how the organisation works, with the evidence for it."""

from headrace.capabilities.artifacts.layout import (
    ArtifactType,
    Bullets,
    Each,
    Group,
    Phase,
    Prose,
    Table,
)
from headrace.packs.enterprise.types.parts import (
    APPROVALS,
    PROVENANCE,
    REVISIONS,
    day,
    identity,
    references,
    status,
    text,
    texts,
)

STATUSES = {
    "draft": Phase.DRAFT,
    "under-review": Phase.IN_REVIEW,
    "approved": Phase.APPROVED,
    "rejected": Phase.ARCHIVED,
    "implemented": Phase.APPROVED,
}

EVIDENCE = Group(
    name="evidence",
    required=True,
    summary="Three signals at least, and figures.",
    fields=(references("signals", required=True, summary="The signals, by path."),),
    sections=(Bullets(name="data", required=True, summary="Figures, each with its source."),),
)

TYPE = ArtifactType(
    name="evolution-proposal",
    title="Evolution Proposal",
    summary="A change of how the organisation works, for the people who answer for it to decide.",
    path="org/0-steering/proposals/EVO-{year}-{number:03}-{slug}.md",
    reference_shape="EVO-{year}-{number:03}",
    statuses=STATUSES,
    fields=(
        identity("Proposal ID"),
        status(STATUSES),
        *PROVENANCE,
        text("category", required=True, summary="What it changes; it says who approves."),
        text("trigger", required=True, summary="What brought it up."),
        texts("approvers", required=True, summary="The pair of people who decide."),
    ),
    sections=(
        Prose(name="current", title="Current State", required=True, summary="How it is done now."),
        Prose(name="proposed", title="Proposed State", required=True, summary="How it would be."),
        EVIDENCE,
        Table(
            name="impact",
            title="Impact per Layer",
            required=True,
            summary="What changes for whom.",
            columns=(
                text("layer", required=True, summary="The layer."),
                text("impact", required=True, summary="What changes there."),
            ),
            key=("layer",),
        ),
        Prose(name="rollback", required=True, summary="How to go back."),
        Table(
            name="metrics",
            title="Success Metrics",
            required=True,
            summary="What shows that it was right.",
            columns=(
                text("metric", required=True, summary="What is measured."),
                text("baseline", required=True, summary="Its value today."),
                text("target", required=True, summary="The value to reach."),
                day("by", label="By", required=True, summary="By when."),
            ),
            key=("metric",),
        ),
        Bullets(name="plan", ordered=True, required=True, summary="The steps, in order."),
        Each(
            name="alternatives",
            item="Alternative {number}: {name}",
            required=True,
            summary="Doing nothing is one of them.",
            fields=(
                text("description", required=True, summary="What it would be."),
                text("why_rejected", required=True, summary="Why it is not proposed."),
            ),
        ),
        APPROVALS,
        REVISIONS,
    ),
)
