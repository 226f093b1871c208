"""Events: what happened, told by the unit of work in which it happened."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from headrace.kernel.ids import EventId, OrganisationId, PrincipalId
from headrace.kernel.json import Json


@dataclass(frozen=True, kw_only=True)
class Event:
    """Base of every event. A subclass names its stored `type` and the thing it happened to.

    Events of one lineage (`artifact:brief/bulk-data-export`) are strictly ordered; across
    lineages there is no promise but the cause.
    """

    type: ClassVar[str]

    @property
    def lineage(self) -> str:
        """The thing written, as `kind:id`; it orders this event among others of the same."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """An event as the journal holds it."""

    id: EventId
    organisation: OrganisationId
    type: str
    lineage: str
    number: int  # 1, 2, 3 … within the lineage
    actor: PrincipalId
    cause: str | None  # id of the event, operation or run that led here
    at: datetime  # organisation time, aware, UTC
    payload: Json
    position: int | None = None  # order over all lineages, given by the sequencer
