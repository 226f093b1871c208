"""The one inbox: what waits for a person, and nothing else."""

from datetime import timedelta

import pytest

from headrace.capabilities.governance import operations, service, telling
from headrace.capabilities.governance.model import (
    Answer,
    Decision,
    Escalation,
    ItemKind,
    Report,
    Subject,
    Tier,
    Verdict,
)
from headrace.kernel.json import to_json


@pytest.fixture
def inbox(firm):
    def of(handle: str):
        return firm.system(service.inbox, firm.id(handle))

    return of


def escalate(firm, subject: Subject, to: str = "") -> None:
    report = Report(
        subject=subject,
        hash="hash-one",
        policy="architecture",
        verdict=Verdict.ESCALATE,
        escalation=Escalation(question="Is fan-out right?", to=to),
    )
    firm.does("architecture-review", service.judge, report)


def test_an_item_says_all_that_is_needed_to_decide(firm, clock, a_plan, inbox):
    firm.system(service.ask, a_plan())
    clock.advance(timedelta(hours=3))

    (item,) = inbox("vp-product")

    assert (item.kind, item.id, item.asked) == (ItemKind.GATE, "G-1", "Hire employee 1")
    assert (item.why, item.on_yes) == ("Two missions wait for a writer", "the employee starts")
    assert (item.waiting, item.tier) == (timedelta(hours=3), Tier.JUDGEMENT)
    assert item.blocks == 2  # what the toy capability says waits for hire-1


def test_a_team_is_everybody_in_it_and_agents_have_no_inbox(firm, a_plan, inbox):
    firm.system(service.ask, a_plan(approvers=(("architects",),)))

    assert [len(inbox(h)) for h in ("tech-lead", "governor", "vp-product")] == [1, 1, 0]
    assert inbox("architecture-review") == ()


def test_nobody_finds_their_own_work(firm, a_plan, inbox):
    firm.system(service.ask, a_plan(approvers=(("manager", "vp-product"),)))

    assert inbox("manager") == ()
    assert len(inbox("vp-product")) == 1


def test_a_question_lies_there_until_it_is_answered(firm, a_plan, inbox):
    (gate,) = firm.system(service.ask, a_plan())
    escalate(firm, gate.subject)

    (item,) = inbox("tech-lead")
    firm.does("tech-lead", service.answer, item.id, Answer.ALLOW)

    assert (item.kind, item.asked) == (ItemKind.QUESTION, "Is fan-out right?")
    assert inbox("tech-lead") == ()


def test_a_question_that_names_nobody_falls_to_a_named_other_who_may_answer(firm, a_plan, inbox):
    (gate,) = firm.system(service.ask, a_plan())
    escalate(firm, gate.subject, to="@vanished")

    (item,) = inbox("governor")
    assert item.asked_of == ("@governor",)
    assert item.why.startswith("Nobody who may answer is called @vanished, so you are asked.")
    assert inbox("tech-lead") == ()
    firm.does("governor", service.answer, item.id, Answer.ALLOW)
    assert inbox("governor") == ()


def test_a_delegated_gate_lies_with_the_delegate_alone(firm, a_plan, inbox):
    (gate,) = firm.system(service.ask, a_plan())

    firm.does("vp-product", service.delegate, gate.id, "governor")

    assert inbox("vp-product") == ()
    assert [item.id for item in inbox("governor")] == [gate.id]


def test_what_is_decided_superseded_or_withdrawn_is_gone(firm, a_plan, inbox):
    for number in (1, 2, 3):
        firm.system(service.ask, a_plan(number))
    firm.does("vp-product", service.decide, "G-1", Decision.APPROVE)
    firm.system(service.ask, a_plan(2, hash="hash-two"))
    firm.system(service.withdraw, a_plan(3).subject)

    assert [item.id for item in inbox("vp-product")] == ["G-4"]


def test_the_highest_tier_comes_first_and_then_who_waited_longest(firm, clock, a_plan, inbox):
    for number, tier in enumerate((Tier.OWNER, Tier.JUDGEMENT, Tier.JUDGEMENT, Tier.EXECUTIVE), 1):
        firm.system(service.ask, a_plan(number, tier=tier))
        clock.advance(timedelta(hours=1))

    assert [item.id for item in inbox("vp-product")] == ["G-4", "G-2", "G-3", "G-1"]


def test_somebody_who_joins_the_team_later_finds_what_waits_for_it(firm, a_plan, inbox):
    from headrace.capabilities.people import service as people

    firm.system(service.ask, a_plan(approvers=(("architects",),)))
    firm.system(people.join_team, "architects", "vp-product")

    assert len(inbox("vp-product")) == 1


def test_whoever_looks_after_the_organisation_sees_what_waits_for_anybody(firm, a_plan):
    (gate,) = firm.system(service.ask, a_plan(1, approvers=(("vp-product",),)))
    firm.system(service.ask, a_plan(2, approvers=(("architects",),)))
    escalate(firm, gate.subject)

    items = firm.system(operations.inbox_list, operations.Nothing()).items
    assert firm.system(operations.inbox_count, operations.Nothing()).count == len(items)

    assert {item.id: item.asked_of for item in items} == {
        "G-1": ("@vp-product",),
        "G-2": ("@architects",),
        "Q-1": ("@tech-lead",),
    }


@pytest.mark.parametrize(
    ("decided", "said", "unsaid"),
    [
        (False, {"asked of", "about", "why", "on yes", "on no", "decide"}, {"decided by"}),
        (True, {"asked of", "about", "why", "decided by", "decided at", "note"}, {"decide"}),
    ],
)
def test_a_terminal_tells_of_a_gate_what_a_decision_needs(firm, a_plan, decided, said, unsaid):
    (gate,) = firm.system(service.ask, a_plan())
    if decided:
        gate = firm.does("vp-product", service.decide, gate.id, Decision.REJECT, "too early")

    told = telling.gate(to_json(gate))

    assert told["G-1"] == "Hire employee 1"
    assert said <= set(told)
    assert not unsaid & set(told)
