"""What the review finds in a design and in a decision record, without a model."""

from copy import deepcopy
from datetime import date

import pytest

from headrace.capabilities.governance.model import Severity
from headrace.packs.enterprise.build.reviews import (
    decision_findings,
    design_findings,
    unspecified,
)

TODAY = date(2026, 3, 20)

FLEET = {
    "sections": {
        "streams": [{"name": "api"}, {"name": "ui"}],
        "dependencies": [{"from": "ui", "to": "api", "type": "blocks"}],
    }
}

CONTRACT = {
    "sections": {
        "outcomes": [
            {
                "name": "Export Performance",
                "metric": "p95 export latency for 1M records",
                "target": "< 30 seconds",
            }
        ],
        "criteria": [{"id": "AC-1", "text": "Exports can be cancelled"}],
    }
}

DESIGN = {
    "sections": {
        "interface_contracts": [{"from": "api", "to": "ui", "contract": "`GET /exports`"}],
        "behaviours": [{"name": "Cancelling", "criterion": "AC-1"}],
        "performance_budgets": [
            {"component": "Processing", "metric": "throughput", "budget": "1M records in < 20 s"}
        ],
        "open_questions": [{"question": "Who pays?", "owner": "VP", "due": "2026-04-01"}],
        "decisions": [{"name": "Fan-out", "novel": True, "alternatives": "One after the other"}],
    }
}


def found(design: dict) -> list[str]:
    return [one.what for one in design_findings(design, CONTRACT, FLEET, TODAY)]


def changed(section: str, rows: list[dict]) -> dict:
    design = deepcopy(DESIGN)
    design["sections"][section] = rows
    return design


def test_a_design_that_keeps_everything_has_no_finding():
    assert found(DESIGN) == []


@pytest.mark.parametrize(
    ("section", "rows", "what"),
    [
        pytest.param(
            "interface_contracts",
            [],
            "The dependency ui -> api has no interface contract",
            id="a dependency without an interface",
        ),
        pytest.param(
            "performance_budgets",
            [
                {
                    "component": "Processing",
                    "metric": "throughput",
                    "budget": "1M records in < 5 min",
                }
            ],
            "A performance budget allows what the outcome contract forbids",
            id="the seed's own contradiction",
        ),
        pytest.param(
            "behaviours",
            [],
            "Nothing describes how AC-1 is fulfilled",
            id="a criterion without a behaviour",
        ),
        pytest.param(
            "behaviours",
            [{"name": "Cancelling", "criterion": "AC-1"}, {"name": "Odd", "criterion": "AC-9"}],
            "The scenario 'Odd' serves AC-9, which is no acceptance criterion",
            id="a behaviour for nothing",
        ),
        pytest.param(
            "open_questions",
            [{"question": "Who pays?", "owner": "VP", "due": "2026-03-01"}],
            "The open question 'Who pays?' should have been answered",
            id="a question whose day has passed",
        ),
        pytest.param(
            "decisions",
            [{"name": "Fan-out", "novel": True}],
            "The novel decision 'Fan-out' names no alternative",
            id="a novel decision without alternatives",
        ),
    ],
)
def test_what_a_design_lacks_is_found(section, rows, what):
    assert found(changed(section, rows)) == [what]


def test_a_contradiction_names_both_places():
    budget = {"component": "Processing", "metric": "throughput", "budget": "1M records in < 5 min"}
    (one,) = design_findings(changed("performance_budgets", [budget]), CONTRACT, FLEET, TODAY)
    assert "performance budgets, Processing" in one.evidence
    assert "outcome contract, Export Performance" in one.evidence
    assert one.severity is Severity.MAJOR


def test_a_decision_needs_an_alternative_a_cost_and_a_day_to_come():
    decision = {
        "sections": {
            "alternatives": [],
            "consequences": {"positive": ["fast"]},
            "review": {"date": "2026-03-20"},
        }
    }
    assert [one.what for one in decision_findings(decision, TODAY)] == [
        "The decision names no alternative",
        "The review of the decision lies in the past",
        "The decision costs nothing, it says",
    ]


def test_a_complete_decision_has_no_finding():
    decision = {
        "sections": {
            "alternatives": [{"name": "Nothing"}],
            "consequences": {"negative": ["work"]},
            "review": {"date": "2026-09-01"},
        }
    }
    assert list(decision_findings(decision, TODAY)) == []


@pytest.mark.parametrize(
    ("sections", "marks", "findings"),
    [
        pytest.param({}, (), 0, id="nothing is built that others call"),
        pytest.param({}, ("api",), 1, id="an API that nobody specified"),
        pytest.param({"api_contracts": [{"name": "Export"}]}, ("api",), 1, id="only its name"),
        pytest.param(
            {"api_contracts": [{"name": "Export", "endpoints": [{"method": "GET"}]}]},
            ("api",),
            0,
            id="its operations",
        ),
        pytest.param({}, ("api", "data-model"), 2, id="neither API nor data"),
        pytest.param({"data_model": [{"entity": "Job"}]}, ("data-model",), 0, id="its entities"),
    ],
)
def test_what_streams_build_is_specified_before_code(sections, marks, findings):
    assert len(list(unspecified({"sections": sections}, marks))) == findings
