"""The one row that is there while all agents stand still."""

from datetime import datetime

import sqlalchemy as sa

from headrace.capabilities.governance.model import Halt
from headrace.kernel.ids import OrganisationId, PrincipalId

_HALT = sa.text(
    "INSERT INTO governance_halt (organisation, reason, halted_by, halted_at) "
    "VALUES (:organisation, :reason, :by, :now) ON CONFLICT DO NOTHING RETURNING 1"
)
_HALTED = sa.text(
    "SELECT reason, halted_by, halted_at FROM governance_halt WHERE organisation = :organisation"
)
_RESUME = sa.text("DELETE FROM governance_halt WHERE organisation = :organisation RETURNING 1")


def halt(
    db: sa.Connection, organisation: OrganisationId, reason: str, by: PrincipalId, now: datetime
) -> bool:
    """Whether the agents ran until now."""
    values = {"organisation": organisation, "reason": reason, "by": by, "now": now}
    return db.execute(_HALT, values).one_or_none() is not None


def halted(db: sa.Connection, organisation: OrganisationId) -> Halt | None:
    row = db.execute(_HALTED, {"organisation": organisation}).one_or_none()
    if row is None:
        return None
    return Halt(reason=row.reason, by=row.halted_by, at=row.halted_at)


def resume(db: sa.Connection, organisation: OrganisationId) -> bool:
    """Whether the agents stood still until now."""
    return db.execute(_RESUME, {"organisation": organisation}).one_or_none() is not None
