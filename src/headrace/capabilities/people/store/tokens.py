"""Rows of tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from headrace.capabilities.people.model import Principal, PrincipalKind, Token, TokenId
from headrace.kernel.ids import OrganisationId, PrincipalId

_ISSUE = sa.text(
    "INSERT INTO people_token (id, organisation, principal, kind, secret_hash, scopes, note, "
    "issued_by, expires_at) VALUES (:id, :organisation, :principal, :kind, :secret_hash, :scopes, "
    ":note, :issued_by, now() + :lifetime) RETURNING expires_at"
)
_TOKEN = (
    "SELECT k.id, k.organisation, k.principal, k.kind, k.secret_hash, k.scopes, k.note, "  # noqa: S105
    "k.issued_at, k.expires_at, k.last_used_at, k.revoked_at IS NULL AND k.expires_at > now() AS usable"
)
_TOKEN_BY_ID = sa.text(_TOKEN + " FROM people_token k WHERE k.id = :id")
_TOKENS = sa.text(
    _TOKEN + ", p.handle AS owner FROM people_token k JOIN people_principal p "
    "ON p.organisation = k.organisation AND p.id = k.principal "
    "WHERE k.organisation = :organisation AND k.id > :after "
    "AND (CAST(:principal AS text) IS NULL OR k.principal = :principal) ORDER BY k.id LIMIT :limit"
)
_USED = sa.text(
    "UPDATE people_token SET last_used_at = now() WHERE id = :id "
    "AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')"
)
_REVOKE_TOKEN = sa.text(
    "UPDATE people_token SET revoked_at = now() WHERE organisation = :organisation AND id = :id "
    "AND revoked_at IS NULL RETURNING 1"
)


@dataclass(frozen=True, kw_only=True)
class TokenRow:
    """What a sign-in is judged by."""

    id: TokenId
    organisation: OrganisationId
    principal: PrincipalId
    kind: PrincipalKind
    secret_hash: str
    scopes: tuple[str, ...] | None
    usable: bool


def issue(
    db: sa.Connection,
    organisation: OrganisationId,
    owner: Principal,
    *,
    id: TokenId,
    secret_hash: str,
    scopes: Sequence[str] | None,
    note: str,
    issued_by: PrincipalId,
    lifetime: timedelta,
) -> datetime:
    """When the token runs out, by the database's clock."""
    expires_at: datetime = db.execute(
        _ISSUE,
        {
            "id": id,
            "organisation": organisation,
            "principal": owner.id,
            "kind": owner.kind,
            "secret_hash": secret_hash,
            "scopes": None if scopes is None else list(scopes),
            "note": note,
            "issued_by": issued_by,
            "lifetime": lifetime,
        },
    ).scalar_one()
    return expires_at


def token(db: sa.Connection, id: TokenId) -> TokenRow | None:
    """The token of the id in whatever organisation, or None."""
    row = db.execute(_TOKEN_BY_ID, {"id": id}).one_or_none()
    if row is None:
        return None
    return TokenRow(
        id=TokenId(row.id),
        organisation=OrganisationId(row.organisation),
        principal=PrincipalId(row.principal),
        kind=PrincipalKind(row.kind),
        secret_hash=row.secret_hash,
        scopes=None if row.scopes is None else tuple(row.scopes),
        usable=row.usable,
    )


def tokens(
    db: sa.Connection,
    organisation: OrganisationId,
    *,
    principal: PrincipalId | None,
    after: str,
    limit: int,
) -> Sequence[Token]:
    """Tokens after an id, oldest first."""
    rows = db.execute(
        _TOKENS,
        {"organisation": organisation, "principal": principal, "after": after, "limit": limit},
    )
    return [
        Token(
            id=TokenId(row.id),
            owner=row.owner,
            scopes=None if row.scopes is None else tuple(row.scopes),
            note=row.note,
            issued_at=row.issued_at,
            expires_at=row.expires_at,
            usable=row.usable,
            last_used_at=row.last_used_at,
        )
        for row in rows
    ]


def revoke_token(db: sa.Connection, organisation: OrganisationId, id: TokenId) -> bool:
    """Whether it was not revoked before."""
    row = {"organisation": organisation, "id": id}
    return db.execute(_REVOKE_TOKEN, row).one_or_none() is not None


def used_token(db: sa.Connection, id: TokenId) -> None:
    """Note that it signed somebody in, at most once a minute."""
    db.execute(_USED, {"id": id})
