"""Locks: protected paths that one owner may edit for a while."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, NewType

from headrace.capabilities.record.model.repositories import RepositoryId
from headrace.kernel.errors import Conflict, Invalid, NotFound
from headrace.kernel.events import Event
from headrace.kernel.ids import PrincipalId

LockId = NewType("LockId", str)
"""`L-3`, counted per organisation."""


@dataclass(frozen=True, kw_only=True)
class Lock:
    """A path, or a folder that ends with a slash, which one owner holds until it expires.

    `token` grows with every lock of the organisation: of two that held one path, the higher one is
    the later. `related` names the context that it is held for, whose work may use it too. Times are
    organisation time, for people read them in documents. `ended_at` is None while nobody has given
    it back or removed it, also after it has expired.
    """

    id: LockId
    token: int
    repository: RepositoryId
    target: str
    owner: PrincipalId
    reason: str
    related: str
    taken_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    ended_by: PrincipalId | None = None
    end_reason: str = ""

    def is_live(self, now: datetime) -> bool:
        """Whether it still lets its owner edit."""
        return self.ended_at is None and now < self.expires_at


@dataclass(frozen=True, kw_only=True)
class LockEvent(Event):
    """What happens to a lock."""

    lock: LockId
    repository: str  # slug
    target: str
    token: int

    @property
    def lineage(self) -> str:
        return f"lock:{self.lock}"


@dataclass(frozen=True, kw_only=True)
class LockTaken(LockEvent):
    """Somebody holds a path from now on, or holds it longer."""

    type: ClassVar[str] = "record.lock_taken"
    owner: PrincipalId
    reason: str
    related: str
    taken_at: str  # ISO 8601
    expires_at: str  # ISO 8601
    renewed: bool = False


@dataclass(frozen=True, kw_only=True)
class LockEnded(LockEvent):
    """A lock was given back by its owner, or removed by somebody after it had expired."""

    type: ClassVar[str] = "record.lock_ended"
    by: PrincipalId
    removed: bool
    reason: str


class LockNotFound(NotFound):
    """No such lock."""

    code = "record.lock_not_found"


class LockRefused(Invalid):
    """What is asked for is no lock."""

    code = "record.lock_refused"


class LockHeld(Conflict):
    """Somebody holds this path, or one within it or around it."""

    code = "record.lock_held"


class LockStands(Conflict):
    """The lock is live and another's, or has ended."""

    code = "record.lock_stands"
