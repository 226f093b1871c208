"""Answers: what missions promised, when it is looked at, and what was found."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    mission: str
    id: str
    kind: str
    timing: str
    state: str
    due: datetime | None
    ended_at: datetime | None
    why: str


@dataclass(frozen=True, kw_only=True)
class Checkpoints:
    items: tuple[Checkpoint, ...]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """An outcome as it was found at one checkpoint."""

    outcome: str
    kind: str
    metric: str
    target: str
    actual: str
    variance: str
    verdict: str
    because: str
    origin: str
    method: str
    confidence: str
    n: int | None
    evidence: tuple[str, ...]
    checkpoint: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Outcomes:
    items: tuple[Outcome, ...]
    overall: str
    rule: str
