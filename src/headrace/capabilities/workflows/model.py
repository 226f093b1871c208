"""The words of workflows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from headrace.kernel.errors import Conflict, NotFound
from headrace.kernel.flow import Queue


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class JobRow:
    """A job as a person sees it. Times are the database's, aware."""

    flow: str
    key: str
    arguments: Mapping[str, str]
    queue: Queue
    state: JobState
    error: str | None
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Executor:
    """A process that runs flows; `silent_for` is in seconds since its last beat."""

    id: str
    host: str
    pid: int
    silent_for: float
    expired: bool


class JobNotFound(NotFound):
    """No job of this flow and key."""

    code = "workflows.job_not_found"


class JobEnded(Conflict):
    """The job has ended; there is nothing to stop."""

    code = "workflows.job_ended"
