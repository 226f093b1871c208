"""Words of the job framework."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class JobStatus(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Job:
    """One piece of background work, as stored."""

    id: str
    kind: str
    tenant_id: str
    payload: dict[str, Any]
    status: JobStatus
    attempt: int
    max_attempts: int
    trace_id: str
    result: dict[str, Any] | None
    error: str | None


@dataclass(frozen=True, kw_only=True)
class JobContext:
    """What a handler gets: the job, and a way to say that it is still at work."""

    job: Job
    keep_alive: Callable[[], None]
    finish_with: Callable[[dict[str, Any]], None]
    """Gives the result that is stored when the handler returns."""

    @property
    def is_last_attempt(self) -> bool:
        """Whether a failure now is final."""
        return self.job.attempt >= self.job.max_attempts
