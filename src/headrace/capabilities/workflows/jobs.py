"""Jobs: asking the engine for work, in the transaction of whoever asks; and the names both sides use."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import sqlalchemy as sa

from headrace.capabilities.workflows import store
from headrace.kernel.context import Timer
from headrace.kernel.flow import Job
from headrace.kernel.house import House
from headrace.kernel.ids import OrganisationId

if TYPE_CHECKING:
    from dbos import DBOSClient

VERSION = "1"
"""Version of the shape of flows. Raised only when flows in flight could not go on with new code."""

NAME = "headrace"
WORKFLOW = "headrace.flow"
SCHEMA = "dbos"


class JobWriter:
    """Writes jobs into the transaction that asks for them: rolled back means never run."""

    def __init__(self, house: House, engine: sa.Engine) -> None:
        self._house = house
        self._engine = engine

    @cached_property
    def _client(self) -> "DBOSClient":
        # Here, not above: the engine takes as long to import as a command that asks for no job.
        from dbos import DBOSClient, DBOSPortableJSONSerializer

        return DBOSClient(
            system_database_engine=self._engine,
            dbos_system_schema=SCHEMA,
            serializer=DBOSPortableJSONSerializer(),
            application_name=NAME,
            lazy=True,
        )

    def write(self, db: sa.Connection, organisation: OrganisationId, jobs: Sequence[Job]) -> None:
        for job in jobs:
            queue = self._house.flow(job.flow).queue
            if not store.ask(db, organisation, job, queue):
                continue
            self._client.enqueue_in_transaction(
                db,
                {
                    "queue_name": queue.value,
                    "workflow_name": WORKFLOW,
                    "workflow_id": f"{organisation}:{job.flow}:{job.key}",
                    "app_version": VERSION,
                },
                organisation,
                job.flow,
                job.key,
                dict(job.arguments),
            )

    def schedule(
        self, db: sa.Connection, organisation: OrganisationId, timers: Sequence[Timer]
    ) -> None:
        for timer in timers:
            store.set_timer(db, organisation, timer.job, timer.due)
