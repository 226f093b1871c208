"""Answers: missions, streams, runs and agents."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from headrace.kernel.json import Json


@dataclass(frozen=True, kw_only=True)
class Mission:
    slug: str
    context: str
    title: str
    reference: str | None
    status: str
    blocked_by: tuple[str, ...]
    opened_at: datetime


@dataclass(frozen=True, kw_only=True)
class Missions:
    items: tuple[Mission, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Step:
    number: int
    before: str | None
    after: str
    by: str
    why: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Task:
    id: str
    title: str
    stream: str
    priority: str
    depends_on: tuple[str, ...]
    status: str
    change: str | None


@dataclass(frozen=True, kw_only=True)
class MissionShown:
    mission: Mission
    tasks: tuple[Task, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True)
class Ready:
    module: str
    element: str
    ready: bool
    waits_for: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ReadyList:
    items: tuple[Ready, ...]


@dataclass(frozen=True, kw_only=True)
class Module:
    key: str
    title: str
    role: str
    layer: str
    context_kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Context:
    """Where a stream runs."""

    id: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Contexts:
    items: tuple[Context, ...]


@dataclass(frozen=True, kw_only=True)
class Stream:
    name: str
    modules: tuple[Module, ...]
    title: str


@dataclass(frozen=True, kw_only=True)
class Streams:
    items: tuple[Stream, ...]


@dataclass(frozen=True, kw_only=True)
class Output:
    """A version that a run made."""

    artifact: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Reference:
    artifact: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run of a module."""

    id: str
    module: str
    element: str
    attempt: int
    state: str
    reasons: tuple[str, ...]
    agent_run: str | None
    change: str | None
    outputs: tuple[Output, ...]
    made_at: datetime
    started_at: datetime | None
    proposed_at: datetime | None
    ended_at: datetime | None
    inputs: Mapping[str, tuple[Reference, ...]]
    findings: tuple[str, ...]
    period: str
    cause: str | None  # the run after which it began, or what else it was begun by


@dataclass(frozen=True, kw_only=True)
class Runs:
    items: tuple[Run, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class AgentRun:
    run: str
    role: str
    brain: str
    turns: int
    cost_micro_usd: int
    task: str
    subject: str
    context: str
    element: str
    state: str
    made_at: datetime
    ended_at: datetime | None
    error: str
    tokens: int
    identity: str
    worked_for: float
    steps: int
    tool: str
    path: str


@dataclass(frozen=True, kw_only=True)
class AgentRuns:
    items: tuple[AgentRun, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class AgentLine:
    handle: str
    name: str
    role: str
    layer: str
    state: str
    paused: bool
    open_runs: int


@dataclass(frozen=True, kw_only=True)
class Agents:
    items: tuple[AgentLine, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class AgentRole:
    id: str
    reports_to: str


@dataclass(frozen=True, kw_only=True)
class PersonSeat:
    """A place that a person holds, to whom roles report."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class AgentRoles:
    items: tuple[AgentRole, ...]
    seats: tuple[PersonSeat, ...]


@dataclass(frozen=True, kw_only=True)
class TaskCard:
    name: str
    does: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    brains: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class LayerLine:
    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class LayerLines:
    items: tuple[LayerLine, ...]


@dataclass(frozen=True, kw_only=True)
class Paths:
    reads: tuple[str, ...]
    writes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Card:
    name: str
    duty: str
    layer: str
    division: str
    reports_to: str
    tasks: tuple[TaskCard, ...]
    never: tuple[str, ...]
    tools: tuple[str, ...]
    paths: Paths
    model_tier: str
    evaluates: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AgentShown:
    agent: AgentLine
    superseded_by: str
    hired_at: datetime
    card_is_current: bool
    card: Card


@dataclass(frozen=True, kw_only=True)
class Usage:
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cost_micro_usd: int
    priced: bool


@dataclass(frozen=True, kw_only=True)
class RunStep:
    turn: int
    tool: str
    path: str
    is_error: bool
    result: str


@dataclass(frozen=True, kw_only=True)
class RefusedAct:
    tool: str
    target: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class AgentRunShown:
    line: AgentRun
    identity: str
    usage: Usage
    submitted: Mapping[str, Json] | None
    head: str | None
    changed_paths: tuple[str, ...]
    steps: tuple[RunStep, ...]
    refusals: tuple[RefusedAct, ...]


@dataclass(frozen=True, kw_only=True)
class Signal:
    signal: str
    title: str
    source: str
    topic: str
    confidence: str
    urgency: str
    impact: str
    disposition: str
    filed_by: str
    filed_at: datetime
    absorbed_by: str | None


@dataclass(frozen=True, kw_only=True)
class Signals:
    items: tuple[Signal, ...]


@dataclass(frozen=True, kw_only=True)
class Executor:
    id: str
    host: str
    pid: int
    silent_for: float
    expired: bool


@dataclass(frozen=True, kw_only=True)
class Executors:
    items: tuple[Executor, ...]
