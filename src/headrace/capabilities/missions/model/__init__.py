"""The words of missions."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from headrace.capabilities.missions.model.measurements import Availability as Availability
from headrace.capabilities.missions.model.measurements import Checkpoint as Checkpoint
from headrace.capabilities.missions.model.measurements import CheckpointKind as CheckpointKind
from headrace.capabilities.missions.model.measurements import CheckpointMoved as CheckpointMoved
from headrace.capabilities.missions.model.measurements import (
    CheckpointNotFound as CheckpointNotFound,
)
from headrace.capabilities.missions.model.measurements import CheckpointRefused as CheckpointRefused
from headrace.capabilities.missions.model.measurements import CheckpointState as CheckpointState
from headrace.capabilities.missions.model.measurements import Figure as Figure
from headrace.capabilities.missions.model.measurements import Judged as Judged
from headrace.capabilities.missions.model.measurements import Measurement as Measurement
from headrace.capabilities.missions.model.measurements import Origin as Origin
from headrace.capabilities.missions.model.measurements import Outcome as Outcome
from headrace.capabilities.missions.model.measurements import OutcomeKind as OutcomeKind
from headrace.capabilities.missions.model.measurements import OutcomeMeasured as OutcomeMeasured
from headrace.capabilities.missions.model.measurements import OutcomeUnknown as OutcomeUnknown
from headrace.capabilities.missions.model.measurements import OutcomeVerdict as OutcomeVerdict
from headrace.capabilities.missions.model.measurements import Reading as Reading
from headrace.capabilities.missions.model.measurements import Taken as Taken
from headrace.kernel.errors import Conflict, Invalid, NotFound
from headrace.kernel.events import Event


class MissionStatus(StrEnum):
    """Where a mission stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    PLANNING = "planning"
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class TaskStatus(StrEnum):
    """Where a task stands."""

    PENDING = "pending"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BLOCKED = "blocked"
    CANCELLED = "cancelled"


class Priority(StrEnum):
    """How much a task matters."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, kw_only=True)
class Mission:
    """A mission as a row: what changes while its brief stays as it was approved.

    `task_exempt` is the reason why it needs no task, empty when it does. `paths` are the folders
    that its streams own.
    """

    slug: str
    context: str
    title: str
    reference: str | None
    status: MissionStatus
    design_required: bool
    task_exempt: str
    blocked_by: tuple[str, ...]
    paths: tuple[str, ...]
    opened_at: datetime
    archived: bool = False


@dataclass(frozen=True, kw_only=True)
class Step:
    """One move of a mission: who, when, why."""

    number: int
    before: MissionStatus | None
    after: MissionStatus
    by: str
    why: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Task:
    """One piece of a mission that a stream delivers. `id` is TASK-001 within its mission."""

    id: str
    title: str
    stream: str
    division: str
    agent_type: str
    depends_on: tuple[str, ...]
    priority: Priority
    target_date: date | None
    criteria: tuple[str, ...]
    status: TaskStatus = TaskStatus.PENDING
    change: str | None = None


@dataclass(frozen=True, kw_only=True)
class FleetStream:
    """One execution stream: who works, where, and what it is judged by."""

    name: str
    pool: str
    division: str
    exclusive: bool
    paths: tuple[str, ...]
    policies: tuple[str, ...]
    novelty_threshold: float | None = None
    checkpoints: tuple[tuple[str, str], ...] = ()  # trigger, who


@dataclass(frozen=True, kw_only=True)
class FleetEdge:
    """`dependent` needs `prerequisite`; kind blocks, informs or shared-resource."""

    dependent: str
    prerequisite: str
    kind: str
    satisfied_by: str = ""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the gates of a mission ask about, at one instant. `waits_for` are missions still at work."""

    fleet_approved: bool = False
    design_approved: bool = False
    tasks: int = 0
    waits_for: tuple[str, ...] = ()
    outcome_reported: bool = False
    by_person: bool = False
    rationale: str = ""


@dataclass(frozen=True, kw_only=True)
class MissionOpened(Event):
    """A mission was proposed."""

    type: ClassVar[str] = "missions.opened"
    mission: str
    context: str

    @property
    def lineage(self) -> str:
        return f"mission:{self.mission}"


@dataclass(frozen=True, kw_only=True)
class MissionMoved(Event):
    """A mission passed a gate."""

    type: ClassVar[str] = "missions.moved"
    mission: str
    context: str
    before: MissionStatus
    after: MissionStatus
    why: str

    @property
    def lineage(self) -> str:
        return f"mission:{self.mission}"


@dataclass(frozen=True, kw_only=True)
class TaskMoved(Event):
    """A task changed its status."""

    type: ClassVar[str] = "missions.task_moved"
    mission: str
    context: str
    task: str
    status: TaskStatus

    @property
    def lineage(self) -> str:
        return f"mission:{self.mission}"


class MissionNotFound(NotFound):
    """No such mission."""

    code = "missions.not_found"


class TaskNotFound(NotFound):
    """No such task."""

    code = "missions.task_not_found"


class GateClosed(Conflict):
    """The mission may not move there; the message names the gate."""

    code = "missions.gate_closed"


class TaskBlocked(Conflict):
    """The task waits for others."""

    code = "missions.task_blocked"


class TasksRefused(Invalid):
    """The tasks do not hold together."""

    code = "missions.tasks_refused"
