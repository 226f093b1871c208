"""What an outcome contract and a technical design must say, place by place, and what they may."""

import pytest

from headrace.capabilities.artifacts.layout import Finding, slug, validate
from headrace.packs.enterprise.discover.finishing import outcome_faults
from headrace.packs.enterprise.types import outcome_contract, technical_design
from packs.enterprise.types.building import a_technical_design
from packs.enterprise.types.discovering import an_outcome_contract


def faults(layout, content) -> tuple[Finding, ...]:
    return validate(layout.TYPE, content)


@pytest.mark.parametrize("part", ["metric", "baseline", "target", "method", "deadline", "kind"])
def test_each_outcome_says_how_it_is_measured_and_by_when(part):
    contract = an_outcome_contract()
    assert faults(outcome_contract, contract) == ()
    for number, outcome in enumerate(contract["sections"]["outcomes"]):
        lacking = an_outcome_contract()
        del lacking["sections"]["outcomes"][number][part]

        (fault,) = faults(outcome_contract, lacking)
        assert f"[{slug(outcome['name'])}]" in fault.path
        assert fault.path.endswith(part)


@pytest.mark.parametrize("part", ["outcomes", "criteria", "schedule"])
def test_a_contract_has_outcomes_criteria_and_days_of_measurement(part):
    contract = an_outcome_contract()
    contract["sections"][part] = []

    assert [fault.path for fault in faults(outcome_contract, contract)] == [f"sections.{part}"]


@pytest.mark.parametrize(
    ("kind", "deadline", "told"),
    [
        pytest.param("outcome", "2026-04-12", (), id="an outcome by a day"),
        pytest.param("guardrail", "ongoing", (), id="a guardrail for ever"),
        pytest.param("guardrail", "2026-04-12", (), id="a guardrail until a day"),
        pytest.param("outcome", "Ongoing", ("only a guardrail is ongoing",), id="an outcome never"),
        pytest.param("outcome", "2026-02-30", ("which is no day",), id="on no day"),
    ],
)
def test_an_outcome_is_reached_by_a_day_and_a_guardrail_may_hold_for_ever(kind, deadline, told):
    outcome = {"name": "Adoption", "kind": kind, "deadline": deadline}

    found = tuple(outcome_faults({"sections": {"outcomes": [outcome]}}))

    assert len(found) == len(told)
    assert all(words in fault for words, fault in zip(told, found, strict=True))


def test_a_design_has_a_place_for_everything_that_streams_share():
    names = {section.name for section in technical_design.TYPE.sections}

    assert names >= {
        "api_contracts", "data_model", "interface_contracts", "shared_types", "behaviours",
        "threats", "performance_budgets", "observability", "decisions", "open_questions",
    }  # fmt: skip


@pytest.mark.parametrize(
    "part", ["context", "behaviours", "threats", "performance_budgets", "observability"]
)
def test_no_design_goes_without_these(part):
    design = a_technical_design()
    assert faults(technical_design, design) == ()
    del design["sections"][part]

    assert f"sections.{part}" in {fault.path for fault in faults(technical_design, design)}


@pytest.mark.parametrize(
    ("section", "row", "lacking"),
    [
        ("open_questions", {"question": "Who pays?", "due": "2026-04-01"}, "owner"),
        ("open_questions", {"question": "Who pays?", "owner": "VP Product"}, "due"),
        ("interface_contracts", {"from": "a", "to": "b", "interface": "API"}, "contract"),
        ("behaviours", {"name": "B", "given": "g", "when": "w", "then": "t"}, "criterion"),
        ("threats", {"threat": "T", "category": "Tampering", "likelihood": "low",
                     "impact": "low"}, "mitigation"),
        ("performance_budgets", {"component": "C", "metric": "p95 latency"}, "budget"),
        ("data_model", {"entity": "Job", "change": "new"}, "fields"),
        ("decisions", {"name": "D", "context": "c", "decision": "d"}, "rationale"),
    ],
)  # fmt: skip
def test_a_part_of_a_design_that_says_half_is_refused(section, row, lacking):
    design = a_technical_design()
    design["sections"][section] = [row]

    found = [fault.path for fault in faults(technical_design, design)]

    assert len(found) == 1
    assert found[0].startswith(f"sections.{section}")
    assert found[0].endswith(lacking)


def test_an_open_question_that_is_due_on_no_day_is_refused():
    design = a_technical_design()
    design["sections"]["open_questions"] = [
        {"question": "Who pays?", "owner": "VP Product", "due": "soon"}
    ]

    (fault,) = faults(technical_design, design)
    assert fault.found == "soon"
