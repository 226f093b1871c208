"""Worker threads: each claims a job, runs its handler, and stores how it went."""

import logging
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jobs.model import Job, JobContext
from telemetry import traced

if TYPE_CHECKING:
    from features import JobHandler
    from service import Service

POLL_SECONDS = 0.2
STOP_SECONDS = 10.0
JOB_BUCKETS = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)

log = logging.getLogger("jobs")


class Workers:
    """The threads of one process. `start` and `stop` belong to the service's life."""

    def __init__(self, service: "Service", handlers: Mapping[str, "JobHandler"]) -> None:
        self.service = service
        self.handlers = handlers
        self.stopping = threading.Event()
        self.threads: list[threading.Thread] = []
        self.seconds = service.metrics.histogram(
            "job_seconds", "Time a job took.", ("kind",), JOB_BUCKETS
        )

    def start(self, count: int) -> None:
        """Start the threads. They are daemons: a lease, not a goodbye, frees their job."""
        for number in range(count):
            thread = threading.Thread(target=self._run, name=f"jobs-{number}", daemon=True)
            thread.start()
            self.threads.append(thread)

    def stop(self) -> None:
        """Let running jobs end, for a while."""
        self.stopping.set()
        self.service.jobs.something_new.set()
        for thread in self.threads:
            thread.join(STOP_SECONDS)

    def _run(self) -> None:
        while not self.stopping.is_set():
            if not self._ran_one():
                self.service.jobs.something_new.wait(POLL_SECONDS)
                self.service.jobs.something_new.clear()

    def _ran_one(self) -> bool:
        """A queue that cannot be asked now is asked again; a thread that ended would be missed."""
        try:
            return self.run_one()
        except Exception:
            log.exception("the queue cannot be asked")
            return False

    def run_one(self) -> bool:
        """Do the next job that is due. False when there is none."""
        job = self.service.jobs.claim()
        if job is None:
            return False
        with traced(job.trace_id):
            self._do(job)
        return True

    def _do(self, job: Job) -> None:
        result: dict[str, Any] = {}
        context = JobContext(
            job=job,
            keep_alive=lambda: self.service.jobs.keep_alive(job.id),
            finish_with=result.update,
        )
        facts = {"job": job.id, "kind": job.kind, "attempt": job.attempt}
        with self.seconds.labels(job.kind).time():
            try:
                self.handlers[job.kind](self.service, context)
            except Exception as error:
                log.exception("job failed", extra={"facts": facts})
                self.service.jobs.fail(job, f"{type(error).__name__}: {error}")
                return
        self.service.jobs.finish(job, result)
        log.info("job done", extra={"facts": facts})
