"""Documents as people wrote them by the lifecycle's own templates: what is read, what is missing."""

import re
from collections import Counter
from pathlib import Path

import pytest

from headrace.capabilities.artifacts.layout import Fault
from headrace.capabilities.record.markdown import parse, render
from headrace.packs.enterprise.types import TYPES

BY_NAME = {layout.name: layout for layout in TYPES}
WRITTEN = {path.stem: path for path in sorted((Path(__file__).parent / "written").glob("*.md"))}

LACKS = {
    "signal": set(),
    "signal-digest": {
        "fields.week",
        "fields.period_start",
        "fields.period_end",
        "sections.pattern_alerts[data-export-convergence].signals",
    },
    "mission-brief": {"fields.design_required"},
    "outcome-contract": {
        f"sections.outcomes[{name}].kind"
        for name in (
            "api-availability",
            "export-performance",
            "customer-adoption",
            "guardrail-api-latency",
        )
    },
    "fleet-config": set(),
    "mission-status": set(),
    "quality-evaluation": {
        "fields.output",
        "fields.output_type",
        "fields.mission",
        "fields.evaluator",
        "fields.date",
    },
    "decision-record": {"sections.review", "sections.review.date"},
    "release-contract": {"fields.manager", "sections.summary"},
    "outcome-report": {"sections.recommendation.rationale"},
}
"""What the lifecycle asks for elsewhere, and its example leaves out."""


def read(name):
    return parse(BY_NAME[name], WRITTEN[name].read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", LACKS)
def test_a_document_of_the_example_lacks_only_what_it_does_not_say(name):
    found = {f.path for f in read(name).findings if f.fault is Fault.REQUIRED}
    assert found == LACKS[name]


@pytest.mark.parametrize("name", WRITTEN)
def test_what_was_read_reads_back_the_same(name):
    content = read(name).content
    assert parse(BY_NAME[name], render(BY_NAME[name], content)).content == content


def test_a_change_of_a_type_that_no_release_knows_is_told():
    found = [f for f in read("release-contract").findings if f.fault is Fault.NOT_ALLOWED]
    assert [(f.found, "improvement" in f.allowed) for f in found] == [("documentation", True)]


def test_a_signal_is_read_from_its_headings():
    sections = read("signal").content["sections"]
    assert sections["source"]["category"] == "customer"
    assert sections["assessment"]["impact_reason"] == "retention risk on $2.4M ARR"
    assert sections["disposition"] == {"recommended": "proceed"}


def test_counts_alerts_and_themes_of_a_digest_are_read():
    sections = read("signal-digest").content["sections"]
    assert sections["summary"] == {
        "total": 14,
        "new": 9,
        "proceed": 3,
        "defer": 2,
        "monitor": 4,
        "pending": 5,
    }
    assert [theme["signal_count"] for theme in sections["themes"]] == [3]
    assert sections["pattern_alerts"][0]["latest_signal"] == "2026-03-15"


def test_streams_and_dependencies_of_a_fleet_are_read():
    sections = read("fleet-config").content["sections"]
    assert [(s["name"], s["exclusive"], len(s["paths"])) for s in sections["streams"]] == [
        ("api-implementation", True, 4),
        ("data-processing", True, 2),
        ("ui-integration", True, 2),
        ("documentation", True, 2),
    ]
    assert sections["dependencies"][1] == {
        "from": "data-processing",
        "to": "api-implementation",
        "type": "informs",
        "note": "shared interface contract",
    }


def test_tables_of_a_design_are_read():
    sections = read("technical-design").content["sections"]
    assert len(sections["interface_contracts"]) == 3
    assert [row["likelihood"] for row in sections["threats"]] == ["medium", "low", "medium"]
    assert sections["performance_budgets"][2]["budget"] == "1M records in < 5 min"


def test_the_verdict_of_an_evaluation_is_read_from_its_heading():
    content = read("quality-evaluation").content
    assert content["fields"]["verdict"] == "PASS WITH NOTES"
    assert content["sections"]["policies"][1]["verdict"] == "PASS WITH NOTES"


@pytest.mark.parametrize(
    "name", ["mission-brief", "mission-status", "quality-evaluation", "decision-record"]
)
def test_no_word_is_lost(name):
    layout, source = BY_NAME[name], WRITTEN[name].read_text(encoding="utf-8")
    lost = _words(source) - _words(render(layout, parse(layout, source).content))
    assert set(lost) <= {"signal", "s"}  # a label that is written otherwise


def _words(source):
    return Counter(re.findall(r"\w+", source.casefold()))
