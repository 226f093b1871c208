"""The killer: ends workers and the database with SIGKILL at moments drawn from a seed."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from headrace.kernel.database import Database, Embedded
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
    """Kills in a thread of its own; only workers that it is told of, and the server of `directory`."""

    database: Database
    directory: DataDirectory
    plan: list[Death]
    dice: random.Random
    done: list[Death] = field(default_factory=list)
    base: int | None = None  # how many events the journal held when the killing began
    _workers: Callable[[], Iterable[int]] = tuple
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def begin(self, workers: Callable[[], Iterable[int]]) -> None:
        """Go on with what is still to be killed, among these processes."""
        self._workers = workers
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
        """One that is at work: it has taken its lease."""
        at_work = sorted(set(self._workers()) & entered(self.database))
        return self.dice.choice(at_work) if at_work else None


def entered(database: Database) -> set[int]:
    """Processes that hold a lease, as far as the database knows; none while it is away."""
    try:
        with database.system.connect() as db:
            return set(db.execute(_EXECUTORS).scalars())
    except (sa.exc.DBAPIError, sa.exc.TimeoutError, HeadraceError):
        return set()


@contextmanager
def hunted(home: Path, plan: list[Death], seed: int) -> Iterator[Callable[[], list[Death]]]:
    """A demonstration in `home` is played within; its workers and its server die as planned.

    It begins when the first agent has asked its brain, as everything is set up by then. What is
    yielded tells who was killed.
    """
    over = threading.Event()
    found: list[Killer] = []

    def wait_and_begin() -> None:
        while not (home / "calls.jsonl").is_file():
            if over.wait(0.2):
                return
        directory = DataDirectory(path=home / "postgres")
        database = Database(Embedded(directory=directory))
        dice = random.Random(seed)
        found.append(Killer(database=database, directory=directory, plan=plan, dice=dice))
        found[0].begin(lambda: filter(_is_worker, entered(database)))

    waiting = threading.Thread(target=wait_and_begin)
    waiting.start()
    try:
        yield lambda: found[0].done if found else []
    finally:
        over.set()
        waiting.join()
        for killer in found:
            killer.pause()
            killer.database.dispose()


def _is_worker(pid: int) -> bool:
    """Whether the process is a worker of ours still; a number may have gone to another."""
    with suppress(OSError):
        return b"worker\0--supervised" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


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
