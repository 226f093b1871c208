"""Rights: granted to a principal or a team, revoked, listed."""

from collections.abc import Sequence
from datetime import datetime

from headrace.capabilities.people import rules, store
from headrace.capabilities.people.model import (
    EscalationBlocked,
    Grant,
    Granted,
    GrantId,
    GrantNotFound,
    GrantRevoked,
    Malformed,
    PrincipalNotFound,
    Right,
    TeamId,
)
from headrace.capabilities.people.service.gate import may_pass_on
from headrace.kernel.capability import Permission
from headrace.kernel.context import Ctx
from headrace.kernel.ids import PrincipalId


def declared_permissions(ctx: Ctx) -> Sequence[Permission]:
    """Every permission of the house, by name."""
    declared = (p for c in ctx.house.capabilities for p in c.permissions)
    return sorted(declared, key=lambda permission: permission.name)


def grant(
    ctx: Ctx,
    holder: str,
    pattern: str,
    *,
    subject: str | None = None,
    reason: str = "",
    expires_at: datetime | None = None,
) -> Grant:
    """The grant of a right to the principal or team of the handle `holder`.

    The same right again keeps its id and gets the new reason and end. Raises Malformed (pattern,
    subject, a pattern that names nothing, an end that has passed), PrincipalNotFound, and
    EscalationBlocked: nobody grants to oneself, or more than one holds. Records Granted.
    """
    right = Right(pattern=pattern, subject=subject, expires_at=expires_at)
    _check(ctx, right)
    principal, team = _holder(ctx, holder)
    if principal == ctx.principal:
        raise EscalationBlocked(
            "Nobody grants rights to oneself; ask somebody else", reason="self_grant_prohibited"
        )
    stood = store.same_grant(ctx.db, ctx.organisation, right, principal=principal, team=team)
    # To renew is to take the old end away too: whoever may not revoke it may not shorten it.
    may_pass_on(ctx, (right, stood.grant.right) if stood else (right,))
    made = Grant(
        id=GrantId(ctx.new_id("grt")),
        holder=rules.bare(holder),
        right=right,
        reason=reason,
        granted_by=ctx.principal,
        granted_at=ctx.now,
    )
    id = store.grant(ctx.db, ctx.organisation, made, principal=principal, team=team)
    row = _row(ctx, id)
    ctx.record(
        Granted(
            grant=id, holder=row.holder, pattern=pattern, subject=subject, expires_at=expires_at
        )
    )
    return row.grant


def _check(ctx: Ctx, right: Right) -> None:
    faults = []
    if not rules.is_pattern(right.pattern):
        faults.append(f"{right.pattern!r} is no pattern; write `record:approve`, `record:*` or `*`")
    elif not any(rules.matches(right.pattern, p.name) for p in declared_permissions(ctx)):
        faults.append(
            f"{right.pattern!r} names no right; `headrace permission list` shows them all"
        )
    if right.subject is not None and not rules.is_subject(right.subject):
        faults.append(f"{right.subject!r} is no subject; write `module:cost` or `module:*`")
    if not rules.is_live(right, ctx.now):
        faults.append("its end has passed already")
    if faults:
        raise Malformed("This cannot be granted: " + "; ".join(faults), faults=faults)


def _holder(ctx: Ctx, handle: str) -> tuple[PrincipalId | None, TeamId | None]:
    bare = rules.bare(handle)
    principal = store.principal_by_handle(ctx.db, ctx.organisation, bare)
    if principal is not None:
        return principal.id, None
    team = store.team_by_handle(ctx.db, ctx.organisation, bare)
    if team is not None:
        return None, team.id
    raise PrincipalNotFound(f"Nobody here, and no team, is called @{bare}", handle=bare)


def revoke(ctx: Ctx, id: GrantId) -> Grant:
    """The grant as it stood; its right is gone at once.

    Raises GrantNotFound, and EscalationBlocked when it gives more than the actor holds.
    Records GrantRevoked.
    """
    row = _row(ctx, id)
    may_pass_on(ctx, (row.grant.right,))
    store.revoke(ctx.db, ctx.organisation, id)
    ctx.record(
        GrantRevoked(
            grant=id,
            holder=row.holder,
            pattern=row.grant.right.pattern,
            subject=row.grant.right.subject,
        )
    )
    return row.grant


def _row(ctx: Ctx, id: GrantId) -> store.GrantRow:
    row = store.grant_by_id(ctx.db, ctx.organisation, id)
    if row is None:
        raise GrantNotFound(f"No grant {id!r}; `headrace grant list` shows them all", grant=id)
    return row


def grants(
    ctx: Ctx, *, holder: str | None = None, after: str = "", limit: int = 50
) -> Sequence[Grant]:
    """Grants, oldest first, of one holder where named, those that follow `after`."""
    return store.grants(
        ctx.db,
        ctx.organisation,
        holder=None if holder is None else rules.bare(holder),
        after=after,
        limit=limit,
    )
