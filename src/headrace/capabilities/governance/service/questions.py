"""Questions: what an evaluator could not tell, until a person has answered."""

from collections.abc import Sequence

from headrace.capabilities.governance import rules
from headrace.capabilities.governance.model import (
    AlreadyDecided,
    Answer,
    Answered,
    NoteMissing,
    Question,
    QuestionId,
    QuestionNotFound,
    Stale,
    Subject,
)
from headrace.capabilities.governance.service import eligibility
from headrace.capabilities.governance.service.subjects import facts
from headrace.capabilities.governance.store import locks, questions
from headrace.kernel.context import Ctx


def answer(
    ctx: Ctx, id: QuestionId, answer: Answer, note: str = "", *, seen: str | None = None
) -> Question:
    """A person's word on a question; the evaluator then judges again, in a new report.

    `seen` is the hash that the person looked at, where a door knows it. The former judgement stays
    ESCALATE. A no binds: the same hash cannot pass that policy any more. Raises QuestionNotFound,
    NotEligible, NoteMissing (a no says why), Stale when its subject has changed since it was asked,
    AlreadyDecided with who was faster; the same word again by the same person does nothing.
    Records Answered.
    """
    asked = get(ctx, id)
    locks.lock(ctx.db, ctx.organisation, asked.subject)
    eligibility.require(ctx, asked.id, eligibility.asked_of(ctx, asked), asked.authors)
    asked = get(ctx, id)  # as it is now that nobody else changes it
    if rules.is_open(asked):
        _require_fresh(ctx, asked, seen)
    if answer is Answer.REFUSE and not note.strip():
        raise NoteMissing("A no helps nobody without its reason; say with --note why")
    if not questions.answer(ctx.db, ctx.organisation, id, answer, ctx.principal, note, ctx.now):
        return _again(ctx, id, answer)
    ctx.record(
        Answered(
            kind=asked.subject.kind,
            subject=asked.subject.id,
            hash=asked.hash,
            context=asked.context,
            question=id,
            policy=asked.policy,
            answer=answer,
            note=note,
            by=ctx.principal,
        )
    )
    return get(ctx, id)


def _require_fresh(ctx: Ctx, asked: Question, seen: str | None) -> None:
    present = facts(ctx, asked.subject).hash
    if present is not None and present != asked.hash:
        raise Stale(
            f"{asked.id} asks about {asked.hash[:12]}, and {asked.subject.id} is now "
            f"{present[:12]}: the evaluator of {asked.policy} looks at that first and asks again if "
            "it still cannot tell; look into your inbox then",
            question=asked.id,
            asked=asked.hash,
            present=present,
        )
    if seen is not None and seen != asked.hash:
        raise Stale(
            f"You looked at {seen[:12]}, and {asked.id} asks about {asked.hash[:12]}; look at that "
            f"with `headrace question show {asked.id}` and answer with its hash",
            question=asked.id,
            asked=asked.hash,
            seen=seen,
        )


def _again(ctx: Ctx, id: QuestionId, answer: Answer) -> Question:
    found = get(ctx, id)
    if found.withdrawn:
        raise AlreadyDecided(f"{id} needs no answer any more: {found.subject} was given up")
    if (found.answer, found.answered_by) == (answer, ctx.principal):
        return found
    who = eligibility.handle(ctx, found.answered_by)
    raise AlreadyDecided(f"{who} answered {id} before you: {found.answer}", by=found.answered_by)


def get(ctx: Ctx, id: QuestionId) -> Question:
    """The question. Raises QuestionNotFound."""
    found = questions.find(ctx.db, ctx.organisation, id)
    if found is None:
        raise QuestionNotFound(f"No question {id}; `headrace inbox list` shows yours", question=id)
    return found


def of_subject(ctx: Ctx, subject: Subject) -> Sequence[Question]:
    """Every question about a subject, oldest first; the next evaluator reads the answers here."""
    return ctx.once(questions.of_subject, subject)


def withdraw(ctx: Ctx, subject: Subject) -> None:
    """Nobody needs an answer about this subject any more."""
    questions.withdraw(ctx.db, ctx.organisation, subject)
