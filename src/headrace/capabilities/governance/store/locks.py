"""The lock that everything about one subject takes first, and the counters of visible ids."""

import sqlalchemy as sa

from headrace.capabilities.governance.model import Subject
from headrace.kernel.ids import OrganisationId

_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:place, 15))")
_NEXT = sa.text(
    "INSERT INTO governance_counter (organisation, prefix, last) VALUES (:organisation, :prefix, 1) "
    "ON CONFLICT (organisation, prefix) DO UPDATE SET last = governance_counter.last + 1 "
    "RETURNING last"
)


def place(organisation: OrganisationId, subject: Subject) -> dict[str, object]:
    """A subject's key in every table of this room."""
    return {"organisation": organisation, "kind": subject.kind, "subject": subject.id}


def lock(db: sa.Connection, organisation: OrganisationId, subject: Subject) -> None:
    """Until the commit nobody else judges, asks or decides about this subject."""
    db.execute(_LOCK, {"place": f"{organisation}|{subject}"})


def visible_id(db: sa.Connection, organisation: OrganisationId, prefix: str) -> str:
    """`G-12`: the next of its prefix, without gaps, because a rollback takes it back."""
    place = {"organisation": organisation, "prefix": prefix}
    return f"{prefix}-{db.execute(_NEXT, place).scalar_one()}"
