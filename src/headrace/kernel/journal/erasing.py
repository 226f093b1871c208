"""Erasing: a payload that must go by law leaves its hash behind, and a line that says who had it go."""

from dataclasses import dataclass
from typing import ClassVar

import sqlalchemy as sa

from headrace.kernel.context import Ctx
from headrace.kernel.errors import Conflict, Invalid, NotFound
from headrace.kernel.events import Event
from headrace.kernel.ids import EventId
from headrace.kernel.journal import store

ERASED = "journal.erased"

_ERASE = sa.text(
    "UPDATE journal_event SET payload = NULL WHERE organisation = :organisation AND id = :id "
    "AND position IS NOT NULL"
)


@dataclass(frozen=True, kw_only=True)
class Erased(Event):
    """The payload of an event was erased; its hash stays, and so the chain does."""

    type: ClassVar[str] = ERASED
    event: EventId
    reason: str

    @property
    def lineage(self) -> str:
        return "journal:erasures"


def erase(ctx: Ctx, event: EventId, reason: str) -> None:
    """Erase what an event says; that it happened, when and by whom stays, and the audit knows.

    Raises Invalid without a reason, NotFound, Conflict when the payload is gone already or belongs
    to an erasure. Records Erased.
    """
    if not reason.strip():
        raise Invalid("Say with --reason by which right this is erased")
    found = store.one(ctx.db, ctx.organisation, event)
    if found is None or found.position is None:
        raise NotFound(f"No event {event}; `headrace journal list` shows them", event=event)
    if found.payload is None or found.type == ERASED:
        raise Conflict(f"{event} holds nothing that could be erased", event=event)
    ctx.db.execute(_ERASE, {"organisation": ctx.organisation, "id": event})
    ctx.record(Erased(event=event, reason=reason))
