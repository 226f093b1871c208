"""The pulse of a worker: whether it has shown life steadily enough to judge that others show none."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta


class Pulse:
    """Beats of one process, in real time.

    After an outage of the database everybody was silent, and each first gets the time to say that it
    lives. An outage need not show as an error: a beat may just have taken long to get through. So who
    judges must have beaten for a whole lease without a gap, and just now.
    """

    def __init__(self, lease: timedelta, now: Callable[[], float] = time.monotonic) -> None:
        self._lease = lease.total_seconds()
        self._now = now
        self._lock = threading.Lock()
        self._since: float | None = None
        self._last = 0.0

    def beaten(self) -> None:
        """A beat got through."""
        with self._lock:
            now = self._now()
            if self._since is None or self._is_gap(now):
                self._since = now
            self._last = now

    def missed(self) -> None:
        """A beat did not get through."""
        with self._lock:
            self._since = None

    def may_judge(self) -> bool:
        """Whether the silence of others means something."""
        with self._lock:
            now = self._now()
            if self._since is None or self._is_gap(now):
                return False
            return now - self._since >= self._lease

    def _is_gap(self, now: float) -> bool:
        return now - self._last > self._lease / 2
