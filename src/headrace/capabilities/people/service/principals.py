"""Principals: persons, agents and services, found by handle or id."""

from collections.abc import Mapping, Sequence

from headrace.capabilities.people import rules, store
from headrace.capabilities.people.model import (
    HandleTaken,
    Malformed,
    Principal,
    PrincipalActivated,
    PrincipalAdded,
    PrincipalDeactivated,
    PrincipalKind,
    PrincipalNotFound,
    Standing,
)
from headrace.capabilities.people.service.gate import may_pass_on
from headrace.kernel.context import Ctx
from headrace.kernel.ids import PrincipalId


def add_principal(
    ctx: Ctx, *, handle: str, name: str = "", kind: PrincipalKind = PrincipalKind.PERSON
) -> Principal:
    """Somebody who belongs to the organisation from now on, without a right yet.

    Raises Malformed (handle), HandleTaken (by a principal or a team). Records PrincipalAdded.
    """
    handle = free_handle(ctx, handle)
    made = Principal(
        id=PrincipalId(ctx.new_id("prn")),
        kind=kind,
        handle=handle,
        name=name or handle,
        active=True,
    )
    store.add_principal(ctx.db, ctx.organisation, made, ctx.now)
    ctx.record(PrincipalAdded(principal=made.id, kind=kind, handle=handle))
    return made


def free_handle(ctx: Ctx, handle: str) -> str:
    """The handle without its @, now taken. Raises Malformed or HandleTaken."""
    handle = rules.bare(handle)
    if not rules.is_handle(handle):
        raise Malformed(
            f"{handle!r} is no handle; use lower-case words and digits with hyphens, "
            f"at most {rules.LONGEST} characters",
            handle=handle,
        )
    if not store.take_handle(ctx.db, ctx.organisation, handle):
        raise HandleTaken(f"@{handle} names somebody here already; take another", handle=handle)
    return handle


def principal(ctx: Ctx, id: PrincipalId) -> Principal:
    """The principal, active or not. Raises PrincipalNotFound."""
    found = ctx.once(store.principal, id)
    if found is None:
        raise PrincipalNotFound(f"Nobody of the id {id!r} is here", principal=id)
    return found


def by_handle(ctx: Ctx, handle: str) -> Principal:
    """The principal of `vp-product` or `@vp-product`, active or not. Raises PrincipalNotFound."""
    found = ctx.once(store.principal_by_handle, rules.bare(handle))
    if found is None:
        raise PrincipalNotFound(
            f"Nobody here is called @{rules.bare(handle)}; `headrace person list` shows everybody",
            handle=rules.bare(handle),
        )
    return found


def principals(
    ctx: Ctx, *, kind: PrincipalKind | None = None, after: str = "", limit: int = 50
) -> Sequence[Principal]:
    """Principals by handle, those that follow `after`."""
    return store.principals(ctx.db, ctx.organisation, kind=kind, after=after, limit=limit)


def handles(ctx: Ctx) -> Mapping[str, str]:
    """The handle of everybody here, by id."""
    found: dict[str, str] = {}
    after = ""
    while page := principals(ctx, after=after, limit=500):
        found |= {one.id: one.handle for one in page}
        after = page[-1].handle
    return found


def resolve(ctx: Ctx, handle: str) -> frozenset[PrincipalId]:
    """Whom a handle names: one principal, or every member of a team; empty when it names nobody.

    Written as in CODEOWNERS: `@vp-product`, `@leads`, and `@acme/leads` too.
    """
    return ctx.once(store.resolve, rules.bare(handle).rpartition("/")[2])


def deactivate(ctx: Ctx, handle: str) -> Principal:
    """The principal, who may do nothing from now on; tokens stop at once. Repeats do nothing.

    Raises PrincipalNotFound, and EscalationBlocked when it holds more than the actor.
    Records PrincipalDeactivated.
    """
    return _set_active(ctx, handle, active=False)


def activate(ctx: Ctx, handle: str) -> Principal:
    """The principal, who may act again with the rights still granted. Repeats do nothing.

    Raises PrincipalNotFound, and EscalationBlocked when it holds more than the actor.
    Records PrincipalActivated.
    """
    return _set_active(ctx, handle, active=True)


def _set_active(ctx: Ctx, handle: str, *, active: bool) -> Principal:
    found = by_handle(ctx, handle)
    may_pass_on(ctx, _standing(ctx, found.id).rights)
    if store.set_active(ctx.db, ctx.organisation, found.id, active):
        if not active:
            store.end_sessions_of(ctx.db, ctx.organisation, found.id)
        event = PrincipalActivated if active else PrincipalDeactivated
        ctx.record(event(principal=found.id))
    return principal(ctx, found.id)


def _standing(ctx: Ctx, id: PrincipalId) -> Standing:
    standing = store.standing(ctx.db, ctx.organisation, id)
    if standing is None:
        raise PrincipalNotFound(f"Nobody of the id {id!r} is here", principal=id)
    return standing
