"""Answers: releases, what measurement says of them, and the flags that they turn on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from headrace.kernel.json import Json


@dataclass(frozen=True, kw_only=True)
class ReleaseLine:
    id: str
    title: str
    status: str
    stage: str
    percent: float
    flag: str
    since: datetime | None


@dataclass(frozen=True, kw_only=True)
class Releases:
    items: tuple[ReleaseLine, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Criterion:
    name: str
    measure: str
    worse_by: float | None
    at_most: float | None
    quantile: float
    route: str


@dataclass(frozen=True, kw_only=True)
class Stage:
    name: str
    percent: float
    also: tuple[str, ...]
    lasts: timedelta
    requests: int


@dataclass(frozen=True, kw_only=True)
class Plan:
    flag: str
    variant: str
    service: str
    stages: tuple[Stage, ...]
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, kw_only=True)
class CheckLine:
    text: str
    met: bool
    because: str
    not_applicable: bool
    evidence: str


@dataclass(frozen=True, kw_only=True)
class Release:
    id: str
    contract: str
    context: str | None
    title: str
    status: str
    rollout: Plan
    checklist: tuple[CheckLine, ...]
    drafted_by: str
    drafted_at: datetime
    approved_by: str | None
    stage: int | None
    entered_at: datetime | None
    held_for: str


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """`control` is None where nobody is left to compare with, or a bound of its own was judged."""

    criterion: str
    judgement: str
    because: str
    cohort: float | None
    control: float | None
    low: float | None
    high: float | None
    users: int
    requests: int


@dataclass(frozen=True, kw_only=True)
class ReleaseStep:
    number: int
    at: datetime
    stage: str
    move: str
    by: str
    reasons: tuple[str, ...]
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True, kw_only=True)
class ReleaseShown:
    release: Release
    steps: tuple[ReleaseStep, ...]


@dataclass(frozen=True, kw_only=True)
class Serving:
    buckets: int


@dataclass(frozen=True, kw_only=True)
class FlagRule:
    id: str


@dataclass(frozen=True, kw_only=True)
class FlagDefinition:
    description: str
    owner: str
    lifetime: str
    expires_at: datetime | None
    variants: Mapping[str, Json]
    off_variant: str
    default_variant: str
    on: bool
    rules: tuple[FlagRule, ...]
    rollout: Serving | None


@dataclass(frozen=True, kw_only=True)
class Kill:
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class Flag:
    key: str
    kind: str
    definition: FlagDefinition
    revision: int
    created_at: datetime
    changed_at: datetime
    settled_at: datetime | None
    kill: Kill | None
    archived_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Flags:
    """`at` is the moment of the answer, up to which ages count."""

    items: tuple[Flag, ...]
    next: str | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class FlagFinding:
    flag: str
    staleness: str
    since: datetime
    days: int
    remedy: str


@dataclass(frozen=True, kw_only=True)
class FlagFindings:
    items: tuple[FlagFinding, ...]


@dataclass(frozen=True, kw_only=True)
class FlagUsage:
    evaluations: Mapping[str, int]
    last_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class FlagShown:
    flag: Flag
    usage: FlagUsage
    findings: tuple[FlagFinding, ...]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class FlagRevision:
    revision: int
    change: str
    definition: FlagDefinition
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class FlagHistory:
    items: tuple[FlagRevision, ...]
    next: int | None
