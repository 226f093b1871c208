"""Incidents: what is wrong, how bad it is, by when what must have happened, and who was told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from headrace.kernel.json import Json

IncidentId = NewType("IncidentId", str)
"""`INC-2026-001`, counted by organisation and year."""


class Severity(StrEnum):
    """How bad it is, worst first."""

    SEV1 = "SEV1"  # several targets breached, or one with significant customer impact
    SEV2 = "SEV2"  # one target breached
    SEV3 = "SEV3"  # an anomaly, and no target breached
    SEV4 = "SEV4"  # something to know


class Impact(StrEnum):
    """How customers are hit, as their requests tell. Nobody has looked yet: unknown."""

    UNKNOWN = "unknown"
    NONE = "none"
    LIMITED = "limited"
    SIGNIFICANT = "significant"


class IncidentStatus(StrEnum):
    """Where an incident stands. It goes on in this order and never back."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"


class Stage(StrEnum):
    """What has a deadline of its own."""

    ACKNOWLEDGE = "acknowledge"
    MITIGATE = "mitigate"
    RESOLVE = "resolve"


class SignKind(StrEnum):
    """What a sign means for the severity."""

    BREACH = "breach"  # a target's budget is used up, or burns so fast that somebody is called
    ANOMALY = "anomaly"  # a figure left its baseline, or can be read no more
    NOTE = "note"  # a budget burns slowly, over days


@dataclass(frozen=True, kw_only=True)
class Sign:
    """What health told of a service, and until when it lasted.

    `subject` is health's own name for it (`watch:exports`, `target:latency`), `dimension` the part
    of the service that it is about, "" the whole. `share` and `usual` are shares of what went wrong.
    """

    event: str  # the event that told it; one event makes one sign
    kind: SignKind
    subject: str
    dimension: str
    told: str
    share: float | None = None
    usual: float | None = None
    since: datetime
    ended_at: datetime | None = None

    @property
    def watch(self) -> str | None:
        """The watch that saw it, where a watch did."""
        return self.subject.removeprefix("watch:") if self.subject.startswith("watch:") else None


@dataclass(frozen=True, kw_only=True)
class Suspect:
    """Something that changed lately and so may be the cause."""

    at: datetime
    what: str  # "release", "deployment", "flag", "parameter"
    name: str
    told: str


@dataclass(frozen=True, kw_only=True)
class Errors:
    """One way in which requests or their work failed: how often, of whom, and how it reads."""

    text: str
    count: int
    customers: int = 0


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What the service's own logs say of the incident's time.

    `first_failed_at` is when the first request of this time failed, in the world's time.
    `requests` and `failed` count answered requests, `customers` who asked and `affected` whose
    requests, or work begun by them, failed, each once. `tail` is the end of what the service wrote,
    cut and cleaned.
    """

    since: datetime
    first_failed_at: datetime | None = None
    requests: int = 0
    failed: int = 0
    customers: int = 0
    affected: tuple[str, ...] = ()
    affected_count: int = 0
    errors: tuple[Errors, ...] = ()
    tail: tuple[str, ...] = ()
    broken_criteria: tuple[str, ...] = ()  # of the release that serves: its own bounds, overstepped


@dataclass(frozen=True, kw_only=True)
class ContextPackage:
    """What a person needs who is called: all that is known, put together before anybody asks."""

    findings: Findings
    suspects: tuple[Suspect, ...] = ()
    figures: tuple[str, ...] = ()
    runbook: str = ""
    share: float | None = None  # of the service's requests that the incident is about
    made_at: datetime


@dataclass(frozen=True, kw_only=True)
class Incident:
    """An incident as a row. Times are organisation time but for those that end in `_real`."""

    id: IncidentId
    service: str
    dimension: str
    title: str
    severity: Severity
    impact: Impact
    status: IncidentStatus
    opened_at: datetime
    opened_real: datetime
    classified_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    mitigated_at: datetime | None = None
    mitigated_real: datetime | None = None
    resolved_at: datetime | None = None
    resolved_real: datetime | None = None
    resolution: str = ""
    runbook: str | None = None
    responses: int = 0  # how often what to do was worked out
    held_for: str = ""  # why nothing is changed by itself any more
    context: ContextPackage | None = None


class EntryKind(StrEnum):
    """What an entry of a timeline tells."""

    SIGN = "sign"
    SEVERITY = "severity"
    STATUS = "status"
    DIAGNOSIS = "diagnosis"
    PLAN = "plan"
    DEED = "deed"
    OUTCOME = "outcome"
    CALL = "call"
    NOTICE = "notice"
    DEADLINE = "deadline"
    REFUSED = "refused"
    WORD = "word"  # what a person says


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of an incident's timeline, with what shows it. Written once, never changed."""

    number: int
    at: datetime
    at_real: datetime
    kind: EntryKind
    by: str
    text: str
    evidence: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """By when a stage must be reached. Met or missed; a missed one was escalated once."""

    stage: Stage
    due_at: datetime
    met_at: datetime | None = None
    missed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Call:
    """Somebody was told (`wants_answer` is false), or is asked to take it over at once."""

    number: int
    to: tuple[str, ...]  # handles
    why: str
    wants_answer: bool
    tier: int
    at: datetime
    answered_at: datetime | None = None
    answered_by: str | None = None
