"""The pace of a demonstration: slow while agents work, steady while users are watched, leaps between dates.

So a slow machine makes no week end before its work does, and nobody waits for a person who is asleep.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from headrace.app.demo.scenario import Paces
from headrace.kernel.clock import PacedClock, set_pace

LEAP_SECONDS = 0.2
"""Real time that a leap to the next date takes."""

FARTHEST = timedelta(days=3)
"""How far one leap goes at most: what looks after things daily should not be passed over for long."""

QUIET_SECONDS = 0.2
"""Real time without work and events before a leap."""


class World(Protocol):
    """What the pace depends on."""

    def is_working(self) -> bool:
        """Whether anything is outstanding that somebody or something works at."""

    def is_troubled(self) -> bool:
        """Whether something of a running service goes wrong, is being found or repaired."""

    def is_watched(self) -> bool:
        """Whether real users are being watched, whose requests take the time that they take."""

    def next_date(self, now: datetime) -> datetime | None:
        """When something waits to happen by itself, or a person will decide."""


class Pacer:
    """Sets the pace of an organisation's clock by what its world is doing. One for a clock."""

    def __init__(
        self,
        clock: PacedClock,
        paces: Paces,
        world: World,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock, self._paces, self._world, self._seconds = clock, paces, world, seconds
        self._busy_at = seconds()
        self._scale: float | None = None
        self._lands_at = 0.0
        self.is_watching = False
        """Whether somebody looks at how the users of a service fare."""

    def look(self, *, stirred: bool = False) -> None:
        """Choose the pace anew; `stirred` tells that something has just happened."""
        now = self._seconds()
        if now < self._lands_at:
            return
        if stirred or self._world.is_working():
            self._busy_at = now
        troubled = self._world.is_troubled()
        self.is_watching = troubled or self._world.is_watched()
        if troubled:
            self._run_at(self._paces.troubled)
        elif self.is_watching:
            self._run_at(self._paces.watching)
        elif now - self._busy_at < QUIET_SECONDS:
            self._run_at(self._paces.working)
        else:
            self._leap(now)

    def settle(self) -> None:
        """Let time run as in the world from here on: nobody plays any more."""
        self._run_at(1.0)

    def _leap(self, now: float) -> None:
        at = self._clock.now()
        date = self._world.next_date(at)
        length = min(date - at, FARTHEST) if date is not None else timedelta(0)
        scale = length.total_seconds() / LEAP_SECONDS
        if scale <= self._paces.working:
            self._run_at(self._paces.working)
            return
        set_pace(self._clock, (scale, length), (self._paces.working, None))
        self._scale, self._lands_at = self._paces.working, now + LEAP_SECONDS
        self._busy_at = now + LEAP_SECONDS

    def _run_at(self, scale: float) -> None:
        if scale != self._scale:
            set_pace(self._clock, (scale, None))
            self._scale = scale
