"""Technical design: the one specification that all streams of a mission share."""

from headrace.capabilities.artifacts.layout import (
    ArtifactType,
    Bullets,
    Checklist,
    Code,
    Each,
    Group,
    Phase,
    Prose,
    Table,
)
from headrace.packs.enterprise.types.parts import (
    APPROVALS,
    BRIEF,
    MISSION,
    OPEN_QUESTIONS,
    PROVENANCE,
    REVISIONS,
    choice,
    level,
    reference,
    status,
    text,
    texts,
    yes_no,
)

STRIDE = (
    "Spoofing",
    "Tampering",
    "Repudiation",
    "Information Disclosure",
    "Denial of Service",
    "Elevation of Privilege",
)
CHANGES = ("new", "changed", "removed")

STATUSES = {
    "draft": Phase.DRAFT,
    "in-review": Phase.IN_REVIEW,
    "approved": Phase.APPROVED,
    "superseded": Phase.SUPERSEDED,
}

REVIEW_QUESTIONS = (
    "The context says what must be true in the end",
    "Every API contract is complete, errors included",
    "API contracts follow the conventions in force",
    "Every change of data has a migration and a way back",
    "Every dependency between streams has an interface contract",
    "Shared types are written out and have one owner",
    "Every acceptance criterion has a behaviour",
    "Errors and cancellation have behaviours",
    "Threats are answered in proportion, each at a named place",
    "Performance budgets can be tested and add up to the targets",
    "Metrics, traces, logs, targets and alerts are designed",
    "Decisions name what was not chosen, and what is novel",
    "Open questions have an owner and a day",
)
"""What a review asks of every design."""

ENDPOINTS = Table(
    name="endpoints",
    summary="Every operation, so that code can be compared with it line by line.",
    columns=(
        text("method", required=True, summary="GET, POST and so on, or the call's kind."),
        text("path", required=True, summary="The path or name."),
        text("request", summary="What goes in."),
        text("response", required=True, summary="The status and what comes out."),
        text("errors", summary="Each status, and what the caller can do about it."),
        text("authorisation", label="Authorisation", summary="Who may call it."),
    ),
    key=("method", "path"),
)

API_CONTRACTS = Each(
    name="api_contracts",
    title="API Contracts",
    summary="Each interface that somebody outside a stream calls, in full.",
    fields=(text("protocol", summary="REST with OpenAPI, gRPC, GraphQL or another."),),
    sections=(
        ENDPOINTS,
        Prose(name="details", loose=True, summary="What neither rows nor a specification can say."),
        Code(name="specification", summary="The same in the protocol's own language."),
    ),
)

DATA_MODEL = Table(
    name="data_model",
    summary="Each entity that is new, changed or removed.",
    columns=(
        text("entity", required=True, summary="Its name."),
        choice("change", CHANGES, required=True, summary="What happens to it."),
        texts(
            "fields", required=True, summary="Its fields, with type or default where it matters."
        ),
    ),
    key=("entity",),
)

INTERFACES = Table(
    name="interface_contracts",
    title="Interface Contracts Between Streams",
    aliases=("Interface Contracts",),
    summary="One row for each dependency of the fleet configuration.",
    columns=(
        text("from", label="From stream", required=True, summary="The stream that provides it."),
        text("to", label="To stream", required=True, summary="The stream that uses it."),
        text("interface", required=True, summary="What sort it is: API, shared types, events."),
        text("contract", required=True, summary="What both sides can rely on."),
    ),
    key=("from", "to"),
)

BEHAVIOURS = Each(
    name="behaviours",
    title="Behavioral Specifications",
    aliases=("Behaviours", "Behavioural Specifications"),
    item="Scenario: {name}",
    required=True,
    summary="What happens when, errors and cancellation included.",
    fields=(
        text("given", required=True, summary="The state before."),
        text("when", required=True, summary="What somebody does, or what happens."),
        text("then", required=True, summary="What is true afterwards, and can be seen."),
        text(
            "criterion",
            label="Acceptance criterion",
            required=True,
            summary="The criterion of the contract that it serves: AC-1.",
        ),
        text("test", summary="The test that runs it, once there is one: file and name."),
    ),
)

THREATS = Table(
    name="threats",
    title="Security Threat Model",
    aliases=("Threat Model", "STRIDE Threat Model"),
    required=True,
    summary="Who could do harm, by STRIDE, and what stands against it.",
    columns=(
        text("threat", required=True, summary="What somebody could do."),
        choice("category", STRIDE, required=True, summary="Its kind in STRIDE."),
        level("likelihood", required=True, summary="How likely it is."),
        level("impact", required=True, summary="What it would do."),
        text("mitigation", required=True, summary="What stands against it, and where."),
    ),
    key=("threat",),
)

BUDGETS = Table(
    name="performance_budgets",
    required=True,
    summary="What each component may take. Together they allow no more than the contract.",
    columns=(
        text("component", required=True, summary="The component or operation."),
        text("metric", required=True, summary="What is measured: p95 latency, throughput."),
        text("budget", required=True, summary="The limit with its unit and condition: < 200ms."),
    ),
    key=("component", "metric"),
)

OBSERVABILITY = Group(
    name="observability",
    title="Observability Design",
    aliases=("Observability",),
    required=True,
    summary="How it will be seen in production that it works.",
    fields=(text("baseline", summary="What is measured today, before the change."),),
    sections=(
        Bullets(name="instrumentation", summary="Traces and logs: where, with which attributes."),
        Table(
            name="metrics",
            required=True,
            summary="The measures it gives.",
            columns=(
                text("metric", required=True, summary="Its name."),
                text("kind", summary="Counter, gauge or histogram."),
                text("meaning", required=True, summary="What it tells, and its unit."),
            ),
            key=("metric",),
        ),
        Table(
            name="targets",
            title="Health Targets",
            aliases=("SLO", "Service Level Objectives"),
            summary="What counts as healthy.",
            columns=(
                text("metric", required=True, summary="The measure."),
                text("target", required=True, summary="Comparison and limit."),
                text("window", summary="Over which time."),
            ),
            key=("metric",),
        ),
        Bullets(name="dashboards", summary="Where it is looked at."),
        Table(
            name="alerts",
            summary="What wakes somebody.",
            columns=(
                text("alert", required=True, summary="Its name."),
                text("condition", required=True, summary="When it fires."),
                reference("runbook", required=True, summary="What to do then."),
            ),
            key=("alert",),
        ),
        Checklist(name="coverage", summary="Every component and failure that must be seen."),
    ),
)

DECISIONS = Each(
    name="decisions",
    title="Architecture Decisions",
    item="Decision {number}: {name}",
    summary="What was chosen, and what was not.",
    fields=(
        text("context", required=True, summary="What had to be decided, and why."),
        text("decision", required=True, summary="What was chosen."),
        text("rationale", required=True, summary="Why this."),
        text("alternatives", summary="What was not chosen, and why not."),
        yes_no("novel", summary="Yes: neither the code base nor an accepted decision knows it."),
        text("adr", label="ADR", summary="The decision record, or why none is needed."),
    ),
)

TYPE = ArtifactType(
    name="technical-design",
    title="Technical Design",
    summary="What all streams build against: contracts, data, interfaces, behaviour, budgets.",
    path="work/missions/{slug}/TECHNICAL-DESIGN.md",
    context_kind="mission",
    header_titles=("Mission", "Metadata"),
    statuses=STATUSES,
    fields=(
        MISSION,
        BRIEF,
        status(STATUSES),
        *PROVENANCE,
        texts("reviewers", summary="Who must look at it."),
    ),
    sections=(
        Prose(
            name="context",
            title="Context & Goals",
            aliases=("Context", "Context and Goals"),
            required=True,
            summary="What must be true in the end, and which parts that exist are used as they are.",
        ),
        API_CONTRACTS,
        DATA_MODEL,
        Prose(name="migration", summary="How data is brought over, and how to go back."),
        INTERFACES,
        Code(
            name="shared_types",
            title="Shared Type Definitions",
            aliases=("Shared Types",),
            summary="The types that more than one stream uses, written out.",
        ),
        BEHAVIOURS,
        THREATS,
        BUDGETS,
        Prose(
            name="budget_sum",
            title="Budgets against Targets",
            summary="The sum that shows that the budgets meet the outcome contract.",
        ),
        Prose(name="load_test", title="Load Test Plan", summary="How the budgets are tested."),
        OBSERVABILITY,
        DECISIONS,
        OPEN_QUESTIONS,
        Checklist(name="review", title="Review Checklist", summary="What the review has checked."),
        APPROVALS,
        REVISIONS,
    ),
)
