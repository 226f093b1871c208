"""Organisation time: the clock of dates, soaks, reviews and windows. Leases and timeouts never use it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
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


@dataclass
class PacedClock:
    """A clock whose pace changes while it runs: scaled clocks in a file, one a line, oldest first.

    Each holds from its `started` on. Every process that reads the file tells the same time, as long as
    a change of pace is written a moment before it begins (`set_pace`). Raises Invalid where the file is
    missing or cannot be read.
    """

    path: Path
    _stamp: tuple[int, int, int] | None = field(default=None, init=False, repr=False)
    _course: tuple[ScaledClock, ...] = field(default=(), init=False, repr=False)

    @property
    def scale(self) -> float:
        """Of the pace that has no end: what waits upon machines reckon with, however fast it leaps now."""
        return self.course()[-1].scale

    def now(self) -> datetime:
        return self.at(datetime.now(UTC)).now()

    def at(self, moment: datetime) -> ScaledClock:
        """The scaled clock that holds at a moment of the world's time."""
        course = self.course()
        return next((one for one in reversed(course) if one.started <= moment), course[0])

    def course(self) -> tuple[ScaledClock, ...]:
        """The paces that the file tells, read again only when it was replaced."""
        try:
            stat = os.stat(self.path)
            stamp = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
            if stamp != self._stamp:
                lines = self.path.read_text(encoding="utf-8").splitlines()
                self._course = tuple(_scaled(line) for line in lines)
                self._stamp = stamp
        except OSError as fault:
            raise Invalid(
                f"The clock {self.path} cannot be read: {fault}", path=str(self.path)
            ) from None
        if not self._course:
            raise Invalid(f"The clock {self.path} tells no time", path=str(self.path))
        return self._course


HEED = timedelta(milliseconds=150)
"""How long before it begins a change of pace is written, so that every process has read it by then."""

_KEPT = 4


def begin_course(path: Path, clock: ScaledClock) -> PacedClock:
    """A new paced clock that runs as this scaled one, until its pace is set."""
    _write_course(path, [clock])
    return PacedClock(path)


def set_pace(clock: PacedClock, *paces: tuple[float, timedelta | None]) -> None:
    """Let a paced clock run by other paces, each a scale and for how much organisation time.

    The last one has no end. Organisation time neither jumps nor runs backwards: every pace begins where
    the one before ends. One process at a time may set it.
    """
    begins = datetime.now(UTC) + HEED
    running = clock.at(begins)
    moment = running.origin + max(begins - running.started, timedelta(0)) * running.scale
    told = [one for one in clock.course() if one.started < begins][-_KEPT:]
    for scale, length in paces:
        told.append(ScaledClock(origin=moment, started=begins, scale=scale))
        if length is not None:
            moment, begins = moment + length, begins + length / scale
    _write_course(clock.path, told)


def _write_course(path: Path, course: Sequence[ScaledClock]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text("".join(f"{format_clock(one)}\n" for one in course), encoding="utf-8")
    os.replace(fresh, path)


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
    """The clock that a setting names: `real`, `scaled:FACTOR@ORIGIN/STARTED` with ISO times, or `paced:FILE`.

    `scaled:3600@2026-03-15T08:00:00+00:00/2026-11-20T10:00:00+00:00` lets an hour pass each second.
    Raises Invalid with the forms that are understood.
    """
    if text == "real":
        return RealClock()
    kind, _, rest = text.partition(":")
    if kind == "paced" and rest:
        return PacedClock(Path(rest))
    return _scaled(text)


def _scaled(text: str) -> ScaledClock:
    kind, _, rest = text.partition(":")
    factor, _, times = rest.partition("@")
    origin, _, started = times.partition("/")
    try:
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
    return f"scaled:{clock.scale!r}@{clock.origin.isoformat()}/{clock.started.isoformat()}"


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
        f"{text!r} is no clock; write `real`, `paced:FILE`, or `scaled:FACTOR@ORIGIN/STARTED` with ISO times "
        "that carry their offset, for example scaled:3600@2026-03-15T08:00:00Z/2026-11-20T10:00:00Z",
        clock=text,
    )
