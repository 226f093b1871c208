"""Who may decide: a person whom the handles name, and never an author."""

from collections.abc import Sequence

from headrace.capabilities.governance import rules
from headrace.capabilities.governance.model import NotEligible
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
