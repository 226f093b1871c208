"""What a document may not say, and what it may not leave out."""

import pytest

from headrace.capabilities.artifacts.layout import Fault, validate
from headrace.packs.enterprise.types import TYPES
from packs.enterprise.types import documents

BY_NAME = {layout.name: layout for layout in TYPES}
LEVELS = "high medium low"
DISPOSITIONS = "proceed defer monitor archive"
VERDICTS = "PASS|PASS WITH NOTES|FAIL|ESCALATE"
STRIDE = (
    "Spoofing|Tampering|Repudiation|Information Disclosure|Denial of Service|Elevation of Privilege"
)

CHOICES = [
    (
        "signal",
        "sections__source__category",
        "market customer technical internal competitive financial",
    ),
    ("signal", "sections__source__confidence", LEVELS),
    ("signal", "sections__assessment__urgency", "immediate next-cycle monitor"),
    ("signal", "sections__assessment__impact", LEVELS),
    ("signal", "sections__disposition__recommended", DISPOSITIONS),
    ("signal-triage", "fields__disposition", DISPOSITIONS),
    ("signal-digest", "sections__themes__trend", "rising stable declining"),
    ("signal-digest", "sections__themes__urgency", LEVELS),
    ("signal-digest", "sections__pattern_alerts__urgency", LEVELS),
    ("signal-digest", "sections__actions__priority", "P1 P2 P3"),
    ("opportunity-validation", "sections__fit__verdict", "passed concern failed open"),
    ("opportunity-validation", "sections__size__size", "small medium large"),
    ("opportunity-validation", "sections__recommendation__recommended", "proceed defer stop"),
    ("mission-brief", "sections__effort__size", "small medium large"),
    ("mission-brief", "sections__divisions__role", "primary supporting"),
    ("mission-brief", "sections__risks__likelihood", LEVELS),
    ("outcome-contract", "sections__outcomes__kind", "outcome guardrail"),
    ("outcome-contract", "sections__outcomes__status", "not-started in-progress met not-met"),
    ("outcome-contract", "sections__schedule__status", "pending completed skipped"),
    ("fleet-config", "sections__dependencies__type", "blocks informs shared-resource"),
    ("fleet-config", "sections__tasks__priority", "critical high medium low"),
    ("mission-status", "sections__updates__overall", "on-track at-risk blocked ahead"),
    ("technical-design", "sections__threats__category", STRIDE),
    (
        "quality-evaluation",
        "fields__output_type",
        "code documentation content proposal customer-deliverable release agent-type",
    ),
    ("quality-evaluation", "fields__verdict", VERDICTS),
    ("quality-evaluation", "sections__policies__verdict", f"{VERDICTS}|NOT EVALUATED"),
    ("quality-evaluation", "sections__findings__severity", "critical major minor"),
    ("asset-entry", "sections__classification__level", "PUBLIC INTERNAL CONFIDENTIAL RESTRICTED"),
    ("release-contract", "sections__changes__type", "feature fix improvement deprecation"),
    ("release-contract", "sections__changes__verdict", VERDICTS),
    ("outcome-report", "fields__verdict", "met partially-met not-met exceeded inconclusive"),
    (
        "outcome-report",
        "sections__results__verdict",
        "met partially-met not-met exceeded inconclusive",
    ),
    ("postmortem", "fields__severity", "SEV1 SEV2 SEV3 SEV4"),
    ("postmortem", "sections__follow_ups__horizon", "immediate short-term long-term"),
    ("runbook", "fields__severity", "SEV1 SEV2 SEV3 SEV4"),
    ("health-report", "fields__health", "healthy watch at-risk critical"),
    ("health-report", "fields__trajectory", "improving stable declining"),
    (
        "health-report",
        "sections__recommendation__recommended",
        "maintain accelerate pivot scale-down sunset",
    ),
]


@pytest.mark.parametrize(
    ("name", "place", "allowed"), CHOICES, ids=[f"{name} {place}" for name, place, _ in CHOICES]
)
def test_a_word_that_is_not_allowed_is_refused_with_those_that_are(name, place, allowed):
    found = validate(BY_NAME[name], _with(name, place, "enormous"))
    words = tuple(allowed.split("|") if "|" in allowed else allowed.split())
    assert [(f.fault, f.found, f.allowed) for f in found] == [
        (Fault.NOT_ALLOWED, "enormous", words)
    ]


FORMS = [
    ("signal-digest", "fields__week", "week 12"),
    ("signal-digest", "fields__period_start", "2026-02-30"),
    ("outcome-contract", "sections__outcomes__deadline", "soon"),
    ("fleet-config", "sections__monitoring__quality_threshold", 85),
    ("fleet-config", "sections__streams__novelty_threshold", -0.1),
    ("quality-evaluation", "fields__task", "the first one"),
    ("decision-record", "sections__review__date", "next year"),
    ("technical-design", "sections__open_questions", [{"question": "?", "owner": "a", "due": "x"}]),
    ("path-lock", "fields__expires", "2026-04-01T10:00:00"),
]


@pytest.mark.parametrize(
    ("name", "place", "value"), FORMS, ids=[f"{name} {place}" for name, place, _ in FORMS]
)
def test_a_value_out_of_its_form_is_refused(name, place, value):
    found = validate(BY_NAME[name], _with(name, place, value))
    assert [finding.fault for finding in found] == [Fault.NOT_ALLOWED]


def test_an_alert_of_two_signals_is_none():
    found = validate(
        BY_NAME["signal-digest"],
        _with("signal-digest", "sections__pattern_alerts__signals_involved", 2),
    )
    assert [finding.fault for finding in found] == [Fault.NOT_ALLOWED]


BARE = [
    (
        "signal",
        "sections",
        "source observation assessment disposition",
    ),
    ("signal", "sections__source", "category system confidence"),
    ("signal", "sections__assessment", "urgency impact"),
    ("outcome-contract", "sections__outcomes", "kind metric baseline target method deadline"),
    ("fleet-config", "sections__streams", "pool division exclusive paths policies"),
    ("fleet-config", "sections__dependencies", "from to type"),
    ("fleet-config", "sections__monitoring", "quality_threshold escalation"),
    ("mission-brief", "sections__origin", "signals alignment sponsor"),
    ("mission-brief", "sections__scope", "in_scope out_of_scope"),
    ("technical-design", "sections__behaviours", "given when then criterion"),
    ("technical-design", "sections__threats", "threat category likelihood impact mitigation"),
    ("technical-design", "sections__performance_budgets", "component metric budget"),
    ("technical-design", "sections__interface_contracts", "from to interface contract"),
    ("technical-design", "sections__decisions", "context decision rationale"),
    ("technical-design", "sections__open_questions", "question owner due"),
    ("quality-evaluation", "fields", "output output_type mission evaluator date verdict"),
    ("quality-evaluation", "sections__findings", "severity finding clause evidence remediation"),
    ("decision-record", "sections__alternatives", "pros cons why_rejected"),
    ("decision-record", "sections", "context decision alternatives consequences review"),
    (
        "governance-exception",
        "fields",
        "owner rule scope starts expires approvers",
    ),
    (
        "release-contract",
        "sections__stages",
        "stage target duration health_criteria rollback_trigger",
    ),
    ("runbook", "sections__remediations", "when limits automatic expected steps"),
]


@pytest.mark.parametrize(
    ("name", "place", "needed"), BARE, ids=[f"{name} {place}" for name, place, _ in BARE]
)
def test_a_part_that_says_nothing_is_told_everything_it_needs(name, place, needed):
    found = validate(BY_NAME[name], _emptied(name, place))
    missing = [f.path.rpartition(".")[2] for f in found if f.fault is Fault.REQUIRED]
    assert [path for path in missing if path != place.rpartition("__")[2]] == needed.split()


def test_a_postmortem_without_a_signal_is_not_finished():
    found = validate(BY_NAME["postmortem"], documents.a_postmortem(sections__signals={"filed": []}))
    assert "sections.signals.filed" in {finding.path for finding in found}


def test_two_streams_may_not_share_a_name():
    streams = documents.a_fleet_config()["sections"]["streams"]
    found = validate(
        BY_NAME["fleet-config"], documents.a_fleet_config(sections__streams=[streams[0]] * 2)
    )
    assert [finding.fault for finding in found] == [Fault.DUPLICATE]


def _with(name, place, value):
    """The document of a type with `value` at a place; of rows and items, in the first."""
    *way, last = place.split("__")
    content = documents.changed(documents.DOCUMENTS[name], {})
    holder = content
    for step in way:
        holder = holder.setdefault(step, {})
        holder = holder[0] if isinstance(holder, list) else holder
    holder[last] = value
    return content


def _emptied(name, place):
    """The document of a type with a part that stands there and holds nothing but a name."""
    *way, last = place.split("__")
    content = documents.changed(documents.DOCUMENTS[name], {})
    holder = content
    for step in way:
        holder = holder[step]
    section = next((s for s in BY_NAME[name].sections if s.name == last), None)
    bare = {"name": "Some"} if hasattr(section, "item") else {"extra": {"remark": "only"}}
    many = isinstance(holder.get(last), list) or (section is not None and last == "open_questions")
    holder[last] = [bare] if many else {}
    return content
