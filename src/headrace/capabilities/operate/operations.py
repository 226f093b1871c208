"""What operate offers to REST, CLI and MCP."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from headrace.capabilities.operate import service
from headrace.capabilities.operate.model import (
    Act,
    Call,
    ContextPackage,
    Deadline,
    Entry,
    Impact,
    Incident,
    IncidentStatus,
    Match,
    Plan,
    Runbook,
    Severity,
    Sign,
)
from headrace.capabilities.operate.terminal import on_terminal
from headrace.capabilities.people import service as people
from headrace.capabilities.people.model import PrincipalNotFound
from headrace.kernel.capability import Effect, Http, Operation, OperationKind
from headrace.kernel.context import Ctx
from headrace.kernel.ids import PrincipalId
from headrace.kernel.inputs import Names

READ, RESPOND = "incident:read", "incident:respond"

Id = Annotated[str, Field(description="The incident.", examples=["INC-2026-001"])]
Why = Annotated[str, Field(min_length=1, max_length=2_000, description="Why, for the timeline.")]


@dataclass(frozen=True, kw_only=True)
class WhichIncidents:
    only_open: Annotated[bool, Field(description="Leave out what is resolved.")] = False
    service: Annotated[str | None, Names("service"), Field(description="Only this service's.")] = (
        None
    )
    before: Annotated[str | None, Field(description="Go on before this id.")] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@dataclass(frozen=True, kw_only=True)
class WhichIncident:
    incident: Annotated[Id, Names("incident")]


@dataclass(frozen=True, kw_only=True)
class Acknowledgement:
    incident: Annotated[Id, Names("incident")]
    reason: Annotated[str, Field(max_length=2_000, description="A word for the timeline.")] = ""


@dataclass(frozen=True, kw_only=True)
class Moved:
    incident: Annotated[Id, Names("incident")]
    reason: Why


@dataclass(frozen=True, kw_only=True)
class Escalation:
    incident: Annotated[Id, Names("incident")]
    reason: Why
    to: Annotated[
        tuple[str, ...],
        Names("person"),
        Field(description="Handles to call in; none: whoever is on call."),
    ] = ()


@dataclass(frozen=True, kw_only=True)
class IncidentLine:
    """An incident in a line. `next_due` is the nearest deadline that is neither met nor missed."""

    incident: str
    severity: Severity
    status: IncidentStatus
    service: str
    dimension: str
    title: str
    opened_at: datetime
    next_due: datetime | None
    missed: int


@dataclass(frozen=True, kw_only=True)
class IncidentList:
    items: tuple[IncidentLine, ...]


@dataclass(frozen=True, kw_only=True)
class PlanShown:
    """A plan with its deeds and their evidence; `text` is what a person approves."""

    plan: Plan
    text: str
    acts: tuple[Act, ...]


@dataclass(frozen=True, kw_only=True)
class IncidentShown:
    """Everything about an incident. `names` gives the handles of principals that are named by id."""

    incident: str
    title: str
    service: str
    dimension: str
    severity: Severity
    impact: Impact
    status: IncidentStatus
    opened_at: datetime
    opened_real: datetime
    mitigated_at: datetime | None
    resolved_at: datetime | None
    seconds_to_mitigate: float | None  # in the world's time
    seconds_to_resolve: float | None
    resolution: str
    runbook: str | None
    held_for: str
    context: ContextPackage | None
    signs: tuple[Sign, ...]
    deadlines: tuple[Deadline, ...]
    calls: tuple[Call, ...]
    plans: tuple[PlanShown, ...]
    timeline: tuple[Entry, ...]
    names: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Moving:
    """Where an incident stands now."""

    incident: str
    status: IncidentStatus
    severity: Severity


@dataclass(frozen=True, kw_only=True)
class WhichRunbooks:
    service: Annotated[str | None, Names("service"), Field(description="Only this service's.")] = (
        None
    )


@dataclass(frozen=True, kw_only=True)
class RunbookList:
    items: tuple[Runbook, ...]


@dataclass(frozen=True, kw_only=True)
class RunbookMatch:
    """The runbook that knows an incident, and by what. Without one, whoever is on call has it."""

    incident: str
    runbook: str | None
    version: str | None
    match: Match | None


def list_incidents(ctx: Ctx, asked: WhichIncidents) -> IncidentList:
    """List incidents, newest first, with how bad they are and what is due next."""
    found = service.listing(
        ctx,
        only_open=asked.only_open,
        service=asked.service,
        before=asked.before,
        limit=asked.limit,
    )
    return IncidentList(items=tuple(_line(ctx, one) for one in found))


def _line(ctx: Ctx, one: Incident) -> IncidentLine:
    deadlines = service.deadlines(ctx, one.id)
    running = [d.due_at for d in deadlines if d.met_at is None and d.missed_at is None]
    return IncidentLine(
        incident=one.id,
        severity=one.severity,
        status=one.status,
        service=one.service,
        dimension=one.dimension,
        title=one.title,
        opened_at=one.opened_at,
        next_due=min(running, default=None),
        missed=sum(d.missed_at is not None for d in deadlines),
    )


def show_incident(ctx: Ctx, asked: WhichIncident) -> IncidentShown:
    """Show an incident: its timeline with evidence, deadlines, plans and the context package."""
    one = service.get(ctx, asked.incident)
    entries, calls = service.timeline(ctx, one.id), service.calls(ctx, one.id)
    return IncidentShown(
        incident=one.id,
        title=one.title,
        service=one.service,
        dimension=one.dimension,
        severity=one.severity,
        impact=one.impact,
        status=one.status,
        opened_at=one.opened_at,
        opened_real=one.opened_real,
        mitigated_at=one.mitigated_at,
        resolved_at=one.resolved_at,
        seconds_to_mitigate=_seconds(one.opened_real, one.mitigated_real),
        seconds_to_resolve=_seconds(one.opened_real, one.resolved_real),
        resolution=one.resolution,
        runbook=one.runbook,
        held_for=one.held_for,
        context=one.context,
        signs=tuple(service.signs(ctx, one.id)),
        deadlines=tuple(service.deadlines(ctx, one.id)),
        calls=tuple(calls),
        plans=tuple(_plan(ctx, plan) for plan in service.plans(ctx, one.id)),
        timeline=tuple(entries),
        names=_names(ctx, {*(e.by for e in entries), *(c.answered_by or "" for c in calls)}),
    )


def _plan(ctx: Ctx, plan: Plan) -> PlanShown:
    return PlanShown(
        plan=plan, text=service.plan_text(plan), acts=tuple(service.acts(ctx, plan.id))
    )


def _seconds(begin: datetime, end: datetime | None) -> float | None:
    return None if end is None else (end - begin).total_seconds()


def _names(ctx: Ctx, ids: set[str]) -> Mapping[str, str]:
    found = {}
    for id in sorted(ids - {""}):
        try:
            found[id] = people.principal(ctx, PrincipalId(id)).handle
        except PrincipalNotFound:
            continue  # a role of the crew, or the system
    return found


def acknowledge(ctx: Ctx, asked: Acknowledgement) -> Moving:
    """Take an incident over: whoever was called for it is called no more."""
    return _moving(service.acknowledge(ctx, asked.incident, asked.reason))


def mitigate(ctx: Ctx, asked: Moved) -> Moving:
    """Say that customers are harmed no more, though the cause may still be there."""
    return _moving(service.mitigate(ctx, asked.incident, asked.reason))


def resolve(ctx: Ctx, asked: Moved) -> Moving:
    """Close an incident. It is refused while something that was changed for it is unmeasured."""
    return _moving(service.resolve(ctx, asked.incident, asked.reason))


def escalate(ctx: Ctx, asked: Escalation) -> Moving:
    """Call people in, and let nothing be changed by itself any more."""
    return _moving(service.escalate(ctx, asked.incident, asked.reason, asked.to))


def say(ctx: Ctx, asked: Moved) -> Moving:
    """Add a word to an incident's timeline."""
    service.say(ctx, asked.incident, asked.reason)
    return _moving(service.get(ctx, asked.incident))


def _moving(one: Incident) -> Moving:
    return Moving(incident=one.id, status=one.status, severity=one.severity)


def list_runbooks(ctx: Ctx, asked: WhichRunbooks) -> RunbookList:
    """List the approved runbooks, with what they recognise and what they permit."""
    return RunbookList(items=tuple(service.runbooks(ctx, asked.service)))


def match_runbook(ctx: Ctx, asked: WhichIncident) -> RunbookMatch:
    """Tell which runbook knows an incident, and by what."""
    found = service.match(ctx, service.get(ctx, asked.incident))
    return RunbookMatch(
        incident=asked.incident,
        runbook=found.runbook.name if found is not None else None,
        version=found.runbook.version if found is not None else None,
        match=found.match if found is not None else None,
    )


def _query(name: str, takes: type, gives: type, run: Any, path: str, **more: Any) -> Operation:  # noqa: ANN401 - as Operation
    return Operation(
        name=name,
        permission=READ,
        input=takes,
        output=gives,
        run=run,
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
        http=Http(method="GET", path=path),
        **more,
    )


def _command(name: str, takes: type, run: Any, path: str) -> Operation:  # noqa: ANN401 - as Operation
    return Operation(
        name=name,
        permission=RESPOND,
        input=takes,
        output=Moving,
        run=run,
        http=Http(method="POST", path=path),
    )


OPERATIONS = (
    _query("incident.list", WhichIncidents, IncidentList, list_incidents, "/incidents"),
    _query(
        "incident.show",
        WhichIncident,
        IncidentShown,
        show_incident,
        "/incidents/{incident}",
        shown=on_terminal,
    ),
    _command(
        "incident.acknowledge",
        Acknowledgement,
        acknowledge,
        "/incidents/{incident}/acknowledgement",
    ),
    _command("incident.mitigate", Moved, mitigate, "/incidents/{incident}/mitigation"),
    _command("incident.resolve", Moved, resolve, "/incidents/{incident}/resolution"),
    _command("incident.escalate", Escalation, escalate, "/incidents/{incident}/escalation"),
    _command("incident.say", Moved, say, "/incidents/{incident}/words"),
    _query("runbook.list", WhichRunbooks, RunbookList, list_runbooks, "/runbooks"),
    _query("runbook.match", WhichIncident, RunbookMatch, match_runbook, "/runbooks/{incident}"),
)
