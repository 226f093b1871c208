"""Tokens: made once, shown once, kept as a hash; their life is real time."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta

from headrace.capabilities.people import rules, store
from headrace.capabilities.people.model import (
    EscalationBlocked,
    IssuedToken,
    Malformed,
    Principal,
    PrincipalKind,
    Token,
    TokenId,
    TokenIssued,
    TokenNotFound,
    TokenRevoked,
)
from headrace.capabilities.people.service.gate import authorise, is_system, may_pass_on
from headrace.capabilities.people.service.principals import by_handle, principal
from headrace.kernel.access import NotSignedIn
from headrace.kernel.context import Actor, ActorKind, Ctx
from headrace.kernel.errors import Invalid
from headrace.kernel.ids import PrincipalId

_MARK = "hr"
_SECRET_BITS = 256
MANAGE = "people:manage"


def issue_token(
    ctx: Ctx,
    owner: str | None = None,
    *,
    scopes: Sequence[str] | None = None,
    lifetime: timedelta = timedelta(days=90),
    note: str = "",
) -> IssuedToken:
    """A fresh token, its secret in it; the actor's own when no owner is named.

    A person's token is issued by that person or by the operator, because whoever has it is that
    person; one for an agent or a service by whoever manages people and holds all that it holds.
    Raises Malformed (scopes), PrincipalNotFound, EscalationBlocked. Records TokenIssued.
    """
    _check(scopes)
    whose = _owner(ctx, owner)
    _may_issue(ctx, whose, scopes)
    secret = f"{ctx.random.getrandbits(_SECRET_BITS):064x}"
    id = TokenId(ctx.new_id("tok"))
    expires_at = store.issue(
        ctx.db,
        ctx.organisation,
        whose,
        id=id,
        secret_hash=_hash(secret),
        scopes=scopes,
        note=note,
        issued_by=ctx.principal,
        lifetime=lifetime,
    )
    kept = None if scopes is None else tuple(scopes)
    ctx.record(TokenIssued(principal=whose.id, token=id, scopes=kept))
    text = f"{_MARK}_{id.removeprefix('tok_')}_{secret}"
    return IssuedToken(id=id, owner=whose.handle, secret=text, expires_at=expires_at)


def _owner(ctx: Ctx, handle: str | None) -> Principal:
    if handle is not None:
        return by_handle(ctx, handle)
    if is_system(ctx):
        raise Invalid("Say whom the token is to sign in: name its owner")
    return principal(ctx, ctx.principal)


def _check(scopes: Sequence[str] | None) -> None:
    wrong = [scope for scope in scopes or () if not rules.is_pattern(scope)]
    if wrong:
        raise Malformed(
            f"No pattern: {', '.join(map(repr, wrong))}; write `record:approve` or `record:*`",
            scopes=wrong,
        )


def _may_issue(ctx: Ctx, owner: Principal, scopes: Sequence[str] | None) -> None:
    if is_system(ctx):
        return
    if owner.id != ctx.principal:
        authorise(ctx, MANAGE)
        _may_issue_for(ctx, owner)
    elif ctx.actor.scopes is not None and not rules.scopes_within(scopes, ctx.actor.scopes):
        raise EscalationBlocked(
            "A token with scopes issues none that reach further; ask for fewer",
            scopes=sorted(ctx.actor.scopes),
        )


def _may_issue_for(ctx: Ctx, owner: Principal) -> None:
    if owner.kind is PrincipalKind.PERSON:
        raise EscalationBlocked(
            f"Whoever has a token of @{owner.handle} is @{owner.handle}; it is issued by that "
            "person, or by the operator on the machine itself"
        )
    standing = store.standing(ctx.db, ctx.organisation, owner.id)
    may_pass_on(ctx, standing.rights if standing else ())


def revoke_token(ctx: Ctx, id: TokenId) -> None:
    """The token opens nothing from now on. Repeats do nothing.

    One's own, or anybody's by whoever manages people. Raises TokenNotFound. Records TokenRevoked.
    """
    row = store.token(ctx.db, id)
    if row is None or row.organisation != ctx.organisation:
        raise TokenNotFound(f"No token {id!r}; `headrace token list` shows them", token=id)
    if row.principal != ctx.principal:
        authorise(ctx, MANAGE)
    if store.revoke_token(ctx.db, ctx.organisation, id):
        ctx.record(TokenRevoked(principal=row.principal, token=id))


def tokens(
    ctx: Ctx, owner: str | None = None, *, after: str = "", limit: int = 50
) -> Sequence[Token]:
    """Tokens of an owner, oldest first: one's own, or anybody's for whoever manages people.

    The operator sees those of everybody when no owner is named. Raises PrincipalNotFound.
    """
    whose = _whose(ctx, owner)
    return store.tokens(ctx.db, ctx.organisation, principal=whose, after=after, limit=limit)


def _whose(ctx: Ctx, owner: str | None) -> PrincipalId | None:
    if owner is None:
        return None if is_system(ctx) else ctx.principal
    whose = by_handle(ctx, owner).id
    if whose != ctx.principal:
        authorise(ctx, MANAGE)
    return whose


def authenticate(ctx: Ctx, text: str) -> Actor:
    """Whoever the token signs in, cut to its scopes; called before any organisation is known.

    Raises NotSignedIn, in the same words whatever is wrong, so that nothing can be guessed from it.
    Whether the principal is still active is for the gate, which asks at every call.
    """
    mark, _, rest = text.partition("_")
    id, _, secret = rest.partition("_")
    row = store.token(ctx.db, TokenId(f"tok_{id}")) if mark == _MARK and secret else None
    known = hmac.compare_digest(_hash(secret), row.secret_hash if row else _hash(""))
    if row is None or not known or not row.usable:
        raise NotSignedIn("This token is not valid: mistyped, run out or revoked. Issue a new one")
    store.used_token(ctx.db, row.id)
    return Actor(
        organisation=row.organisation,
        principal=row.principal,
        kind=ActorKind(row.kind.value),
        scopes=None if row.scopes is None else frozenset(row.scopes),
    )


def _hash(secret: str) -> str:
    """Plain SHA-256: a secret of 256 random bits needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
