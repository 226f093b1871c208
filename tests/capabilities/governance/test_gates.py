"""Gates on a real database: asked, decided once and by the right person, superseded, delegated."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from headrace.capabilities.governance import service
from headrace.capabilities.governance.model import (
    AlreadyDecided,
    Decision,
    GateNotFound,
    GateState,
    NotAlike,
    NotEligible,
    NoteMissing,
    Stale,
)
from headrace.capabilities.people import service as people
from headrace.kernel.errors import Invalid

APPROVE, REVISE, REJECT = Decision.APPROVE, Decision.REVISE, Decision.REJECT


@pytest.fixture
def gate(firm, a_plan):
    """A gate that waits for the VP."""
    (asked,) = firm.system(service.ask, a_plan())
    return asked


def test_every_group_of_approvers_gets_a_gate_of_its_own(firm, a_plan):
    gates = firm.system(
        service.ask, a_plan(approvers=(("@vp-product",), ("architects", "@manager")))
    )

    assert [g.id for g in gates] == ["G-1", "G-2"]
    assert [g.approvers for g in gates] == [("@vp-product",), ("@architects", "@manager")]
    assert {g.state for g in gates} == {GateState.OPEN}
    assert [e["gate"] for e in firm.told("gate_asked")] == ["G-1", "G-2"]


def test_asking_again_about_the_same_hash_changes_nothing(firm, a_plan, gate):
    again = firm.system(service.ask, a_plan())

    assert [g.id for g in again] == [gate.id]
    assert len(firm.told("gate_asked")) == 1


def test_a_decision_tells_who_when_and_how_long_it_waited(firm, clock, gate):
    clock.advance(timedelta(hours=14))

    decided = firm.does("vp-product", service.decide, gate.id, APPROVE, "Good")

    assert (decided.state, decided.decided_by) == (GateState.APPROVED, firm.id("vp-product"))
    (event,) = firm.told("gate_decided")
    assert event["waited_seconds"] == 14 * 3600
    assert 0 <= event["waited_real_seconds"] < 60
    assert (event["kind"], event["subject"], event["hash"]) == ("plan", "hire-1", "hash-one")
    assert (event["decision"], event["standing"]) == ("approve", "approved")


def test_a_subject_is_approved_when_all_its_gates_are(firm, a_plan):
    one, two = firm.system(service.ask, a_plan(approvers=(("vp-product",), ("architects",))))

    firm.does("vp-product", service.decide, one.id, APPROVE)
    firm.does("governor", service.decide, two.id, APPROVE)

    assert [e["standing"] for e in firm.told("gate_decided")] == ["open", "approved"]


@pytest.mark.parametrize(
    ("handle", "reason"),
    [
        pytest.param("tech-lead", "it waits for @vp-product", id="somebody else"),
        pytest.param("manager", "their own work", id="the author"),
        pytest.param("coding-agent", "only a person decides", id="an agent"),
    ],
)
def test_those_who_may_not_decide_are_told_why(firm, gate, handle, reason):
    with pytest.raises(NotEligible, match=reason):
        firm.does(handle, service.decide, gate.id, APPROVE)


def test_an_author_does_not_decide_as_a_member_of_the_team_either(firm, a_plan):
    (gate,) = firm.system(
        service.ask, a_plan(approvers=(("architects",),), authors=(firm.id("tech-lead"),))
    )

    with pytest.raises(NotEligible, match="own work"):
        firm.does("tech-lead", service.decide, gate.id, APPROVE)
    assert firm.does("governor", service.decide, gate.id, APPROVE).state is GateState.APPROVED


def test_an_agent_in_the_team_and_the_system_do_not_decide(firm, a_plan):
    (gate,) = firm.system(service.ask, a_plan(approvers=(("architects",),)))

    with pytest.raises(NotEligible, match="only a person"):
        firm.does("architecture-review", service.decide, gate.id, APPROVE)
    with pytest.raises(NotEligible, match="only a person"):
        firm.system(service.decide, gate.id, APPROVE)


@pytest.mark.parametrize("decision", [REVISE, REJECT])
def test_a_no_without_a_note_is_refused_and_the_gate_stays_open(firm, gate, decision):
    with pytest.raises(NoteMissing, match="--note"):
        firm.does("vp-product", service.decide, gate.id, decision, "  ")

    assert firm.system(service.gate, gate.id).state is GateState.OPEN


def test_a_decided_gate_is_not_decided_again(firm, a_plan):
    (gate,) = firm.system(service.ask, a_plan(approvers=(("architects",),)))
    firm.does("tech-lead", service.decide, gate.id, REJECT, "too early")

    with pytest.raises(AlreadyDecided, match=r"@tech-lead decided G-1 at .* before you: rejected"):
        firm.does("governor", service.decide, gate.id, APPROVE)
    with pytest.raises(AlreadyDecided):
        firm.does("tech-lead", service.decide, gate.id, APPROVE)


def test_the_same_word_twice_by_the_same_person_does_nothing(firm, gate):
    first = firm.does("vp-product", service.decide, gate.id, APPROVE)
    second = firm.does("vp-product", service.decide, gate.id, APPROVE)

    assert (first.state, second.state) == (GateState.APPROVED, GateState.APPROVED)
    assert len(firm.told("gate_decided")) == 1


def test_of_many_deciders_at_once_one_wins_and_the_others_are_told_who(firm, a_plan):
    (gate,) = firm.system(service.ask, a_plan(approvers=(("architects",),)))

    def decide(number: int):
        handle, word = (("tech-lead", APPROVE), ("governor", REJECT))[number % 2]
        try:
            return firm.does(handle, service.decide, gate.id, word, "my reason").state
        except AlreadyDecided as told:
            return told.message

    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(decide, range(16)))

    state = firm.system(service.gate, gate.id).state
    winner = "tech-lead" if state is GateState.APPROVED else "governor"
    assert len(firm.told("gate_decided")) == 1
    assert outcomes.count(state) == 8  # the winner's word, as often as the winner said it
    assert sum(str(o).startswith(f"@{winner} decided G-1") for o in outcomes) == 8


def test_a_gate_on_a_former_hash_is_superseded_and_says_what_changed(firm, a_plan, gate):
    (newer,) = firm.system(service.ask, a_plan(hash="hash-two", members={"card": "bbbb"}))

    assert firm.system(service.gate, gate.id).state is GateState.SUPERSEDED
    assert newer.state is GateState.OPEN
    with pytest.raises(Stale, match=f"card is now bbbb, was aaaa; decide {newer.id} instead"):
        firm.does("vp-product", service.decide, gate.id, APPROVE)


def test_a_person_who_looked_at_another_hash_is_refused(firm, gate):
    with pytest.raises(Stale, match="you looked at older"):
        firm.does("vp-product", service.decide, gate.id, APPROVE, seen="older")

    assert firm.does("vp-product", service.decide, gate.id, APPROVE, seen="hash-one")


def test_a_return_to_a_superseded_hash_is_asked_anew(firm, a_plan, gate):
    firm.system(service.ask, a_plan(hash="hash-two"))

    (third,) = firm.system(service.ask, a_plan())

    assert (third.id, third.state) == ("G-3", GateState.OPEN)


def test_a_decided_gate_is_kept_when_its_hash_is_proposed_again(firm, a_plan, gate):
    firm.does("vp-product", service.decide, gate.id, REJECT, "no money")

    (same,) = firm.system(service.ask, a_plan())

    assert (same.id, same.state) == (gate.id, GateState.REJECTED)


def test_a_withdrawn_gate_needs_no_decision(firm, gate):
    firm.system(service.withdraw, gate.subject)

    assert firm.system(service.gate, gate.id).state is GateState.WITHDRAWN
    with pytest.raises(AlreadyDecided, match="has ended"):
        firm.does("vp-product", service.decide, gate.id, APPROVE)
    assert len(firm.told("gate_superseded")) == 1


def test_a_delegate_decides_and_the_approver_still_may(firm, a_plan):
    one, two = (firm.system(service.ask, a_plan(n))[0] for n in (1, 2))
    for gate in (one, two):
        firm.does("vp-product", service.delegate, gate.id, "tech-lead")

    first = firm.does("tech-lead", service.decide, one.id, APPROVE)
    second = firm.does("vp-product", service.decide, two.id, APPROVE)

    assert (first.state, second.state) == (GateState.APPROVED, GateState.APPROVED)
    assert (first.delegated_to, first.delegated_by) == ("@tech-lead", firm.id("vp-product"))
    assert [e["to"] for e in firm.told("gate_delegated")] == ["@tech-lead"] * 2


@pytest.mark.parametrize("to", ["coding-agent", "manager", "nobody"])
def test_a_gate_is_delegated_only_to_those_who_could_decide(firm, gate, to):
    with pytest.raises(Invalid, match="no active person besides its authors"):
        firm.does("vp-product", service.delegate, gate.id, to)


def test_a_gate_of_others_is_delegated_only_with_the_right_to(firm, gate):
    with pytest.raises(NotEligible):
        firm.does("governor", service.delegate, gate.id, "tech-lead")
    firm.system(people.grant, "governor", service.DELEGATE)

    assert (
        firm.does("governor", service.delegate, gate.id, "tech-lead").delegated_to == "@tech-lead"
    )


def test_an_author_does_not_delegate_the_own_gate_with_the_right_either(firm, gate):
    firm.system(people.grant, "manager", service.DELEGATE)

    with pytest.raises(NotEligible):
        firm.does("manager", service.delegate, gate.id, "tech-lead")


def test_a_decided_gate_is_not_delegated(firm, gate):
    firm.does("vp-product", service.decide, gate.id, APPROVE)

    with pytest.raises(AlreadyDecided):
        firm.does("vp-product", service.delegate, gate.id, "tech-lead")


def test_alike_gates_are_decided_in_one_go_and_a_refused_one_stops_no_other(firm, a_plan):
    ids = [firm.system(service.ask, a_plan(n))[0].id for n in (1, 2, 3)]
    firm.system(service.ask, a_plan(2, hash="hash-two"))

    done = firm.does("vp-product", service.decide_each, ids, APPROVE)

    assert [item.gate for item in done] == ids
    assert [item.state for item in done] == [GateState.APPROVED, None, GateState.APPROVED]
    assert "asks about what is no more" in done[1].refused
    assert [e["gate"] for e in firm.told("gate_decided")] == [ids[0], ids[2]]


def test_gates_of_several_sorts_are_not_decided_in_one_go(firm, a_plan):
    hire = firm.system(service.ask, a_plan(1))[0].id
    spend = firm.system(service.ask, a_plan(2, alike="spend"))[0].id

    with pytest.raises(NotAlike, match="2 sorts"):
        firm.does("vp-product", service.decide_each, [hire, spend], APPROVE)


def test_gates_are_listed_newest_first_page_by_page(firm, a_plan):
    for number in range(1, 12):
        firm.system(service.ask, a_plan(number))
    firm.does("vp-product", service.decide, "G-3", APPROVE)

    first = firm.system(service.gates, limit=6)
    rest = firm.system(service.gates, after=6, limit=6)

    assert [g.id for g in [*first, *rest]] == [f"G-{n}" for n in range(11, 0, -1)]
    assert [g.id for g in firm.system(service.gates, state=GateState.APPROVED)] == ["G-3"]


def test_a_gate_that_does_not_exist_is_told_with_where_to_look(firm):
    with pytest.raises(GateNotFound, match="headrace gate list"):
        firm.does("vp-product", service.decide, "G-99", APPROVE)
