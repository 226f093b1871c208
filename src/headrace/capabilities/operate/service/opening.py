"""Signs: what health tells opens an incident, joins one, and ends; severity follows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from headrace.capabilities.operate.model import (
    EntryKind,
    Impact,
    Incident,
    IncidentClassified,
    IncidentOpened,
    IncidentStatus,
    Severity,
    Sign,
)
from headrace.capabilities.operate.rules import severity as rules
from headrace.capabilities.operate.service import clocks
from headrace.capabilities.operate.service.authority import crew
from headrace.capabilities.operate.service.telling import call, write
from headrace.capabilities.operate.store import incidents as store
from headrace.kernel.context import Ctx
from headrace.kernel.flow import Job

CALLED = frozenset({Severity.SEV1, Severity.SEV2})
"""Severities at which people are told the moment they are known."""


def sign(ctx: Ctx, service: str, told: Sign) -> Incident | None:
    """Take a sign up: it opens an incident, or joins the one of the same cause; None when known before.

    Records IncidentOpened, IncidentClassified, PersonCalled, DegradationSustained as it asks for them.
    """
    store.lock_service(ctx.db, ctx.organisation, service)
    if store.knows(ctx.db, ctx.organisation, told.event):
        return None
    same = _same_cause(ctx, service, told.dimension)
    if same is None:
        return _open(ctx, service, told)
    return _join(ctx, same, told)


def _same_cause(ctx: Ctx, service: str, dimension: str) -> Incident | None:
    """The open incident of the very dimension, else one whose dimension includes it or lies in it."""
    found = store.listing(ctx.db, ctx.organisation, only_open=True, service=service)
    alike = [one for one in found if rules.same_cause(dimension, one.dimension)]
    exact = [one for one in alike if one.dimension == dimension]
    return next(iter(exact or alike), None)


def _open(ctx: Ctx, service: str, told: Sign) -> Incident:
    made = Incident(
        id=store.next_id(ctx.db, ctx.organisation, ctx.now.year),
        service=service,
        dimension=told.dimension,
        title=f"{service}: {told.told}",
        severity=rules.of_signs([told], Impact.UNKNOWN),
        impact=Impact.UNKNOWN,
        status=IncidentStatus.OPEN,
        opened_at=ctx.now,
        opened_real=store.world_time(ctx.db),
        classified_at=ctx.now,
    )
    store.add(ctx.db, ctx.organisation, made)
    ctx.record(
        IncidentOpened(
            incident=made.id,
            service=service,
            dimension=made.dimension,
            title=made.title,
            severity=made.severity,
        )
    )
    _note(ctx, made, told)
    _told_severity(ctx, made, [told])
    clocks.wind(ctx, made)
    return respond(ctx, made)


def _join(ctx: Ctx, known: Incident, told: Sign) -> Incident:
    incident = locked_open(ctx, known.id)
    store.end_signs(ctx.db, ctx.organisation, told.subject, told.dimension, ctx.now)
    if told.dimension and not incident.dimension:
        incident = put(ctx, _narrowed(ctx, incident, told))
    _note(ctx, incident, told)
    responses = incident.responses
    after = classify(ctx, incident, incident.impact)
    if incident.status is IncidentStatus.MITIGATED and after.responses == responses:
        return respond(ctx, after)  # it has come back
    return after


def _narrowed(ctx: Ctx, incident: Incident, told: Sign) -> Incident:
    """The incident of a part; it is called after the part where the whole of the same watch opened it."""
    (first, *_) = store.signs(ctx.db, ctx.organisation, incident.id)
    same = first.subject == told.subject
    title = f"{incident.service}: {told.told}" if same else incident.title
    return replace(incident, dimension=told.dimension, title=title)


def _note(ctx: Ctx, incident: Incident, told: Sign) -> None:
    store.add_sign(ctx.db, ctx.organisation, incident.id, told)
    evidence = {
        "subject": told.subject,
        "dimension": told.dimension,
        "share": told.share,
        "usual": told.usual,
        "event": told.event,
    }
    by = crew(ctx).monitor
    write(ctx, incident, EntryKind.SIGN, told.told, by=by, evidence=evidence)


def classify(ctx: Ctx, incident: Incident, impact: Impact) -> Incident:
    """The incident with the severity that its lasting signs and this impact give.

    While no sign lasts it stays as it was: what is over is not made light of afterwards. Records
    IncidentClassified when it changes, and calls people when it became SEV1 or SEV2.
    """
    signs = store.signs(ctx.db, ctx.organisation, incident.id)
    if not any(one.ended_at is None for one in signs):
        return put(ctx, replace(incident, impact=impact))
    now = rules.of_signs(signs, impact)
    after = replace(incident, impact=impact, severity=now)
    if now is incident.severity:
        return put(ctx, after)
    after = put(ctx, replace(after, classified_at=ctx.now))
    ctx.record(
        IncidentClassified(
            incident=incident.id,
            service=incident.service,
            before=incident.severity,
            after=now,
            breached=rules.breached(signs),
            impact=impact,
        )
    )
    _told_severity(ctx, after, signs)
    clocks.wind(ctx, after)
    return respond(ctx, after) if rules.is_worse(now, incident.severity) else after


def _told_severity(ctx: Ctx, incident: Incident, signs: Sequence[Sign]) -> None:
    count = rules.breached(signs)
    said = (
        f"{incident.severity}: {count} target{'s' if count != 1 else ''} breached, "
        f"customer impact {incident.impact}"
    )
    by = crew(ctx).responder
    evidence = {"breached": count, "impact": incident.impact.value}
    write(ctx, incident, EntryKind.SEVERITY, said, by=by, evidence=evidence)
    told = crew(ctx)
    if incident.severity in CALLED:
        call(ctx, incident, (*told.on_call, *told.policy_author), f"{said}: {incident.title}")
    if incident.severity is Severity.SEV4:
        clocks.sustained(ctx, incident, "something to know, and no alarm")


def respond(ctx: Ctx, incident: Incident) -> Incident:
    """Have what to do worked out anew; SEV4 is written down and nothing more."""
    if incident.severity is Severity.SEV4:
        return incident
    after = put(ctx, replace(incident, responses=incident.responses + 1))
    key = f"{after.id}/{after.responses}"
    ctx.start(Job(flow="operate.respond", key=key, arguments={"incident": after.id}))
    return after


def ended(ctx: Ctx, subject: str, dimension: str, at: datetime) -> Sequence[Incident]:
    """The open incidents of which a sign has ended now, with their severity as it is without it."""
    found = store.end_signs(ctx.db, ctx.organisation, subject, dimension, at)
    over = []
    for id in found:
        incident = store.find(ctx.db, ctx.organisation, id, lock=True)
        if incident is None or incident.status is IncidentStatus.RESOLVED:
            continue
        text = f"{subject}{f' ({dimension})' if dimension else ''} is well again"
        write(ctx, incident, EntryKind.SIGN, text, by=crew(ctx).monitor)
        over.append(classify(ctx, incident, incident.impact))
    return over


def lasting(ctx: Ctx, incident: Incident) -> Sequence[Sign]:
    """The signs of an incident that have not ended."""
    found = store.signs(ctx.db, ctx.organisation, incident.id)
    return [one for one in found if one.ended_at is None]


def locked_open(ctx: Ctx, id: str) -> Incident:
    """An incident that is known to be there, locked until the commit."""
    found = store.find(ctx.db, ctx.organisation, id, lock=True)
    assert found is not None  # it was read in this unit of work
    return found


def put(ctx: Ctx, incident: Incident) -> Incident:
    """Store an incident as it stands now."""
    store.put(ctx.db, ctx.organisation, incident)
    return incident
