"""Rows of accounts: their places, identities, and how often somebody tried to get in."""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from headrace.capabilities.people.model import Account, AccountId, Place
from headrace.kernel.ids import OrganisationId, PrincipalId

_ACCOUNT = "SELECT id, login, password_hash FROM people_account "
_BY_LOGIN = sa.text(_ACCOUNT + "WHERE login = :login")
_BY_ID = sa.text(_ACCOUNT + "WHERE id = :id")
_BY_PRINCIPAL = sa.text(
    _ACCOUNT + "WHERE id = (SELECT account FROM people_place WHERE organisation = :organisation "
    "AND principal = :principal)"
)
_BY_IDENTITY = sa.text(
    _ACCOUNT + "WHERE id = (SELECT account FROM people_identity WHERE issuer = :issuer "
    "AND subject = :subject)"
)
_PLACES = sa.text(
    "SELECT p.organisation, o.slug, o.name, p.principal FROM people_place p "
    "JOIN people_organisation o ON o.id = p.organisation WHERE p.account = :account "
    "ORDER BY p.joined_at, o.slug"
)
_ADD = sa.text(
    "INSERT INTO people_account (id, login, password_hash) VALUES (:id, :login, :password_hash) "
    "ON CONFLICT DO NOTHING RETURNING 1"
)
_SETTLE = sa.text(
    "INSERT INTO people_place (account, organisation, principal) "
    "VALUES (:account, :organisation, :principal) ON CONFLICT DO NOTHING RETURNING 1"
)
_LINK = sa.text(
    "INSERT INTO people_identity (issuer, subject, account) VALUES (:issuer, :subject, :account) "
    "ON CONFLICT DO NOTHING RETURNING 1"
)
_SET_PASSWORD = sa.text("UPDATE people_account SET password_hash = :password_hash WHERE id = :id")
_FAILED = sa.text(
    "UPDATE people_account SET failures = CASE WHEN failures + 1 >= :batch THEN 0 "
    "ELSE failures + 1 END WHERE id = :id RETURNING failures"
)
_TAKE_FAILURES = sa.text(
    "UPDATE people_account a SET failures = 0 FROM (SELECT id, failures FROM people_account "
    "WHERE id = :id FOR UPDATE) b WHERE a.id = b.id RETURNING b.failures"
)
_TRY = sa.text(
    "INSERT INTO people_attempt (key, count, until) VALUES (:key, 1, now() + :window) "
    "ON CONFLICT (key) DO UPDATE SET "
    "count = CASE WHEN people_attempt.until <= now() THEN 1 ELSE people_attempt.count + 1 END, "
    "until = CASE WHEN people_attempt.until <= now() THEN now() + :window "
    "ELSE people_attempt.until END "
    "RETURNING count, extract(epoch FROM until - now())::int AS seconds"
)
_FORGIVE = sa.text("UPDATE people_attempt SET count = greatest(count - 1, 0) WHERE key = :key")
_FORGET = sa.text("DELETE FROM people_attempt WHERE until < now() - interval '1 hour'")


def account_by_login(db: sa.Connection, login: str) -> Account | None:
    """The account that is signed in to by this name, or None."""
    return _made(db, db.execute(_BY_LOGIN, {"login": login}).mappings().one_or_none())


def account(db: sa.Connection, id: AccountId) -> Account | None:
    """The account of the id, or None."""
    return _made(db, db.execute(_BY_ID, {"id": id}).mappings().one_or_none())


def account_of(
    db: sa.Connection, organisation: OrganisationId, principal: PrincipalId
) -> Account | None:
    """The account that acts as this principal, or None."""
    row = {"organisation": organisation, "principal": principal}
    return _made(db, db.execute(_BY_PRINCIPAL, row).mappings().one_or_none())


def account_by_identity(db: sa.Connection, issuer: str, subject: str) -> Account | None:
    """The account that a provider's identity is linked to, or None."""
    row = {"issuer": issuer, "subject": subject}
    return _made(db, db.execute(_BY_IDENTITY, row).mappings().one_or_none())


def add_account(db: sa.Connection, id: AccountId, *, login: str, password_hash: str | None) -> bool:
    """Whether the name was free."""
    row = {"id": id, "login": login, "password_hash": password_hash}
    return db.execute(_ADD, row).one_or_none() is not None


def settle(
    db: sa.Connection, account: AccountId, organisation: OrganisationId, principal: PrincipalId
) -> bool:
    """Whether the account was not in the organisation, and the principal nobody's."""
    row = {"account": account, "organisation": organisation, "principal": principal}
    return db.execute(_SETTLE, row).one_or_none() is not None


def link_identity(db: sa.Connection, account: AccountId, *, issuer: str, subject: str) -> bool:
    """Whether the identity was nobody's."""
    row = {"account": account, "issuer": issuer, "subject": subject}
    return db.execute(_LINK, row).one_or_none() is not None


def set_password(db: sa.Connection, id: AccountId, password_hash: str) -> None:
    """Keep the hash of a new password."""
    db.execute(_SET_PASSWORD, {"id": id, "password_hash": password_hash})


def note_failure(db: sa.Connection, id: AccountId, *, batch: int) -> bool:
    """Whether a batch of failures is full by now; then they count from 0 again."""
    failures: int = db.execute(_FAILED, {"id": id, "batch": batch}).scalar_one()
    return failures == 0


def take_failures(db: sa.Connection, id: AccountId) -> int:
    """How many failures no event has told of; none from now on."""
    count: int = db.execute(_TAKE_FAILURES, {"id": id}).scalar_one()
    return count


def attempt(db: sa.Connection, key: str, window: timedelta) -> tuple[int, int]:
    """Count an attempt; how many there are in the window by now, and the seconds until it is over."""
    count, seconds = db.execute(_TRY, {"key": key, "window": window}).one()
    return count, seconds


def forgive(db: sa.Connection, keys: Sequence[str]) -> None:
    """Take back one attempt of each key: it was none."""
    db.execute(_FORGET)
    for key in keys:
        db.execute(_FORGIVE, {"key": key})


def _made(db: sa.Connection, row: sa.RowMapping | None) -> Account | None:
    if row is None:
        return None
    places = db.execute(_PLACES, {"account": row["id"]}).mappings()
    return Account(
        id=AccountId(str(row["id"])),
        login=str(row["login"]),
        password_hash=None if row["password_hash"] is None else str(row["password_hash"]),
        places=tuple(Place(**place) for place in places),
    )
