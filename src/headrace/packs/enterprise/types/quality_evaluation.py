"""Quality evaluation report: what one evaluator found in one output; filed once, never edited.

Its path takes {mission}, {date} and {slug}; callers pass the mission's slug, the day, and as slug
"<stream>-<attempt>" ("documentation-2"), so that a new evaluation is a new file beside the old one.
"""

from headrace.capabilities.artifacts.layout import ArtifactType, Phase, Prose, Table
from headrace.packs.enterprise.types.parts import (
    TASK_ID,
    VERDICTS,
    choice,
    day,
    number,
    reference,
    text,
    whole,
    yes_no,
)

OUTPUT_TYPES = (
    "code",
    "documentation",
    "content",
    "proposal",
    "customer-deliverable",
    "release",
    "agent-type",
)
NOT_EVALUATED = "NOT EVALUATED"
POLICY_VERDICTS = (*VERDICTS, NOT_EVALUATED)
SEVERITIES = ("critical", "major", "minor")
MET = ("met", "not-met", "not-evaluated")

STATUSES = {
    "draft": Phase.DRAFT,
    "filed": Phase.APPROVED,
    "superseded": Phase.SUPERSEDED,
    "archived": Phase.ARCHIVED,
}

FIELDS = (
    reference("output", required=True, summary="What was evaluated: the change or document."),
    choice("output_type", OUTPUT_TYPES, required=True, summary="What sort of output it is."),
    reference(
        "mission", label="Mission ID", required=True, summary="The mission that it was made for."
    ),
    text(
        "task",
        label="Task ID",
        pattern=TASK_ID,
        summary="The task that it fulfils; without one it cannot be traced.",
    ),
    text("evaluator", required=True, aliases=("Evaluated by",), summary="Who judged it."),
    text("maker", label="Made by", summary="Who made the output; never the evaluator."),
    day("date", required=True, summary="The day of the evaluation."),
    whole("attempt", minimum=1, summary="The how manieth evaluation of this output it is."),
    text("trigger", summary="What called for the evaluation."),
    choice(
        "verdict",
        VERDICTS,
        label="Overall verdict",
        required=True,
        summary="The strictest verdict of any policy; FAIL whenever a finding blocks.",
    ),
    text(
        "blocking",
        label="Blocking issues",
        summary="How many findings block, by severity: counted, never typed.",
    ),
    whole("notes", label="Advisory notes", minimum=0, summary="How many findings block nothing."),
)

POLICIES = Table(
    name="policies",
    title="Policies Evaluated",
    required=True,
    summary="Every policy of the stream, also those that could not be evaluated.",
    columns=(
        text("policy", required=True, summary="Its name."),
        yes_no("applicable", summary="Whether it says anything about this output."),
        choice(
            "verdict",
            POLICY_VERDICTS,
            required=True,
            summary="NOT EVALUATED when a tool could not run: that is never a pass.",
        ),
        text("notes", summary="What the verdict rests on."),
    ),
    key=("policy",),
)

CRITERIA = Table(
    name="criteria",
    title="Task Acceptance Criteria",
    aliases=("Acceptance Criteria",),
    summary="Every criterion of the task, with what proves it.",
    columns=(
        text("criterion", required=True, summary="Its id or words."),
        choice(
            "result",
            MET,
            required=True,
            synonyms={"yes": "met", "no": "not-met"},
            summary="Whether it is met.",
        ),
        text("evidence", required=True, summary="The test or place that shows it."),
    ),
    key=("criterion",),
)

FINDINGS = Table(
    name="findings",
    summary="Critical and major ones block; minor ones are advice.",
    columns=(
        choice("severity", SEVERITIES, required=True, summary="How bad it is."),
        text("finding", required=True, summary="What is wrong."),
        text("clause", label="Policy clause", required=True, summary="The policy and its words."),
        text("evidence", required=True, summary="What shows it: the tool's words, the text."),
        text("location", summary="File and line."),
        text("remediation", required=True, summary="What would remedy it."),
    ),
)

ESCALATIONS = Table(
    name="escalations",
    title="Escalations",
    aliases=("Escalation",),
    summary="What a person has to judge: neither a pass nor a failure.",
    columns=(
        text("finding", required=True, summary="What is novel or not covered."),
        text("clause", label="Policy clause", required=True, summary="Why a person must look."),
        text("question", required=True, summary="What they have to answer."),
        text("who", required=True, summary="The person or seat to ask."),
        text("recommendation", summary="What the evaluator would do."),
        number("novelty", minimum=0, maximum=1, summary="The computed share of what is unknown."),
    ),
    key=("finding",),
)

TYPE = ArtifactType(
    name="quality-evaluation",
    title="Quality Evaluation Report",
    summary="What one evaluator found in one output, policy by policy, with evidence.",
    path="work/missions/{mission}/evaluations/{date}-{slug}.md",
    context_kind="mission",
    statuses=STATUSES,
    immutable=True,
    approval=False,
    bump=False,
    header_titles=("Metadata", "Evaluation Metadata"),
    fields=FIELDS,
    sections=(
        Prose(name="scope", summary="What was looked at, and what was not."),
        POLICIES,
        CRITERIA,
        FINDINGS,
        ESCALATIONS,
        Table(
            name="action_items",
            summary="What somebody does now.",
            columns=(
                text("action", required=True, summary="What to do."),
                text("owner", required=True, summary="Who does it."),
                day("due", summary="By when."),
            ),
            key=("action",),
        ),
        Prose(name="trend_notes", summary="What recurs across evaluations."),
    ),
)
