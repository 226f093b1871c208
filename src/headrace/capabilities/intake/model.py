"""The words of intake."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from headrace.kernel.errors import Invalid, NotFound
from headrace.kernel.events import Event


class Urgency(StrEnum):
    """When somebody has to look at it."""

    IMMEDIATE = "immediate"
    NEXT_CYCLE = "next-cycle"
    MONITOR = "monitor"


class Grade(StrEnum):
    """High, medium or low: of impact, and of confidence."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Disposition(StrEnum):
    """What becomes of a signal."""

    PROCEED = "proceed"
    DEFER = "defer"
    MONITOR = "monitor"
    ARCHIVE = "archive"
    PENDING = "pending"  # not triaged yet


class Trend(StrEnum):
    """How a theme moves against the weeks before."""

    RISING = "rising"
    STABLE = "stable"
    DECLINING = "declining"


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One observation, as triage and digests see it. `signal` is its artifact's id."""

    signal: str
    title: str
    source: str  # the system it was seen in
    topic: str  # what it is about, in the words its filer chose, lower case
    category: str
    confidence: Grade
    urgency: Urgency
    impact: Grade
    disposition: Disposition = Disposition.PENDING
    filed_by: str
    layer: str
    filed_at: datetime
    duplicate_of: str | None = None
    superseded_by: str | None = None
    absorbed_by: str | None = None
    archived: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it has led to nothing yet."""
        return self.absorbed_by is None and self.superseded_by is None


@dataclass(frozen=True, kw_only=True)
class Triage:
    """What the table says about a signal, and why."""

    disposition: Disposition
    reason: str


@dataclass(frozen=True, kw_only=True)
class Theme:
    """Signals on one topic within a period; `history` counts them over the weeks before."""

    topic: str
    signals: tuple[Signal, ...]
    history: int
    trend: Trend
    urgency: Grade


@dataclass(frozen=True, kw_only=True)
class Alert:
    """A theme that three or more signals within four weeks speak for."""

    topic: str
    signals: tuple[Signal, ...]

    @property
    def first(self) -> datetime:
        return min(signal.filed_at for signal in self.signals)

    @property
    def latest(self) -> datetime:
        return max(signal.filed_at for signal in self.signals)


@dataclass(frozen=True, kw_only=True)
class Anomaly:
    """A figure that left its baseline by `deviation` (a share: 0.5 is half as much again).

    A baseline of nothing has no deviation.
    """

    metric: str
    baseline: float
    current: float
    deviation: float | None


@dataclass(frozen=True, kw_only=True)
class Digest:
    """A period's signals, counted. The counts by disposition add up to `total`."""

    total: int
    new: int
    by_disposition: tuple[tuple[Disposition, int], ...]
    themes: tuple[Theme, ...]
    alerts: tuple[Alert, ...]


@dataclass(frozen=True, kw_only=True)
class Source:
    """Records of the world, as they were loaded last: what scanners read."""

    source: str
    hash: str  # SHA-256 of the text
    rows: int
    loaded_by: str
    loaded_at: datetime


@dataclass(frozen=True, kw_only=True)
class SourceLoaded(Event):
    """A source's records were replaced."""

    type: ClassVar[str] = "intake.source_loaded"
    source: str
    rows: int
    hash: str

    @property
    def lineage(self) -> str:
        return f"source:{self.source}"


class SourceUnreadable(Invalid):
    """The text is neither CSV with a header nor a JSON list of objects."""

    code = "intake.source_unreadable"


class SourceMissing(NotFound):
    """Nothing was loaded under this name."""

    code = "intake.source_missing"


@dataclass(frozen=True, kw_only=True)
class SignalRegistered(Event):
    """A filed signal was triaged and counted."""

    type: ClassVar[str] = "intake.signal_registered"
    signal: str
    topic: str
    category: str
    disposition: Disposition
    duplicate_of: str | None

    @property
    def lineage(self) -> str:
        return f"signal:{self.signal}"


@dataclass(frozen=True, kw_only=True)
class SignalTriaged(Event):
    """A signal that waited for the triage rules has its disposition."""

    type: ClassVar[str] = "intake.signal_triaged"
    signal: str
    disposition: Disposition

    @property
    def lineage(self) -> str:
        return f"signal:{self.signal}"


@dataclass(frozen=True, kw_only=True)
class WeekOverflowed(Event):
    """More signals came in a week than the weekly digest may wait for."""

    type: ClassVar[str] = "intake.week_overflowed"
    week: str
    count: int

    @property
    def lineage(self) -> str:
        return f"week:{self.week}"


@dataclass(frozen=True, kw_only=True)
class Stale:
    """A signal without any consequence for longer than it may stand."""

    signal: Signal
    days: int
