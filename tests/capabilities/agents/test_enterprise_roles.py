"""The roles of the enterprise pack: complete, connected, and bounded as the lifecycle asks."""

from pathlib import Path

import pytest

import headrace.packs
from headrace.capabilities.agents import templates
from headrace.capabilities.agents.card_files import load_catalogue
from headrace.capabilities.agents.card_rules import covers, employment, may_write
from headrace.capabilities.agents.cards import Tier
from headrace.capabilities.agents.conversation import SUBMIT_TOOL, BrainKind, Task
from headrace.capabilities.agents.prompts import opening, template_names

CATALOGUE = load_catalogue(Path(headrace.packs.__file__).parent / "enterprise" / "roles")
CARDS = {card.id: card for card in CATALOGUE.cards}
EACH_TASK = [
    pytest.param(card, task, id=f"{card.id}-{task.name}")
    for card in CATALOGUE.cards
    for task in card.tasks
]

# Read from the lifecycle's story and from its operate loop, where agents are named by their kind.
LAYER_AND_LOOP = {
    "customer-signal-scanner": ("execution", "operate"),
    "signal-aggregation": ("steering", "sensing"),
    "competitive-intelligence": ("steering", "sensing"),
    "infrastructure-capacity-planning": ("execution", "operate"),
    "discovery-agent": ("strategy", "discover"),
    "product-strategy": ("strategy", "discover"),
    "mission-orchestrator": ("orchestration", "build"),
    "technical-design-agent": ("execution", "build"),
    "coding-agent": ("execution", "build"),
    "doc-generation-agent": ("execution", "build"),
    "architecture-review": ("quality", "build"),
    "security-policy-enforcer": ("quality", "build"),
    "performance-evaluator": ("quality", "build"),
    "experience-evaluator": ("quality", "build"),
    "brand-content-policy": ("quality", "build"),
    "fleet-performance-monitor": ("orchestration", "build"),
    "release-coordinator": ("orchestration", "ship"),
    "deploy-agent": ("execution", "ship"),
    "feature-flag-agent": ("execution", "operate"),
    "monitoring-agent": ("execution", "operate"),
    "incident-response-agent": ("execution", "operate"),
    "remediation-agent": ("execution", "operate"),
    "resilience-agent": ("execution", "operate"),
    "capacity-agent": ("execution", "operate"),
    "performance-agent": ("execution", "operate"),
}
TASKS_OF_THE_STORY = {
    "customer-signal-scanner": "scan",
    "competitive-intelligence": "scan",
    "infrastructure-capacity-planning": "scan",
    "monitoring-agent": "scan",
    "signal-aggregation": "digest",
    "discovery-agent": "validate",
    "product-strategy": "brief",
    "mission-orchestrator": "fleet",
    "technical-design-agent": "design",
    "coding-agent": "implement",
    "doc-generation-agent": "implement",
    "architecture-review": "evaluate",
    "fleet-performance-monitor": "report",
}
READING = {
    "find_artifacts", "list_files", "read_artifact", "read_costs", "read_file", "read_flags", "read_logs",
    "read_metrics", "read_source", "read_traces", "search",
}  # fmt: skip
WRITING = {"write_file", "edit_file", "delete_file"}
TELLING = {"ask", "file_signal", "notify", "open_incident", "record_evidence", "submit"}
CHANGES_PRODUCTION = {
    "apply_config", "restart_instance", "roll_back", "run_experiment", "run_runbook_step",
    "scale_service", "set_flag",
}  # fmt: skip
PRODUCT = ("src/api/a.py", "tests/test_a.py", "docs/a.md")
A_RUN = {"mission": ["bulk-data-export"], "paths": ["src/api/"], "service": ["export-api"]}
EVALUATORS = [card for card in CATALOGUE.cards if card.layer == "quality"]


@pytest.mark.parametrize("role", LAYER_AND_LOOP)
def test_every_agent_of_the_story_has_a_card_in_its_place(role):
    assert (CARDS[role].layer, CARDS[role].loop) == LAYER_AND_LOOP[role]
    assert employment(CARDS[role]) is None


def test_the_pool_that_the_fleet_configuration_names_is_the_coding_agents():
    assert CARDS["coding-agent"].pool == "coding-agent-fleet"


@pytest.mark.parametrize(("role", "task"), TASKS_OF_THE_STORY.items())
def test_every_step_of_the_story_is_a_task_of_its_role(role, task):
    found = CARDS[role].task(task)

    assert found is not None
    assert BrainKind.RECORDED in found.brains


def test_the_brief_and_the_contract_are_made_together():
    brief = CARDS["product-strategy"].task("brief")

    assert brief is not None
    assert brief.outputs == ("mission-brief", "outcome-contract")


def test_the_coding_agent_records_decisions():
    assert CARDS["coding-agent"].task("decide") is not None


@pytest.mark.parametrize("card", CATALOGUE.cards, ids=lambda card: card.id)
def test_a_card_is_filled_in(card):
    assert len(card.duty) > 40
    assert card.reads_first
    assert len(card.never) >= 2
    assert card.produces
    assert card.tools
    assert card.data_classes
    assert card.escalates_to
    assert card.limits.run_tokens
    assert card.limits.run_cost_micro_usd
    assert set(card.tools) <= READING | WRITING | TELLING | {"run_check"} | CHANGES_PRODUCTION


@pytest.mark.parametrize(("card", "task"), EACH_TASK)
def test_a_prompt_renders_with_and_without_what_is_there_only_sometimes(card, task):
    if BrainKind.SKILL in task.brains:
        assert task.skill
        return
    always = {name: "a" for name in task.facts if not name.endswith("?")}
    sometimes = {name.removesuffix("?"): ["b"] for name in task.facts if name.endswith("?")}
    for facts in (always, always | sometimes):
        asked = Task(role=card.id, name=task.name, element="api", facts=facts)

        text = templates.render(task.prompt, template_names(asked))

        assert len(text) > 300
        assert not {"{{", "}}", "{%"} & set(text.split())
        assert card.duty.strip() in opening(card, task, asked).messages[0].text
    assert templates.facts_named(task.prompt) <= {f.removesuffix("?") for f in task.facts}


@pytest.mark.parametrize(("card", "task"), EACH_TASK)
def test_a_task_told_in_words_can_hand_in_its_result(card, task):
    assert task.skill or SUBMIT_TOOL in card.tools


@pytest.mark.parametrize("card", EVALUATORS, ids=lambda card: card.id)
def test_an_evaluator_judges_and_makes_nothing(card):
    assert card.evaluates
    assert card.produces == ("quality-evaluation",)
    assert not WRITING & set(card.tools)
    assert not CHANGES_PRODUCTION & set(card.tools)
    assert not any(may_write(card, path, A_RUN) for path in PRODUCT)
    assert may_write(card, "work/missions/bulk-data-export/evaluations/x.md", A_RUN)
    assert not may_write(card, "work/missions/other/evaluations/x.md", A_RUN)


@pytest.mark.parametrize("policy", CATALOGUE.organisation.policies)
def test_every_policy_has_somebody_who_judges_it(policy):
    assert CATALOGUE.evaluators(policy)


def test_only_builders_write_product_files_and_only_in_their_stream():
    writers = {c.id for c in CATALOGUE.cards if any(may_write(c, path, A_RUN) for path in PRODUCT)}

    assert writers == {"coding-agent", "doc-generation-agent"}
    assert not may_write(CARDS["coding-agent"], "src/ui/a.py", A_RUN)


def test_no_role_writes_policies_or_its_own_card():
    ours = ("org/4-quality/policies/security.md", "org/agents/execution/coding-agent.md")

    assert not any(may_write(card, path, A_RUN) for card in CATALOGUE.cards for path in ours)


def test_nobody_who_writes_code_changes_production():
    for card in CATALOGUE.cards:
        assert not (WRITING & set(card.tools) and CHANGES_PRODUCTION & set(card.tools))


def test_work_on_production_ends_at_the_engineer_on_call():
    for card in CATALOGUE.cards:
        if CHANGES_PRODUCTION & set(card.tools):
            assert (Tier.PRODUCTION, "on-call-engineer") in {
                (step.tier, step.to) for step in card.escalates_to
            }


def test_the_registry_can_be_reached_from_every_role():
    for card in CATALOGUE.cards:
        above = card.reports_to
        while above in CARDS:
            above = CARDS[above].reports_to
        assert above in {seat.id for seat in CATALOGUE.organisation.seats}


def test_every_type_that_a_role_takes_is_made_by_a_role():
    made = {name for card in CATALOGUE.cards for name in card.produces}

    assert {name for card in CATALOGUE.cards for name in card.consumes} <= made


def test_signals_are_filed_where_the_lifecycle_keeps_them():
    for card in CATALOGUE.cards:
        if "signal" in card.produces:
            assert covers(card.paths.writes, "work/signals/2026-03-15-x.md")
