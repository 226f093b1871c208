"""Change requests at their gates: the one place where governance moves the record."""

from collections.abc import Sequence
from datetime import datetime

from headrace.capabilities.governance import rules
from headrace.capabilities.governance.model import (
    CHANGE,
    Decision,
    Gate,
    GateState,
    Proposal,
    Subject,
    Tier,
    TierRule,
)
from headrace.capabilities.governance.service import gates, questions
from headrace.capabilities.governance.service.eligibility import handle, named, persons
from headrace.capabilities.governance.service.policies import objections
from headrace.capabilities.governance.service.subjects import facts
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import (
    ChangeId,
    ChangeRequest,
    ChangeState,
    MergeRefused,
    ReviewVerdict,
)
from headrace.kernel.context import Ctx
from headrace.kernel.ids import PrincipalId


def present(ctx: Ctx, id: ChangeId) -> None:
    """Ask the required reviewers of a change about its present head; with none needed it goes on.

    Gates on a former head are superseded. Repeating it changes nothing.
    """
    change = record.change(ctx, id)
    if change.state is not ChangeState.OPEN or change.head is None:
        return
    required = record.required_reviewers(ctx, change)
    known = facts(ctx, subject_of(id))
    gates.ask(
        ctx,
        Proposal(
            subject=subject_of(id),
            hash=change.head,
            title=change.title,
            summary=change.body,
            approvers=tuple(review.owners for review in required),
            authors=known.authors,
            members=known.members,
            why=f"{', '.join(change.paths[:5])}{' …' if len(change.paths) > 5 else ''}",
            on_yes=f"{change.branch} is merged into {change.target}",
            on_no="it goes back to its author; nothing is merged",
            tier=tier_of(ctx, change),
            context=change.context,
            alike=f"review:{change.branch.partition('/')[0]}",
        ),
    )
    advance(ctx, id)


def tier_of(ctx: Ctx, change: ChangeRequest) -> Tier:
    """The tier that the paths of a change are decided at."""
    return rules.tier_of(change.paths, tuple(ctx.declared(TierRule)))


def novel(
    ctx: Ctx, id: ChangeId, *, score: float, to: str, threshold: float = rules.NOVELTY_THRESHOLD
) -> tuple[Gate, ...]:
    """A gate more, for a named person, when a change is so unlike the code base that one must look.

    Bound to the present head; score it again when the head moves. No gate at or below `threshold`.
    """
    change = record.change(ctx, id)
    if not rules.is_novel(score, threshold) or change.head is None:
        return ()
    known = facts(ctx, subject_of(id))
    return gates.ask(
        ctx,
        Proposal(
            subject=subject_of(id),
            hash=change.head,
            title=f"{change.title}: novel approach",
            approvers=((to,),),
            authors=known.authors,
            members=known.members,
            why=f"its novelty score is {score:.2f}, above {threshold:.2f}",
            on_yes="the approach is accepted; the other gates still count",
            on_no="it goes back to its author; nothing is merged",
            tier=Tier.JUDGEMENT,
            context=change.context,
            purpose="novelty",
            alike="novelty",
        ),
    )


def carry_out(ctx: Ctx, gate: Gate, decision: Decision) -> None:
    """Do in the record what was decided at the gate of a change: review it, merge it, or close it.

    A delegate speaks for whoever delegated, because it is their review that the owners' file asks for.
    """
    if gate.subject.kind != CHANGE:
        return
    id = ChangeId(gate.subject.id)
    if decision is Decision.REJECT:
        record.close(ctx, id)
        return
    approves = decision is Decision.APPROVE
    verdict = ReviewVerdict.APPROVE if approves else ReviewVerdict.REVISE
    for_whom = None if ctx.principal in named(ctx, gate.approvers) else gate.delegated_by
    note = f"{gate.note} ({handle(ctx, ctx.principal)} as delegate)" if for_whom else gate.note
    record.review(ctx, id, verdict, note.strip(), by=for_whom)
    if approves:
        advance(ctx, id)


def reviewed(ctx: Ctx, id: ChangeId, reviewer: PrincipalId, head: str, approves: bool) -> None:
    """Somebody reviewed in the record itself, or in a forge: that decides the gates they may decide."""
    decision = Decision.APPROVE if approves else Decision.REVISE
    for gate in gates.on_hash(ctx, subject_of(id), head):
        if gate.state is not GateState.OPEN or gate.purpose != "review":
            continue
        if reviewer in persons(ctx, gate.deciders, gate.authors):
            gates.settle(ctx, gate, decision, by=reviewer, note="reviewed in the record")
    advance(ctx, id)


def ended(ctx: Ctx, id: ChangeId) -> None:
    """A change was merged or given up: nobody is asked about it any more."""
    gates.withdraw(ctx, subject_of(id))
    questions.withdraw(ctx, subject_of(id))


def advance(ctx: Ctx, id: ChangeId) -> None:
    """Merge the change if nothing is against it; else it stays open until the next word on it.

    Whoever approved last has decided the merge; where nobody had to, the house itself has.
    """
    change = record.change(ctx, id)
    if change.state is not ChangeState.OPEN or change.head is None:
        return
    approved = [
        gate
        for gate in gates.on_hash(ctx, subject_of(id), change.head)
        if gate.state is GateState.APPROVED
    ]
    last = max(approved, key=_decided_at, default=None)
    try:
        record.merge(ctx, id, by=last.decided_by if last else None)
    except MergeRefused:
        return  # every reason can be read at the change; nothing was written


def _decided_at(gate: Gate) -> tuple[datetime, str]:
    assert gate.decided_at is not None  # it is approved
    return gate.decided_at, gate.id


def merge_objections(ctx: Ctx, change: ChangeRequest) -> Sequence[str]:
    """Governance's answer to whether a change may be merged: policies judged, gates approved."""
    subject, head = subject_of(change.id), change.head or ""
    return (
        *objections(ctx, subject, head, change.policies),
        *rules.waiting(gates.on_hash(ctx, subject, head)),
    )


def subject_of(id: ChangeId) -> Subject:
    """The change as a subject of gates and judgements."""
    return Subject(kind=CHANGE, id=id)
