"""Answers: why a line is there, and what came of a signal."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Maker:
    """Who made a thing, and how; `micro_usd` is a lower bound where it is not `priced`."""

    by: str
    brain: str
    run: str
    role: str
    task: str
    identity: str
    tokens: int
    micro_usd: int
    priced: bool


@dataclass(frozen=True, kw_only=True)
class Approval:
    where: str
    by: str
    at: datetime
    note: str


@dataclass(frozen=True, kw_only=True)
class VerdictGiven:
    verdict: str
    policy: str
    counts: bool
    summary: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Answered:
    question: str
    asked: str
    answer: str
    note: str
    by: str
    at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ChangeTold:
    change: str
    title: str
    state: str
    author: str
    ended_at: datetime | None
    decided_by: str
    tasks: tuple[str, ...]
    made: tuple[Maker, ...]
    approvals: tuple[Approval, ...]
    verdicts: tuple[VerdictGiven, ...]
    answers: tuple[Answered, ...]


@dataclass(frozen=True, kw_only=True)
class Cause:
    """A version that lines go back to, or that speaks of them; `distance` is in links."""

    version: str
    type: str
    title: str
    phase: str
    distance: int
    change: str
    made: Maker
    at: datetime


@dataclass(frozen=True, kw_only=True)
class OriginTold:
    """Lines that one commit wrote, and what brought that commit here."""

    first: int
    lines: int
    text: str
    commit: str
    subject: str
    written_at: datetime
    author: str
    made: Maker | None
    change: str
    kind: str
    versions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Why:
    repository: str
    head: str
    path: str
    line: int | None
    origins: tuple[OriginTold, ...]
    changes: tuple[ChangeTold, ...]
    about: tuple[Cause, ...]
    causes: tuple[Cause, ...]
    more: bool


@dataclass(frozen=True, kw_only=True)
class TraceNode:
    """One thing that came of another; `nothing` says why nothing came of it, where that is so."""

    kind: str
    id: str
    title: str
    type: str
    depth: int
    state: str
    nothing: str
    at: datetime
    by: str
    change: str
    also: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TraceContext:
    context: str
    title: str
    state: str
    opened_at: datetime


@dataclass(frozen=True, kw_only=True)
class Trace:
    artifact: str
    title: str
    standing: str
    contexts: tuple[TraceContext, ...]
    items: tuple[TraceNode, ...]
    more: bool
