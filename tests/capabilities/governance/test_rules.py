"""What governance decides: verdicts, what is missing, who may decide, how a subject stands."""

from datetime import UTC, datetime, timedelta

import pytest

from headrace.capabilities.governance import rules
from headrace.capabilities.governance.model import (
    Answer,
    Criterion,
    Decision,
    Escalation,
    Finding,
    Gate,
    GateId,
    GateState,
    InboxItem,
    ItemKind,
    Judgement,
    JudgementId,
    Policy,
    Question,
    QuestionId,
    Report,
    Severity,
    Subject,
    Tier,
    TierRule,
    Verdict,
)
from headrace.kernel.ids import PrincipalId

NOON = datetime(2026, 3, 25, 12, tzinfo=UTC)
CHANGE = Subject(kind="change", id="CR-12")
ADA, BEN = PrincipalId("prn_ada"), PrincipalId("prn_ben")
PASS, NOTES, FAIL = Verdict.PASS, Verdict.PASS_WITH_NOTES, Verdict.FAIL
ESCALATE, UNSEEN = Verdict.ESCALATE, Verdict.NOT_EVALUATED


def a_policy(key: str = "architecture", **fields) -> Policy:
    criteria = (
        Criterion(id="must", text="It is right"),
        Criterion(id="should", text="It is nice", blocking=False),
    )
    return Policy(**{"key": key, "title": key, "criteria": criteria, "evaluator": "r", **fields})


ARCHITECTURE, SECURITY = a_policy(), a_policy("security")
STYLE = a_policy("style", blocking=False)


def a_finding(severity=Severity.MINOR, clause="must", **fields) -> Finding:
    given = {"what": "no header", "evidence": "api.py:3", "remediation": "add it"}
    return Finding(severity=severity, clause=clause, **{**given, **fields})


def a_report(verdict=PASS, *findings, **fields) -> Report:
    given = {"subject": CHANGE, "hash": "head", "policy": "architecture", "summary": "looked"}
    return Report(verdict=verdict, findings=findings, **{**given, **fields})


def a_judgement(verdict, policy="architecture", *findings, summary="") -> Judgement:
    return Judgement(
        id=JudgementId("j"),
        subject=CHANGE,
        hash="head",
        policy=policy,
        number=1,
        verdict=verdict,
        stated=verdict,
        summary=summary,
        findings=findings,
        evaluator=BEN,
        question=None,
        run=None,
        at=NOON,
    )


def a_question(answer=None, *, hash="head", text="Is fan-out right?", **fields) -> Question:
    given = {
        "id": QuestionId("Q-3"),
        "subject": CHANGE,
        "hash": hash,
        "policy": "architecture",
        "question": text,
        "recommendation": "",
        "to": ("@tech-lead",),
        "tier": Tier.JUDGEMENT,
        "authors": (),
        "context": None,
        "asked_by": BEN,
        "asked_at": NOON,
        "answer": answer,
        "note": "",
        "answered_by": None,
        "answered_at": None,
        "withdrawn": False,
        "waited_real_seconds": 0.0,
    }
    return Question(**{**given, **fields})


def a_gate(state=GateState.OPEN, **fields) -> Gate:
    given = {
        "id": GateId("G-1"),
        "subject": CHANGE,
        "hash": "head",
        "members": {"brief/a@1": "1111"},
        "title": "t",
        "summary": "",
        "why": "",
        "on_yes": "",
        "on_no": "",
        "tier": Tier.OWNER,
        "approvers": ("@vp-product", "@leads"),
        "delegated_to": None,
        "delegated_by": None,
        "authors": (),
        "context": None,
        "purpose": "review",
        "alike": "",
        "state": state,
        "asked_at": NOON,
        "decided_at": None,
        "decided_by": None,
        "note": "",
        "waited_real_seconds": 0.0,
    }
    return Gate(**{**given, **fields})


@pytest.mark.parametrize(
    ("report", "comes_to"),
    [
        pytest.param(a_report(PASS), PASS, id="nothing found"),
        pytest.param(a_report(PASS, a_finding()), NOTES, id="a minor finding is a note"),
        pytest.param(a_report(PASS, a_finding(Severity.MAJOR)), FAIL, id="a major one fails"),
        pytest.param(a_report(NOTES, a_finding(Severity.CRITICAL)), FAIL, id="a critical one too"),
        pytest.param(
            a_report(PASS, a_finding(Severity.CRITICAL, "should")),
            NOTES,
            id="an advisory criterion gives notes at most",
        ),
        pytest.param(a_report(FAIL, a_finding()), FAIL, id="a stated FAIL stays one"),
        pytest.param(a_report(PASS, ci_green=False), FAIL, id="red tests fail whatever is said"),
        pytest.param(a_report(PASS, ci_green=True), PASS, id="green tests change nothing"),
        pytest.param(
            a_report(PASS, escalation=Escalation(question="?")), ESCALATE, id="a question escalates"
        ),
        pytest.param(
            a_report(ESCALATE, a_finding(Severity.MAJOR), escalation=Escalation(question="?")),
            FAIL,
            id="what fails fails, whatever is asked besides",
        ),
        pytest.param(a_report(UNSEEN), UNSEEN, id="what was not looked at is no pass"),
    ],
)
def test_a_report_comes_to_what_it_states_or_worse(report, comes_to):
    assert rules.weighed(report, ARCHITECTURE) is comes_to


def test_what_a_person_refused_cannot_pass_on_the_same_hash_but_on_another():
    refused = [a_question(Answer.REFUSE)]

    assert rules.weighed(a_report(PASS), ARCHITECTURE, refused) is FAIL
    assert rules.weighed(a_report(PASS, hash="next"), ARCHITECTURE, refused) is PASS


@pytest.mark.parametrize(
    ("report", "fault"),
    [
        pytest.param(
            a_report(NOTES, a_finding(clause="nice")), "no criterion", id="unknown clause"
        ),
        pytest.param(a_report(NOTES, a_finding(evidence=" ")), "no evidence", id="no evidence"),
        pytest.param(a_report(FAIL), "without a finding", id="FAIL without a finding"),
        pytest.param(a_report(ESCALATE), "asks a question", id="ESCALATE without a question"),
        pytest.param(a_report(UNSEEN, summary=""), "says why", id="not evaluated without a why"),
    ],
)
def test_a_report_that_contradicts_itself_is_refused(report, fault):
    (found,) = rules.faults_of(report, ARCHITECTURE)

    assert fault in found


def test_every_fault_of_a_report_is_told_and_a_sound_one_has_none():
    report = a_report(FAIL, a_finding(clause="x", evidence=""), a_finding(clause="y"))

    assert len(rules.faults_of(report, ARCHITECTURE)) == 3
    assert rules.faults_of(a_report(FAIL, ci_green=False), ARCHITECTURE) == ()
    assert rules.faults_of(a_report(FAIL, a_finding(Severity.MAJOR)), ARCHITECTURE) == ()


@pytest.mark.parametrize(
    ("judged", "red", "comes_to"),
    [
        pytest.param({"architecture": PASS, "security": PASS}, False, PASS, id="all pass"),
        pytest.param({"architecture": NOTES, "security": PASS}, False, NOTES, id="a note"),
        pytest.param({"architecture": PASS}, False, UNSEEN, id="a missing one is no pass"),
        pytest.param({"architecture": ESCALATE, "security": PASS}, False, ESCALATE, id="escalated"),
        pytest.param({"architecture": ESCALATE}, False, ESCALATE, id="a person is asked first"),
        pytest.param({"architecture": FAIL, "security": ESCALATE}, False, FAIL, id="a failure"),
        pytest.param({"architecture": PASS, "security": PASS}, True, FAIL, id="red tests"),
    ],
)
def test_the_overall_verdict_is_the_worst_of_the_required(judged, red, comes_to):
    assert rules.overall([ARCHITECTURE, SECURITY], judged, red=red) is comes_to


def test_where_nothing_must_be_met_nothing_was_judged():
    assert rules.overall([], {"architecture": PASS}) is UNSEEN
    assert rules.overall([], {}, red=True) is FAIL


@pytest.mark.parametrize("verdict", [FAIL, ESCALATE, UNSEEN, None])
def test_an_advisory_policy_never_costs_more_than_a_note(verdict):
    judged = {"architecture": PASS} | ({"style": verdict} if verdict else {})

    assert rules.overall([ARCHITECTURE, STYLE], judged) is NOTES
    assert rules.against([STYLE], {}, {}) == ()


def test_the_verdicts_of_seed_000_come_out_as_told():
    security, architecture = a_report(PASS), a_report(NOTES, a_finding())
    documentation = a_report(PASS, a_finding(Severity.CRITICAL))

    assert rules.weighed(architecture, ARCHITECTURE) is NOTES
    assert rules.overall(
        [ARCHITECTURE, SECURITY],
        {
            "architecture": rules.weighed(architecture, ARCHITECTURE),
            "security": rules.weighed(security, SECURITY),
        },
    ) is (NOTES)
    assert rules.weighed(documentation, a_policy("content")) is FAIL


@pytest.mark.parametrize(
    ("judgement", "question", "reason"),
    [
        pytest.param(None, None, "not judged by r", id="missing"),
        pytest.param(a_judgement(PASS), None, None, id="pass"),
        pytest.param(a_judgement(NOTES), None, None, id="pass with notes"),
        pytest.param(
            a_judgement(FAIL, "architecture", a_finding(Severity.MAJOR, what="no limit")),
            None,
            "failed with no limit",
            id="fail",
        ),
        pytest.param(
            a_judgement(UNSEEN, summary="no tool"),
            None,
            "could not be evaluated: no tool",
            id="unseen",
        ),
        pytest.param(
            a_judgement(ESCALATE), a_question(), "Q-3 waits for @tech-lead", id="escalated"
        ),
        pytest.param(
            a_judgement(ESCALATE),
            a_question(Answer.ALLOW),
            "Q-3 is answered; architecture waits for a new report",
            id="an answer alone is no verdict",
        ),
    ],
)
def test_what_a_blocking_policy_has_against_going_on(judgement, question, reason):
    judged = {"architecture": judgement} if judgement else {}
    questions = {"architecture": question} if question else {}

    found = rules.against([ARCHITECTURE], judged, questions)

    assert found == () if reason is None else reason in found[0]


def test_all_policies_that_are_in_the_way_are_told():
    found = rules.against([ARCHITECTURE, SECURITY], {"security": a_judgement(FAIL, "security")}, {})

    assert [reason.split()[0] for reason in found] == ["architecture", "security"]


def test_a_required_policy_without_an_evaluator_is_told():
    found = rules.without_evaluator(
        ["architecture", "observability", "mute", "style"],
        {"architecture": ARCHITECTURE, "mute": a_policy("mute", evaluator=""), "style": STYLE},
        {"style": ["nobody is hired as style-review"]},
    )

    assert found == (
        "observability: no such policy is declared, so nobody evaluates it",
        "mute: the policy names no evaluator",
        "style: nobody is hired as style-review",
    )


def test_policies_without_a_judgement_are_listed_in_their_order():
    assert rules.unjudged(["a", "b", "c"], {"b"}) == ("a", "c")


@pytest.mark.parametrize(
    ("fails", "trend"), [(0, False), (1, False), (2, False), (3, True), (4, False), (6, True)]
)
def test_a_trend_is_told_at_the_third_failure_in_a_row_and_each_third_after(fails, trend):
    assert rules.is_trend(fails) is trend


def test_a_change_is_decided_at_the_highest_tier_of_its_paths():
    found = [
        TierRule(pattern="work/missions/*", tier=Tier.JUDGEMENT),
        TierRule(pattern="work/releases/*", tier=Tier.PRODUCTION),
    ]

    assert rules.tier_of(["README.md"], found) is Tier.OWNER
    assert rules.tier_of(["work/missions/export/BRIEF.md", "x"], found) is Tier.JUDGEMENT
    assert rules.tier_of(["work/missions/a.md", "work/releases/b.md"], found) is Tier.PRODUCTION


@pytest.mark.parametrize(
    ("who", "person", "reasons"),
    [
        pytest.param(ADA, True, 0, id="a person it waits for"),
        pytest.param(BEN, True, 1, id="somebody else"),
        pytest.param(ADA, False, 1, id="an agent of the team"),
        pytest.param(BEN, False, 2, id="both reasons are told"),
    ],
)
def test_who_may_decide(who, person, reasons):
    found = rules.barred(who, person=person, authors=(), eligible={ADA}, handles=("@ada",))

    assert len(found.reasons if found else ()) == reasons


def test_an_author_may_not_decide_although_it_waits_for_them():
    found = rules.barred(ADA, person=True, authors=(ADA,), eligible={ADA}, handles=("@ada",))

    assert str(found) == "nobody decides about their own work"


def test_what_changed_since_a_gate_was_asked_is_told_member_by_member():
    before = a_gate(members={"brief/a@1": "1" * 20, "brief/b@1": "2" * 20, "same@1": "3"})

    found = rules.changed(before, "next", {"brief/a@1": "4" * 20, "brief/c@1": "5", "same@1": "3"})

    assert found == (
        "brief/a@1 is now 444444444444, was 111111111111",
        "brief/b@1 is gone",
        "brief/c@1 is new",
    )
    assert rules.changed(before, "next", before.members) == ("it is now next, was head",)


@pytest.mark.parametrize(
    ("states", "standing"),
    [
        pytest.param([], GateState.WITHDRAWN, id="nobody was asked"),
        pytest.param([GateState.APPROVED], GateState.APPROVED, id="approved"),
        pytest.param([GateState.APPROVED, GateState.OPEN], GateState.OPEN, id="one still waits"),
        pytest.param(
            [GateState.OPEN, GateState.REVISED], GateState.REVISED, id="one asks for more"
        ),
        pytest.param(
            [GateState.REVISED, GateState.REJECTED, GateState.APPROVED],
            GateState.REJECTED,
            id="one no is a no",
        ),
    ],
)
def test_how_a_subject_stands_by_all_its_gates(states, standing):
    assert rules.standing(states) is standing


def test_gates_in_the_way_say_whom_they_wait_for_and_since_when():
    gates = [
        a_gate(),
        a_gate(GateState.APPROVED),
        a_gate(GateState.REVISED, id=GateId("G-2"), note="shorter"),
        a_gate(id=GateId("G-3"), delegated_to="@governor"),
    ]

    assert rules.waiting(gates) == (
        "gate G-1 waits for @vp-product or @leads since 2026-03-25 12:00 UTC",
        "gate G-2 asks for a revision: shorter",
        "gate G-3 waits for @governor since 2026-03-25 12:00 UTC",
    )


@pytest.mark.parametrize(
    ("decision", "needed"),
    [(Decision.APPROVE, False), (Decision.REVISE, True), (Decision.REJECT, True)],
)
def test_whoever_says_anything_but_yes_says_why(decision, needed):
    assert bool(rules.needs_note(decision)) is needed


def test_an_inbox_shows_the_highest_tier_first_and_then_who_waited_longest():
    def item(id, tier, hours):
        return InboxItem(
            kind=ItemKind.GATE,
            id=id,
            asked="",
            subject=CHANGE,
            hash="h",
            why="",
            tier=tier,
            waiting_since=NOON - timedelta(hours=hours),
            waiting=timedelta(hours=hours),
            on_yes="",
            on_no="",
            blocks=0,
            alike="",
            context=None,
        )

    items = [item("young", 2, 1), item("low", 1, 99), item("old", 2, 5), item("top", 4, 0)]

    assert [i.id for i in rules.ordered(items)] == ["top", "old", "young", "low"]


@pytest.mark.parametrize(("score", "novel"), [(0.69, False), (0.7, False), (0.71, True)])
def test_a_novelty_score_above_the_threshold_needs_a_person(score, novel):
    assert rules.is_novel(score) is novel


def test_one_thing_is_not_asked_twice_while_it_is_open():
    asked = [
        a_question(Answer.ALLOW, id=QuestionId("Q-1")),
        a_question(withdrawn=True, id=QuestionId("Q-2")),
        a_question(id=QuestionId("Q-3"), text="Another?"),
        a_question(id=QuestionId("Q-4")),
    ]

    assert rules.still_open(asked, "architecture", "Is fan-out right?").id == "Q-4"
    assert rules.still_open(asked, "security", "Is fan-out right?") is None
