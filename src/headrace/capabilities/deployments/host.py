"""The host: does on this machine what the rows of deployments want, and tells how it stands.

One host serves a folder at a time, by a lock that ends with its process; one host holds a service at
a time, by a lease in the database, for there may be several machines. A host that is killed leaves
its services running, and the next one finds them. While the database is away they run on.
"""

import fcntl
import logging
import os
import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

from headrace.capabilities.deployments import service
from headrace.capabilities.deployments.keeper import Keeper, Machine
from headrace.kernel.context import system_actor
from headrace.kernel.failures import failure
from headrace.kernel.ids import OrganisationId
from headrace.kernel.unit import Units

_LOG = logging.getLogger(__name__)
Place = tuple[OrganisationId, str]


def host_name(folder: Path) -> str:
    """How the host of a folder of this machine is called; the same after a restart."""
    return f"{socket.gethostname()}:{folder}"


class Host:
    """Threads that keep services. One per process; `run` returns when it is asked to stop.

    `means` gives what the machine has for services; it is entered only by the host that serves.
    """

    def __init__(
        self,
        units: Units,
        organisations: Callable[[], Sequence[OrganisationId]],
        *,
        folder: Path,
        means: Callable[[], AbstractContextManager[Machine]],
        pause: float = 0.5,
        lease: timedelta = service.LEASE,
        threads: int = 4,
    ) -> None:
        self._units = units
        self._organisations = organisations
        self._folder = folder
        self._means = means
        self._pause = pause
        self._lease = lease
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="headrace-host")
        self._keepers: dict[Place, Keeper] = {}
        self._looking: dict[Place, Future[None]] = {}
        self._stopping = threading.Event()

    def ask_to_stop(self) -> None:
        """Let `run` come to its end: what it started ends with it."""
        self._stopping.set()

    def wait(self, seconds: float) -> bool:
        """Sleep until somebody asks to stop, at most so long; whether somebody did."""
        return self._stopping.wait(seconds)

    def run(self) -> None:
        """Keep services until asked to stop; waits while another host of this machine serves the folder."""
        lock = self._alone()
        if lock is None:
            return
        try:
            with self._means() as machine:
                self._serve(machine)
        finally:
            os.close(lock)

    def _serve(self, machine: Machine) -> None:
        """Look at every service until asked to stop; then end them."""
        try:
            while not self._stopping.wait(self._pause):
                self._round(machine)
        finally:
            self._end(machine)

    def _alone(self) -> int | None:
        """The lock of the folder, or None when asked to stop before it was free."""
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(self._folder / "host.lock", os.O_RDWR | os.O_CREAT, 0o600)
        told = False
        while not self._stopping.is_set():
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not told:
                    _LOG.warning("Another host serves %s; this one waits", self._folder)
                told = True
                self._stopping.wait(self._pause)
            else:
                return lock
        os.close(lock)
        return None

    def _round(self, machine: Machine) -> None:
        """Look at every service once; one that takes long is left alone until it is done."""
        try:
            held = self._held(machine)
        except Exception as fault:  # noqa: BLE001 - an edge: a round that fails is made again
            _LOG.warning("What is to run could not be read: %s", failure(fault).message)
            return
        for place in held:
            if place not in self._keepers:
                organisation, name = place
                self._keepers[place] = Keeper(self._units, organisation, name, machine)
            self._look(place)
        for place in self._keepers.keys() - held:
            self._drop(place)

    def _held(self, machine: Machine) -> set[Place]:
        return {
            (organisation, row.service)
            for organisation in self._organisations()
            for row in self._units.run(
                system_actor(organisation), service.hold, machine.host, self._lease
            )
        }

    def _look(self, place: Place) -> None:
        before = self._looking.get(place)
        if before is None or before.done():
            self._looking[place] = self._pool.submit(self._guarded, self._keepers[place])

    def _guarded(self, keeper: Keeper) -> None:
        try:
            keeper.look()
        except Exception as fault:  # noqa: BLE001 - an edge: a look that fails is made again
            _LOG.warning("%s could not be looked after: %s", keeper.name, failure(fault).message)

    def _drop(self, place: Place) -> None:
        """Another host holds it now."""
        keeper = self._keepers.pop(place)
        looking = self._looking.pop(place, None)
        if looking is not None:
            looking.result()
        _LOG.warning("%s is held by another host now; it ends here", keeper.name)
        keeper.end()

    def _end(self, machine: Machine) -> None:
        """End everything that runs, and let it go."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        organisations = {organisation for organisation, _ in self._keepers}
        for keeper in self._keepers.values():
            keeper.end()
        for organisation in organisations:
            self._units.run(system_actor(organisation), service.let_go, machine.host)
        self._keepers.clear()
