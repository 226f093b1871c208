"""Answers: health targets, how fast their budgets burn, and what is wrong now."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class TargetLine:
    """`budget_left` is a share: 1 untouched, 0 spent, below it overspent."""

    target: str
    service: str
    condition: str
    severity: str | None
    objective: float
    achieved: float | None
    budget_left: float | None
    burn: float | None
    measured_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Targets:
    items: tuple[TargetLine, ...]


@dataclass(frozen=True, kw_only=True)
class BurnRule:
    factor: float
    long: timedelta
    short: timedelta
    severity: str


@dataclass(frozen=True, kw_only=True)
class Burn:
    rule: BurnRule
    over_long: float | None
    over_short: float | None


@dataclass(frozen=True, kw_only=True)
class BurnPoint:
    at: datetime
    rate: float | None


@dataclass(frozen=True, kw_only=True)
class BurnPoints:
    items: tuple[BurnPoint, ...]


@dataclass(frozen=True, kw_only=True)
class TargetShown:
    burns: tuple[Burn, ...]


@dataclass(frozen=True, kw_only=True)
class Trouble:
    subject: str
    dimension: str
    since: datetime
    severity: str


@dataclass(frozen=True, kw_only=True)
class Troubles:
    items: tuple[Trouble, ...]
