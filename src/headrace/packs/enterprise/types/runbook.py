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
    number,
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

MATCHES = Table(
    name="matches",
    title="Recognised By",
    summary="What the alerting and the log say when it is this failure: all of a row must hold.",
    columns=(
        text("signal", required=True, summary="watch:exports, target:*, or * for any."),
        text("dimension", summary="format=parquet, format=*; empty: any part."),
        text("error", summary="A piece of text that the service's log must hold."),
    ),
    key=("signal", "dimension", "error"),
)

DEEDS = Table(
    name="deeds",
    title="Deeds",
    summary="What an agent does, in order, each within its range. Nothing here: a person does it.",
    columns=(
        text(
            "deed",
            required=True,
            summary="set-parameter, scale, restart, roll-back or kill-flag; there is no other.",
        ),
        text("subject", summary="The parameter or the flag."),
        text("change", summary="The new value from the present one: =512, *2, +1."),
        number("low", summary="The lowest value that needs nobody."),
        number("high", summary="The highest value that needs nobody."),
        text("affects", summary="The dimension that it touches; empty: the whole service."),
        number("most", minimum=1, summary="How often in a day without asking."),
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
        number(
            "within_minutes",
            minimum=0,
            summary="How long the figure may take to come back, in the world's time.",
        ),
        number(
            "share",
            minimum=0,
            maximum=0.25,
            summary="The largest share of requests it may touch without a person; 0.25 at most.",
        ),
    ),
    sections=(
        Bullets(name="steps", ordered=True, required=True, summary="What is done, in order."),
        DEEDS,
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
        MATCHES,
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
