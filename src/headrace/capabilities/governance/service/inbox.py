"""The one inbox: every open gate and question that somebody may decide now."""

from collections.abc import Callable, Iterator, Sequence

from headrace.capabilities.governance import rules
from headrace.capabilities.governance.model import (
    Gate,
    InboxItem,
    InboxSource,
    ItemKind,
    Question,
    Subject,
)
from headrace.capabilities.governance.service.eligibility import asked_of, named
from headrace.capabilities.governance.store import gates, questions
from headrace.capabilities.people import service as people
from headrace.capabilities.people.model import PrincipalKind
from headrace.kernel.context import Ctx
from headrace.kernel.ids import PrincipalId

BLOCKS = "governance.blocks"
"""Question to higher rooms about a Subject: the names of what waits for its decision."""

_SCANNED = 2000  # open gates and questions looked at, most urgent first

Mine = Callable[[Sequence[str]], bool]


def inbox(ctx: Ctx, principal: PrincipalId) -> tuple[InboxItem, ...]:
    """What waits for this person, highest tier first, then oldest. Agents and services have none.

    What was delegated lies with the delegate alone. Nobody finds their own work here. Work that
    waits for a person to do it lies with everybody who may.
    """
    if people.principal(ctx, principal).kind is not PrincipalKind.PERSON:
        return ()
    return rules.ordered(_items(ctx, principal, _membership(ctx, principal)))


def waiting(ctx: Ctx, principal: PrincipalId) -> int:
    """How much waits for this person: as many as `inbox` has items, without making them."""
    if people.principal(ctx, principal).kind is not PrincipalKind.PERSON:
        return 0
    own_gates, own_questions = _own(ctx, principal, _membership(ctx, principal))
    return len(own_gates) + len(own_questions) + sum(1 for _ in _of_sources(ctx, principal))


def everything(ctx: Ctx) -> tuple[InboxItem, ...]:
    """What waits for anybody in the organisation, for whoever looks after it."""
    return rules.ordered(_all(ctx))


def _all(ctx: Ctx) -> Iterator[InboxItem]:
    for gate in gates.open_ones(ctx.db, ctx.organisation, _SCANNED):
        yield of_gate(ctx, gate)
    for question in questions.open_ones(ctx.db, ctx.organisation, _SCANNED):
        yield of_question(ctx, question)
    for source in ctx.declared(InboxSource):
        yield from source.waiting(ctx)


def _membership(ctx: Ctx, principal: PrincipalId) -> Mine:
    """Whether handles name this principal; each handle is looked up once."""
    known: dict[str, bool] = {}

    def mine(handles: Sequence[str]) -> bool:
        for handle in handles:
            if handle not in known:
                known[handle] = principal in named(ctx, (handle,))
        return any(known[handle] for handle in handles)

    return mine


def _items(ctx: Ctx, principal: PrincipalId, mine: Mine) -> Iterator[InboxItem]:
    own_gates, own_questions = _own(ctx, principal, mine)
    yield from (of_gate(ctx, gate) for gate in own_gates)
    yield from (of_question(ctx, question) for question in own_questions)
    yield from _of_sources(ctx, principal)


def _own(ctx: Ctx, principal: PrincipalId, mine: Mine) -> tuple[Sequence[Gate], Sequence[Question]]:
    """Open gates and questions that this principal may decide."""
    return (
        [
            gate
            for gate in gates.open_ones(ctx.db, ctx.organisation, _SCANNED)
            if principal not in gate.authors and mine(gate.deciders)
        ],
        [
            question
            for question in questions.open_ones(ctx.db, ctx.organisation, _SCANNED)
            if principal not in question.authors and mine(asked_of(ctx, question))
        ],
    )


def _of_sources(ctx: Ctx, principal: PrincipalId) -> Iterator[InboxItem]:
    for source in ctx.declared(InboxSource):
        if people.holds(ctx, principal, source.permission):
            yield from source.waiting(ctx)


def of_source(ctx: Ctx, id: str) -> InboxItem | None:
    """What another room has for people to do under this id, or None."""
    found = (item for one in ctx.declared(InboxSource) for item in one.waiting(ctx))
    return next((item for item in found if item.id == id), None)


def of_gate(ctx: Ctx, gate: Gate) -> InboxItem:
    """A gate as its deciders see it."""
    return InboxItem(
        kind=ItemKind.GATE,
        id=gate.id,
        asked=gate.title,
        subject=gate.subject,
        hash=gate.hash,
        why=gate.why or gate.summary,
        tier=gate.tier,
        waiting_since=gate.asked_at,
        waiting=ctx.now - gate.asked_at,
        on_yes=gate.on_yes,
        on_no=gate.on_no,
        blocks=_blocks(ctx, gate.subject),
        alike=gate.alike,
        context=gate.context,
        asked_of=gate.deciders,
    )


def of_question(ctx: Ctx, question: Question) -> InboxItem:
    """A question as those see it who may answer; why it lies with others than it was put to."""
    handles = asked_of(ctx, question)
    why = question.recommendation or f"The evaluator of {question.policy} cannot tell"
    if handles != question.to:
        why = f"Nobody who may answer is called {', '.join(question.to)}, so you are asked. {why}"
    return InboxItem(
        kind=ItemKind.QUESTION,
        id=question.id,
        asked=question.question,
        subject=question.subject,
        hash=question.hash,
        why=why,
        tier=question.tier,
        waiting_since=question.asked_at,
        waiting=ctx.now - question.asked_at,
        on_yes=f"{question.policy} is judged again and may pass",
        on_no=f"{question.policy} fails for this version; its author gets your note",
        blocks=_blocks(ctx, question.subject),
        alike="",
        context=question.context,
        asked_of=handles,
    )


def _blocks(ctx: Ctx, subject: Subject) -> int:
    return sum(len(check.run(ctx, subject)) for check in ctx.house.checks(BLOCKS))
