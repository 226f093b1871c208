"""Governance exception: a rule that is set aside for a while, by whom, and what stands instead."""

from headrace.capabilities.artifacts.layout import ArtifactType, Bullets, Phase, Prose
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
    "approved": Phase.APPROVED,
    "expired": Phase.ARCHIVED,
    "revoked": Phase.ARCHIVED,
}

TYPE = ArtifactType(
    name="governance-exception",
    title="Governance Exception",
    summary="A rule that is set aside within limits of scope and time. It counts once approved.",
    path="work/decisions/EXC-{year}-{number:03}-{slug}.md",
    reference_shape="EXC-{year}-{number:03}",
    statuses=STATUSES,
    initial="proposed",
    fields=(
        identity("Exception ID"),
        status(STATUSES),
        *PROVENANCE,
        text("owner", required=True, summary="The person who answers for it."),
        text("rule", label="Rule overridden", required=True, summary="The policy and its clause."),
        text("scope", required=True, summary="The work, paths or systems it holds for."),
        reference("mission", label="Mission ID", summary="The mission that needs it."),
        day("starts", required=True, summary="The first day it holds."),
        day("expires", required=True, summary="The last day it holds; then the rule is back."),
        texts("approvers", required=True, summary="Who must agree."),
    ),
    sections=(
        Prose(name="reason", required=True, summary="Why the rule cannot be kept now."),
        Prose(name="risk", required=True, summary="What may happen because of it."),
        Prose(name="mitigation", required=True, summary="What stands in the rule's place."),
        Bullets(name="not_waived", title="Not Waived", required=True, summary="What still holds."),
        Prose(name="rollback", required=True, summary="How to go back when it expires."),
        APPROVALS,
        REVISIONS,
    ),
)
