"""Who may decide: a person whom the handles name, and never an author."""

from collections.abc import Iterator, Sequence

from headrace.capabilities.governance import rules
from headrace.capabilities.governance.model import Fallback, NotEligible, Question
from headrace.capabilities.people import service as people
from headrace.capabilities.people.model import PrincipalKind, PrincipalNotFound
from headrace.kernel.context import ActorKind, Ctx
from headrace.kernel.ids import PrincipalId


def named(ctx: Ctx, handles: Sequence[str]) -> frozenset[PrincipalId]:
    """Everybody whom the handles name, teams taken apart."""
    return frozenset[PrincipalId]().union(*(people.resolve(ctx, handle) for handle in handles))


def persons(
    ctx: Ctx, handles: Sequence[str], authors: Sequence[PrincipalId]
) -> frozenset[PrincipalId]:
    """Those of the named who could decide: active persons who are no authors."""
    return frozenset(one for one in named(ctx, handles) - set(authors) if _is_person(ctx, one))


def asked_of(ctx: Ctx, question: Question) -> tuple[str, ...]:
    """The handles of those who may answer a question.

    Its own, while they name a person who may; else the first of the house's fallbacks that does.
    Without any they stay its own, so that it is seen what is missing.
    """
    for handles in (question.to, *_fallbacks(ctx)):
        if persons(ctx, handles, question.authors):
            return handles
    return question.to


def _fallbacks(ctx: Ctx) -> Iterator[tuple[str, ...]]:
    for declared in ctx.declared(Fallback):
        yield from ((f"@{handle}",) for handle in declared.handles)


def require(ctx: Ctx, what: str, handles: Sequence[str], authors: Sequence[PrincipalId]) -> None:
    """Raises NotEligible with every reason why the actor may not decide `what`."""
    refusal = rules.barred(
        ctx.principal,
        person=ctx.actor.kind is ActorKind.PERSON,
        authors=authors,
        eligible=named(ctx, handles),
        handles=handles,
    )
    if refusal is not None:
        raise NotEligible(f"You cannot decide {what}: {refusal}", reasons=refusal.reasons)


def handle(ctx: Ctx, principal: PrincipalId | None) -> str:
    """How a principal is called, for people to read."""
    if principal is None:
        return "nobody"
    try:
        return f"@{people.principal(ctx, principal).handle}"
    except PrincipalNotFound:
        return principal


def _is_person(ctx: Ctx, id: PrincipalId) -> bool:
    found = people.principal(ctx, id)
    return found.active and found.kind is PrincipalKind.PERSON
