"""Answers: incidents, what was done about them, and by when what must have happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from headrace.kernel.json import Json


@dataclass(frozen=True, kw_only=True)
class IncidentLine:
    incident: str
    severity: str
    status: str
    service: str
    dimension: str
    title: str
    opened_at: datetime
    next_due: datetime | None
    missed: int


@dataclass(frozen=True, kw_only=True)
class Incidents:
    items: tuple[IncidentLine, ...]


@dataclass(frozen=True, kw_only=True)
class IncidentErrors:
    text: str
    count: int


@dataclass(frozen=True, kw_only=True)
class IncidentFindings:
    requests: int
    failed: int
    customers: int
    affected: tuple[str, ...]
    affected_count: int
    errors: tuple[IncidentErrors, ...]
    tail: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class IncidentSuspect:
    at: datetime
    what: str
    name: str
    told: str


@dataclass(frozen=True, kw_only=True)
class IncidentContext:
    """The package that a person gets who is called."""

    findings: IncidentFindings
    suspects: tuple[IncidentSuspect, ...]
    figures: tuple[str, ...]
    share: float | None


@dataclass(frozen=True, kw_only=True)
class IncidentDeadline:
    stage: str
    due_at: datetime
    met_at: datetime | None
    missed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class IncidentCall:
    to: tuple[str, ...]
    why: str
    wants_answer: bool
    at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class IncidentPlanBody:
    remedy: str
    runbook: str


@dataclass(frozen=True, kw_only=True)
class IncidentPlan:
    id: str
    body: IncidentPlanBody
    state: str
    because: tuple[str, ...]
    outcome: str


@dataclass(frozen=True, kw_only=True)
class IncidentDeed:
    deed: str
    subject: str
    before: float | None
    value: float | None


@dataclass(frozen=True, kw_only=True)
class IncidentAct:
    number: int
    trigger: str
    deed: IncidentDeed
    by: str
    at: datetime
    measured_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class IncidentPlanShown:
    plan: IncidentPlan
    text: str
    acts: tuple[IncidentAct, ...]


@dataclass(frozen=True, kw_only=True)
class IncidentEntry:
    number: int
    at: datetime
    kind: str
    by: str
    text: str
    evidence: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True)
class IncidentShown:
    incident: str
    title: str
    service: str
    dimension: str
    severity: str
    impact: str
    status: str
    opened_at: datetime
    seconds_to_mitigate: float | None
    seconds_to_resolve: float | None
    resolution: str
    runbook: str | None
    held_for: str
    context: IncidentContext | None
    deadlines: tuple[IncidentDeadline, ...]
    calls: tuple[IncidentCall, ...]
    plans: tuple[IncidentPlanShown, ...]
    timeline: tuple[IncidentEntry, ...]
    names: Mapping[str, str]
