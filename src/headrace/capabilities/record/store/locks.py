"""Rows of locks."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from headrace.capabilities.record.model import Lock, LockId, RepositoryId
from headrace.kernel.ids import OrganisationId, PrincipalId

_COLUMNS = (
    "id, token, repository, target, owner, reason, related, taken_at, expires_at, ended_at, ended_by, "
    "end_reason"
)
_HERE = f"SELECT {_COLUMNS} FROM record_lock WHERE organisation = :organisation"
_ALONE = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:place, 17))")
_FIND = sa.text(f"{_HERE} AND id = :id FOR UPDATE")
_STANDING = sa.text(
    f"{_HERE} AND repository = :repository AND (ended_at IS NULL "
    "OR taken_at > CAST(:since AS timestamptz)) ORDER BY token"
)
_LIST = sa.text(
    f"{_HERE} AND (:ended OR ended_at IS NULL) "
    "AND (CAST(:before AS integer) IS NULL OR token < :before) ORDER BY token DESC LIMIT :limit"
)
_ADD = sa.text(
    "INSERT INTO record_lock (organisation, id, token, repository, target, owner, reason, related, "
    "taken_at, expires_at) VALUES (:organisation, :id, :token, :repository, :target, :owner, :reason, "
    ":related, :taken_at, :expires_at)"
)
_EXTEND = sa.text(
    "UPDATE record_lock SET expires_at = :expires_at WHERE organisation = :organisation AND id = :id"
)
_END = sa.text(
    "UPDATE record_lock SET ended_at = :at, ended_by = :by, end_reason = :reason "
    "WHERE organisation = :organisation AND id = :id AND ended_at IS NULL"
)


def alone(db: sa.Connection, organisation: OrganisationId, repository: RepositoryId) -> None:
    """Whoever takes or ends a lock of this repository now comes one after the other."""
    db.execute(_ALONE, {"place": f"record_lock:{organisation}:{repository}"})


def find(db: sa.Connection, organisation: OrganisationId, id: str) -> Lock | None:
    """The lock, held until the unit ends."""
    row = db.execute(_FIND, {"organisation": organisation, "id": id}).mappings().one_or_none()
    return _lock(row) if row is not None else None


def standing(
    db: sa.Connection,
    organisation: OrganisationId,
    repository: RepositoryId,
    *,
    since: datetime | None = None,
) -> Sequence[Lock]:
    """Locks of a repository that nobody has ended, and those that were taken after `since`."""
    values = {"organisation": organisation, "repository": repository, "since": since}
    return [_lock(row) for row in db.execute(_STANDING, values).mappings()]


def listing(
    db: sa.Connection, organisation: OrganisationId, *, ended: bool, before: int | None, limit: int
) -> Sequence[Lock]:
    """Newest first; `before` is the token of the last one seen."""
    values = {"organisation": organisation, "ended": ended, "before": before, "limit": limit}
    return [_lock(row) for row in db.execute(_LIST, values).mappings()]


def add(db: sa.Connection, organisation: OrganisationId, lock: Lock) -> None:
    db.execute(_ADD, {"organisation": organisation, **vars(lock)})


def extend(
    db: sa.Connection, organisation: OrganisationId, id: LockId, expires_at: datetime
) -> None:
    db.execute(_EXTEND, {"organisation": organisation, "id": id, "expires_at": expires_at})


def end(
    db: sa.Connection,
    organisation: OrganisationId,
    id: LockId,
    *,
    by: PrincipalId,
    reason: str,
    at: datetime,
) -> None:
    values = {"organisation": organisation, "id": id, "by": by, "reason": reason, "at": at}
    db.execute(_END, values)


def _lock(row: sa.RowMapping) -> Lock:
    return Lock(**row)
