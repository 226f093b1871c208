"""Judging: reports become judgements, what nobody can tell becomes a question, failures a trend."""

from collections.abc import Sequence
from datetime import datetime

from headrace.capabilities.governance import rules
from headrace.capabilities.governance.model import (
    Escalation,
    Judged,
    Judgement,
    JudgementId,
    Policy,
    Question,
    QuestionAsked,
    QuestionId,
    Report,
    ReportRefused,
    SelfJudged,
    Trend,
    Verdict,
)
from headrace.capabilities.governance.service.eligibility import handle
from headrace.capabilities.governance.service.policies import policy
from headrace.capabilities.governance.service.subjects import Facts, facts
from headrace.capabilities.governance.store import judgements, locks, questions
from headrace.kernel.context import ActorKind, Ctx
from headrace.kernel.ids import PrincipalId

_COUNTED = frozenset({Verdict.PASS, Verdict.PASS_WITH_NOTES, Verdict.FAIL})
"""Verdicts that continue or end a row of failures; the others leave it as it is."""


def judge(ctx: Ctx, report: Report, *, evaluator: PrincipalId | None = None) -> Judgement:
    """Take a report. The verdict is the one stated, or worse where the facts are worse.

    The evaluator is whoever acts; only the system names another, whose run it was. A report on a
    hash that is no longer the present one is kept and counts for nothing. Judging again makes a new
    judgement and keeps the old. Raises PolicyUnknown, ReportRefused with every fault, SelfJudged.
    Records Judged; QuestionAsked where the report escalates; Trend at each third FAIL in a row.
    """
    against, known = policy(ctx, report.policy), facts(ctx, report.subject)
    _check(report, against)
    who = _evaluator(ctx, evaluator, known)
    locks.lock(ctx.db, ctx.organisation, report.subject)
    asked = questions.of_subject(ctx.db, ctx.organisation, report.subject)
    question = _ask(ctx, report, against, known, asked, who) if report.escalation else None
    if known.hash in (None, report.hash):
        for one in rules.moot(asked, report, question):
            questions.withdraw_one(ctx.db, ctx.organisation, one.id)
    made = judgements.add(
        ctx.db,
        ctx.organisation,
        JudgementId(ctx.new_id("jdg")),
        report,
        rules.weighed(report, against, rules.refused(asked, against.key)),
        evaluator=who,
        question=question,
        now=ctx.now,
    )
    _tell(ctx, made, known)
    return made


def _check(report: Report, against: Policy) -> None:
    faults = rules.faults_of(report, against)
    if report.escalation is not None and not (report.escalation.to or against.escalates_to):
        faults += (f"{against.key} names nobody to ask; say who in the escalation",)
    if faults:
        raise ReportRefused(f"The report cannot be taken: {'; '.join(faults)}", reasons=faults)


def _evaluator(ctx: Ctx, named: PrincipalId | None, known: Facts) -> PrincipalId:
    if ctx.actor.kind is ActorKind.SYSTEM:
        if named is None:
            raise ReportRefused("The system evaluates nothing itself; name the evaluator")
        who = named
    else:
        who = ctx.principal
    if who in known.authors:
        raise SelfJudged(
            f"{handle(ctx, who)} made this and does not evaluate it; have another evaluator judge",
            evaluator=who,
        )
    return who


def _ask(
    ctx: Ctx,
    report: Report,
    against: Policy,
    known: Facts,
    asked: Sequence[Question],
    who: PrincipalId,
) -> QuestionId:
    """The question that the report escalates to: the open one that asks the same, or a new one.

    One that is asked again is about what was looked at last, and keeps its id and its age.
    """
    assert report.escalation is not None  # the caller has looked
    same = rules.still_open(asked, against.key, report.escalation.question)
    if same is not None:
        if known.hash in (None, report.hash):
            questions.move(ctx.db, ctx.organisation, same.id, report.hash)
        return same.id
    made = _question(ctx, report, report.escalation, against, known, who)
    questions.add(ctx.db, ctx.organisation, made)
    ctx.record(
        QuestionAsked(
            kind=report.subject.kind,
            subject=report.subject.id,
            hash=report.hash,
            context=known.context,
            question=made.id,
            policy=against.key,
            tier=made.tier,
        )
    )
    return made.id


def _question(
    ctx: Ctx,
    report: Report,
    escalation: Escalation,
    against: Policy,
    known: Facts,
    who: PrincipalId,
) -> Question:
    return Question(
        id=QuestionId(locks.visible_id(ctx.db, ctx.organisation, "Q")),
        subject=report.subject,
        hash=report.hash,
        policy=against.key,
        question=escalation.question,
        recommendation=escalation.recommendation,
        to=(f"@{(escalation.to or against.escalates_to).removeprefix('@')}",),
        tier=against.tier,
        authors=known.authors,
        context=known.context,
        asked_by=who,
        asked_at=ctx.now,
        answer=None,
        note="",
        answered_by=None,
        answered_at=None,
        withdrawn=False,
        waited_real_seconds=0.0,
    )


def _tell(ctx: Ctx, made: Judgement, known: Facts) -> None:
    ctx.record(
        Judged(
            kind=made.subject.kind,
            subject=made.subject.id,
            hash=made.hash,
            context=known.context,
            judgement=made.id,
            policy=made.policy,
            verdict=made.verdict,
            evaluator=made.evaluator,
            findings=len(made.findings),
        )
    )
    if made.verdict not in _COUNTED:
        return
    failed = made.verdict is Verdict.FAIL
    fails = judgements.streak(ctx.db, ctx.organisation, made.policy, failed=failed)
    if rules.is_trend(fails):
        ctx.record(
            Trend(policy=made.policy, fails=fails, kind=made.subject.kind, subject=made.subject.id)
        )


def run_of(ctx: Ctx, judgement: str) -> str | None:
    """The run in which a judgement was made; None where a person or nobody's run made it."""
    return judgements.run_of(ctx.db, ctx.organisation, judgement)


def listing(
    ctx: Ctx,
    *,
    subject: str | None = None,
    policy: str | None = None,
    before: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> Sequence[Judgement]:
    """Judgements, newest first, on one subject's id or by one policy where named.

    `before` is time and id of the last one seen.
    """
    return judgements.listing(
        ctx.db, ctx.organisation, subject=subject, policy=policy, before=before, limit=limit
    )
