"""Cancellation: how a kill switch, a lost lease or a person stops a brain that is speaking."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from headrace.capabilities.agents.brains.errors import Cancelled


class Cancellation:
    """A request to stop, given from any thread. Once given it stays."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._given = threading.Event()
        self._watchers: list[Callable[[], object]] = []
        self._reason = ""

    @property
    def given(self) -> bool:
        return self._given.is_set()

    def cancel(self, reason: str) -> None:
        """Ask to stop. `reason` is what the record will say; the first one stays."""
        with self._lock:
            if self._given.is_set():
                return
            self._reason = reason
            self._given.set()
            # Under the lock: a watcher that has left its block is never called.
            for watcher in self._watchers:
                watcher()

    def check(self) -> None:
        """Raise Cancelled when a stop was asked for."""
        if self.given:
            raise self.error()

    def error(self, lost_calls: int = 0) -> Cancelled:
        return Cancelled(
            f"Stopped while the brain was at work: {self._reason}",
            reason=self._reason,
            lost_calls=lost_calls,
        )

    def wait(self, at_most: timedelta) -> None:
        """Let time pass. Raises Cancelled at once when a stop is asked for."""
        self._given.wait(at_most.total_seconds())
        self.check()

    @contextmanager
    def watched_by(self, watcher: Callable[[], object]) -> Iterator[None]:
        """Call `watcher` when a stop is asked for inside the block (or was asked for before it)."""
        with self._lock:
            self._watchers.append(watcher)
        if self.given:
            watcher()
        try:
            yield
        finally:
            with self._lock:
                self._watchers.remove(watcher)
