"""The gate: whether somebody may, and who could help when not."""

from collections.abc import Iterable

from headrace.capabilities.people import rules, store
from headrace.capabilities.people.model import (
    GRANT,
    EscalationBlocked,
    PeopleOnly,
    PrincipalKind,
    Right,
    RightMissing,
    Standing,
)
from headrace.kernel.context import ActorKind, Ctx
from headrace.kernel.errors import Refusal
from headrace.kernel.ids import PrincipalId


def authorise(ctx: Ctx, permission: str, subject: str | None = None) -> None:
    """Let the actor pass, or raise RightMissing with every reason and the people who can help.

    The actor must be an active principal of the organisation, hold a grant that gives the
    permission on the subject, itself or by a team, and the token must reach it. The system passes.
    """
    refusal = _judged(ctx, permission, subject)
    if refusal is None:
        return
    who = holders(ctx, GRANT)
    help = f" Ask {', '.join(f'@{handle}' for handle in who)}, who can grant rights." if who else ""
    raise RightMissing(
        f"Not allowed: {refusal}.{help}",
        permission=permission,
        subject=subject,
        reasons=refusal.reasons,
        granters=who,
    )


def allowed(ctx: Ctx, permission: str, subject: str | None = None) -> bool:
    """Whether the gate would let the actor pass."""
    return _judged(ctx, permission, subject) is None


def _judged(ctx: Ctx, permission: str, subject: str | None) -> Refusal | None:
    if is_system(ctx):
        return None
    return rules.judged(
        ctx.once(store.standing, ctx.principal),
        ctx.actor.scopes,
        permission,
        subject,
        people_only=people_only(ctx),
        now=ctx.now,
    )


def is_system(ctx: Ctx) -> bool:
    """Whether the system itself acts, or the operator of this machine; the gate lets both pass."""
    return ctx.actor.kind is ActorKind.SYSTEM


def people_only(ctx: Ctx) -> frozenset[str]:
    """The permissions that the rooms keep from agents."""
    return frozenset(rule.permission for rule in ctx.declared(PeopleOnly))


def holders(ctx: Ctx, permission: str, subject: str | None = None) -> tuple[str, ...]:
    """Handles of the active persons who hold the permission, sorted; agents are never among them."""
    return tuple(
        standing.principal.handle
        for standing in ctx.once(store.people)
        if any(rules.gives(right, permission, subject, ctx.now) for right in standing.rights)
    )


def holds(ctx: Ctx, principal: PrincipalId, permission: str) -> bool:
    """Whether this principal is an active person who holds the permission on everything."""
    standing = ctx.once(store.standing, principal)
    if standing is None or not standing.principal.active:
        return False
    is_person = standing.principal.kind is PrincipalKind.PERSON
    return is_person and any(
        rules.gives(right, permission, None, ctx.now) for right in standing.rights
    )


def permissions_held(ctx: Ctx) -> tuple[str, ...]:
    """Every declared permission that the actor has, on one subject at least, sorted."""
    standing = ctx.once(store.standing, ctx.principal)
    declared = (p.name for c in ctx.house.capabilities for p in c.permissions)
    if is_system(ctx):
        return tuple(sorted(declared))
    kept = people_only(ctx)
    return tuple(sorted(name for name in declared if _has(ctx, standing, name, kept)))


def _has(ctx: Ctx, standing: Standing | None, permission: str, kept: frozenset[str]) -> bool:
    subjects = {right.subject for right in standing.rights} if standing else set()
    return any(
        rules.judged(standing, ctx.actor.scopes, permission, subject, people_only=kept, now=ctx.now)
        is None
        for subject in {None, *subjects}
    )


def may_pass_on(ctx: Ctx, wanted: Iterable[Right]) -> None:
    """Raises EscalationBlocked when the actor decides about rights that it does not hold itself.

    It guards every way of giving or taking them: grants, teams, deactivation, tokens for others.
    """
    if is_system(ctx):
        return
    standing = ctx.once(store.standing, ctx.principal)
    if standing is None or standing.principal.kind is PrincipalKind.AGENT:
        raise EscalationBlocked("Agents do not decide about rights; ask a person")
    missing = rules.uncovered(standing.rights, ctx.actor.scopes, wanted, ctx.now)
    if missing:
        raise EscalationBlocked(
            f"You would decide about rights that you do not hold yourself: {told(missing)}. "
            f"Ask {_helpers(ctx)}, or the operator",
            reason="cannot_grant_unowned_permission",
            missing=missing,
        )


def told(rights: Iterable[Right]) -> str:
    """Rights as a person reads them."""
    return ", ".join(
        right.pattern + (f" on {right.subject}" if right.subject else "") for right in rights
    )


def _helpers(ctx: Ctx) -> str:
    return ", ".join(f"@{handle}" for handle in holders(ctx, GRANT)) or "somebody with more rights"
