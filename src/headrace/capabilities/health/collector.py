"""The collector: reads every source when it is due, takes the figures in, and has them judged.

It keeps nothing: which source is due, and for whom, is in the database, so that any number of
collectors share the work and none reads twice. A reading that fails is told and tried at its next time.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from headrace.capabilities.health import service
from headrace.capabilities.health.fetching import Unread, fetch
from headrace.capabilities.health.service import Due
from headrace.kernel.context import system_actor
from headrace.kernel.errors import HeadraceError
from headrace.kernel.failures import failure
from headrace.kernel.ids import OrganisationId
from headrace.kernel.unit import Units

_LOG = logging.getLogger(__name__)


class Collector:
    """One thread that looks for what is due, and a few that read. One per process is enough."""

    def __init__(
        self,
        units: Units,
        organisations: Callable[[], Sequence[OrganisationId]],
        *,
        pause: float = 1.0,
        threads: int = 4,
        seconds: float = 10.0,
    ) -> None:
        self._units = units
        self._organisations = organisations
        self._pause = pause
        self._seconds = seconds
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="headrace-scrape")
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to collect. Once only."""
        self._thread = threading.Thread(target=self._run, name="headrace-collector", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing more; what is being read comes to its end."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def collect(self, organisation: OrganisationId) -> int:
        """Read what is due in one organisation, and judge it; how many sources were read or tried."""
        due = self._units.run(system_actor(organisation), service.due)
        list(self._pool.map(lambda one: self._read(organisation, one), due))
        if due:
            self._units.run(system_actor(organisation), service.judge)
        return len(due)

    def _read(self, organisation: OrganisationId, due: Due) -> None:
        actor, name = system_actor(organisation), due.source.name
        at = self._units.run(actor, service.real_now)
        try:
            figures = fetch(due, at, seconds=self._seconds)
        except Unread as fault:
            self._units.run(actor, service.failed, name, str(fault), at)
            return
        try:
            self._units.run(actor, service.ingest, name, figures, at)
        except HeadraceError as refusal:  # the source was removed meanwhile
            _LOG.info("Figures of %s were not taken: %s", name, refusal.message)

    def _run(self) -> None:
        while not self._stopping.wait(self._pause):
            try:
                for organisation in self._organisations():
                    self.collect(organisation)
            except Exception as fault:  # noqa: BLE001 - an edge: a round that fails is made again
                _LOG.warning("Figures could not be collected: %s", failure(fault).message)
