"""Runbook: how to recognise one failure of a service, what to do within which limits, how to check."""

from headrace.capabilities.artifacts.layout import (
    ArtifactType,
    Bullets,
    Checklist,
    Each,
    Group,
    Phase,
    Prose,
    Section,
    Table,
)
from headrace.packs.enterprise.types.parts import (
    APPROVALS,
    PROVENANCE,
    REVISIONS,
    SEVERITIES,
    choice,
    status,
    text,
    yes_no,
)

STATUSES = {
    "draft": Phase.DRAFT,
    "in-review": Phase.IN_REVIEW,
    "approved": Phase.APPROVED,
    "superseded": Phase.SUPERSEDED,
    "archived": Phase.ARCHIVED,
}

DIAGNOSIS: tuple[Section, ...] = (
    Bullets(
        name="verify",
        title="Step 1: Verify",
        ordered=True,
        required=True,
        summary="How to see that the alert is real.",
    ),
    Bullets(
        name="blast_radius",
        title="Step 2: Blast Radius",
        ordered=True,
        required=True,
        summary="How to see who is affected, and since when.",
    ),
    Table(
        name="causes",
        title="Step 3: Cause",
        required=True,
        summary="Which sign points to which cause, and what to do then.",
        columns=(
            text("sign", required=True, summary="What is seen."),
            text("cause", required=True, summary="What it points to."),
            text("remedy", required=True, summary="The remediation to use."),
        ),
        key=("sign",),
    ),
)

REMEDIATIONS = Each(
    name="remediations",
    title="Remediation",
    item="Remediation: {name}",
    required=True,
    summary="The primary one, then going back, then switching off.",
    fields=(
        text("when", required=True, summary="When it is the right one."),
        text("limits", required=True, summary="How far it may go; beyond them a person decides."),
        yes_no("automatic", required=True, summary="Yes: an agent may do it within the limits."),
        text("expected", label="Expected result", required=True, summary="What is seen then."),
    ),
    sections=(
        Bullets(name="steps", ordered=True, required=True, summary="What is done, in order."),
    ),
)

ESCALATION = Table(
    name="escalation",
    required=True,
    summary="Who is asked when it does not help.",
    columns=(
        text("condition", required=True, summary="When."),
        text("who", required=True, summary="The person or seat."),
        text("within", required=True, summary="After how long."),
    ),
    key=("condition",),
)

TYPE = ArtifactType(
    name="runbook",
    title="Runbook",
    summary="What to do when one alert of a service fires. Approved, its limits are a permission.",
    path="org/3-execution/divisions/runbooks/{slug}.md",
    statuses=STATUSES,
    fields=(
        status(STATUSES),
        *PROVENANCE,
        text("service", required=True, summary="The service it is for."),
        text("division", required=True, summary="The division that answers for the service."),
        text("alert", required=True, summary="The alert that it answers."),
        choice("severity", SEVERITIES, required=True, summary="How bad it usually is."),
    ),
    sections=(
        Prose(name="overview", required=True, summary="What the alert means, and for whom."),
        Group(
            name="diagnosis",
            required=True,
            summary="Three steps before anything is changed.",
            sections=DIAGNOSIS,
        ),
        REMEDIATIONS,
        ESCALATION,
        Checklist(
            name="verification", required=True, summary="What shows that it is well, and stays so."
        ),
        APPROVALS,
        REVISIONS,
    ),
)
