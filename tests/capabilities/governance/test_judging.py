"""Reports become judgements: independently, in rows that stay, with questions that people answer."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from headrace.capabilities.governance import service
from headrace.capabilities.governance.model import (
    AlreadyDecided,
    Answer,
    Escalation,
    Finding,
    NotEligible,
    NoteMissing,
    PolicyUnknown,
    Report,
    ReportRefused,
    SelfJudged,
    Severity,
    Stale,
    Subject,
    Tally,
    Verdict,
)

PLAN = Subject(kind="plan", id="hire-1")
MAJOR = Finding(
    severity=Severity.MAJOR,
    clause="must",
    what="no limit",
    evidence="plan.yaml:3",
    remediation="set one",
    path="plan.yaml",
    line=3,
)
FAN_OUT = Escalation(question="Is fan-out right here?", recommendation="Have the tech lead look")


def a_report(policy="architecture", verdict=Verdict.PASS, **fields) -> Report:
    given = {"subject": PLAN, "hash": "hash-one", "summary": "looked at it"}
    return Report(policy=policy, verdict=verdict, **{**given, **fields})


@pytest.fixture
def judges(firm, a_plan):
    """The architecture evaluator hands in a report on a plan of the manager."""
    firm.system(service.ask, a_plan())

    def judge(report: Report, by="architecture-review"):
        return firm.does(by, service.judge, report)

    return judge


def test_a_report_is_kept_as_it_was_with_the_verdict_that_counts(firm, judges):
    made = judges(a_report(findings=(MAJOR,), run="run-7"))

    assert (made.stated, made.verdict) == (Verdict.PASS, Verdict.FAIL)
    assert firm.system(service.judgements_of, PLAN) == [made]
    assert made.findings == (MAJOR,)
    (event,) = firm.told("judged")
    assert (event["policy"], event["verdict"], event["findings"]) == ("architecture", "FAIL", 1)


def test_judging_again_makes_a_new_judgement_and_keeps_the_old(firm, judges):
    first = judges(a_report(findings=(MAJOR,)))
    second = judges(a_report(hash="hash-two"))

    assert firm.system(service.judgements_of, PLAN) == [first, second]
    assert (first.number, second.number) == (1, 2)


def test_nobody_evaluates_their_own_work(firm, judges):
    with pytest.raises(SelfJudged, match="@manager made this"):
        judges(a_report(), by="manager")

    assert firm.system(service.judgements_of, PLAN) == []


def test_the_system_hands_in_for_the_evaluator_whose_run_it_was(firm, judges):
    made = firm.system(service.judge, a_report(), evaluator=firm.id("security-review"))

    assert made.evaluator == firm.id("security-review")
    with pytest.raises(ReportRefused, match="name the evaluator"):
        firm.system(service.judge, a_report())
    with pytest.raises(SelfJudged):
        firm.system(service.judge, a_report(), evaluator=firm.id("manager"))


def test_an_evaluator_cannot_speak_in_the_name_of_another(firm, judges):
    made = firm.does(
        "architecture-review", service.judge, a_report(), evaluator=firm.id("security-review")
    )

    assert made.evaluator == firm.id("architecture-review")


def test_a_policy_that_nobody_declares_is_told_with_those_there_are(judges):
    with pytest.raises(PolicyUnknown, match="there are architecture, security, style"):
        judges(a_report("observability"))


def test_a_report_with_faults_is_refused_with_every_one(judges):
    with pytest.raises(ReportRefused) as refusal:
        judges(a_report(verdict=Verdict.ESCALATE, findings=(MAJOR, MAJOR)))

    assert refusal.value.details["reasons"] == ("an ESCALATE asks a question",)
    with pytest.raises(ReportRefused, match="security names nobody to ask"):
        judges(a_report("security", escalation=FAN_OUT))


def test_an_assessment_says_what_counts_what_is_missing_and_who_is_missing(firm, judges):
    judges(a_report(hash="former"))
    judges(a_report(verdict=Verdict.PASS_WITH_NOTES))

    found = firm.system(service.assess, PLAN, "hash-one", ["architecture", "security", "style"])

    assert found.overall is Verdict.NOT_EVALUATED
    assert [j.number for j in found.judgements] == [2]
    assert found.unjudged == ("security", "style")
    assert found.without_evaluator == ("style: nobody is hired as style-review",)


def test_a_policy_that_nobody_declares_stays_required(firm, judges):
    judges(a_report())

    found = firm.system(service.assess, PLAN, "hash-one", ["architecture", "observability"])

    assert found.overall is Verdict.NOT_EVALUATED
    assert "no such policy is declared" in found.without_evaluator[0]
    assert firm.system(service.objections, PLAN, "hash-one", ["observability"])


def test_an_escalation_asks_the_person_whom_the_policy_names(firm, judges):
    made = judges(a_report(verdict=Verdict.ESCALATE, escalation=FAN_OUT))

    question = firm.system(service.question, made.question)
    assert (question.id, question.to, question.tier) == ("Q-1", ("@tech-lead",), 2)
    assert [e["question"] for e in firm.told("question_asked")] == ["Q-1"]


def test_one_thing_is_asked_once_however_many_versions_ask_it(firm, judges):
    first = judges(a_report(verdict=Verdict.ESCALATE, escalation=FAN_OUT))
    second = judges(a_report(verdict=Verdict.ESCALATE, escalation=FAN_OUT, hash="hash-two"))
    other = judges(a_report(escalation=Escalation(question="And the queue?", to="@governor")))

    assert (first.question, second.question, other.question) == ("Q-1", "Q-1", "Q-2")
    assert firm.system(service.question, "Q-2").to == ("@governor",)


def test_only_a_new_report_turns_an_answer_into_a_verdict(firm, judges):
    former = judges(a_report(verdict=Verdict.ESCALATE, escalation=FAN_OUT))
    answered = firm.does("tech-lead", service.answer, "Q-1", Answer.ALLOW, "Reuse it")

    before = firm.system(service.objections, PLAN, "hash-one", ["architecture"])
    newer = judges(a_report())
    after = firm.system(service.objections, PLAN, "hash-one", ["architecture"])

    assert (answered.answer, answered.note) == (Answer.ALLOW, "Reuse it")
    assert "waits for a new report" in before[0]
    assert after == ()
    assert [j.verdict for j in firm.system(service.judgements_of, PLAN)] == [
        former.verdict,
        newer.verdict,
    ]
    (event,) = firm.told("answered")
    assert (event["policy"], event["answer"], event["note"]) == (
        "architecture",
        "allow",
        "Reuse it",
    )


def test_a_refusal_binds_the_version_it_was_asked_about(firm, judges):
    judges(a_report(verdict=Verdict.ESCALATE, escalation=FAN_OUT))
    firm.does("tech-lead", service.answer, "Q-1", Answer.REFUSE, "Use the queue we have")

    assert judges(a_report()).verdict is Verdict.FAIL
    assert judges(a_report(hash="hash-two")).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("handle", "reason"),
    [
        pytest.param("vp-product", "waits for @tech-lead", id="somebody else"),
        pytest.param("architecture-review", "only a person", id="the evaluator itself"),
        pytest.param("manager", "own work", id="the author"),
    ],
)
def test_those_who_may_not_answer_are_told_why(firm, judges, handle, reason):
    judges(a_report(verdict=Verdict.ESCALATE, escalation=FAN_OUT))

    with pytest.raises(NotEligible, match=reason):
        firm.does(handle, service.answer, "Q-1", Answer.ALLOW)


def test_a_question_is_answered_once_and_a_no_says_why(firm, judges):
    judges(a_report(escalation=Escalation(question="May we?", to="@architects")))
    with pytest.raises(NoteMissing):
        firm.does("tech-lead", service.answer, "Q-1", Answer.REFUSE)
    firm.does("tech-lead", service.answer, "Q-1", Answer.ALLOW)

    firm.does("tech-lead", service.answer, "Q-1", Answer.ALLOW)
    with pytest.raises(AlreadyDecided, match="@tech-lead answered Q-1 before you: allow"):
        firm.does("governor", service.answer, "Q-1", Answer.REFUSE, "no")
    assert len(firm.told("answered")) == 1


def test_three_failures_of_a_policy_in_a_row_are_a_trend_across_subjects(firm, judges):
    def fails(subject: str, policy="architecture"):
        at = Subject(kind="plan", id=subject)
        judges(a_report(policy, findings=(MAJOR,), subject=at))

    fails("a")
    fails("b")
    judges(a_report())
    fails("a")
    fails("x", "security")
    judges(a_report(verdict=Verdict.NOT_EVALUATED))
    fails("b")
    assert firm.told("trend") == []
    fails("c")

    (event,) = firm.told("trend")
    assert (event["policy"], event["fails"], event["subject"]) == ("architecture", 3, "c")


def test_failures_that_race_are_counted_one_by_one(firm, judges):
    def fail(number: int) -> None:
        at = Subject(kind="plan", id=f"p{number}")
        judges(a_report(findings=(MAJOR,), subject=at))

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(fail, range(12)))

    assert sorted(event["fails"] for event in firm.told("trend")) == [3, 6, 9, 12]


def test_reports_that_race_on_one_subject_are_numbered_without_gaps(firm, judges):
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda _: judges(a_report()), range(12)))

    assert [j.number for j in firm.system(service.judgements_of, PLAN)] == list(range(1, 13))


def test_a_question_that_is_asked_again_is_about_what_was_looked_at_last(firm, judges):
    judges(a_report(verdict=Verdict.ESCALATE, escalation=FAN_OUT))
    judges(a_report(verdict=Verdict.ESCALATE, escalation=FAN_OUT, hash="hash-two"))

    assert firm.system(service.question, "Q-1").hash == "hash-two"
    with pytest.raises(Stale, match="You looked at hash-one, and Q-1 asks about hash-two"):
        firm.does("tech-lead", service.answer, "Q-1", Answer.ALLOW, seen="hash-one")
    done = firm.does("tech-lead", service.answer, "Q-1", Answer.ALLOW, seen="hash-two")
    assert done.answer is Answer.ALLOW


def test_a_later_pass_does_not_answer_in_the_place_of_the_person_who_is_asked(firm, judges):
    judges(a_report(verdict=Verdict.ESCALATE, escalation=FAN_OUT))
    judges(a_report())

    against = firm.system(service.objections, PLAN, "hash-one", ["architecture"])

    assert against == ("Q-1 on architecture waits for @tech-lead",)
    firm.does("tech-lead", service.answer, "Q-1", Answer.ALLOW)
    assert firm.system(service.objections, PLAN, "hash-one", ["architecture"]) == ()


def test_a_question_that_the_next_version_asks_no_more_needs_no_answer(firm, judges):
    judges(a_report(verdict=Verdict.ESCALATE, escalation=FAN_OUT))
    judges(a_report(hash="hash-two"))

    assert firm.system(service.question, "Q-1").withdrawn
    assert firm.system(service.objections, PLAN, "hash-two", ["architecture"]) == ()
    with pytest.raises(AlreadyDecided, match="needs no answer any more"):
        firm.does("tech-lead", service.answer, "Q-1", Answer.ALLOW)


def test_blocking_findings_are_counted_by_severity_and_all_others_are_notes(firm, judges):
    critical = replace(MAJOR, severity=Severity.CRITICAL, what="no sign-in")
    advisory = replace(critical, clause="should", what="no friendly words")
    minor = replace(MAJOR, severity=Severity.MINOR, what="no example")
    made = judges(a_report(findings=(MAJOR, critical, advisory, minor)))
    style = replace(a_report("style", findings=(critical,)), verdict=Verdict.FAIL)
    firm.does("security-review", service.judge, style)

    found = firm.system(service.assess, PLAN, "hash-one", ["architecture", "style"])

    assert firm.system(service.tally, made) == Tally(critical=1, major=1, notes=2)
    assert found.tally == Tally(critical=1, major=1, notes=3)
    assert found.tally.blocking == 2
    assert found.overall is Verdict.FAIL
