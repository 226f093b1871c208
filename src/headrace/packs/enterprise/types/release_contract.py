"""Release contract: what goes out, in which stages, by which health, and how it comes back.

Its path takes {date} and {slug}: the day of the release and "bulk-data-export".
"""

from headrace.capabilities.artifacts.layout import (
    ArtifactType,
    Bullets,
    Checklist,
    Group,
    Phase,
    Prose,
    Table,
)
from headrace.packs.enterprise.types.parts import (
    APPROVALS,
    PROVENANCE,
    REVISIONS,
    VERDICTS,
    choice,
    day,
    identity,
    moment,
    number,
    reference,
    status,
    text,
    whole,
    yes_no,
)

CHANGE_TYPES = ("feature", "fix", "improvement", "deprecation")

STATUSES = {
    "draft": Phase.DRAFT,
    "approved": Phase.APPROVED,
    "deploying": Phase.APPROVED,
    "deployed": Phase.APPROVED,
    "rolled-back": Phase.ARCHIVED,
}

CHANGES = Table(
    name="changes",
    title="Changes Included",
    required=True,
    summary="Only work whose newest evaluation passed.",
    columns=(
        text("change", required=True, summary="What is new for whom."),
        choice("type", CHANGE_TYPES, required=True, summary="What sort of change it is."),
        reference("mission", required=True, summary="The mission that it comes from."),
        choice(
            "verdict",
            VERDICTS,
            label="Quality verdict",
            required=True,
            summary="Of the newest evaluation, word for word.",
        ),
        reference("evaluation", summary="The report."),
        text("notes", summary="What evaluators remarked though it passed."),
    ),
    key=("change",),
)

BREAKING = Group(
    name="breaking",
    title="Breaking Changes",
    required=True,
    summary="What callers must change; none is a statement that somebody checked.",
    fields=(
        choice(
            "found",
            ("none", "some"),
            label="Breaking changes found",
            required=True,
            synonyms={"no breaking changes": "none", "breaking changes": "some"},
            summary="Whether there is one.",
        ),
        text("checked", label="How checked", summary="How the interfaces were compared."),
    ),
    sections=(Bullets(name="list", title="What Breaks", summary="Each with its way over."),),
)

STAGES = Table(
    name="stages",
    title="Progressive Rollout Plan",
    aliases=("Progressive Rollout",),
    required=True,
    summary="Each stage begins when the one before was healthy for its duration.",
    columns=(
        text("stage", required=True, summary="Its name."),
        text("target", required=True, summary="Whom it reaches: 5%, or a group."),
        number("share", label="Share %", minimum=0, maximum=100, summary="Of all traffic."),
        text("duration", required=True, summary="How long it is watched."),
        text("health_criteria", required=True, summary="Metric, comparison and limit of each."),
        text("rollback_trigger", required=True, summary="What takes it back by itself."),
    ),
    key=("stage",),
)

DEADLINES = Table(
    name="deadlines",
    summary="When the last stage begins at the earliest, against what the outcome contract promises.",
    columns=(
        text("outcome", required=True, summary="What was promised."),
        day("deadline", required=True, summary="By when."),
        day("reached", required=True, summary="When the last stage begins at the earliest."),
        yes_no("fits", required=True, summary="Whether that is in time."),
    ),
    key=("outcome",),
)

LOG = Table(
    name="log",
    title="Rollout Log",
    projected=True,
    summary="Every step with its reasons, in the order of their taking: drawn from the release's row.",
    columns=(
        whole("number", label="No", required=True),
        moment("at", label="When", required=True),
        text("stage", required=True),
        text("step", required=True),
        text("by", required=True),
        text("reasons"),
    ),
    key=("number",),
)

ROLLBACK = Group(
    name="rollback",
    title="Rollback Plan",
    required=True,
    summary="How to undo it.",
    fields=(
        text("mechanism", required=True, summary="What is switched or deployed."),
        yes_no(
            "tested",
            label="Rollback tested",
            required=True,
            remark="tested_where",
            summary="Whether it was tried.",
        ),
        text("tested_where", label="Where and when tested", summary="The proof."),
        text("time", label="Estimated rollback time", required=True, summary="How long it takes."),
        yes_no(
            "data",
            label="Data rollback needed",
            required=True,
            remark="data_plan",
            summary="Whether data has to go back too.",
        ),
        text("data_plan", label="What happens to data", summary="How data goes back."),
    ),
)

TYPE = ArtifactType(
    name="release-contract",
    title="Release Contract",
    summary="What is released, how it reaches everyone, and how it is taken back.",
    path="work/releases/{date}-{slug}.md",
    reference_shape="REL-{year}-{number:03}",
    statuses=STATUSES,
    fields=(
        identity("Release ID"),
        status(STATUSES),
        *PROVENANCE,
        text("manager", label="Release manager", required=True, summary="Who answers for it."),
        text("service", summary="The service whose users are reached."),
        text("flag", summary="The feature flag that turns the work on."),
    ),
    sections=(
        Prose(
            name="summary",
            title="Release Summary",
            required=True,
            aliases=("Summary",),
            summary="What is released, and for whom.",
        ),
        CHANGES,
        Bullets(name="left_out", title="Left Out", summary="Work that does not go out, and why."),
        BREAKING,
        STAGES,
        DEADLINES,
        ROLLBACK,
        Checklist(
            name="readiness",
            title="Pre-Deployment Checklist",
            ids="READY",
            required=True,
            summary="Each line with the place of its evidence; an open line blocks the approval.",
        ),
        Group(
            name="notes",
            title="Release Notes",
            summary="What people are told.",
            sections=(
                Prose(name="customers", title="For Customers", summary="What they can do now."),
                Prose(name="internal", title="For Us", summary="What the people on call need."),
            ),
        ),
        Checklist(
            name="validation",
            title="Post-Deployment Validation",
            summary="What is tried once it is out.",
        ),
        LOG,
        Table(
            name="evidence",
            projected=True,
            summary="What was tried on the running service, before and after.",
            columns=(
                reference("path", label="Evidence", required=True),
                text("kind", required=True),
                text("summary"),
            ),
            key=("path",),
        ),
        APPROVALS,
        REVISIONS,
    ),
)
