"""What the pages read of the operations' answers: the fields that they show, and no others.

A surface knows no room, so the pages name what they need as any other client would; a test compares
every field here with the answers' declared form.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from headrace.kernel.json import Json


@dataclass(frozen=True, kw_only=True)
class Organisation:
    slug: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Organisations:
    items: tuple[Organisation, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Principal:
    id: str
    kind: str
    handle: str
    name: str
    active: bool


@dataclass(frozen=True, kw_only=True)
class People:
    items: tuple[Principal, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Subject:
    kind: str
    id: str


@dataclass(frozen=True, kw_only=True)
class Item:
    """A gate or a question that waits in an inbox."""

    kind: str
    id: str
    asked: str
    subject: Subject
    hash: str
    why: str
    tier: int
    waiting_since: datetime
    waiting: timedelta
    on_yes: str
    on_no: str
    blocks: int
    context: str | None


@dataclass(frozen=True, kw_only=True)
class Inbox:
    items: tuple[Item, ...]


@dataclass(frozen=True, kw_only=True)
class Gate:
    id: str
    state: str
    summary: str
    approvers: tuple[str, ...]
    members: Mapping[str, str]
    authors: tuple[str, ...]


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


@dataclass(frozen=True, kw_only=True)
class Stream:
    name: str
    modules: tuple[Module, ...]


@dataclass(frozen=True, kw_only=True)
class Streams:
    items: tuple[Stream, ...]


@dataclass(frozen=True, kw_only=True)
class Output:
    """A version that a run made."""

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
    ended_at: datetime | None


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


@dataclass(frozen=True, kw_only=True)
class AgentRuns:
    items: tuple[AgentRun, ...]


@dataclass(frozen=True, kw_only=True)
class Total:
    key: str
    tokens_in: int
    tokens_out: int
    micro_usd: int
    unpriced: int


@dataclass(frozen=True, kw_only=True)
class Totals:
    items: tuple[Total, ...]


@dataclass(frozen=True, kw_only=True)
class Artifact:
    id: str
    type: str
    slug: str
    context: str
    path: str
    reference: str | None
    head: int
    effective: int | None


@dataclass(frozen=True, kw_only=True)
class Artifacts:
    items: tuple[Artifact, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Version:
    version: str
    type: str
    title: str
    phase: str
    context: str
    path: str
    made_by: str
    brain: str
    content: Mapping[str, Json]
    change: str | None
    commit: str | None


@dataclass(frozen=True, kw_only=True)
class Link:
    kind: str
    version: str


@dataclass(frozen=True, kw_only=True)
class Lineage:
    made_from: tuple[Link, ...]
    led_to: tuple[Link, ...]


@dataclass(frozen=True, kw_only=True)
class ChangeLine:
    change: str
    title: str
    state: str
    context: str
    author: str
    opened_at: datetime


@dataclass(frozen=True, kw_only=True)
class Changes:
    items: tuple[ChangeLine, ...]
    next: int | None


@dataclass(frozen=True, kw_only=True)
class Review:
    head: str
    reviewer: str
    verdict: str
    note: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RequiredReview:
    owners: tuple[str, ...]
    paths: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Change:
    change: str
    title: str
    body: str
    state: str
    context: str
    repository: str
    branch: str
    target: str
    author: str
    head: str | None
    commit: str | None
    members: tuple[str, ...]
    policies: tuple[str, ...]
    required: tuple[RequiredReview, ...]
    reviews: tuple[Review, ...]
    hindrances: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Line:
    kind: str
    text: str
    old_number: int | None
    new_number: int | None


@dataclass(frozen=True, kw_only=True)
class Hunk:
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class PathChange:
    status: str
    path: str
    old_path: str | None


@dataclass(frozen=True, kw_only=True)
class FileDiff:
    change: PathChange
    is_binary: bool
    added_lines: int
    removed_lines: int
    hunks: tuple[Hunk, ...]
    truncated: bool


@dataclass(frozen=True, kw_only=True)
class Diff:
    files: tuple[FileDiff, ...]


@dataclass(frozen=True, kw_only=True)
class Judgement:
    subject: Subject
    policy: str
    number: int
    verdict: str
    summary: str
    evaluator: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Judgements:
    items: tuple[Judgement, ...]


@dataclass(frozen=True, kw_only=True)
class Happened:
    position: int
    type: str
    lineage: str
    actor: str
    at: datetime
    payload: Json


@dataclass(frozen=True, kw_only=True)
class Events:
    items: tuple[Happened, ...]
    next: int | None


READS: Mapping[str, type] = {
    "organisation.list": Organisations,
    "person.list": People,
    "inbox.list": Inbox,
    "inbox.show": Item,
    "gate.show": Gate,
    "mission.list": Missions,
    "mission.show": MissionShown,
    "context.ready": ReadyList,
    "stream.list": Streams,
    "run.list": Runs,
    "agent.runs": AgentRuns,
    "ledger.totals": Totals,
    "artifact.list": Artifacts,
    "artifact.show": Version,
    "artifact.lineage": Lineage,
    "change.list": Changes,
    "change.show": Change,
    "change.diff": Diff,
    "verdict.list": Judgements,
    "journal.list": Events,
}
"""The queries that the pages ask, and the part of each answer that they read."""
