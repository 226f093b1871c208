"""Rows of sessions, invitations and waits for a provider; of every secret only a hash."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from headrace.capabilities.people.model import (
    AccountId,
    Caller,
    Invitation,
    InvitationId,
    Method,
    Place,
    Session,
    SessionId,
    SessionLife,
)
from headrace.kernel.ids import OrganisationId, PrincipalId
from headrace.kernel.json import Json, canonical

_SESSION = (
    "SELECT id, account, organisation, principal, method, agent, address, started_at, seen_at, "
    "expires_at FROM people_session WHERE expires_at > now() AND seen_at > now() - :idle "
)
_OPEN = sa.text(
    "INSERT INTO people_session (id, secret_hash, account, organisation, principal, method, agent, "
    "address, expires_at) VALUES (:id, :secret_hash, :account, :organisation, :principal, :method, "
    ":agent, :address, now() + :longest)"
)
_SWEEP = sa.text(
    "DELETE FROM people_session WHERE account = :account "
    "AND (expires_at <= now() OR seen_at <= now() - :idle)"
)
_BY_SECRET = sa.text(_SESSION + "AND secret_hash = :secret_hash")
_OF_ACCOUNT = sa.text(_SESSION + "AND account = :account ORDER BY seen_at DESC, id")
_SEEN = sa.text(
    "UPDATE people_session SET seen_at = now() WHERE id = :id "
    "AND seen_at < now() - interval '1 minute'"
)
_MOVE = sa.text(
    "UPDATE people_session SET organisation = :organisation, principal = :principal WHERE id = :id"
)
_END = sa.text("DELETE FROM people_session WHERE id = :id AND account = :account RETURNING 1")
_END_ALL = sa.text(
    "DELETE FROM people_session WHERE account = :account "
    "AND (CAST(:but AS text) IS NULL OR id <> :but) RETURNING 1"
)
_END_OF_PRINCIPAL = sa.text(
    "DELETE FROM people_session WHERE organisation = :organisation AND principal = :principal"
)
_INVITE = sa.text(
    "INSERT INTO people_invitation (id, secret_hash, organisation, principal, login, invited_by, "
    "expires_at) VALUES (:id, :secret_hash, :organisation, :principal, :login, :invited_by, "
    "now() + :lasts) RETURNING expires_at"
)
_WITHDRAW = sa.text(
    "UPDATE people_invitation SET ended_at = now() WHERE organisation = :organisation "
    "AND principal = :principal AND ended_at IS NULL"
)
_INVITATION = (
    "SELECT i.id, i.organisation, i.principal, i.login, i.invited_at, i.expires_at, "
    "i.ended_at IS NULL AND i.expires_at > now() AS usable FROM people_invitation i "
)
_INVITATION_BY_SECRET = sa.text(_INVITATION + "WHERE i.secret_hash = :secret_hash FOR UPDATE")
_INVITATIONS = sa.text(
    _INVITATION
    + "WHERE i.organisation = :organisation AND i.id > :after ORDER BY i.id LIMIT :limit"
)
_INVITATION_BY_ID = sa.text(_INVITATION + "WHERE i.organisation = :organisation AND i.id = :id")
_CLOSE_INVITATION = sa.text(
    "UPDATE people_invitation SET ended_at = now() WHERE id = :id AND ended_at IS NULL RETURNING 1"
)
_WAIT = sa.text(
    "INSERT INTO people_provider_wait (state_hash, browser_hash, nonce, verifier, purpose, "
    "expires_at) VALUES (:state_hash, :browser_hash, :nonce, :verifier, CAST(:purpose AS json), "
    "now() + interval '10 minutes')"
)
_WAITED = sa.text(
    "DELETE FROM people_provider_wait WHERE state_hash = :state_hash "
    "AND browser_hash = :browser_hash AND expires_at > now() RETURNING nonce, verifier, purpose"
)
_FORGET_WAITS = sa.text("DELETE FROM people_provider_wait WHERE expires_at <= now()")


def open_session(
    db: sa.Connection,
    account: AccountId,
    place: Place,
    *,
    id: SessionId,
    secret_hash: str,
    method: Method,
    caller: Caller,
    life: SessionLife,
) -> None:
    """A new row; those of the account that are over are cleared away."""
    db.execute(_SWEEP, {"account": account, "idle": life.idle})
    row = {
        "id": id,
        "secret_hash": secret_hash,
        "account": account,
        "organisation": place.organisation,
        "principal": place.principal,
        "method": method,
        "agent": caller.agent[:200],
        "address": caller.address,
        "longest": life.longest,
    }
    db.execute(_OPEN, row)


def session(db: sa.Connection, secret_hash: str, life: SessionLife) -> Session | None:
    """The living session of a secret, or None."""
    row = db.execute(_BY_SECRET, {"secret_hash": secret_hash, "idle": life.idle})
    found = row.mappings().one_or_none()
    return _session(found) if found is not None else None


def sessions(db: sa.Connection, account: AccountId, life: SessionLife) -> Sequence[Session]:
    """The living sessions of an account, the one seen last first."""
    rows = db.execute(_OF_ACCOUNT, {"account": account, "idle": life.idle}).mappings()
    return [_session(row) for row in rows]


def saw(db: sa.Connection, id: SessionId) -> None:
    """Note a sign of life, at most once a minute."""
    db.execute(_SEEN, {"id": id})


def move_session(
    db: sa.Connection, id: SessionId, organisation: OrganisationId, principal: PrincipalId
) -> None:
    """Let the session act in another organisation."""
    db.execute(_MOVE, {"id": id, "organisation": organisation, "principal": principal})


def end_session(db: sa.Connection, account: AccountId, id: SessionId) -> bool:
    """Whether it was there, and the account's."""
    return db.execute(_END, {"account": account, "id": id}).one_or_none() is not None


def end_sessions(db: sa.Connection, account: AccountId, *, but: SessionId | None = None) -> int:
    """How many sessions of the account were ended: all but one."""
    return len(db.execute(_END_ALL, {"account": account, "but": but}).all())


def end_sessions_of(
    db: sa.Connection, organisation: OrganisationId, principal: PrincipalId
) -> None:
    """End every session that acts as this principal."""
    db.execute(_END_OF_PRINCIPAL, {"organisation": organisation, "principal": principal})


def invite(
    db: sa.Connection,
    organisation: OrganisationId,
    principal: PrincipalId,
    *,
    id: InvitationId,
    secret_hash: str,
    login: str,
    invited_by: PrincipalId,
    lasts: timedelta,
) -> datetime:
    """When the invitation runs out; earlier ones of the same person end."""
    whom = {"organisation": organisation, "principal": principal}
    db.execute(_WITHDRAW, whom)
    row = {
        **whom,
        "id": id,
        "secret_hash": secret_hash,
        "login": login,
        "invited_by": invited_by,
        "lasts": lasts,
    }
    expires_at: datetime = db.execute(_INVITE, row).scalar_one()
    return expires_at


def invitation_by_secret(
    db: sa.Connection, secret_hash: str
) -> tuple[Invitation, PrincipalId] | None:
    """The invitation and its person, locked, or None. Its `person` is left empty."""
    row = db.execute(_INVITATION_BY_SECRET, {"secret_hash": secret_hash}).mappings().one_or_none()
    return _invitation(row) if row is not None else None


def invitation(
    db: sa.Connection, organisation: OrganisationId, id: InvitationId
) -> tuple[Invitation, PrincipalId] | None:
    """The invitation of the id and its person, or None. Its `person` is left empty."""
    row = db.execute(_INVITATION_BY_ID, {"organisation": organisation, "id": id})
    found = row.mappings().one_or_none()
    return _invitation(found) if found is not None else None


def invitations(
    db: sa.Connection, organisation: OrganisationId, *, after: str, limit: int
) -> Sequence[tuple[Invitation, PrincipalId]]:
    """Invitations after an id, oldest first. Their `person` is left empty."""
    rows = db.execute(_INVITATIONS, {"organisation": organisation, "after": after, "limit": limit})
    return [_invitation(row) for row in rows.mappings()]


def close_invitation(db: sa.Connection, id: InvitationId) -> bool:
    """Whether it was open."""
    return db.execute(_CLOSE_INVITATION, {"id": id}).one_or_none() is not None


def wait_for_provider(
    db: sa.Connection,
    *,
    state_hash: str,
    browser_hash: str,
    nonce: str,
    verifier: str,
    purpose: Json,
) -> None:
    """Remember for ten minutes whom the provider will send back, and what for."""
    db.execute(_FORGET_WAITS)
    row = {
        "state_hash": state_hash,
        "browser_hash": browser_hash,
        "nonce": nonce,
        "verifier": verifier,
        "purpose": canonical(purpose).decode(),
    }
    db.execute(_WAIT, row)


def waited(
    db: sa.Connection, *, state_hash: str, browser_hash: str
) -> tuple[str, str, dict[str, Json]] | None:
    """Nonce, verifier and purpose of what this browser began; gone from now on. None: nothing."""
    row = {"state_hash": state_hash, "browser_hash": browser_hash}
    found = db.execute(_WAITED, row).one_or_none()
    return (found.nonce, found.verifier, found.purpose) if found is not None else None


def _session(row: sa.RowMapping) -> Session:
    return Session(**{**row, "method": Method(row["method"])})


def _invitation(row: sa.RowMapping) -> tuple[Invitation, PrincipalId]:
    made = Invitation(
        id=row["id"],
        organisation=row["organisation"],
        person="",
        login=row["login"],
        invited_at=row["invited_at"],
        expires_at=row["expires_at"],
        usable=row["usable"],
    )
    return made, PrincipalId(row["principal"])
