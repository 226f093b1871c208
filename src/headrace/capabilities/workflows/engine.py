"""The engine: DBOS Transact behind our own words. No room but this one imports it."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer

from headrace.capabilities.workflows import store
from headrace.capabilities.workflows.jobs import NAME, SCHEMA, VERSION, WORKFLOW, JobWriter
from headrace.capabilities.workflows.model import JobState
from headrace.capabilities.workflows.steps import DurableSteps
from headrace.kernel.context import Ctx
from headrace.kernel.fence import Fenced
from headrace.kernel.flow import Flow, Queue
from headrace.kernel.ids import OrganisationId
from headrace.kernel.json import Json
from headrace.kernel.unit import Units

__all__ = ["CAPACITY", "Capacity", "Engine", "JobWriter", "prepare"]

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """How many flows of a queue run at once in one worker, and how often the queue is looked at.

    A look costs the worker some milliseconds: at twenty a second for each of four queues, looking took
    two fifths of what a busy worker did.
    """

    workers: int
    poll_seconds: float = 0.1


IDLE_SECONDS = 1.0
"""Between two looks at a queue while there is nothing to do: four looks take some milliseconds."""

CAPACITY: Mapping[Queue, Capacity] = {
    Queue.SAFETY: Capacity(workers=4),
    Queue.RECORD: Capacity(workers=2),
    Queue.INTERACTIVE: Capacity(workers=4, poll_seconds=0.2),
    Queue.AGENTS: Capacity(workers=6, poll_seconds=0.2),
}
"""Each queue has workers of its own: a thousand waiting agents take nothing from safety."""


def prepare(owner_url: str, roles: Sequence[str]) -> None:
    """Create or upgrade the engine's tables; `roles` may use them. Run by `headrace migrate` alone."""
    with _quiet():
        for role in roles:
            DBOS.migrate(owner_url, schema=SCHEMA, application_role=role)


class Engine:
    """Runs flows in this process. One per process, because the library is.

    `on_fenced` ends the process: once its lease is gone, even the engine's own writes would harm.
    """

    def __init__(
        self,
        *,
        units: Units,
        system: sa.Engine,
        executor: str,
        on_fenced: Callable[[Fenced], None],
        capacity: Mapping[Queue, Capacity] = CAPACITY,
    ) -> None:
        self._units = units
        self._on_fenced = on_fenced
        self._executor = executor
        self._capacity = capacity
        self._running: set[str] = set()
        self._suspects: set[str] = set()
        self._stopping = False
        self._is_busy = True
        self._lock = threading.Lock()
        config: DBOSConfig = {
            "name": NAME,
            "system_database_engine": system,
            "dbos_system_schema": SCHEMA,
            "application_version": VERSION,
            "executor_id": executor,
            "serializer": DBOSPortableJSONSerializer(),
            "run_migrations": False,
            "log_level": "WARNING",
            "max_executor_threads": sum(c.workers for c in capacity.values()) + 8,
        }
        self._dbos = DBOS(config=config)

        @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=1000)
        def run(organisation: str, flow: str, key: str, arguments: dict[str, str]) -> None:
            self._run(organisation, flow, key, arguments)

    def launch(self) -> None:
        """Start taking work from the four queues."""
        DBOS.launch()
        for queue, capacity in self._capacity.items():
            DBOS.register_queue(
                queue.value,
                worker_concurrency=capacity.workers,
                polling_interval_sec=capacity.poll_seconds,
                on_conflict="always_update",
            )

    def pace(self, *, is_busy: bool) -> None:
        """Look at the queues often, or seldom while there is nothing to do. It holds for every worker."""
        if is_busy == self._is_busy:
            return
        self._is_busy = is_busy
        for queue, capacity in self._capacity.items():
            wanted = capacity.poll_seconds if is_busy else max(IDLE_SECONDS, capacity.poll_seconds)
            found = DBOS.retrieve_queue(queue.value)
            if found is not None and found.polling_interval_sec != wanted:
                found.set_polling_interval_sec(wanted)

    def stop(self, patience_seconds: int = 5) -> None:
        """Take no more work, let running steps end, go. A flow that is cut off is recovered later."""
        self._stopping = True
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=patience_seconds)

    def recover(self, executors: Sequence[str]) -> int:
        """Give the pending work of dead executors back to the queues; how many flows.

        A private call of the library (pinned to 3.4, kept by a contract test): it offers no
        public one without its proprietary supervisor.
        """
        return len(self._dbos._recover_pending_workflows(list(executors)))

    def forget(self, age: timedelta) -> int:
        """Delete the engine's own rows of flows that ended longer ago than `age`; how many."""
        before = (datetime.now(UTC) - age).isoformat()
        old = DBOS.list_workflows(
            status=["SUCCESS", "ERROR", "CANCELLED"],
            end_time=before,
            limit=1000,
            load_input=False,
            load_output=False,
        )
        DBOS.delete_workflows([flow.workflow_id for flow in old])
        return len(old)

    def sweep(self) -> int:
        """Requeue flows that stand under this executor's name but do not run here; how many.

        A flow must be found so twice in a row: one that was just taken is not yet seen running.
        """
        pending = self._dbos._sys_db.get_pending_workflows(self._executor, VERSION)
        with self._lock:
            idle = {flow.workflow_id for flow in pending} - self._running
        lost, self._suspects = idle & self._suspects, idle
        return sum(
            self._dbos._sys_db.reenqueue_for_recovery(flow, [self._executor], Queue.RECORD.value)
            for flow in sorted(lost)
        )

    def _run(self, organisation: str, flow: str, key: str, arguments: dict[str, str]) -> None:
        """The one workflow the engine knows: looks the flow up and runs it."""
        place = OrganisationId(organisation)
        steps = DurableSteps(
            units=self._units,
            organisation=place,
            flow=flow,
            key=key,
            executor=self._executor,
            checkpoint=_checkpoint,
            on_fenced=self._on_fenced,
        )
        with self._seen(f"{organisation}:{flow}:{key}"):
            self._perform(steps, self._units.house.flow(flow), key, arguments)

    def _perform(
        self, steps: DurableSteps, flow: Flow, key: str, arguments: Mapping[str, str]
    ) -> None:
        if not steps.verb(_begin, flow.name, key):
            return
        try:
            flow.run(steps, **arguments)
        except Fenced:
            raise
        except Exception as fault:
            if self._stopping:
                raise  # the engine went away under the flow; whoever recovers it goes on
            _LOG.exception("Flow %s failed", steps.id)
            error = f"{type(fault).__name__}: {fault}"[:2000]
            if flow.on_failure is not None:
                _apologise(steps, flow.on_failure, error, arguments)
            steps.verb(_end, flow.name, key, JobState.FAILED.value, error)
            return
        steps.verb(_end, flow.name, key, JobState.DONE.value, None)

    @contextmanager
    def _seen(self, workflow: str) -> Iterator[None]:
        with self._lock:
            self._running.add(workflow)
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(workflow)


def _checkpoint(name: str, work: Callable[[], Json]) -> Json:
    return DBOS.run_step({"name": name}, work)


def _begin(ctx: Ctx, flow: str, key: str) -> bool:
    return store.begin(ctx.db, ctx.organisation, flow, key)


def _end(ctx: Ctx, flow: str, key: str, state: str, error: str | None) -> None:
    store.end(ctx.db, ctx.organisation, flow, key, JobState(state), error)


def _apologise(
    steps: DurableSteps,
    verb: Callable[..., object],
    error: str,
    arguments: Mapping[str, str],
) -> None:
    """Run the flow's own word on its failure; when that fails too, the job's error still tells."""

    def on_failure(ctx: Ctx) -> None:
        verb(ctx, error, **arguments)

    try:
        steps.verb(on_failure)
    except Exception:  # noqa: BLE001 - an edge: the first failure is the one to report
        _LOG.exception("The failure of %s could not be handled", steps.id)


@contextmanager
def _quiet() -> Iterator[None]:
    logger = logging.getLogger("dbos")
    before = logger.level
    logger.setLevel(logging.ERROR)  # it warns that it may not see the database `postgres`
    try:
        yield
    finally:
        logger.setLevel(before)
