"""The words of health."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from headrace.kernel.errors import Conflict, Invalid, NotFound
from headrace.kernel.events import Event

Labels = Mapping[str, str]


class SourceKind(StrEnum):
    """How figures are had."""

    ENDPOINT = "endpoint"  # a page in Prometheus' text format, scraped by us
    PROMETHEUS = "prometheus"  # a Prometheus server, asked by its HTTP API


class SeriesKind(StrEnum):
    """What a figure means."""

    COUNTER = "counter"  # only grows; begins anew when its process does
    RATE = "rate"  # so many each second
    GAUGE = "gauge"  # goes up and down


@dataclass(frozen=True, kw_only=True)
class Query:
    """What a Prometheus server is asked: an expression, and what its figures mean."""

    expression: str
    kind: SeriesKind = SeriesKind.GAUGE


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where figures of a service come from. `metrics` are beginnings of the names that are kept (none:
    all); `queries` are what a Prometheus server is asked, beside what targets ask it."""

    name: str
    service: str
    kind: SourceKind
    url: str
    every: timedelta = timedelta(seconds=15)
    metrics: tuple[str, ...] = ()
    queries: dict[str, Query] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SourceState:
    """How a source stands: when it was last read, and how often it has failed since, with the reason."""

    source: Source
    read_at: datetime | None
    failures: int
    error: str


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One value of one series, as a source gives it."""

    name: str
    labels: Labels
    kind: SeriesKind
    value: float
    at: datetime | None = None  # None: when it was read


@dataclass(frozen=True, kw_only=True)
class Series:
    """A figure over time; `last` is its newest value."""

    id: str
    source: str
    name: str
    labels: Labels
    kind: SeriesKind
    last: float
    last_at: datetime


class MatchKind(StrEnum):
    """PromQL's four ways to match a label."""

    EQUAL = "="
    DIFFERENT = "!="
    LIKE = "=~"
    UNLIKE = "!~"


@dataclass(frozen=True, kw_only=True)
class Matcher:
    """One condition on a label; a label that is not there is the empty text."""

    label: str
    kind: MatchKind
    value: str


@dataclass(frozen=True, kw_only=True)
class Selector:
    """Which series are meant: a name, and conditions on labels. `source` limits it to one source."""

    name: str
    matchers: tuple[Matcher, ...] = ()
    source: str = ""


class Method(StrEnum):
    """How a budget is counted; OpenSLO's three."""

    OCCURRENCES = "Occurrences"
    TIMESLICES = "Timeslices"
    RATIO_TIMESLICES = "RatioTimeslices"


class Comparison(StrEnum):
    """How a threshold metric is compared with its value; OpenSLO's four."""

    AT_MOST = "lte"
    BELOW = "lt"
    AT_LEAST = "gte"
    ABOVE = "gt"


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """An indicator of good and all occurrences; where `of_bad`, the first counts what went wrong."""

    part: Selector
    total: Selector
    of_bad: bool = False


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """An indicator of which each reading is good or not."""

    metric: Selector
    comparison: Comparison
    value: float


class WindowUnit(StrEnum):
    """OpenSLO's units of time; `M` is a month, `m` a minute."""

    MINUTE = "m"
    HOUR = "h"
    DAY = "d"
    WEEK = "w"
    MONTH = "M"
    QUARTER = "Q"
    YEAR = "Y"


@dataclass(frozen=True, kw_only=True)
class Window:
    """How long a budget lasts: rolling with now, or in terms counted from `starts_at`."""

    count: int
    unit: WindowUnit
    starts_at: datetime | None = None


class Severity(StrEnum):
    """How soon somebody has to look."""

    PAGE = "page"
    TICKET = "ticket"


@dataclass(frozen=True, kw_only=True)
class BurnRule:
    """Alerts when the budget burns `factor` times too fast over the long window and still does over
    the short one, so that it is sure and ends soon after."""

    factor: float
    long: timedelta
    short: timedelta
    severity: Severity


BURN_RULES = (
    BurnRule(
        factor=14.4,
        long=timedelta(hours=1),
        short=timedelta(minutes=5),
        severity=Severity.PAGE,
    ),
    BurnRule(
        factor=6.0, long=timedelta(hours=6), short=timedelta(minutes=30), severity=Severity.PAGE
    ),
    BurnRule(
        factor=1.0, long=timedelta(days=3), short=timedelta(hours=6), severity=Severity.TICKET
    ),
)
"""2 %, 5 % and 10 % of a 30-day budget. Source: The Site Reliability Workbook, chapter 5, table 5-8."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """One objective of an OpenSLO document."""

    name: str
    service: str
    title: str
    objective: float  # 0.995: so much is to be good
    indicator: Ratio | Threshold
    window: Window
    method: Method = Method.OCCURRENCES
    slice: timedelta = timedelta(minutes=1)
    slice_target: float = 0.0
    burn_rules: tuple[BurnRule, ...] = BURN_RULES


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Good and all occurrences of a stretch of time."""

    good: float
    total: float

    @property
    def bad(self) -> float:
        return max(0.0, self.total - self.good)


@dataclass(frozen=True, kw_only=True)
class Burn:
    """How fast the budget burns by one rule; None where nothing happened."""

    rule: BurnRule
    over_long: float | None
    over_short: float | None

    @property
    def alerts(self) -> bool:
        """Both windows are over the factor. A window without data proves nothing."""
        return all(
            burn is not None and burn >= self.rule.factor
            for burn in (self.over_long, self.over_short)
        )


@dataclass(frozen=True, kw_only=True)
class BurnPoint:
    """How fast the budget burned in a stretch that ended `at`; None where nothing happened in it."""

    at: datetime
    rate: float | None


class Condition(StrEnum):
    """How a target stands, worst first."""

    EXHAUSTED = "exhausted"  # more went wrong than may
    BURNING = "burning"
    UNKNOWN = "unknown"  # nothing was measured: no proof of health
    HEALTHY = "healthy"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a target stands now. `budget_left` is a share: 1 untouched, 0 spent, below it overspent."""

    target: Target
    condition: Condition
    tally: Tally
    achieved: float | None
    budget_left: float | None
    burns: tuple[Burn, ...]
    severity: Severity | None
    measured_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Watch:
    """A share of bad occurrences that is compared with its own past, for the whole and by dimension.

    `bad` of `total`, summed by the labels `by`. The last `window` is compared with the `baseline`
    before it. `probability` is how seldom chance alone may raise an alarm, over all dimensions of a
    judgement together; `least` is the smallest rise of the share that matters.
    """

    name: str
    service: str
    bad: Selector
    total: Selector
    by: tuple[str, ...] = ()
    window: timedelta = timedelta(minutes=15)
    baseline: timedelta = timedelta(days=1)
    probability: float = 0.001
    least: float = 0.01
    enough: int = 20


class Verdict(StrEnum):
    """What a comparison with the baseline says."""

    ANOMALY = "anomaly"
    NORMAL = "normal"
    TOO_LITTLE = "too_little"  # not enough data for a verdict; never a pass


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Bad and all occurrences of one dimension, now and in its baseline. The whole is ""."""

    dimension: str
    now: Tally
    before: Tally


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """One dimension judged. `probability` is that of so many bad ones, or more, by chance."""

    dimension: str
    verdict: Verdict
    share: float | None
    usual: float | None
    probability: float
    occurrences: float


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Something that is wrong now and was told; ends with `health.recovered`."""

    subject: str  # "target:api-latency", "watch:exports", "source:records-api"
    dimension: str
    since: datetime
    severity: Severity


@dataclass(frozen=True, kw_only=True)
class Point:
    """One step of a series' course."""

    at: datetime
    value: float


@dataclass(frozen=True, kw_only=True)
class Course:
    """How a group of series went; `labels` are those it was grouped by."""

    labels: Labels
    points: tuple[Point, ...]


class Measure(StrEnum):
    """What is told of each step of a course."""

    INCREASE = "increase"
    RATE = "rate"
    MEAN = "mean"
    LOW = "low"
    HIGH = "high"


@dataclass(frozen=True, kw_only=True)
class HealthEvent(Event):
    """What all events of health tell; the lineage is what is in trouble."""

    subject: str
    service: str

    @property
    def lineage(self) -> str:
        return f"health:{self.subject}"


@dataclass(frozen=True, kw_only=True)
class Burning(HealthEvent):
    """The error budget of a target burns too fast, or has become more urgent."""

    type: ClassVar[str] = "health.burning"
    target: str
    severity: Severity
    factor: float
    over_long: float
    over_short: float
    budget_left: float | None


@dataclass(frozen=True, kw_only=True)
class AnomalySeen(HealthEvent):
    """A figure has left its baseline in one dimension; the whole is the dimension ""."""

    type: ClassVar[str] = "health.anomaly"
    watch: str
    dimension: str
    share: float
    usual: float
    probability: float


@dataclass(frozen=True, kw_only=True)
class SourceLost(HealthEvent):
    """A source could not be read several times in a row: what it measured is unknown."""

    type: ClassVar[str] = "health.source_lost"
    source: str
    failures: int


@dataclass(frozen=True, kw_only=True)
class Recovered(HealthEvent):
    """What was told as trouble is no longer."""

    type: ClassVar[str] = "health.recovered"
    dimension: str


@dataclass(frozen=True, kw_only=True)
class TargetsLoaded(HealthEvent):
    """Targets were read from an OpenSLO document."""

    type: ClassVar[str] = "health.targets_loaded"
    targets: tuple[str, ...]


class Unreadable(Invalid):
    """A document, a query or a name is not understood; every fault is told."""

    code = "health.unreadable"


class SourceNotFound(NotFound):
    """No source of this name."""

    code = "health.source_not_found"


class TargetNotFound(NotFound):
    """No target of this name."""

    code = "health.target_not_found"


class WatchNotFound(NotFound):
    """No watch of this name."""

    code = "health.watch_not_found"


class SourceInUse(Conflict):
    """Targets or watches ask for its series."""

    code = "health.source_in_use"
