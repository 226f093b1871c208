"""The words of streams."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, NewType

from headrace.capabilities.agents.model import Workspace
from headrace.capabilities.artifacts.model import Draft, VersionRef
from headrace.capabilities.budgets.model import Scope as BudgetScope
from headrace.capabilities.record.model import SelfCheck
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Conflict, Invalid, NotFound
from headrace.kernel.events import Event
from headrace.kernel.json import Json

ContextId = NewType("ContextId", str)
"""`kind:slug`, as in `mission:bulk-data-export`; the outermost is `organisation`."""

RunId = NewType("RunId", str)


class Scope(StrEnum):
    """Where a selector looks for its artifacts."""

    OWN = "own"  # the run's context
    ANCESTOR = "ancestor"  # the nearest context above that has one
    LINKED = "linked"  # contexts linked to the run's
    WITHIN = "within"  # the run's context and all that lie in it


class Cardinality(StrEnum):
    """How many a selector takes, and how many runs that makes."""

    ONE = "one"  # the newest
    EACH = "each"  # one run for each, or for each element of a section
    SAME_KEY = "same-key"  # the one whose slug ends in the run's element
    ALL = "all"  # one for every element of a section of another input
    COLLECT = "collect"  # whatever there is, at least `least`


@dataclass(frozen=True, kw_only=True)
class Selector:
    """One input of a module.

    `section` names the repeated section whose items make the elements (EACH), and `of` the
    selector and section whose items must all have one (ALL), as `fleet#streams`. A selector with
    `in_period` takes only what was handed in within the run's period.
    """

    name: str
    type: str
    scope: Scope = Scope.OWN
    cardinality: Cardinality = Cardinality.ONE
    required: bool = True
    section: str = ""
    of: str = ""
    least: int = 0
    in_period: bool = False


@dataclass(frozen=True, kw_only=True)
class Edges:
    """Edges between elements that stand as rows in an input: `ui` waits for `api`.

    A row whose `kind` column is one of `holding` holds the element in `dependent` until what the
    row's `satisfied_by` names is effective in the context (an artifact type), or, where it names
    nothing, until the run of the element in `prerequisite` is done.
    """

    selector: str
    section: str
    dependent: str = "from"
    prerequisite: str = "to"
    kind: str = "type"
    holding: tuple[str, ...] = ("blocks",)
    satisfied_by: str = "satisfied_by"


class Start(StrEnum):
    """What makes the first attempt."""

    AUTOMATIC = "automatic"  # as soon as it is ready
    BY_HAND = "by-hand"  # shown as ready; a person starts it
    EACH_PERIOD = "each-period"  # at the end of each period
    ON_EVENT = "on-event"  # an event of the named type, once per episode


@dataclass(frozen=True, kw_only=True)
class Work:
    """Who does it: a task of a role; the role card says with which brain."""

    role: str
    task: str


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A module that opens contexts: for each item that `contexts(ctx, run)` names."""

    kind: str
    contexts: "Callable[[Ctx, Run], tuple[NewContext, ...]]"


@dataclass(frozen=True, kw_only=True)
class NewContext:
    """A context to be opened."""

    slug: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Module:
    """One step of a stream, declared as data.

    `guard(ctx, run)` gives every reason why the run may not be claimed yet. `workspace` and `scopes`
    name the worktree and the budgets of its worker. `work_for(ctx, run)` names the worker where the run
    decides who it is, and `demands(ctx, context)` the optional inputs that are required in that context.
    `facts(ctx, run)` gives the worker the structured facts; `finish(ctx, run, submitted)` makes
    what was handed in into drafts (without it, what was handed in is the content of the outputs);
    `after(ctx, run)` is told when the run is done. `policies` are judged on the proposal.
    """

    key: str
    title: str
    context_kind: str
    work: Work
    version: int = 1
    attempts: int = 5  # made by themselves; what is sent back more often waits for a person
    inputs: tuple[Selector, ...] = ()
    outputs: tuple[str, ...] = ()  # artifact types
    start: Start = Start.AUTOMATIC
    every: timedelta | None = None
    event: str = ""
    edges: Edges | None = None
    opening: Opening | None = None
    policies: tuple[str, ...] = ()
    lane: str = ""
    work_for: "Callable[[Ctx, Run], Work] | None" = None
    demands: "Callable[[Ctx, ContextId], Collection[str]] | None" = None
    guard: "Callable[[Ctx, Run], tuple[str, ...]] | None" = None
    workspace: "Callable[[Ctx, Run], Workspace | None] | None" = None
    scopes: "Callable[[Ctx, Run], tuple[BudgetScope, ...]] | None" = None
    facts: "Callable[[Ctx, Run], Mapping[str, Json]] | None" = None
    finish: "Callable[[Ctx, Run, Mapping[str, Json]], Finished] | None" = None
    after: "Callable[[Ctx, Run], None] | None" = None


@dataclass(frozen=True, kw_only=True)
class Finished:
    """What a run hands in: drafts for one change, or a change that a room has opened already.

    With neither, the run is done as it stands: its effect was its facts. `self_evaluation` is what the
    maker says of the own work under each policy of the module.
    """

    drafts: tuple[Draft, ...] = ()
    change: str | None = None
    title: str = ""
    body: str = ""
    branch: str = ""
    self_evaluation: tuple[SelfCheck, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Stream:
    """A value stream: modules over artifact types. `kinds` are its kinds of context, outermost first."""

    name: str
    title: str
    version: int = 1
    kinds: tuple[str, ...]
    modules: tuple[Module, ...]


class ContextState(StrEnum):
    """Whether a context takes runs."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class Context:
    """Where a stream runs; pins the version of its stream."""

    id: ContextId
    kind: str
    parent: ContextId | None
    title: str
    stream: str
    stream_version: int
    state: ContextState
    opened_by: str | None
    opened_at: datetime
    closed_at: datetime | None


class RunState(StrEnum):
    """Where a run stands. The first four are open: one per module, context and element."""

    QUEUED = "queued"  # asked for, not yet claimed
    WAITING = "waiting"  # a claim was refused; an event wakes it
    WORKING = "working"  # a worker is at it
    PROPOSED = "proposed"  # handed in; a gate decides
    DONE = "done"
    REVISED = "revised"  # sent back; the next attempt follows
    REJECTED = "rejected"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN_STATES = frozenset({RunState.QUEUED, RunState.WAITING, RunState.WORKING, RunState.PROPOSED})


@dataclass(frozen=True, kw_only=True)
class Activity:
    """What went on in a context: the agents' runs of it, and when one of its runs last moved."""

    agent_runs: tuple[str, ...]
    moved_at: datetime


@dataclass(frozen=True, kw_only=True)
class Run:
    """One piece of work on a frozen input set."""

    id: RunId
    context: ContextId
    module: str
    module_version: int
    element: str
    period: str
    inputs: Mapping[str, tuple[VersionRef, ...]]  # by selector
    input_hash: str
    recipe: str
    attempt: int
    state: RunState
    reasons: tuple[str, ...]  # why it waits or failed
    findings: tuple[str, ...]  # what the former attempt was sent back with
    cause: str | None
    agent_run: str | None
    change: str | None
    outputs: tuple[VersionRef, ...]
    made_at: datetime
    started_at: datetime | None
    proposed_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Item:
    """An artifact as readiness sees it: its effective version, and the items of its sections."""

    ref: VersionRef
    type: str
    slug: str
    context: ContextId
    sections: Mapping[str, tuple[Mapping[str, Json], ...]] = field(default_factory=dict)
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A module that is ready for an element, with the input set its run would freeze."""

    module: str
    element: str
    inputs: Mapping[str, tuple[VersionRef, ...]]


@dataclass(frozen=True, kw_only=True)
class Held:
    """A module, or one element of it, that is not ready, and everything it waits for."""

    module: str
    element: str
    reasons: tuple[str, ...]


Readiness = Candidate | Held


@dataclass(frozen=True, kw_only=True)
class ContextOpened(Event):
    """A context was opened and takes runs."""

    type: ClassVar[str] = "streams.context_opened"
    context: ContextId
    kind: str
    parent: ContextId | None
    opened_by: str | None

    @property
    def lineage(self) -> str:
        return f"context:{self.context}"


@dataclass(frozen=True, kw_only=True)
class RunMade(Event):
    """A run was asked for."""

    type: ClassVar[str] = "streams.run_made"
    run: RunId
    context: ContextId
    module: str
    element: str
    attempt: int

    @property
    def lineage(self) -> str:
        return f"run:{self.run}"


@dataclass(frozen=True, kw_only=True)
class RunMoved(Event):
    """A run changed its state; `reasons` say why it waits or failed."""

    type: ClassVar[str] = "streams.run_moved"
    run: RunId
    context: ContextId
    module: str
    element: str
    attempt: int
    state: RunState
    reasons: tuple[str, ...] = ()

    @property
    def lineage(self) -> str:
        return f"run:{self.run}"


@dataclass(frozen=True, kw_only=True)
class RunLetOn(Event):
    """A person let a run have one attempt more than its module makes by itself."""

    type: ClassVar[str] = "streams.run_let_on"
    run: RunId
    attempt: int
    by: str
    reason: str

    @property
    def lineage(self) -> str:
        return f"run:{self.run}"


@dataclass(frozen=True, kw_only=True)
class WorkWanted(Event):
    """What kept runs waiting may have passed: their claims are made again."""

    type: ClassVar[str] = "streams.work_wanted"
    because: str

    @property
    def lineage(self) -> str:
        return "streams:claims"


class StreamUnknown(NotFound):
    """No such stream or module."""

    code = "streams.unknown"


class ContextNotFound(NotFound):
    """No such context."""

    code = "streams.context_not_found"


class RunNotFound(NotFound):
    """No such run."""

    code = "streams.run_not_found"


class StreamRefused(Invalid):
    """The declaration of a stream does not hold together."""

    code = "streams.declaration_refused"


class NotReady(Conflict):
    """The module is not ready in this context."""

    code = "streams.not_ready"


class RunOpen(Conflict):
    """A run of this module and element is open."""

    code = "streams.run_open"


class RunEnded(Conflict):
    """The run has ended."""

    code = "streams.run_ended"
