"""Verifying: whether a plan has brought the figures back is measured, and only then it counts as done."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from headrace.capabilities.health import service as health
from headrace.capabilities.health.model import Verdict
from headrace.capabilities.operate.model import (
    DeedMeasured,
    EntryKind,
    Incident,
    IncidentStatus,
    Measured,
    Plan,
    PlanState,
    Severity,
    Sign,
)
from headrace.capabilities.operate.service import (
    adopting,
    authority,
    moving,
    opening,
    planning,
    remedying,
)
from headrace.capabilities.operate.service.telling import write
from headrace.capabilities.operate.store import incidents, remediation
from headrace.kernel.context import Ctx
from headrace.kernel.json import Json, to_json

LEAST_WINDOW = timedelta(seconds=1)


def verify(ctx: Ctx, id: str, number: int) -> None:
    """Measure what came of a plan: it helped, it was in vain, or it is too early to say.

    What helped mitigates the incident; what was in vain makes place for the next remedy. Harmless to
    repeat. Records DeedMeasured, PlanMoved, IncidentMoved.
    """
    plan = planning.locked_plan(ctx, id)
    if plan.state is not PlanState.WATCHING or plan.acted_real is None:
        return
    incident = moving.locked(ctx, plan.body.incident)
    now = incidents.world_time(ctx.db)
    found = measured(ctx, incident, plan.acted_real, now)
    if found.back and found.known:
        _helped(ctx, incident, plan, found)
    elif now - plan.acted_real >= plan.body.within:
        _in_vain(ctx, incident, plan, found)
    else:
        remedying.look_again(ctx, plan, number + 1)


def measured(ctx: Ctx, incident: Incident, since: datetime, now: datetime) -> Measured:
    """What health says of an incident's signs since a moment: each beside its own baseline."""
    parts = [
        _measured(ctx, one, since, now)
        for one in incidents.signs(ctx.db, ctx.organisation, incident.id)
    ]
    latest = {(one.values["subject"], one.values["dimension"]): one for one in parts}
    found = list(latest.values())
    return Measured(
        back=all(one.back for one in found),
        known=all(one.known for one in found),
        told=tuple(told for one in found for told in one.told),
        values={"signs": [one.values for one in found], "since": since.isoformat()},
    )


def _measured(ctx: Ctx, sign: Sign, since: datetime, now: datetime) -> Measured:
    place: dict[str, Json] = {"subject": sign.subject, "dimension": sign.dimension}
    if sign.watch is None:
        open_now = any(one.subject == sign.subject for one in health.troubles(ctx))
        told = f"{sign.subject}: {'still in trouble' if open_now else 'well again'}"
        return Measured(back=not open_now, known=True, told=(told,), values=place)
    for watch in health.watches(ctx):
        if watch.name != sign.watch:
            continue
        window = min(max(now - since, LEAST_WINDOW), watch.window)
        for one in health.judgements(ctx, replace(watch, window=window), at=now):
            if one.dimension == sign.dimension:
                part = one.dimension or "all"
                share = "unknown" if one.share is None else f"{one.share:.2%}"
                usual = "unknown" if one.usual is None else f"{one.usual:.2%}"
                return Measured(
                    back=one.verdict is Verdict.NORMAL,
                    known=one.verdict is not Verdict.TOO_LITTLE,
                    told=(f"{part}: {share} of {one.occurrences:g} fail, usually {usual}",),
                    values={
                        **place,
                        "share": one.share,
                        "usual": one.usual,
                        "occurrences": one.occurrences,
                        "verdict": one.verdict.value,
                    },
                )
    return Measured(
        back=False, known=False, told=(f"{sign.subject} is watched no more",), values=place
    )


def _helped(ctx: Ctx, incident: Incident, plan: Plan, found: Measured) -> None:
    _noted(ctx, incident, plan, found)
    told = "; ".join(found.told)
    planning.end_plan(ctx, incident, plan, PlanState.HELPED, told)
    if incident.status in {IncidentStatus.OPEN, IncidentStatus.ACKNOWLEDGED}:
        incident = moving.mitigated(ctx, incident, f"{plan.body.remedy} helped: {told}")
    settle(ctx, incident)


def _in_vain(ctx: Ctx, incident: Incident, plan: Plan, found: Measured) -> None:
    _noted(ctx, incident, plan, found)
    told = "; ".join(found.told)
    planning.end_plan(ctx, incident, plan, PlanState.IN_VAIN, told)
    remedying.go_on(ctx, incident, adopting.match(ctx, incident))


def _noted(ctx: Ctx, incident: Incident, plan: Plan, found: Measured) -> None:
    """The third part of the evidence: what was measured after the deeds."""
    outcome = to_json(found, Measured)
    remediation.measure(ctx.db, ctx.organisation, plan.id, outcome, ctx.now)
    word = "back at its baseline" if found.back else "not back"
    evidence: dict[str, Json] = {"plan": plan.id, "outcome": outcome}
    text = f"{plan.body.remedy}: {word} ({'; '.join(found.told)})"
    write(ctx, incident, EntryKind.OUTCOME, text, by=authority.crew(ctx).monitor, evidence=evidence)
    for act in remediation.acts(ctx.db, ctx.organisation, plan.id):
        ctx.record(
            DeedMeasured(
                incident=incident.id,
                service=incident.service,
                plan=plan.id,
                number=act.number,
                back=found.back,
                told=found.told,
            )
        )


def over(ctx: Ctx, subject: str, dimension: str) -> None:
    """Health says that a sign has ended: an incident without any is resolved. Harmless to repeat."""
    for incident in opening.ended(ctx, subject, dimension, ctx.now):
        settle(ctx, incident)


def settle(ctx: Ctx, incident: Incident) -> None:
    """Resolve an incident of which no sign lasts and nothing done is unmeasured.

    SEV1 stays for a person to close; it is mitigated by then.
    """
    if opening.lasting(ctx, incident) or moving.unmeasured(ctx, incident):
        return
    if incident.status is IncidentStatus.RESOLVED:
        return
    why = _why(ctx, incident)
    if incident.severity is Severity.SEV1:
        if incident.status is not IncidentStatus.MITIGATED:
            moving.mitigated(ctx, incident, why)
        return
    moving.resolved(ctx, incident, why)


def _why(ctx: Ctx, incident: Incident) -> str:
    helped = list(_helpers(ctx, incident))
    return (
        f"{helped[-1]} helped" if helped else "it went by itself; nothing was changed that helped"
    )


def _helpers(ctx: Ctx, incident: Incident) -> Iterator[str]:
    for plan in remediation.plans(ctx.db, ctx.organisation, incident.id):
        if plan.state is PlanState.HELPED:
            yield plan.body.remedy
