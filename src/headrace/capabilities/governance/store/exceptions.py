"""Rows of exceptions from rules."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from headrace.capabilities.governance.model import RuleException
from headrace.kernel.ids import OrganisationId

_COLUMNS = "id, version, rule, scope, starts, expires, owner, revoked"
_HERE = f"SELECT {_COLUMNS} FROM governance_rule_exception WHERE organisation = :organisation"
_FIND = sa.text(f"{_HERE} AND id = :id FOR UPDATE")
_ALL = sa.text(f"{_HERE} ORDER BY expires DESC, id LIMIT :limit")
_ON = sa.text(f"{_HERE} AND revoked = '' AND starts <= :day AND expires >= :day ORDER BY id")
_PUT = sa.text(
    "INSERT INTO governance_rule_exception (organisation, id, version, rule, scope, starts, expires, owner) "
    "VALUES (:organisation, :id, :version, :rule, :scope, :starts, :expires, :owner) "
    "ON CONFLICT (organisation, id) DO UPDATE SET version = excluded.version, rule = excluded.rule, "
    "scope = excluded.scope, starts = excluded.starts, expires = excluded.expires, "
    "owner = excluded.owner, told = '{}'"
)
_REVOKE = sa.text(
    "UPDATE governance_rule_exception SET revoked = :reason "
    "WHERE organisation = :organisation AND id = :id"
)
_TELL = sa.text(
    "UPDATE governance_rule_exception SET told = array_append(told, :what) "
    "WHERE organisation = :organisation AND id = :id AND NOT :what = ANY(told) RETURNING 1"
)


def find(db: sa.Connection, organisation: OrganisationId, id: str) -> RuleException | None:
    """The exception, held until the unit ends."""
    row = db.execute(_FIND, {"organisation": organisation, "id": id}).mappings().one_or_none()
    return _exception(row) if row is not None else None


def listing(db: sa.Connection, organisation: OrganisationId, limit: int) -> Sequence[RuleException]:
    """The last to expire first."""
    found = db.execute(_ALL, {"organisation": organisation, "limit": limit}).mappings()
    return [_exception(row) for row in found]


def on(db: sa.Connection, organisation: OrganisationId, day: date) -> Sequence[RuleException]:
    """Those that count on a day."""
    found = db.execute(_ON, {"organisation": organisation, "day": day}).mappings()
    return [_exception(row) for row in found]


def put(db: sa.Connection, organisation: OrganisationId, exception: RuleException) -> None:
    """The exception as its newest merged version says."""
    values = {**vars(exception), "scope": list(exception.scope)}
    db.execute(_PUT, {"organisation": organisation, **values})


def revoke(db: sa.Connection, organisation: OrganisationId, id: str, reason: str) -> None:
    db.execute(_REVOKE, {"organisation": organisation, "id": id, "reason": reason})


def tell(db: sa.Connection, organisation: OrganisationId, id: str, what: str) -> bool:
    """Whether this was not told of the exception before; now it is."""
    values = {"organisation": organisation, "id": id, "what": what}
    return db.execute(_TELL, values).one_or_none() is not None


def _exception(row: sa.RowMapping) -> RuleException:
    return RuleException(**{**row, "scope": tuple(row["scope"])})
