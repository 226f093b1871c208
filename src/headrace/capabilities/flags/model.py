"""The words of flags."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from headrace.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from headrace.kernel.events import Event
from headrace.kernel.json import Json

BUCKETS = 100_000
"""Places among which users are spread: a rollout is exact to a thousandth of a percent."""

TARGETING_KEY = "targetingKey"
"""The attribute that names who asks. OpenFeature's word."""


class ValueKind(StrEnum):
    """What sort of value the variants of a flag have; OpenFeature's five."""

    BOOLEAN = "boolean"
    STRING = "string"
    INTEGER = "integer"
    FLOAT = "float"
    OBJECT = "object"


class Lifetime(StrEnum):
    """What a flag is for, and so how long it may stay settled."""

    RELEASE = "release"  # hides work until it is out; removed afterwards
    EXPERIMENT = "experiment"  # compares variants; removed when it is read
    OPERATIONAL = "operational"  # a switch for operators; stays
    PERMISSION = "permission"  # who may use what; stays


class Operator(StrEnum):
    """How an attribute is compared with a condition's values."""

    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    LESS = "less"
    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    GREATER = "greater"
    BEFORE = "before"
    AFTER = "after"
    VERSION_BELOW = "version_below"
    VERSION_AT_LEAST = "version_at_least"
    PRESENT = "present"
    ABSENT = "absent"
    IN_SEGMENT = "in_segment"
    NOT_IN_SEGMENT = "not_in_segment"


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One comparison. `attribute` is a name of the context; dots lead into objects (`account.plan`).

    With several values one that fits is enough (none may, for `not_in` and `not_in_segment`). For
    segments the values are their names and the attribute is of no account.
    """

    attribute: str = TARGETING_KEY
    operator: Operator = Operator.IN
    values: tuple[Json, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Share:
    """A variant and its weight among the others; weights are relative."""

    variant: str
    weight: int = 1


@dataclass(frozen=True, kw_only=True)
class Serving:
    """What is given, and to how many: `buckets` of 100,000, spread by the attribute `by`.

    Whoever is outside goes on to the next rule. Which of several shares somebody gets does not
    depend on `buckets`, so that a growing rollout moves nobody from one variant to another.
    """

    shares: tuple[Share, ...]
    buckets: int = BUCKETS
    by: str = TARGETING_KEY


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Gives a serving to those who meet every condition; the first rule that gives anything wins."""

    id: str
    conditions: tuple[Condition, ...] = ()
    serving: Serving


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A named group: whoever is included by key or meets all conditions, and is not excluded by key."""

    key: str
    name: str = ""
    included: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Definition:
    """What somebody decides about a flag; each change of it is a revision.

    A flag that is not `on`, or is killed, gives `off_variant` to everybody. Else the rules are asked
    in order, then the rollout; who gets nothing from them gets `default_variant`.
    """

    description: str = ""
    owner: str = ""  # a handle
    lifetime: Lifetime = Lifetime.RELEASE
    expires_at: datetime | None = None
    variants: dict[str, Json] = field(default_factory=lambda: {"on": True, "off": False})
    off_variant: str = "off"
    default_variant: str = "off"
    on: bool = False
    rules: tuple[Rule, ...] = ()
    rollout: Serving | None = None


@dataclass(frozen=True, kw_only=True)
class Kill:
    """Who killed a flag, when and why."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class Flag:
    """A flag as it stands. `settled_at` is since when everybody gets the same variant."""

    key: str
    kind: ValueKind
    salt: str
    definition: Definition
    revision: int
    created_at: datetime
    created_by: str
    changed_at: datetime
    settled_at: datetime | None
    kill: Kill | None = None
    archived_at: datetime | None = None

    @property
    def is_on(self) -> bool:
        """Whether rules and rollout are asked at all."""
        return self.definition.on and self.kill is None


@dataclass(frozen=True, kw_only=True)
class Revision:
    """One change of a flag, kept for ever: what it was changed to, by whom and why."""

    flag: str
    revision: int
    change: str
    definition: Definition
    reason: str
    by: str
    at: datetime


class Reason(StrEnum):
    """Why a variant was given; OpenFeature's words."""

    STATIC = "STATIC"  # everybody gets it: there is nothing to decide
    TARGETING_MATCH = "TARGETING_MATCH"
    SPLIT = "SPLIT"
    DEFAULT = "DEFAULT"  # no rule and no rollout gave anything
    DISABLED = "DISABLED"


class Fault(StrEnum):
    """Why there is no answer; OpenFeature's error codes."""

    FLAG_NOT_FOUND = "FLAG_NOT_FOUND"
    TARGETING_KEY_MISSING = "TARGETING_KEY_MISSING"
    INVALID_CONTEXT = "INVALID_CONTEXT"


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """The answer for one who asks. `rule` is the id of the rule that gave it, "rollout", or ""."""

    key: str
    value: Json
    variant: str
    reason: Reason
    rule: str
    revision: int


@dataclass(frozen=True, kw_only=True)
class NoEvaluation:
    """Why one who asks gets no answer, in words that tell the remedy."""

    key: str
    fault: Fault
    details: str


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Every flag and segment of an organisation at one revision of them all."""

    revision: int
    flags: dict[str, Flag]
    segments: dict[str, Segment]


@dataclass(frozen=True, kw_only=True)
class Usage:
    """How often each variant of a flag was given, and when last. Bulk evaluations do not count: they
    ask for every flag, so they say nothing about the use of one."""

    flag: str
    evaluations: dict[str, int] = field(default_factory=dict)
    last_at: datetime | None = None


class Staleness(StrEnum):
    """Why a flag should be looked at again."""

    SETTLED = "settled"  # everybody has had the same variant for long
    NEVER_EVALUATED = "never_evaluated"
    UNUSED = "unused"  # nobody has asked for long
    EXPIRED = "expired"
    UNOWNED = "unowned"  # nobody is there to ask


@dataclass(frozen=True, kw_only=True)
class StaleAfter:
    """When a flag is stale; all organisation time."""

    settled: timedelta = timedelta(days=21)  # "at 100 % for 3 weeks with stable metrics"
    never_evaluated: timedelta = timedelta(days=7)
    unused: timedelta = timedelta(days=21)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One reason to look at a flag, since when it holds, and what helps."""

    flag: str
    staleness: Staleness
    since: datetime
    days: int
    remedy: str


class ChangeKind(StrEnum):
    """What a change does; whoever judges changes may treat them apart."""

    CREATE = "create"
    EDIT = "edit"
    ROLLOUT = "rollout"
    SWITCH = "switch"
    REVIVE = "revive"
    ARCHIVE = "archive"


@dataclass(frozen=True, kw_only=True)
class FlagChange:
    """The subject of the question `flags.change`, asked before every change but a kill.

    `before` is None for a new flag. Higher rooms answer with their reasons against.
    """

    flag: str
    kind: ChangeKind
    before: Definition | None
    after: Definition
    reason: str


CHANGE_QUESTION = "flags.change"
"""What higher rooms are asked before a flag changes; a kill is a safety action and asks nobody."""


@dataclass(frozen=True, kw_only=True)
class FlagEvent(Event):
    """What all events of a flag tell."""

    flag: str
    revision: int

    @property
    def lineage(self) -> str:
        return f"flag:{self.flag}"


@dataclass(frozen=True, kw_only=True)
class FlagCreated(FlagEvent):
    """There is a new flag."""

    type: ClassVar[str] = "flags.created"
    kind: ValueKind


@dataclass(frozen=True, kw_only=True)
class FlagChanged(FlagEvent):
    """A flag was changed. `percent` is the part of everybody that its rollout reaches, if it has one."""

    type: ClassVar[str] = "flags.changed"
    change: ChangeKind
    fields: tuple[str, ...]
    on: bool
    percent: float | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class FlagKilled(FlagEvent):
    """A flag was turned off for everybody, at once."""

    type: ClassVar[str] = "flags.killed"
    reason: str


@dataclass(frozen=True, kw_only=True)
class FlagRevived(FlagEvent):
    """A person let a killed flag decide again."""

    type: ClassVar[str] = "flags.revived"
    reason: str


@dataclass(frozen=True, kw_only=True)
class FlagArchived(FlagEvent):
    """A flag is answered no longer; its history stays."""

    type: ClassVar[str] = "flags.archived"
    reason: str


@dataclass(frozen=True, kw_only=True)
class FlagStale(FlagEvent):
    """A flag has become stale in one way; told once until it no longer is."""

    type: ClassVar[str] = "flags.stale"
    staleness: Staleness
    days: int


@dataclass(frozen=True, kw_only=True)
class SegmentChanged(Event):
    """A segment was set or removed; flags that name it may answer otherwise now."""

    type: ClassVar[str] = "flags.segment_changed"
    segment: str
    removed: bool

    @property
    def lineage(self) -> str:
        return f"segment:{self.segment}"


class FlagNotFound(NotFound):
    """No flag of this key."""

    code = "flags.not_found"


class SegmentNotFound(NotFound):
    """No segment of this key."""

    code = "flags.segment_not_found"


class FlagExists(Conflict):
    """A key names one flag for ever, an archived one too, because old clients may still ask for it."""

    code = "flags.exists"


class FlagMoved(Conflict):
    """Somebody changed the flag since it was read."""

    code = "flags.moved"


class FlagArchivedAlready(Conflict):
    """An archived flag does not change."""

    code = "flags.archived"


class FlagInUse(Conflict):
    """It is asked for, or named by another, so it cannot go."""

    code = "flags.in_use"


class Malformed(Invalid):
    """The definition contradicts itself; every fault is told."""

    code = "flags.malformed"


class ChangeRefused(NotAllowed):
    """Somebody who was asked has reasons against this change."""

    code = "flags.change_refused"
