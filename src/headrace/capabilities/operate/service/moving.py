"""Moving incidents on: acknowledged, mitigated, resolved, escalated; and what is asked about them."""

from collections.abc import Sequence
from dataclasses import replace

from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import Subject
from headrace.capabilities.operate.model import (
    OPEN_PLANS,
    REMEDIATION,
    Act,
    Call,
    Deadline,
    Entry,
    EntryKind,
    Incident,
    IncidentEnded,
    IncidentMoved,
    IncidentNotFound,
    IncidentStatus,
    OutcomeMissing,
    Plan,
    PlanState,
    Sign,
)
from headrace.capabilities.operate.service import clocks, opening
from headrace.capabilities.operate.service.authority import crew
from headrace.capabilities.operate.service.planning import end_plan
from headrace.capabilities.operate.service.telling import call, write
from headrace.capabilities.operate.store import incidents as store
from headrace.capabilities.operate.store import remediation
from headrace.kernel.context import Ctx

ORDER = tuple(IncidentStatus)


def acknowledge(ctx: Ctx, id: str, why: str = "") -> Incident:
    """Take an incident over; its calls are answered. Acknowledging again changes nothing.

    Raises IncidentNotFound. Records IncidentMoved.
    """
    incident = locked(ctx, id)
    if incident.status is not IncidentStatus.OPEN:
        return incident
    after = replace(incident, acknowledged_at=ctx.now, acknowledged_by=ctx.principal)
    return move(ctx, after, IncidentStatus.ACKNOWLEDGED, why or "taken over")


def mitigate(ctx: Ctx, id: str, why: str) -> Incident:
    """Say that customers are harmed no more, though the cause is still there.

    Raises IncidentNotFound, IncidentEnded, OutcomeMissing. Records IncidentMoved.
    """
    incident = locked(ctx, id)
    _require_measured(ctx, incident)
    return mitigated(ctx, incident, why)


def mitigated(ctx: Ctx, incident: Incident, why: str) -> Incident:
    """The incident, mitigated now; one that was already stays as it is. Raises IncidentEnded."""
    if incident.status is IncidentStatus.MITIGATED:
        return incident
    real = store.world_time(ctx.db)
    after = replace(incident, mitigated_at=ctx.now, mitigated_real=real)
    return move(ctx, after, IncidentStatus.MITIGATED, why)


def resolve(ctx: Ctx, id: str, why: str) -> Incident:
    """Close an incident. What still waits for a decision about it is withdrawn.

    Raises IncidentNotFound, IncidentEnded, and OutcomeMissing while something that was changed for it
    has no measured outcome. Records IncidentMoved.
    """
    incident = locked(ctx, id)
    _require_measured(ctx, incident)
    signs = opening.lasting(ctx, incident)
    told = why if not signs else f"{why} (still told: {', '.join(one.subject for one in signs)})"
    return resolved(ctx, incident, told)


def resolved(ctx: Ctx, incident: Incident, why: str) -> Incident:
    """The incident, resolved now. Raises IncidentEnded."""
    for plan in remediation.plans(ctx.db, ctx.organisation, incident.id):
        if plan.state in OPEN_PLANS:
            end_plan(ctx, incident, plan, PlanState.DROPPED, "the incident is over")
            governance.withdraw(ctx, Subject(kind=REMEDIATION, id=plan.id))
    real = store.world_time(ctx.db)
    if incident.mitigated_at is None:
        incident = replace(incident, mitigated_at=ctx.now, mitigated_real=real)
    after = replace(incident, resolved_at=ctx.now, resolved_real=real, resolution=why)
    return move(ctx, after, IncidentStatus.RESOLVED, why)


def escalate(ctx: Ctx, id: str, why: str, to: Sequence[str] = ()) -> Incident:
    """Call people in: those named, else whoever is on call. Nothing is changed by itself any more.

    Raises IncidentNotFound, IncidentEnded. Records PersonCalled.
    """
    incident = locked(ctx, id)
    if incident.status is IncidentStatus.RESOLVED:
        raise IncidentEnded(f"{id} is resolved", incident=id)
    after = opening.put(ctx, replace(incident, held_for=why))
    call(ctx, after, tuple(one.removeprefix("@") for one in to) or crew(ctx).on_call, why)
    return after


def say(ctx: Ctx, id: str, text: str) -> None:
    """Add a person's word to the timeline. Raises IncidentNotFound."""
    write(ctx, locked(ctx, id), EntryKind.WORD, text)


def move(ctx: Ctx, incident: Incident, status: IncidentStatus, why: str) -> Incident:
    """The incident in a later status, its deadlines met and its calls answered. Raises IncidentEnded."""
    before = incident.status
    if ORDER.index(status) <= ORDER.index(before):
        raise IncidentEnded(
            f"{incident.id} is {before} already; it goes on and never back", incident=incident.id
        )
    after = opening.put(ctx, replace(incident, status=status))
    store.answer_calls(ctx.db, ctx.organisation, incident.id, ctx.principal, ctx.now)
    write(ctx, after, EntryKind.STATUS, f"{status}: {why}")
    clocks.met(ctx, after)
    ctx.record(
        IncidentMoved(
            incident=after.id,
            service=after.service,
            before=before,
            after=status,
            severity=after.severity,
            by=ctx.principal,
            why=why,
        )
    )
    return after


def unmeasured(ctx: Ctx, incident: Incident) -> Sequence[Act]:
    """Deeds of an incident whose evidence is not whole: nobody has measured what came of them."""
    return [
        act
        for plan in remediation.plans(ctx.db, ctx.organisation, incident.id)
        for act in remediation.acts(ctx.db, ctx.organisation, plan.id)
        if not act.is_done
    ]


def _require_measured(ctx: Ctx, incident: Incident) -> None:
    left = unmeasured(ctx, incident)
    if left:
        deeds = ", ".join(f"{one.deed.deed} {one.deed.subject}".strip() for one in left)
        raise OutcomeMissing(
            f"{incident.id}: nobody has measured yet what came of: {deeds}. It is measured within "
            "the time that its remedy gives",
            incident=incident.id,
        )


def locked(ctx: Ctx, id: str) -> Incident:
    """The incident, locked until the commit. Raises IncidentNotFound."""
    found = store.find(ctx.db, ctx.organisation, id, lock=True)
    if found is None:
        raise _missing(id)
    return found


def get(ctx: Ctx, id: str) -> Incident:
    """The incident. Raises IncidentNotFound."""
    found = store.find(ctx.db, ctx.organisation, id)
    if found is None:
        raise _missing(id)
    return found


def listing(
    ctx: Ctx,
    *,
    only_open: bool = False,
    service: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> Sequence[Incident]:
    """Incidents, newest first."""
    return store.listing(
        ctx.db, ctx.organisation, only_open=only_open, service=service, before=before, limit=limit
    )


def timeline(ctx: Ctx, id: str) -> Sequence[Entry]:
    """Everything that happened in an incident, oldest first."""
    return store.entries(ctx.db, ctx.organisation, id)


def signs(ctx: Ctx, id: str) -> Sequence[Sign]:
    """What health told of an incident, oldest first."""
    return store.signs(ctx.db, ctx.organisation, id)


def deadlines(ctx: Ctx, id: str) -> Sequence[Deadline]:
    """By when each stage must be reached, in their order."""
    return store.deadlines(ctx.db, ctx.organisation, id)


def calls(ctx: Ctx, id: str) -> Sequence[Call]:
    """Who was told and called, oldest first."""
    return store.calls(ctx.db, ctx.organisation, id)


def note_signal(ctx: Ctx, id: str, key: str, signal: str) -> None:
    """Note the signal that an incident has led to under this key; the first counts."""
    store.add_signal(ctx.db, ctx.organisation, id, key, signal)


def signal_of(ctx: Ctx, key: str) -> str | None:
    """The signal that was filed under this key, or None."""
    return store.signal_of(ctx.db, ctx.organisation, key)


def signals_of(ctx: Ctx, id: str) -> Sequence[str]:
    """The signals that an incident has led to, by id."""
    return store.signals_of(ctx.db, ctx.organisation, id)


def unanswered(ctx: Ctx) -> Sequence[tuple[str, Call]]:
    """Calls that nobody has answered, with the incidents they are about, oldest first."""
    return store.unanswered(ctx.db, ctx.organisation)


def plans(ctx: Ctx, id: str) -> Sequence[Plan]:
    """What was planned for an incident, oldest first."""
    return remediation.plans(ctx.db, ctx.organisation, id)


def acts(ctx: Ctx, plan: str) -> Sequence[Act]:
    """What was done of a plan, with its evidence, in order."""
    return remediation.acts(ctx.db, ctx.organisation, plan)


def _missing(id: str) -> IncidentNotFound:
    return IncidentNotFound(f"No incident {id!r}; `headrace incident list` names them", incident=id)
