"""The worker: a process that runs flows, keeps its lease, and shares the house's standing chores."""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn

import sqlalchemy as sa

from headrace.capabilities.workflows import store
from headrace.capabilities.workflows.engine import CAPACITY, Capacity, Engine
from headrace.capabilities.workflows.pulse import Pulse
from headrace.capabilities.workflows.schedules import Schedules
from headrace.kernel.context import system_actor
from headrace.kernel.fence import Fenced
from headrace.kernel.flow import Queue
from headrace.kernel.ids import OrganisationId, new_id
from headrace.kernel.journal.dispatch import Dispatcher
from headrace.kernel.journal.sequencer import seal, sequence
from headrace.kernel.unit import Units

FENCED_EXIT = 75
"""Exit code of a worker that lost its lease (EX_TEMPFAIL): the supervisor starts a fresh one."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Timing:
    """How a worker keeps its lease; all real time."""

    beat: timedelta = timedelta(seconds=5)
    lease: timedelta = timedelta(seconds=20)
    idle_poll: timedelta = timedelta(milliseconds=400)
    busy_poll: timedelta = timedelta(milliseconds=20)
    effects_kept: timedelta = timedelta(days=7)
    jobs_kept: timedelta = timedelta(days=90)
    quiet: timedelta = timedelta(seconds=3)  # without work, after which queues are looked at seldom


class Worker:
    """Runs until told to stop. Any number may run; chores are done by one at a time.

    `leave` is called, with FENCED_EXIT, on the thread that finds the lease gone; whoever shares its
    process with others gives one that ends no more than the thread (`sys.exit`).
    """

    def __init__(
        self,
        *,
        units: Units,
        system: sa.Engine,
        organisations: Callable[[], Sequence[OrganisationId]],
        timing: Timing | None = None,
        capacity: Mapping[Queue, Capacity] = CAPACITY,
        leave: Callable[[int], NoReturn] = os._exit,
    ) -> None:
        self.id = new_id("exe")
        self._leave = leave
        self._units = units
        self._system = system
        self._schedules = Schedules(units=units, system=system, organisations=organisations)
        self._timing = timing or Timing()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._last: dict[str, float] = {}
        self._busy_at = time.monotonic()
        self._pulse = Pulse(self._timing.lease)
        self._dispatcher = Dispatcher(units=units, system=system)
        self._engine = Engine(
            units=units,
            system=system,
            executor=self.id,
            on_fenced=self._fenced,
            capacity=capacity,
        )

    def start(self) -> None:
        """Take the lease, launch the engine, begin the chores."""
        with self._system.begin() as db:
            store.enter(db, self.id, socket.gethostname(), os.getpid())
        self._engine.launch()
        self._guarded(self._inherit, "reaper")
        self._every(self._timing.beat, self._beat, "lease")
        self._every(self._timing.beat, self._reap, "reaper")
        self._every(timedelta(minutes=10), self._forget, "retention")
        self._every(timedelta(seconds=1), self._pace, "pace")
        self._often(self._journal, "journal")
        self._often(self._time, "timers")

    def stop(self) -> None:
        """End the chores and the engine, give the lease back: the others take over at once."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout=10)
        self._engine.stop()
        with self._system.begin() as db:
            store.leave(db, self.id)

    def wait(self, seconds: float | None = None) -> bool:
        """Sleep until somebody asks to stop, at most so long; whether somebody did."""
        return self._stopping.wait(seconds)

    def ask_to_stop(self) -> None:
        self._stopping.set()

    def _beat(self) -> None:
        try:
            with self._system.begin() as db:
                held = store.beat(db, self.id)
        except sa.exc.DBAPIError:
            self._pulse.missed()
            raise
        if self._stopping.is_set():
            return  # it may have given the lease back itself
        if not held:
            self._fenced(
                Fenced(f"Executor {self.id} was silent too long; its work goes on elsewhere")
            )
        self._pulse.beaten()

    def _fenced(self, fault: Fenced) -> None:
        """Leave at once, without clean-up: everything this process might still write is refused."""
        _LOG.error("%s; this process ends", fault)
        self._leave(FENCED_EXIT)

    def _reap(self) -> None:
        """Take leases that ran out, give their work back, and requeue what got lost in here.

        A lease that its holder's supervisor has ended needs no judging: its work is given back at
        once. The pulse is felt when the connection stands, for getting one may take an outage long.
        """
        with self._system.begin() as db:
            judging = self._pulse.may_judge()
            fresh = store.expire(db, self._timing.lease) if judging else ()
            store.forget(db)
        if fresh:
            _LOG.warning("Executors fell silent: %s", ", ".join(fresh))
        self._inherit()
        if judging:
            self._engine.sweep()

    def _inherit(self) -> None:
        """Give the work of those back whose lease has ended."""
        with self._system.connect() as db:
            dead = store.expired(db)
        if dead:
            self._engine.recover(dead)

    def _journal(self) -> bool:
        moved = sequence(self._system)
        taken = self._dispatcher.deliver() if moved or self._due("deliver") else 0
        seal(self._system)
        return bool(moved or taken)

    def _time(self) -> bool:
        """Start timers that are due and schedules whose period has begun."""
        now = self._units.clock.now()
        with self._system.connect() as db:
            due = store.due_timers(db, now)
        for organisation, job in due:
            with self._units.open(system_actor(organisation), cause=f"timer:{job.flow}") as ctx:
                if store.drop_timer(ctx.db, organisation, job, now):
                    ctx.start(job)
        return bool(due) | bool(self._schedules.start_due())

    def _pace(self) -> None:
        """Have the queues looked at as often as there is work in them."""
        now = time.monotonic()
        with self._system.connect() as db:
            if store.is_outstanding(db, ()):
                self._busy_at = now
        self._engine.pace(is_busy=now - self._busy_at < self._timing.quiet.total_seconds())

    def _forget(self) -> None:
        with self._system.begin() as db:
            store.drop_older(db, effects=self._timing.effects_kept, jobs=self._timing.jobs_kept)
        self._engine.forget(self._timing.effects_kept)

    def _due(self, chore: str) -> bool:
        """True about once a second: a subscriber may be behind although nothing new was sequenced."""
        now = time.monotonic()
        if now - self._last.get(chore, 0.0) < 1.0:
            return False
        self._last[chore] = now
        return True

    def _every(self, pause: timedelta, chore: Callable[[], None], name: str) -> None:
        def loop() -> None:
            while not self._stopping.wait(pause.total_seconds()):
                self._guarded(chore, name)

        self._thread(loop, name)

    def _often(self, chore: Callable[[], bool], name: str) -> None:
        """Repeat at once while there is work, ever more slowly while there is none."""

        def loop() -> None:
            pause = self._timing.busy_poll
            while not self._stopping.wait(pause.total_seconds()):
                busy = self._guarded(chore, name)
                slower = min(pause * 2, self._timing.idle_poll)
                pause = self._timing.busy_poll if busy else slower

        self._thread(loop, name)

    def _guarded(self, chore: Callable[[], bool | None], name: str) -> bool:
        try:
            return bool(chore())
        except Exception:  # noqa: BLE001 - an edge: a chore that fails is tried again next time
            _LOG.warning("The %s chore failed; it is tried again", name, exc_info=True)
            return False

    def _thread(self, loop: Callable[[], None], name: str) -> None:
        thread = threading.Thread(target=loop, name=f"headrace-{name}", daemon=True)
        self._threads.append(thread)
        thread.start()
