"""Organisation time: the clock of dates, soaks, reviews and windows. Leases and timeouts never use it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from headrace.kernel.errors import Invalid


class Clock(Protocol):
    """Tells organisation time, aware and in UTC."""

    @property
    def scale(self) -> float:
        """Seconds of organisation time that pass in one real second."""

    def now(self) -> datetime: ...


@dataclass(frozen=True)
class RealClock:
    """Organisation time is the time of the world."""

    scale: float = 1.0

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class ScaledClock:
    """Organisation time runs `scale` times as fast, starting at `origin` when the world is at `started`.

    Until then it stands still at `origin`. Two processes with the same three values tell the same time.
    """

    origin: datetime
    started: datetime
    scale: float

    def now(self) -> datetime:
        passed = max(datetime.now(UTC) - self.started, timedelta(0))
        return self.origin + passed * self.scale


class FakeClock:
    """Stands still until a test moves it."""

    scale = 0.0

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def advance(self, by: timedelta) -> None:
        """Move on by `by`. Raises ValueError when it would run backwards."""
        if by < timedelta(0):
            raise ValueError("Organisation time never runs backwards.")
        self._at += by


def parse_clock(text: str) -> Clock:
    """The clock that a setting names: `real`, or `scaled:FACTOR@ORIGIN/STARTED` with ISO times.

    `scaled:3600@2026-03-15T08:00:00+00:00/2026-11-20T10:00:00+00:00` lets an hour pass each second.
    Raises Invalid with the forms that are understood.
    """
    if text == "real":
        return RealClock()
    try:
        kind, _, rest = text.partition(":")
        factor, _, times = rest.partition("@")
        origin, _, started = times.partition("/")
        clock = ScaledClock(
            origin=_aware(origin), started=_aware(started), scale=_positive(float(factor))
        )
    except ValueError as fault:
        raise _unreadable(text) from fault
    if kind != "scaled":
        raise _unreadable(text)
    return clock


def format_clock(clock: ScaledClock) -> str:
    """The text from which `parse_clock` makes this clock again."""
    return f"scaled:{clock.scale:g}@{clock.origin.isoformat()}/{clock.started.isoformat()}"


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs its offset from UTC")
    return moment.astimezone(UTC)


def _positive(number: float) -> float:
    if not 0 < number < float("inf"):
        raise ValueError("a scale is a positive number")
    return number


def _unreadable(text: str) -> Invalid:
    return Invalid(
        f"{text!r} is no clock; write `real` or `scaled:FACTOR@ORIGIN/STARTED` with ISO times "
        "that carry their offset, for example scaled:3600@2026-03-15T08:00:00Z/2026-11-20T10:00:00Z",
        clock=text,
    )
