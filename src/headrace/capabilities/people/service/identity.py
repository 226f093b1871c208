"""Identity: who the caller is here, how the operator stands in for somebody, who was refused."""

from dataclasses import dataclass
from datetime import datetime

from headrace.capabilities.people import store
from headrace.capabilities.people.model import CallRefused, Principal, Right, RightMissing, StoodIn
from headrace.capabilities.people.service.gate import is_system, permissions_held
from headrace.capabilities.people.service.organisations import organisation
from headrace.capabilities.people.service.principals import by_handle
from headrace.kernel.context import Actor, ActorKind, Ctx
from headrace.kernel.errors import NotAllowed


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who the caller is here, and what it may do."""

    organisation: str | None  # slug
    handle: str | None  # None for the operator
    name: str
    kind: ActorKind
    rights: tuple[Right, ...]
    scopes: tuple[str, ...] | None  # what the token cuts the rights down to; None: nothing is cut
    permissions: tuple[str, ...]  # what follows from all that, sorted
    at: datetime  # what time it is here: organisation time


def stand_in(ctx: Ctx, handle: str, operation: str) -> Actor:
    """The actor that the operator becomes by acting as the active principal of this handle.

    For the operator alone. Raises PrincipalNotFound, RightMissing. Records StoodIn when the
    operation is named, so that the journal shows whose hand it was.
    """
    if not is_system(ctx):
        raise RightMissing("Only the operator of this machine may stand in for somebody")
    found = by_handle(ctx, handle)
    if not found.active:
        raise RightMissing(f"@{found.handle} is deactivated; nobody acts in that name")
    if operation:
        ctx.record(StoodIn(principal=found.id, operation=operation))
    return actor_of(ctx, found)


def actor_of(ctx: Ctx, principal: Principal) -> Actor:
    """The principal as an actor with its full right."""
    return Actor(
        organisation=ctx.organisation, principal=principal.id, kind=ActorKind(principal.kind.value)
    )


def record_refusal(ctx: Ctx, operation: str, refusal: NotAllowed) -> None:
    """Note that the actor was refused. Records CallRefused; nothing for somebody unknown here."""
    if store.principal(ctx.db, ctx.organisation, ctx.principal) is not None:
        ctx.record(CallRefused(principal=ctx.principal, operation=operation, code=refusal.code))


def whoami(ctx: Ctx) -> Identity:
    """Who the actor is in this organisation, and what it may do."""
    here = organisation(ctx, ctx.organisation)
    standing = ctx.once(store.standing, ctx.principal)
    scopes = ctx.actor.scopes
    return Identity(
        organisation=here.slug if here else None,
        handle=standing.principal.handle if standing else None,
        name=standing.principal.name if standing else "the operator of this machine",
        kind=ctx.actor.kind,
        rights=standing.rights if standing else (Right(pattern="*"),),
        scopes=None if scopes is None else tuple(sorted(scopes)),
        permissions=permissions_held(ctx),
        at=ctx.now,
    )
