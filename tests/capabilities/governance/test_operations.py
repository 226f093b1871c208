"""Governance through the edge, as the doors call it, with the gate of people before it."""

import pytest

from headrace.capabilities.governance import service
from headrace.capabilities.governance.model import NotEligible, Stale
from headrace.capabilities.people import service as people
from headrace.capabilities.people.model import RightMissing
from headrace.kernel.access import perform_confirmed
from headrace.kernel.edge import Edge, Request
from headrace.kernel.errors import Invalid

RIGHTS = {
    "vp-product": ("governance:*",),
    "manager": ("governance:read", "governance:halt"),
    "architecture-review": ("governance:*",),
}


@pytest.fixture
def call(firm):
    """One operation by one handle."""
    for handle, rights in RIGHTS.items():
        for right in rights:
            firm.system(people.grant, handle, right)
    edge = Edge(units=firm.units, gate=people.authorise)

    def one(handle: str, operation: str, **input):
        return perform_confirmed(
            edge.perform, Request(actor=firm.actors[handle], operation=operation, input=input)
        )

    return one


def test_an_item_is_found_in_the_inbox_shown_decided_and_gone(firm, a_plan, call):
    firm.system(service.ask, a_plan())

    (item,) = call("vp-product", "inbox.list")["items"]
    assert call("vp-product", "inbox.count")["count"] == 1
    assert call("vp-product", "inbox.show", item=item["id"]) == item
    done = call("vp-product", "gate.decide", gate=item["id"], decision="approve", hash=item["hash"])

    assert (done["state"], done["hash"]) == ("approved", "hash-one")
    assert call("vp-product", "inbox.list")["items"] == []
    assert call("vp-product", "inbox.count")["count"] == 0


def test_gates_are_listed_page_by_page_with_how_long_they_waited(firm, a_plan, call):
    for number in range(1, 4):
        firm.system(service.ask, a_plan(number))

    first = call("manager", "gate.list", limit=2)
    second = call("manager", "gate.list", limit=2, after=first["next"])

    assert [g["id"] for g in first["items"] + second["items"]] == ["G-3", "G-2", "G-1"]
    assert second["next"] is None
    assert first["items"][0]["waited_real_seconds"] >= 0


def test_a_batch_is_decided_in_one_call(firm, a_plan, call):
    ids = [firm.system(service.ask, a_plan(n))[0].id for n in (1, 2)]

    done = call("vp-product", "gate.batch", gates=ids, decision="revise", note="cheaper")

    assert [item["state"] for item in done["items"]] == ["revised", "revised"]


def test_a_gate_is_delegated_and_shown(firm, a_plan, call):
    (gate,) = firm.system(service.ask, a_plan())

    call("vp-product", "gate.delegate", gate=gate.id, to="@tech-lead")

    assert call("manager", "gate.show", gate=gate.id)["delegated_to"] == "@tech-lead"


def test_a_report_is_handed_in_and_listed_and_its_question_answered(firm, a_plan, call):
    firm.system(service.ask, a_plan())
    report = {
        "subject": {"kind": "plan", "id": "hire-1"},
        "hash": "hash-one",
        "policy": "architecture",
        "verdict": "ESCALATE",
        "escalation": {"question": "Is it right?", "to": "vp-product"},
    }

    first = call("architecture-review", "verdict.give", **report)
    second = call("architecture-review", "verdict.give", **report)
    newest = call("manager", "verdict.list", limit=1)
    older = call("manager", "verdict.list", limit=1, before=newest["next"])
    assert len(call("manager", "verdict.list", subject="hire-1")["items"]) == 2
    assert call("manager", "verdict.list", subject="hire-2")["items"] == []
    asked = call("manager", "question.show", question="Q-1")
    answered = call("vp-product", "question.answer", question="Q-1", answer="allow")

    assert [newest["items"][0]["id"], older["items"][0]["id"]] in (
        [second["id"], first["id"]],
        [first["id"], second["id"]],  # both of one instant of organisation time
    )
    assert (asked["answer"], answered["answer"]) == (None, "allow")
    assert call("manager", "inbox.show", item="Q-1")["kind"] == "question"


def test_policies_are_listed_with_their_criteria(call):
    found = {p["key"]: p for p in call("manager", "policy.list")["items"]}

    assert found["style"]["blocking"] is False
    assert [c["id"] for c in found["architecture"]["criteria"]] == ["must", "should"]


def test_the_switch_is_thrown_shown_and_taken_back(call):
    halted = call("manager", "switch.halt", reason="look")
    assert halted == call("vp-product", "switch.show")
    assert halted["halt"]["reason"] == "look"

    assert call("vp-product", "switch.resume", note="fine") == {"halt": None}


@pytest.mark.parametrize(
    ("handle", "operation", "input"),
    [
        pytest.param(
            "manager", "gate.decide", {"gate": "G-1", "decision": "approve"}, id="no right"
        ),
        pytest.param("manager", "switch.resume", {"note": "go"}, id="halting is not resuming"),
        pytest.param(
            "architecture-review",
            "gate.decide",
            {"gate": "G-1", "decision": "approve"},
            id="an agent with every right",
        ),
        pytest.param(
            "architecture-review",
            "question.answer",
            {"question": "Q-1", "answer": "allow"},
            id="an agent answers no question",
        ),
        pytest.param("architecture-review", "switch.resume", {"note": "go"}, id="nor resumes"),
    ],
)
def test_those_without_the_right_do_not_pass_the_gate(call, handle, operation, input):
    with pytest.raises(RightMissing):
        call(handle, operation, **input)


def test_the_right_to_decide_is_not_the_right_to_decide_everything(firm, a_plan, call):
    firm.system(service.ask, a_plan(approvers=(("tech-lead",),)))

    with pytest.raises(NotEligible, match="waits for @tech-lead"):
        call("vp-product", "gate.decide", gate="G-1", decision="approve")


@pytest.mark.parametrize(
    ("operation", "input"),
    [
        ("gate.decide", {"gate": "G-1", "decision": "perhaps"}),
        ("inbox.show", {"item": "X-1"}),
    ],
)
def test_what_makes_no_sense_is_refused(call, operation, input):
    with pytest.raises(Invalid):
        call("vp-product", operation, **input)


def test_an_answer_names_the_hash_that_it_is_about(firm, a_plan, call):
    firm.system(service.ask, a_plan())
    report = {
        "subject": {"kind": "plan", "id": "hire-1"},
        "hash": "hash-one",
        "policy": "architecture",
        "verdict": "ESCALATE",
        "escalation": {"question": "Is it right?", "to": "vp-product"},
    }
    call("architecture-review", "verdict.give", **report)
    (item,) = (i for i in call("vp-product", "inbox.list")["items"] if i["kind"] == "question")

    with pytest.raises(Stale, match="answer with its hash"):
        call("vp-product", "question.answer", question="Q-1", answer="allow", hash="former")
    answered = call(
        "vp-product", "question.answer", question="Q-1", answer="allow", hash=item["hash"]
    )

    assert answered["answer"] == "allow"
