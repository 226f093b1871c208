"""Deadlines: set with the severity, met as the incident goes on, escalated once when missed."""

from dataclasses import replace
from datetime import datetime

from headrace.capabilities.operate.model import (
    Deadline,
    DeadlineMissed,
    DegradationSustained,
    EntryKind,
    Incident,
    IncidentId,
    IncidentStatus,
    Stage,
)
from headrace.capabilities.operate.rules import clocks as rules
from headrace.capabilities.operate.service.authority import crew
from headrace.capabilities.operate.service.telling import call, write
from headrace.capabilities.operate.store import incidents as store
from headrace.kernel.context import Ctx
from headrace.kernel.flow import Job

MET: dict[IncidentStatus, tuple[Stage, ...]] = {
    IncidentStatus.OPEN: (),
    IncidentStatus.ACKNOWLEDGED: (Stage.ACKNOWLEDGE,),
    IncidentStatus.MITIGATED: (Stage.ACKNOWLEDGE, Stage.MITIGATE),
    IncidentStatus.RESOLVED: tuple(Stage),
}
"""The stages that an incident has behind it; being mitigated, it need not be acknowledged any more."""


def wind(ctx: Ctx, incident: Incident) -> None:
    """Set the deadlines that the present severity gives, each with a job at its time."""
    before = store.deadlines(ctx.db, ctx.organisation, incident.id)
    for one in rules.deadlines(incident.severity, incident.opened_at, ctx.now, before):
        if one in before:
            continue
        store.put_deadline(ctx.db, ctx.organisation, incident.id, one)
        arguments = {
            "incident": incident.id,
            "stage": one.stage.value,
            "due": one.due_at.isoformat(),
        }
        key = f"{incident.id}/{one.stage}/{one.due_at.isoformat()}"
        job = Job(flow="operate.deadline", key=key, arguments=arguments)
        ctx.start_after(max(one.due_at - ctx.now, ctx.now - ctx.now), job)


def met(ctx: Ctx, incident: Incident) -> None:
    """Note of every stage that the incident has behind it now that it was reached."""
    for one in store.deadlines(ctx.db, ctx.organisation, incident.id):
        if one.stage in MET[incident.status] and one.met_at is None:
            store.put_deadline(ctx.db, ctx.organisation, incident.id, replace(one, met_at=ctx.now))


def missed(ctx: Ctx, id: IncidentId, stage: Stage, due: datetime) -> None:
    """A deadline is there: where its stage was not reached, the next level of people is called, once.

    Nothing happens for a deadline that was met, moved or told before. Records DeadlineMissed and
    PersonCalled, and DegradationSustained where it was to be resolved by now.
    """
    incident = store.find(ctx.db, ctx.organisation, id, lock=True)
    if incident is None or stage in MET[incident.status]:
        return
    found = store.deadlines(ctx.db, ctx.organisation, id)
    mine = next((one for one in found if one.stage is stage), None)
    if mine is None or mine.due_at != due or mine.missed_at is not None or mine.met_at is not None:
        return
    before = sum(one.missed_at is not None for one in found)
    store.put_deadline(ctx.db, ctx.organisation, id, replace(mine, missed_at=ctx.now))
    _escalate(ctx, incident, mine, before)
    if stage is Stage.RESOLVE:
        sustained(ctx, incident, f"not resolved within the time of {incident.severity}")


def _escalate(ctx: Ctx, incident: Incident, mine: Deadline, before: int) -> None:
    levels = crew(ctx).escalation
    to = levels[rules.level(before, len(levels))]
    text = f"{mine.stage} was due at {mine.due_at:%Y-%m-%d %H:%M} UTC and was not reached"
    write(ctx, incident, EntryKind.DEADLINE, text, evidence={"due": mine.due_at.isoformat()})
    ctx.record(
        DeadlineMissed(
            incident=incident.id,
            service=incident.service,
            stage=mine.stage,
            severity=incident.severity,
            to=to,
        )
    )
    call(ctx, incident, to, f"{incident.severity}: {text}")


def sustained(ctx: Ctx, incident: Incident, why: str) -> None:
    """Tell once that this has gone on for long. Records DegradationSustained."""
    if store.sustain(ctx.db, ctx.organisation, incident.id):
        ctx.record(
            DegradationSustained(
                incident=incident.id,
                service=incident.service,
                dimension=incident.dimension,
                told=f"{incident.title}: {why}",
            )
        )
