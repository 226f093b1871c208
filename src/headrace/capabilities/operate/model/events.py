"""What operate tells. Everything of one incident is of its lineage, so it is strictly ordered."""

from dataclasses import dataclass
from typing import ClassVar

from headrace.capabilities.operate.model.incidents import (
    Impact,
    IncidentId,
    IncidentStatus,
    Severity,
    Stage,
)
from headrace.capabilities.operate.model.remediation import PlanState
from headrace.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class IncidentEvent(Event):
    """What happens to an incident."""

    incident: IncidentId
    service: str

    @property
    def lineage(self) -> str:
        return f"incident:{self.incident}"


@dataclass(frozen=True, kw_only=True)
class IncidentOpened(IncidentEvent):
    """Something is wrong that no open incident knows."""

    type: ClassVar[str] = "operate.opened"
    dimension: str
    title: str
    severity: Severity


@dataclass(frozen=True, kw_only=True)
class IncidentClassified(IncidentEvent):
    """Facts have changed, and with them how bad it is."""

    type: ClassVar[str] = "operate.classified"
    before: Severity
    after: Severity
    breached: int
    impact: Impact


@dataclass(frozen=True, kw_only=True)
class IncidentMoved(IncidentEvent):
    """An incident was acknowledged, mitigated or resolved."""

    type: ClassVar[str] = "operate.moved"
    before: IncidentStatus
    after: IncidentStatus
    severity: Severity
    by: str
    why: str


@dataclass(frozen=True, kw_only=True)
class DeadlineMissed(IncidentEvent):
    """A stage was not reached in time; it was escalated."""

    type: ClassVar[str] = "operate.deadline_missed"
    stage: Stage
    severity: Severity
    to: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PersonCalled(IncidentEvent):
    """Somebody is asked at once, or told."""

    type: ClassVar[str] = "operate.called"
    to: tuple[str, ...]
    why: str
    wants_answer: bool
    tier: int


@dataclass(frozen=True, kw_only=True)
class PlanMoved(IncidentEvent):
    """A plan was made, asked about, acted upon, or has ended."""

    type: ClassVar[str] = "operate.plan_moved"
    plan: str
    remedy: str
    state: PlanState
    why: str


@dataclass(frozen=True, kw_only=True)
class DeedDone(IncidentEvent):
    """A running service was changed. Whether it helped is told by DeedMeasured."""

    type: ClassVar[str] = "operate.deed_done"
    plan: str
    number: int
    deed: str
    subject: str
    effect_key: str
    trigger: str
    by: str


@dataclass(frozen=True, kw_only=True)
class DeedMeasured(IncidentEvent):
    """What was measured after a deed: only now its evidence is whole."""

    type: ClassVar[str] = "operate.deed_measured"
    plan: str
    number: int
    back: bool
    told: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DegradationSustained(IncidentEvent):
    """It has gone on for so long that the organisation should see it; told once for an incident."""

    type: ClassVar[str] = "operate.sustained"
    dimension: str
    told: str


@dataclass(frozen=True, kw_only=True)
class NeverDone(Event):
    """Somebody wanted operations to do what they never do; it was refused."""

    type: ClassVar[str] = "operate.never_done"
    what: str
    asked_in: str
    by: str

    @property
    def lineage(self) -> str:
        return f"operations:{self.what}"


@dataclass(frozen=True, kw_only=True)
class RunbookAdopted(Event):
    """A runbook's approved limits are standing permission from now on."""

    type: ClassVar[str] = "operate.runbook_adopted"
    runbook: str
    version: str
    service: str

    @property
    def lineage(self) -> str:
        return f"runbook:{self.runbook}"
