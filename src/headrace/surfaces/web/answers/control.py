"""Answers: the organisation at work in figures, an agent's weeks, and the settings of this machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, kw_only=True)
class Overview:
    """Six figures of one instant; use is summed from `today`, the midnight of organisation time."""

    at: datetime
    today: datetime
    live_runs: int
    external_runs: int
    agents_at_work: int
    workforce: int
    queued: int
    blocked: int
    today_micro_usd: int
    today_tokens: int
    today_unpriced: int


@dataclass(frozen=True, kw_only=True)
class Wait:
    """What a mission waits for; `of` are those who decide, nobody where work goes on."""

    kind: str
    id: str
    what: str
    of: tuple[str, ...]
    since: datetime | None


@dataclass(frozen=True, kw_only=True)
class MissionLine:
    """A mission as a lead looks at it; `micro_usd` is None to whoever may not see money."""

    slug: str
    title: str
    reference: str | None
    status: str
    opened_at: datetime
    waits_for: Wait | None
    more: int
    moved_at: datetime
    micro_usd: int | None
    unpriced: int


@dataclass(frozen=True, kw_only=True)
class MissionBoard:
    items: tuple[MissionLine, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Week:
    """What was judged of an agent's work in a week, and how its runs ended, by word."""

    begins: date
    runs: Mapping[str, int]
    verdicts: Mapping[str, int]
    micro_usd: int
    tokens: int


@dataclass(frozen=True, kw_only=True)
class Quality:
    agent: str
    weeks: tuple[Week, ...]
    changes: int
    is_whole: bool


@dataclass(frozen=True, kw_only=True)
class SettingLine:
    name: str
    meaning: str
    value: str
    source: str
    is_secret: bool


@dataclass(frozen=True, kw_only=True)
class SettingLines:
    items: tuple[SettingLine, ...]
