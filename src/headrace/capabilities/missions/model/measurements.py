"""The words of measuring a mission: what was promised, when it is looked at, and what was found."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from headrace.kernel.errors import Conflict, NotFound
from headrace.kernel.events import Event


class CheckpointKind(StrEnum):
    """Which check of a contract's schedule it is. A baseline is taken before anybody is reached."""

    BASELINE = "baseline"
    INITIAL = "initial"
    INTERIM = "interim"
    FINAL = "final"


class CheckpointState(StrEnum):
    """Where a checkpoint stands."""

    WAITING = "waiting"  # what it counts from has not happened yet
    PENDING = "pending"  # its day is known
    MEASURING = "measuring"
    COMPLETED = "completed"
    MISSED = "missed"  # its time went by, or measuring broke off
    SKIPPED = "skipped"  # a person passed it over, and said why


class Origin(StrEnum):
    """How a figure was got."""

    MEASURED = "measured"  # taken from the running service by a command or its access log
    FILE = "file"  # read from records that somebody brought in
    DATE = "date"  # a day on which something happened
    NONE = "none"  # there is no figure, and `because` says why


class OutcomeKind(StrEnum):
    """An outcome is to be reached, a guardrail must never be crossed."""

    OUTCOME = "outcome"
    GUARDRAIL = "guardrail"


class OutcomeVerdict(StrEnum):
    """What a figure means for what was promised, best first. Without a figure nothing is met."""

    EXCEEDED = "exceeded"
    MET = "met"
    PARTIALLY_MET = "partially-met"
    NOT_MET = "not-met"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One promise of an outcome contract, in the contract's own words. `key` is the slug of its name."""

    key: str
    name: str
    kind: OutcomeKind
    metric: str
    target: str
    baseline: str = ""
    method: str = ""
    source: str = ""
    deadline: str = ""  # YYYY-MM-DD, or ongoing


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """One look at a mission's outcomes. `id` is its kind, with a number where there are several.

    `due` is organisation time. `began_world` is the world's time, in which services write their logs.
    """

    mission: str
    id: str
    kind: CheckpointKind
    timing: str  # "two weeks after GA"
    state: CheckpointState = CheckpointState.WAITING
    due: datetime | None = None
    began_at: datetime | None = None
    began_world: datetime | None = None
    ended_at: datetime | None = None
    attempt: int = 0
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Availability:
    """Since when everybody has what a mission made: in organisation time and in the world's time."""

    mission: str
    since: datetime
    since_world: datetime
    evidence: str


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a method gave: a figure with its unit, or a day; or nothing, and why.

    `baseline` is the same figure without what the mission made, taken under the same conditions.
    `method` says how in words, `n` on how many observations it rests.
    """

    origin: Origin
    method: str = ""
    value: float | None = None
    unit: str = ""
    day: date | None = None
    baseline: float | None = None
    n: int | None = None
    confidence: str = ""  # high, medium, low
    evidence: tuple[str, ...] = ()  # commits, files, commands, runs
    because: str = ""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure that a measuring command printed; without a value, `because` says why."""

    metric: str
    value: float | None
    unit: str = ""
    n: int | None = None
    baseline: float | None = None
    because: str = ""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What a measuring command gave, and what went wrong; `seconds` are real."""

    figures: tuple[Figure, ...] = ()
    problem: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A reading held against its promise. `actual` and `variance` are as people read them."""

    verdict: OutcomeVerdict
    actual: str
    variance: str
    because: str


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One outcome as it was found at one checkpoint; it never changes."""

    mission: str
    checkpoint: str
    outcome: Outcome
    reading: Reading
    judged: Judged
    at: datetime


@dataclass(frozen=True, kw_only=True)
class CheckpointMoved(Event):
    """A checkpoint got its day, is being measured, or has ended; `why` says more."""

    type: ClassVar[str] = "missions.checkpoint_moved"
    mission: str
    context: str
    checkpoint: str
    state: CheckpointState
    attempt: int
    why: str

    @property
    def lineage(self) -> str:
        return f"mission:{self.mission}"


@dataclass(frozen=True, kw_only=True)
class OutcomeMeasured(Event):
    """An outcome was measured at a checkpoint, or could not be."""

    type: ClassVar[str] = "missions.outcome_measured"
    mission: str
    context: str
    checkpoint: str
    outcome: str
    verdict: OutcomeVerdict

    @property
    def lineage(self) -> str:
        return f"mission:{self.mission}"


class CheckpointNotFound(NotFound):
    """No such checkpoint."""

    code = "missions.checkpoint_not_found"


class CheckpointRefused(Conflict):
    """The checkpoint does not stand where this may be done."""

    code = "missions.checkpoint_refused"


class OutcomeUnknown(NotFound):
    """The mission has promised no such outcome."""

    code = "missions.outcome_unknown"
