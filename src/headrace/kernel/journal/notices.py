"""Notices: hears within moments that the journal has grown, and looks anyway every now and then."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import sqlalchemy as sa

from headrace.kernel.journal.sequencer import CHANNEL

_LISTEN = f"LISTEN {CHANNEL}"
_LOOK = 0.25  # seconds between two looks whether to stop
_LOG = logging.getLogger(__name__)


class Notices:
    """One thread on one connection of a process that calls `heard` whenever something may be new.

    The sequencer notifies when it has given positions. Where no worker runs, or the connection is
    lost, `heard` is called all the same every `every` seconds; it must take any number of calls and
    raises nothing.
    """

    def __init__(
        self, engine: sa.Engine, *, every: float = 1.0, at_most_every: float = 0.02
    ) -> None:
        self._engine = engine
        self._every = every
        self._pause = at_most_every
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, heard: Callable[[], None]) -> None:
        """Begin to listen. Once only, until it is stopped."""
        assert self._thread is None, "it listens already"
        self._stopping.clear()
        self._thread = threading.Thread(
            target=self._run, args=(heard,), name="headrace-notices", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Listen no longer; returns when the last call of `heard` has."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self, heard: Callable[[], None]) -> None:
        while not self._stopping.is_set():
            try:
                self._listen(heard)
            except (sa.exc.SQLAlchemyError, psycopg.Error) as fault:
                _LOG.info("Not listening to the journal: %s", type(fault).__name__)
                heard()
                self._stopping.wait(self._every)

    def _listen(self, heard: Callable[[], None]) -> None:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
            driver = db.connection.driver_connection
            assert isinstance(driver, psycopg.Connection)
            db.exec_driver_sql(_LISTEN)
            try:
                while not self._stopping.is_set():
                    heard()
                    self._stopping.wait(self._pause)
                    self._wait(driver)
            finally:
                db.invalidate()  # it would go on listening in somebody else's hands

    def _wait(self, driver: psycopg.Connection[Any]) -> None:
        """Until a notice comes, the time is over, or somebody stops us, which is looked for in between."""
        ends = time.monotonic() + self._every
        while not self._stopping.is_set() and time.monotonic() < ends:
            if any(True for _ in driver.notifies(timeout=min(_LOOK, self._every), stop_after=1)):
                return  # that there was one is all it says
