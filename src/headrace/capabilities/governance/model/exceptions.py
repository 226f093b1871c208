"""Exceptions from rules: for whom, from which day to which."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from headrace.kernel.errors import NotFound
from headrace.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class RuleException:
    """A rule that is set aside for some work for a while.

    `rule` is a policy's key, a clause of one (`security/no-secrets`) or the name of a check.
    `scope` holds contexts, change requests and path patterns. Both days are within it. `version` is
    the document that was merged, `revoked` says why it ended before its time.
    """

    id: str  # EXC-2026-001
    version: str
    rule: str
    scope: tuple[str, ...]
    starts: date
    expires: date
    owner: str
    revoked: str = ""

    def holds(self, day: date) -> bool:
        """Whether it counts on a day."""
        return not self.revoked and self.starts <= day <= self.expires


@dataclass(frozen=True, kw_only=True)
class ExceptionEvent(Event):
    """What happens to an exception."""

    exception: str
    version: str
    rule: str
    owner: str

    @property
    def lineage(self) -> str:
        return f"exception:{self.exception}"


@dataclass(frozen=True, kw_only=True)
class ExceptionGranted(ExceptionEvent):
    """A merged exception counts, from its first day to its last."""

    type: ClassVar[str] = "governance.exception_granted"
    starts: str
    expires: str


@dataclass(frozen=True, kw_only=True)
class ExceptionExpiring(ExceptionEvent):
    """An exception will soon count no more: its owner has these days to do without it."""

    type: ClassVar[str] = "governance.exception_expiring"
    expires: str


@dataclass(frozen=True, kw_only=True)
class ExceptionExpired(ExceptionEvent):
    """An exception counts no more; its rule is back."""

    type: ClassVar[str] = "governance.exception_expired"
    reason: str  # why it was revoked, or that its last day is over


class ExceptionUnknown(NotFound):
    """No exception of this number counts or has counted."""

    code = "governance.exception_unknown"
