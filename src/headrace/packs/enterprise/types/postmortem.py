"""Postmortem: what happened in an incident, why, and what changes; blameless.

Its path takes {date} and {slug}: the day of the incident and its name.
"""

from headrace.capabilities.artifacts.layout import ArtifactType, Bullets, Group, Phase, Prose, Table
from headrace.packs.enterprise.types.parts import (
    APPROVALS,
    PROVENANCE,
    REVISIONS,
    SEVERITIES,
    choice,
    day,
    moment,
    reference,
    references,
    status,
    text,
    yes_no,
)

HORIZONS = ("immediate", "short-term", "long-term")

STATUSES = {
    "draft": Phase.DRAFT,
    "reviewed": Phase.IN_REVIEW,
    "accepted": Phase.APPROVED,
}

ROOT_CAUSE = Group(
    name="root_cause",
    title="Root Cause Analysis",
    required=True,
    summary="Why it happened. The last why is about how we work, never about a person.",
    fields=(text("cause", label="Root cause", required=True, summary="In one sentence."),),
    sections=(
        Bullets(
            name="whys",
            title="Five Whys",
            aliases=("5 Whys",),
            ordered=True,
            required=True,
            summary="Each answer asks the next question, with its evidence.",
        ),
    ),
)

FOLLOW_UPS = Table(
    name="follow_ups",
    title="Follow-ups",
    required=True,
    summary="What changes now, soon and later.",
    columns=(
        choice("horizon", HORIZONS, required=True, summary="How soon."),
        text("action", required=True, summary="What to do."),
        text("owner", required=True, summary="Who does it."),
        day("due", required=True, summary="By when."),
    ),
    key=("action",),
)

TYPE = ArtifactType(
    name="postmortem",
    title="Postmortem",
    summary="What happened in an incident, why, and what changes because of it. Blameless.",
    path="work/retrospectives/{date}-{slug}.md",
    statuses=STATUSES,
    fields=(
        reference("incident", label="Incident ID", required=True, summary="INC-2026-001."),
        choice("severity", SEVERITIES, required=True, summary="As it was computed."),
        status(STATUSES),
        *PROVENANCE,
        moment("started", label="Start", required=True, summary="When harm began, in UTC."),
        moment("ended", label="End", required=True, summary="When it was over, in UTC."),
    ),
    sections=(
        Prose(name="summary", required=True, summary="What happened, in one paragraph."),
        Table(
            name="timeline",
            required=True,
            summary="What happened when, in UTC.",
            columns=(
                moment("at", label="Time", required=True, summary="In UTC."),
                text("event", required=True, summary="What happened or was done."),
                text("actor", summary="The agent, role or system that acted."),
            ),
        ),
        Prose(name="impact", required=True, summary="Who was affected, how, and how many."),
        Group(
            name="detection",
            required=True,
            summary="How it was noticed.",
            fields=(
                text("detected_by", required=True, summary="What saw it."),
                text("time_to_detect", required=True, summary="From the start of harm."),
                text("earlier", label="What should have seen it", summary="And did not."),
            ),
        ),
        ROOT_CAUSE,
        Prose(name="remediation", required=True, summary="What was done, and what it changed."),
        Group(
            name="runbook",
            title="Runbook Used",
            required=True,
            summary="Whether a runbook helped.",
            fields=(
                yes_no("used", required=True, summary="Whether one was followed."),
                reference("which", label="Which runbook", summary="Its path."),
                text("gaps", summary="What it lacked."),
            ),
        ),
        Table(
            name="policy_gaps",
            title="Policy Gap Analysis",
            summary="Which rule would have prevented it, and whether there is one.",
            columns=(
                text("policy", required=True, summary="The policy, there or missing."),
                text("gap", required=True, summary="What it does not say."),
                text("proposal", required=True, summary="What it should say."),
            ),
            key=("policy",),
        ),
        FOLLOW_UPS,
        Group(
            name="signals",
            title="Signals Filed",
            required=True,
            summary="At least one: what the organisation should see.",
            fields=(references("filed", required=True, summary="Signals, by path."),),
        ),
        Prose(name="lessons", title="Lessons Learned", summary="What went well, badly, by luck."),
        APPROVALS,
        REVISIONS,
    ),
)
