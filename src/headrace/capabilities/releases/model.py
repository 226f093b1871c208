"""The words of releases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, NewType

from headrace.capabilities.deployments.model import Deployment
from headrace.capabilities.flags.model import Flag, Segment
from headrace.kernel.errors import Conflict, Invalid, NotFound
from headrace.kernel.events import Event

ReleaseId = NewType("ReleaseId", str)  # "REL-2026-001", counted per organisation and year


class ReleaseStatus(StrEnum):
    """Where a release stands."""

    DRAFT = "draft"
    APPROVED = "approved"
    DEPLOYING = "deploying"
    DEPLOYED = "deployed"
    ROLLED_BACK = "rolled-back"
    WITHDRAWN = "withdrawn"  # given up before anybody was reached


class Measure(StrEnum):
    """What of a request a metric measures."""

    ERRORS = "errors"  # the share of requests that failed
    LATENCY = "latency"  # a quantile of how long requests took


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """A promise about the cohort that each stage must keep.

    `worse_by` is how much worse than the control it may be at most: in points of a share for errors
    (0.005 is half a point), as a part of the control's quantile for latency (0.1 is ten percent).
    `at_most` is a bound of its own, apart from the control: a share, or seconds. At least one of
    the two is given. `route` takes only requests of that route, "" takes all.
    """

    name: str
    measure: Measure
    worse_by: float | None = None
    at_most: float | None = None
    quantile: float = 0.95
    route: str = ""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One step of a rollout: whom it reaches, and how long it is watched.

    Both hold: `lasts` in organisation time, and `requests` of the cohort from at least `users`
    users. A stage that cannot be judged after `patience` times `lasts` is a person's question.
    """

    name: str
    percent: float
    also: tuple[str, ...] = ()  # segments that are reached whatever the percentage
    lasts: timedelta
    requests: int = 600
    users: int = 20
    patience: float = 3.0


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """The plan that one approval covers. `flag` is what turns the work on, for a percentage of users."""

    flag: str
    variant: str = "on"
    log: str = "access.jsonl"  # the service's access log, below the folder of deployments
    service: str = ""  # whose health check and targets watch over it too; "" is none
    stages: tuple[Stage, ...]
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, kw_only=True)
class Request:
    """One answered request, as a service's access log tells it; `at` is the world's time."""

    at: datetime
    user: str
    route: str
    status: int
    seconds: float
    method: str = ""


@dataclass(frozen=True, kw_only=True)
class UserSample:
    """What one user did while a stage was watched: requests, how many failed, how long each took.

    Users are the unit of a rollout, so they are the unit of its statistics: the requests of one
    user are alike, and a hundred requests of one say less than one each of a hundred.
    """

    user: str
    seconds: tuple[float, ...]
    errors: int = 0

    @property
    def requests(self) -> int:
        return len(self.seconds)


@dataclass(frozen=True, kw_only=True)
class Observed:
    """Cohort and control over the same time."""

    cohort: tuple[UserSample, ...] = ()
    control: tuple[UserSample, ...] = ()


class Judgement(StrEnum):
    """What measurement says of one metric."""

    PASS = "pass"  # noqa: S105 - a judgement, no password
    WORSE = "worse"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One metric, judged. The interval holds at every look, however often one looks.

    `cohort` and `control` are shares, or seconds; `low` and `high` bound how much worse the cohort
    is, in points of a share.
    """

    criterion: str
    judgement: Judgement
    because: str
    cohort: float | None = None
    control: float | None = None
    low: float | None = None
    high: float | None = None
    users: int = 0
    requests: int = 0


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a look at a stage found, judged: small enough to be kept with the step that rests on it."""

    comparisons: tuple[Comparison, ...] = ()
    requests: int = 0  # of the cohort
    failing: tuple[str, ...] = ()  # why the service itself is in no state to go on


class Move(StrEnum):
    """What a step does."""

    BEGIN = "begin"

    SOAK = "soak"  # too early to say; nothing is written down
    HOLD = "hold"
    PROMOTE = "promote"
    FINISH = "finish"
    ROLL_BACK = "roll-back"
    ASK = "ask"  # a person decides


@dataclass(frozen=True, kw_only=True)
class Step:
    """What is done at a look at a stage, and every reason for it."""

    move: Move
    reasons: tuple[str, ...]
    comparisons: tuple[Comparison, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What a look needs: a stage, where and since when its requests are written down, and its service.

    `folder` is where deployments write. `deployment` is None where no service is named, or none of
    that name was ever deployed.
    """

    rollout: Rollout
    stage: Stage
    folder: Path
    since: datetime
    flag: Flag
    segments: Mapping[str, Segment]
    deployment: Deployment | None = None

    @property
    def log(self) -> Path:
        """The service's access log."""
        return self.folder / self.rollout.log


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a readiness checklist; one that is not applicable says why in `because`.

    `evidence` is the place of what shows it: a file of the record, an address, a row.
    """

    text: str
    met: bool
    because: str = ""
    not_applicable: bool = False
    evidence: str = ""


@dataclass(frozen=True, kw_only=True)
class Release:
    """A release as a row: what changes while its contract stays as it was approved."""

    id: ReleaseId
    contract: str  # the version of the contract, "release-contract/2026-04-07-bulk@1"
    context: str | None
    title: str
    status: ReleaseStatus
    rollout: Rollout
    checklist: tuple[Line, ...]
    drafted_by: str
    drafted_at: datetime
    approved_by: str | None = None
    stage: int | None = None  # index into the stages, None before the first
    entered_at: datetime | None = None
    watched_from: datetime | None = None  # the world's time, in which services write their logs
    held_for: str = ""  # why a person holds it; then it comes back by itself, but does not go on

    @property
    def now_in(self) -> Stage | None:
        """The stage that it stands in."""
        return None if self.stage is None else self.rollout.stages[self.stage]


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A step that was taken: it is committed to the record too, and never changes."""

    number: int
    at: datetime
    stage: int | None
    move: Move
    by: str
    reasons: tuple[str, ...] = ()
    comparisons: tuple[Comparison, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReleaseMoved(Event):
    """A release came to another status."""

    type: ClassVar[str] = "releases.moved"
    release: str
    before: str | None
    after: str
    by: str
    why: str

    @property
    def lineage(self) -> str:
        return f"release:{self.release}"


@dataclass(frozen=True, kw_only=True)
class StageEntered(Event):
    """A stage of a rollout began to reach its users."""

    type: ClassVar[str] = "releases.stage_entered"
    release: str
    stage: str
    percent: float
    flag: str

    @property
    def lineage(self) -> str:
        return f"release:{self.release}"


@dataclass(frozen=True, kw_only=True)
class StepTaken(Event):
    """A rollout was promoted, held or rolled back, and why."""

    type: ClassVar[str] = "releases.step_taken"
    release: str
    number: int
    stage: str
    move: str
    reasons: tuple[str, ...]
    by: str

    @property
    def lineage(self) -> str:
        return f"release:{self.release}"


PROMOTE_QUESTION = "releases.promote"
"""What rooms are asked before a stage goes on (an exhausted error budget); their reasons hold it."""

APPROVE_QUESTION = "releases.approve"
"""What rooms are asked before an approval (what the checklist does not show any more)."""

BEGIN_QUESTION = "releases.begin"
"""What rooms are asked before the first stage (a service that does not run yet)."""

ALARM_QUESTION = "releases.alarm"
"""What rooms are asked at every look (a critical alert); their reasons take the work back."""


class ReleaseNotFound(NotFound):
    """There is no such release."""

    code = "releases.not_found"


class ReleaseRefused(Conflict):
    """A release may not go on as it stands; `reasons` are all of them."""

    code = "releases.refused"


class RolloutMalformed(Invalid):
    """A rollout that nobody could carry out; `reasons` are all of them."""

    code = "releases.malformed"
