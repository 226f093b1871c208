"""The killer: ends workers and the database with SIGKILL at moments drawn from a seed."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import sqlalchemy as sa

from headrace.capabilities.workflows.supervisor import Supervisor
from headrace.kernel.database import Database
from headrace.kernel.errors import HeadraceError
from headrace.kernel.postgres import DataDirectory, status

_EVENTS = sa.text("SELECT count(*) FROM journal_event")
_EXECUTORS = sa.text("SELECT pid FROM workflows_executor WHERE NOT expired")
_SHORT = 0.4  # seconds: the longest time from the event at which a kill is due to the kill


@dataclass(frozen=True, kw_only=True)
class Death:
    """One kill that is to come: what, and after how many events of the scenario."""

    kind: str  # "worker" or "postgres"
    after: int


def deaths(dice: random.Random, *, workers: int, servers: int, events: int) -> list[Death]:
    """Kills spread at random over a scenario of so many events, none so late that it is over."""
    kinds = ["worker"] * workers + ["postgres"] * servers
    dice.shuffle(kinds)
    moments = sorted(dice.randint(1, int(events * 0.9)) for _ in kinds)
    return [Death(kind=kind, after=after) for kind, after in zip(kinds, moments, strict=True)]


@dataclass
class Killer:
    """Kills in a thread of its own; only children of the supervisor and the server of `directory`."""

    database: Database
    directory: DataDirectory
    plan: list[Death]
    dice: random.Random
    done: list[Death] = field(default_factory=list)
    base: int | None = None  # how many events the journal held when the killing began
    _supervisor: Supervisor | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def begin(self, supervisor: Supervisor) -> None:
        """Go on with what is still to be killed, among this supervisor's children."""
        self._supervisor = supervisor
        if self.base is None:
            self.base = int(str(look(self.database, _EVENTS)))
        self._stopping.clear()
        self._thread = threading.Thread(target=self._loop, daemon=True, name="killer")
        self._thread.start()

    def pause(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=30)

    def _loop(self) -> None:
        while self.plan and not self._stopping.wait(0.05):
            due = look(self.database, _EVENTS)
            assert self.base is not None
            if due is None or int(str(due)) - self.base < self.plan[0].after:
                continue
            self._stopping.wait(self.dice.uniform(0, _SHORT))
            if self._kill(self.plan[0]):
                self.done.append(self.plan.pop(0))

    def _kill(self, death: Death) -> bool:
        pid = self._worker() if death.kind == "worker" else status(self.directory).pid
        if pid is None or self._stopping.is_set():
            return False
        os.kill(pid, signal.SIGKILL)
        return True

    def _worker(self) -> int | None:
        """A child that is at work: one that has taken its lease."""
        assert self._supervisor is not None
        ours = set(self._supervisor.pids())
        with self.database.system.connect() as db:
            entered = {row.pid for row in db.execute(_EXECUTORS)}
        at_work = sorted(ours & entered)
        return self.dice.choice(at_work) if at_work else None


def look(database: Database, question: sa.TextClause) -> object | None:
    """The answer to a question, or None while the database is away."""
    try:
        with database.system.connect() as db:
            return db.execute(question).scalar_one()
    except (sa.exc.DBAPIError, sa.exc.TimeoutError, HeadraceError):
        return None


def until(fact: Callable[[], bool], what: str, seconds: float) -> None:
    """Wait for a fact, looking five times a second; fails when it does not come true."""
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end, f"{seconds:.0f} s passed, and not: {what}"
        time.sleep(0.2)
