"""Runs: one task given to one employee, everything said and done for it, and how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from headrace.capabilities.agents.cards import RoleCard
from headrace.capabilities.agents.conversation import BrainKind, ToolCall, Usage
from headrace.capabilities.agents.model.tasks import AgentRunId, AgentTask
from headrace.capabilities.budgets.model import Amount
from headrace.kernel.events import Event
from headrace.kernel.ids import PrincipalId
from headrace.kernel.json import Json


class RunEnd(StrEnum):
    """How a run ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REFUSED = "refused"  # its work went beyond its authority; nothing of it was taken


class RunState(StrEnum):
    """Where a run stands; the last four are ends."""

    QUEUED = "queued"
    WORKING = "working"
    WAITING = "waiting"  # for a person who does the task
    STALLED = "stalled"  # until its provider is asked again
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REFUSED = "refused"


OPEN_STATES = frozenset({RunState.QUEUED, RunState.WORKING, RunState.WAITING, RunState.STALLED})


@dataclass(frozen=True, kw_only=True)
class Run:
    """One task given to one employee. `reserved` is what it holds of every budget it counts for.

    `base` is the commit its worktree began at, `head` the commit of its work. `asked_to_stop` says why
    somebody wants it to end. `stalls` counts how often its provider was away, `retry_at` is when a
    stalled run goes on. Times are organisation time, except that `worked_for` is in real seconds.
    """

    id: AgentRunId
    order: AgentTask
    employee: str
    principal: PrincipalId
    card: RoleCard
    brain: BrainKind
    brain_name: str  # the skill or instrument, where it is one
    identity: str
    recipe: str
    state: RunState
    reserved: Amount
    turns: int
    usage: Usage
    lost_calls: int
    submitted: Mapping[str, Json] | None
    submitted_at: datetime | None
    base: str | None
    head: str | None
    changed_paths: tuple[str, ...]
    left_out: tuple[str, ...]
    error: str
    asked_to_stop: str
    made_at: datetime
    ended_at: datetime | None
    worked_for: float
    retry_at: datetime | None = None
    stalls: int = 0

    @property
    def summary(self) -> "RunSummary":
        """What a list shows of it."""
        return RunSummary(
            id=self.id,
            employee=self.employee,
            principal=self.principal,
            subject=self.order.subject,
            role=self.order.role,
            task=self.order.task,
            context=self.order.context,
            element=self.order.element,
            brain=self.brain,
            identity=self.identity,
            recipe=self.recipe,
            state=self.state,
            turns=self.turns,
            usage=self.usage,
            error=self.error,
            made_at=self.made_at,
            ended_at=self.ended_at,
            worked_for=self.worked_for,
            retry_at=self.retry_at,
        )


@dataclass(frozen=True, kw_only=True)
class RunSummary:
    """A run as a list shows it: without its card, what it was given and what it handed in."""

    id: AgentRunId
    employee: str
    principal: PrincipalId
    subject: str
    role: str
    task: str
    context: str
    element: str
    brain: BrainKind
    identity: str
    recipe: str
    state: RunState
    turns: int
    usage: Usage
    error: str
    made_at: datetime
    ended_at: datetime | None
    worked_for: float
    retry_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Load:
    """How many open runs of one state an employee has, by what it thinks with."""

    employee: str
    state: RunState
    brain: BrainKind
    runs: int


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a run has come: its tool calls so far, and the newest of them."""

    steps: int
    tool: str
    path: str


@dataclass(frozen=True, kw_only=True)
class RefusedAct:
    """Something an agent tried beyond its authority; it did not happen."""

    tool: str
    target: str
    reason: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a run that has ended handed in, and what it cost.

    `head` is the commit of its work, or None when no file was changed; `changed_paths` are the files
    between its base and its head. `left_out` are files that its checks left behind and nobody wrote.
    """

    run: AgentRunId
    state: RunEnd
    principal: PrincipalId
    brain: BrainKind
    recipe: str
    submitted: Mapping[str, Json]
    base: str | None
    head: str | None
    changed_paths: tuple[str, ...]
    left_out: tuple[str, ...]
    refusals: tuple[RefusedAct, ...]
    error: str
    usage: Usage
    lost_calls: int


@dataclass(frozen=True, kw_only=True)
class Step:
    """One tool call of a run and its result. `before` and `after` are hashes of the file it wrote.

    `before` and `after` are None where there was no file. `output` is the hash of a result that was too
    long for its row.
    """

    turn: int
    number: int
    call: ToolCall
    done: bool
    path: str
    before: str | None
    after: str | None
    content: str
    output: str | None
    is_error: bool


@dataclass(frozen=True, kw_only=True)
class RunEvent(Event):
    """What happens to a run."""

    run: AgentRunId
    subject: str
    role: str

    @property
    def lineage(self) -> str:
        return f"agent-run:{self.run}"


@dataclass(frozen=True, kw_only=True)
class RunClaimed(RunEvent):
    """A run was given to an employee; what it may spend is held. `facts_hash` is over its inputs."""

    type: ClassVar[str] = "agents.run_claimed"
    employee: str
    principal: PrincipalId
    brain: BrainKind
    recipe: str
    facts_hash: str


@dataclass(frozen=True, kw_only=True)
class PersonWanted(RunEvent):
    """A person must do the task; nothing runs until somebody hands in."""

    type: ClassVar[str] = "agents.person_wanted"
    task: str
    context: str
    element: str


@dataclass(frozen=True, kw_only=True)
class RunStalled(RunEvent):
    """The provider of a run does not answer: it waits, holding nothing but its budget, and is tried again."""

    type: ClassVar[str] = "agents.run_stalled"
    error: str
    retry_at: datetime


@dataclass(frozen=True, kw_only=True)
class RunEnded(RunEvent):
    """A run ended; what it held of its budgets is given back.

    `principal` did it. `result_hash` is over what it handed in, `head` is the commit of its work;
    each is None where there is none.
    """

    type: ClassVar[str] = "agents.run_ended"
    state: RunEnd
    error: str
    principal: PrincipalId
    result_hash: str | None
    head: str | None


@dataclass(frozen=True, kw_only=True)
class Refused(RunEvent):
    """An agent tried something beyond its authority; it did not happen."""

    type: ClassVar[str] = "agents.refused"
    tool: str
    target: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ObservationMade(RunEvent):
    """A run noticed something that others should know; it becomes a signal."""

    type: ClassVar[str] = "agents.observation_made"
    principal: PrincipalId
    layer: str
    context: str
    element: str
    number: int  # 1, 2, 3 … within the run
    title: str
    category: str
    urgency: str
    impact: str
    confidence: str
    observation: str


@dataclass(frozen=True, kw_only=True)
class QuestionAsked(RunEvent):
    """A run met something that its role must not decide; whoever is named should answer."""

    type: ClassVar[str] = "agents.question_asked"
    principal: PrincipalId
    context: str
    element: str
    to: str  # a seat or a role, as the card names it
    tier: int
    question: str
    because: str
