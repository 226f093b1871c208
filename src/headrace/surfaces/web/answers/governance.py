"""Answers: what waits for a decision, and what was judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta


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
    alike: str


@dataclass(frozen=True, kw_only=True)
class Inbox:
    items: tuple[Item, ...]


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How many items an inbox has."""

    count: int


@dataclass(frozen=True, kw_only=True)
class Gate:
    id: str
    state: str
    summary: str
    approvers: tuple[str, ...]
    members: Mapping[str, str]
    authors: tuple[str, ...]
    purpose: str
    decided_at: datetime | None
    decided_by: str | None
    note: str
    delegated_to: str | None
    waited_real_seconds: float


@dataclass(frozen=True, kw_only=True)
class GateLine:
    id: str
    title: str
    state: str
    context: str | None
    note: str
    decided_by: str | None
    decided_at: datetime | None
    waited_real_seconds: float


@dataclass(frozen=True, kw_only=True)
class Gates:
    items: tuple[GateLine, ...]
    next: int | None


@dataclass(frozen=True, kw_only=True)
class Question:
    id: str
    policy: str
    question: str
    recommendation: str
    to: tuple[str, ...]
    authors: tuple[str, ...]
    asked_by: str
    answer: str | None
    note: str
    answered_by: str | None
    answered_at: datetime | None
    withdrawn: bool


@dataclass(frozen=True, kw_only=True)
class BatchItem:
    gate: str
    state: str | None
    refused: str | None


@dataclass(frozen=True, kw_only=True)
class Batch:
    items: tuple[BatchItem, ...]


@dataclass(frozen=True, kw_only=True)
class Finding:
    severity: str
    clause: str
    what: str
    evidence: str
    remediation: str
    path: str | None
    line: int | None


@dataclass(frozen=True, kw_only=True)
class Judgement:
    subject: Subject
    hash: str
    policy: str
    number: int
    verdict: str
    summary: str
    evaluator: str
    at: datetime
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class Judgements:
    items: tuple[Judgement, ...]


@dataclass(frozen=True, kw_only=True)
class Policy:
    key: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Policies:
    items: tuple[Policy, ...]


@dataclass(frozen=True, kw_only=True)
class Halt:
    reason: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Switch:
    halt: Halt | None
