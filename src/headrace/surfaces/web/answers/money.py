"""Answers: budgets and what was spent."""

from dataclasses import dataclass
from datetime import datetime


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
class Scope:
    kind: str
    id: str


@dataclass(frozen=True, kw_only=True)
class Cap:
    tokens: int | None
    micro_usd: int | None


@dataclass(frozen=True, kw_only=True)
class Amount:
    tokens: int
    micro_usd: int


@dataclass(frozen=True, kw_only=True)
class Budget:
    scope: Scope
    period: str
    cap: Cap
    spent: Amount
    reserved: Amount


@dataclass(frozen=True, kw_only=True)
class Forecast:
    budget: Budget
    micro_usd_per_day: float
    runs_out_at: datetime | None
    expected_at_end: Amount | None


@dataclass(frozen=True, kw_only=True)
class Forecasts:
    items: tuple[Forecast, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class ScopeForecasts:
    """The budgets of one scope, each period."""

    items: tuple[Forecast, ...]


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """Where the use under one key is heading until the end of the term."""

    key: str
    reserved: Amount
    lately: Amount
    micro_usd_per_day: float
    expected_at_end: Amount | None


@dataclass(frozen=True, kw_only=True)
class Outlooks:
    at: datetime
    items: tuple[Outlook, ...]
