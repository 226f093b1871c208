"""The enterprise's policies fit the evaluators that judge by them and the roles that use these."""

import pytest

from headrace.capabilities.coding.model import SHARED
from headrace.capabilities.coding.tools import (
    architecture,
    content,
    delivery,
    experience,
    observability,
    performance,
    security,
)
from headrace.capabilities.coding.tools.harness import JUDGES
from headrace.packs.enterprise.policies import POLICIES
from headrace.packs.enterprise.roles import catalogue

JUDGED = {
    "security": security.CLAUSES,
    "architecture": architecture.CLAUSES,
    "performance": performance.CLAUSES,
    "delivery": delivery.CLAUSES,
    "content": content.CLAUSES,
    "experience": experience.CLAUSES,
    "observability": observability.CLAUSES,
}
each = pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.key)


def test_every_policy_that_roles_judge_is_declared_once_and_has_an_evaluator():
    keys = [policy.key for policy in POLICIES]

    assert sorted(keys) == sorted(catalogue().organisation.policies) == sorted(JUDGES)


@each
def test_every_criterion_is_one_that_a_tool_looks_at(policy):
    shared = [criterion.id for criterion in SHARED]

    assert [criterion.id for criterion in policy.criteria] == [*JUDGED[policy.key], *shared]


@each
def test_the_evaluator_is_a_role_that_judges_the_policy(policy):
    assert policy.evaluator in {card.id for card in catalogue().evaluators(policy.key)}


@each
def test_the_evaluator_never_belongs_to_those_who_build(policy):
    card = catalogue().card(policy.evaluator)

    assert card.layer == "quality"


@each
def test_questions_go_to_a_seat_that_a_person_holds(policy):
    assert policy.escalates_to in {seat.id for seat in catalogue().organisation.seats}
