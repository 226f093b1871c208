"""Each kind of fault is found by its rule, and by no other, in a document that has no fault before."""

from collections import Counter

import pytest

from headrace.packs.enterprise.exchange.lint import lint
from headrace.packs.enterprise.exchange.reading import read_document
from headrace.packs.enterprise.exchange.rules import RULES
from packs.enterprise.exchange.mutations import CLEAN, MUTATIONS

FOLLOWS = {
    "an address leads out of the tree": {"path-dangling"},
    "an asset is not there": set(),
}
"""Codes that a fault brings with it, because it is a fault in two respects."""


def found(text):
    return lint(read_document("walk-through.md", text))


def test_a_document_without_faults_has_no_findings():
    assert found(CLEAN) == ()


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.name)
def test_one_fault_put_in_is_found_once_by_its_own_rule(mutation):
    findings = found(mutation.of(CLEAN))

    codes = Counter(one.code for one in findings)
    others = codes.keys() - {mutation.code} - FOLLOWS.get(mutation.name, set())
    assert codes[mutation.code] == 1, findings
    assert not others, findings


def test_every_rule_has_a_fault_that_it_alone_finds():
    kept_elsewhere = {"unseen-field-missing", "unseen-section-missing"}

    assert {one.code for one in RULES} - kept_elsewhere <= {one.code for one in MUTATIONS}


def test_a_finding_names_the_lines_of_both_statements():
    mutated = CLEAN.replace(
        "4 customers in renewal discussions wait", "6 customers in renewal discussions wait"
    )

    (finding,) = found(mutated)

    lines = mutated.split("\n")
    told = [lines[place.line - 1] for place in finding.places]
    assert "Four of these customers" in told[0]
    assert "6 customers in renewal" in told[1]


def test_a_release_and_a_design_under_other_names_are_held_to_the_same_form():
    renamed = CLEAN.replace("report-delivery-release-contract.md", "report-delivery.md").replace(
        "> **Release Manager:** release-coordinator\n", ""
    )

    assert [one.code for one in found(renamed)] == ["unseen-field-missing"]
