"""The supervisor: keeps worker processes alive, and ends a dead one's lease at once."""

import logging
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from headrace.capabilities.workflows import store
from headrace.kernel.patience import patiently

_CALM = 10.0  # seconds that a worker must live before its death counts as its first again
_LONGEST_PAUSE = 10.0
_PATIENCE = (
    10.0  # seconds that a dead worker's lease is worth; it runs out by itself not much later
)
_LOG = logging.getLogger(__name__)


class Supervisor:
    """Runs a command as `count` child processes until told to stop.

    A child that dies is replaced, at once the first time and ever more slowly when it keeps dying.
    Its lease ends with it, so its work goes on without waiting for the lease to run out.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        count: int,
        system: sa.Engine,
        environment: Mapping[str, str] | None = None,
        replace_environment: bool = False,
        what: str = "Worker",
    ) -> None:
        self._command = list(command)
        self._count = count
        self._system = system
        self._what = what
        inherited = {} if replace_environment else dict(os.environ)
        self._environment = {**inherited, **(environment or {})}
        self._stopping = threading.Event()
        self._children: dict[int, subprocess.Popen[bytes]] = {}
        self._keepers: list[threading.Thread] = []

    def start(self) -> None:
        """Start the children, each with a keeper that replaces it."""
        for place in range(self._count):
            keeper = threading.Thread(target=self._keep, args=(place,), daemon=True)
            keeper.start()
            self._keepers.append(keeper)

    def pids(self) -> tuple[int, ...]:
        """The processes that live now."""
        return tuple(c.pid for c in self._children.values() if c.poll() is None)

    def stop(self, patience: float = 15.0) -> None:
        """Ask the children to end, and end those that do not."""
        self._stopping.set()
        for child in self._children.values():
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        until = time.monotonic() + patience
        for child in self._children.values():
            try:
                child.wait(timeout=max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        for keeper in self._keepers:
            keeper.join(timeout=5)

    def _keep(self, place: int) -> None:
        pause = 0.0
        while not self._stopping.wait(pause):
            born = time.monotonic()
            child = subprocess.Popen(self._command, env=self._environment, stdin=subprocess.DEVNULL)
            self._children[place] = child
            code = child.wait()
            if self._stopping.is_set():
                return
            _LOG.warning(
                "%s %d ended with %d; another takes its place", self._what, child.pid, code
            )
            self._end_lease(child.pid)
            lived = time.monotonic() - born
            pause = 0.0 if lived > _CALM else min(max(pause * 2, 0.2), _LONGEST_PAUSE)

    def _end_lease(self, pid: int) -> None:
        """End a dead child's lease; also when the database died with it and comes back in a moment."""

        def end() -> None:
            with self._system.begin() as db:
                store.leave_process(db, socket.gethostname(), pid)

        try:
            patiently(end, seconds=_PATIENCE)
        except (sa.exc.DBAPIError, sa.exc.TimeoutError):
            _LOG.warning("The lease of worker %d could not be ended; it runs out by itself", pid)
