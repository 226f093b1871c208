"""What a capability declares about itself; the doors and app.py read nothing else."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from inspect import cleandoc
from typing import Any, Literal, Protocol, TypeVar

from headrace.kernel.context import Ctx
from headrace.kernel.events import Event, Recorded
from headrace.kernel.flow import Flow

T = TypeVar("T")


class OperationKind(StrEnum):
    """How an operation answers."""

    QUERY = "query"
    COMMAND = "command"
    JOB = "job"
    STREAM = "stream"
    TRANSFER = "transfer"


class Effect(StrEnum):
    """The worst an operation can do; what it must be confirmed in follows from it."""

    NONE = "none"
    WRITE = "write"
    SPEND = "spend"
    DESTROY = "destroy"
    OUTSIDE = "outside"


class Alarm(StrEnum):
    """The colour in which an operation is to be confirmed before it is done."""

    AMBER = "amber"  # it spends, or writes much
    RED = "red"  # it takes away, or acts where nothing is undone from here


_ALARMS = {Effect.SPEND: Alarm.AMBER, Effect.DESTROY: Alarm.RED, Effect.OUTSIDE: Alarm.RED}


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """What an operation would do, in sentences, and what it would cost at most (None: nothing known)."""

    says: tuple[str, ...] = ()
    tokens: int | None = None
    micro_usd: int | None = None


@dataclass(frozen=True, kw_only=True)
class Http:
    """Where an operation stands in the REST interface, below `/api/v1`."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str  # "/signals/{signal}"; names in braces are fields of the input


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One verb, offered alike as a REST route, a CLI command and an MCP tool.

    The docstring of `run` is the help text of all three; its first line is the summary.
    `subject` gives the thing whose owner or team the permission is asked for. `columns` are what a
    list shows on a terminal (JSON has everything); without them, what fits best, and those that do
    not fit are given up from the last one on. `shown` chooses what a terminal tells of one thing, in
    which order and under which names. `hint` is a sentence below a list that is not empty.
    `alarm` asks for a confirmation where the effect alone does not; `foresee` tells the cost and what
    the summary cannot, and is asked before the operation is done.
    """

    name: str  # "release.promote"; on the command line `headrace release promote`
    permission: str  # "release:promote"
    input: type
    output: type
    run: Callable[[Ctx, Any], Any]
    http: Http
    kind: OperationKind = OperationKind.COMMAND
    effect: Effect = Effect.WRITE
    subject: Callable[[Ctx, Any], str | None] | None = None
    columns: tuple[str, ...] = ()
    shown: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None
    hint: str = ""
    alarm: Alarm | None = None
    foresee: Callable[[Ctx, Any], Foreseen] | None = None

    @property
    def must_be_confirmed(self) -> Alarm | None:
        """The colour of the confirmation without which the edge refuses it; None: it needs none."""
        return self.alarm or _ALARMS.get(self.effect)

    @property
    def summary(self) -> str:
        return (self.run.__doc__ or "").strip().partition("\n")[0]

    @property
    def help(self) -> str:
        return cleandoc(self.run.__doc__ or "")


@dataclass(frozen=True, kw_only=True)
class Screen:
    """One page of the console: its address, its typed context and its template."""

    path: str
    template: str
    context: Callable[..., object]
    permission: str
    nav: str | None = None


@dataclass(frozen=True, kw_only=True)
class Check:
    """An answer of a higher room to a question that a lower one asks by name.

    `run(ctx, subject)` gives every reason against; an empty sequence is a yes.
    """

    question: str  # "record.merge"
    name: str  # "governance.gates"
    run: Callable[[Ctx, Any], Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """A room's ear on the journal: at least once per event, so the verb must be idempotent."""

    name: str  # "streams.advance"
    events: tuple[type[Event], ...]
    run: Callable[[Ctx, Recorded], object]


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A flow started each `every` of organisation time, for every organisation, once per period.

    Where organisation time runs so fast that a period is over in a few real seconds, periods are
    passed over: one start in five seconds is the most, in half a second for those of six hours and more.
    Where `wanted` says no of a house, it is never started there.
    """

    name: str
    flow: str
    every: timedelta
    wanted: "Callable[[Declarations], bool] | None" = None


class Declarations(Protocol):
    """A house, as far as its capabilities may look at it before it is one."""

    def declared(self, kind: type[T]) -> Iterable[T]:
        """Every declaration of a kind."""


@dataclass(frozen=True, kw_only=True)
class Permission:
    """A right that can be granted, in words for the person who grants it."""

    name: str  # "record:approve"
    summary: str


@dataclass(frozen=True, kw_only=True)
class Capability:
    """The whole offer of one room or pack; app.py lists these in order.

    `declares` carries the words of higher kinds (artifact types, policies, modules, role cards):
    the room that knows the kind reads them with `ctx.declared(Kind)`.
    """

    name: str
    operations: tuple[Operation, ...] = ()
    screens: tuple[Screen, ...] = ()
    checks: tuple[Check, ...] = ()
    events: tuple[type[Event], ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    flows: tuple[Flow, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    permissions: tuple[Permission, ...] = ()
    migrations: str | None = None  # the package that holds this room's Alembic versions
    declares: tuple[object, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)  # setting -> meaning
