"""Remedying: the next remedy is chosen, asked about where it must be, and done once."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from headrace.capabilities.deployments import service as deployments
from headrace.capabilities.deployments.model import DeploymentState
from headrace.capabilities.flags import service as flags
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import GateState, Subject
from headrace.capabilities.operate.model import (
    OPEN_PLANS,
    REMEDIATION,
    Act,
    Deed,
    DeedDone,
    EntryKind,
    Incident,
    IncidentStatus,
    Matched,
    Plan,
    PlanBody,
    PlannedDeed,
    PlanState,
    Severity,
)
from headrace.capabilities.operate.rules import remedies
from headrace.capabilities.operate.service import (
    adopting,
    authority,
    moving,
    opening,
    planning,
    surroundings,
)
from headrace.capabilities.operate.service.telling import call, write
from headrace.capabilities.operate.store import incidents, remediation
from headrace.capabilities.releases import service as releases
from headrace.capabilities.releases.model import ReleaseId, ReleaseStatus
from headrace.kernel.context import Ctx
from headrace.kernel.errors import HeadraceError, Refusal
from headrace.kernel.flow import Job
from headrace.kernel.json import Json

DAY = timedelta(days=1)
OWN_BOUNDS = "the release's own bounds"
"""The remedy that a release's contract permits: what oversteps its bounds is taken back."""

OWN_WITHIN = timedelta(minutes=15)
FIRST_LOOK = timedelta(seconds=5)
"""How soon after a deed its effect is first measured, in the world's time."""


def go_on(ctx: Ctx, incident: Incident, matched: Matched | None) -> None:
    """Do what comes next for an incident: a remedy, a question to a person, or a call.

    Nothing happens while a plan is open, after a person took it over, and when it is over; but at SEV1
    what only takes something away does not wait behind a question.
    """
    if incident.held_for or not _is_harmful(ctx, incident) or incident.severity is Severity.SEV4:
        return
    if incident.severity is Severity.SEV1 and matched is not None:
        _make_room(ctx, incident, matched)
    made = remediation.plans(ctx.db, ctx.organisation, incident.id)
    if any(one.state in OPEN_PLANS for one in made):
        return
    tried = {one.body.remedy for one in made}
    if _is_out_of_bounds(incident) and OWN_BOUNDS not in tried and _take_back(ctx, incident):
        return
    if matched is None:
        hand_over(ctx, incident, "no runbook knows this failure")
        return
    found = remedies.choose(matched.runbook, tried, _situation(ctx, incident))
    if isinstance(found, Refusal):
        hand_over(ctx, incident, f"{matched.runbook.name} has no remedy left: {found}")
        return
    _plan(ctx, incident, matched.runbook.version, found)


def _make_room(ctx: Ctx, incident: Incident, matched: Matched) -> None:
    """Give up what only waits for a person, where something can be taken away without asking."""
    made = remediation.plans(ctx.db, ctx.organisation, incident.id)
    tried = {one.body.remedy for one in made}
    found = remedies.choose(matched.runbook, tried, _situation(ctx, incident))
    if isinstance(found, Refusal) or found.because:
        return
    for plan in made:
        if plan.state is PlanState.ASKED:
            planning.end_plan(ctx, incident, plan, PlanState.DROPPED, "it became critical")
            governance.withdraw(ctx, Subject(kind=REMEDIATION, id=plan.id))


def _is_harmful(ctx: Ctx, incident: Incident) -> bool:
    """Whether customers are harmed now: it is not mitigated, or has come back since."""
    since = incident.mitigated_at
    if incident.status is IncidentStatus.RESOLVED:
        return False
    return since is None or any(one.since > since for one in opening.lasting(ctx, incident))


def hand_over(ctx: Ctx, incident: Incident, why: str) -> None:
    """Leave it to whoever is on call, with the context package. Records PersonCalled."""
    call(ctx, incident, authority.crew(ctx).on_call, f"{incident.id}: {why}")


def _plan(ctx: Ctx, incident: Incident, version: str, found: remedies.Choice) -> None:
    against = [told for one in found.deeds for told in authority.against(ctx, one.deed)]
    if against:
        hand_over(ctx, incident, "; ".join(dict.fromkeys(against)))
        return
    touched = ", ".join(sorted({one.affects or "the whole service" for one in found.deeds}))
    body = PlanBody(
        incident=incident.id,
        service=incident.service,
        runbook=version,
        remedy=found.remedy.name,
        trigger=_trigger(ctx, incident),
        deeds=found.deeds,
        share=found.share,
        share_basis=f"{touched}, as counted in the watch's window",
        within=found.remedy.within,
    )
    planning.make(ctx, incident, body, found.because)


def _is_out_of_bounds(incident: Incident) -> bool:
    return incident.context is not None and bool(incident.context.findings.broken_criteria)


def _take_back(ctx: Ctx, incident: Incident) -> bool:
    """Roll back the release that oversteps its own bounds, however long ago it went out."""
    found = surroundings.release_of(ctx, incident.service, ReleaseStatus.DEPLOYED)
    if found is None or incident.context is None:
        return False
    against = authority.against(ctx, Deed.ROLL_BACK)
    if against:
        hand_over(ctx, incident, "; ".join(against))
        return True
    told = "; ".join(incident.context.findings.broken_criteria)
    body = PlanBody(
        incident=incident.id,
        service=incident.service,
        runbook=found.contract or found.id,
        remedy=OWN_BOUNDS,
        trigger=told,
        deeds=(PlannedDeed(deed=Deed.ROLL_BACK, service=incident.service, subject=found.id),),
        share=1.0,
        share_basis="the whole service",
        within=OWN_WITHIN,
    )
    planning.make(ctx, incident, body, ())
    return True


def _trigger(ctx: Ctx, incident: Incident) -> str:
    return "; ".join(dict.fromkeys(one.told for one in opening.lasting(ctx, incident)))


def _situation(ctx: Ctx, incident: Incident) -> remedies.Situation:
    running = deployments.find(ctx, incident.service)
    spec = running.spec if running is not None else None
    lately = remediation.deeds_since(ctx.db, ctx.organisation, incident.service, ctx.now - DAY)
    statuses = (ReleaseStatus.DEPLOYED, ReleaseStatus.DEPLOYING)
    release = surroundings.release_of(ctx, incident.service, *statuses)
    return remedies.Situation(
        service=incident.service,
        severity=incident.severity,
        parameters={one.name: one for one in spec.parameters} if spec is not None else {},
        values=running.parameters if running is not None else {},
        shares=surroundings.shares_now(ctx, incident),
        done=Counter(one.deed for one in lately),
        serves=running is None or bool(running.address) or running.state is DeploymentState.READY,
        flags=frozenset(one.key for one in flags.flags(ctx, limit=None) if one.kill is None),
        release=release.id if release is not None else "",
    )


def decided(ctx: Ctx, id: str, hash: str, standing: GateState, note: str) -> None:
    """A person decided about a plan: yes has that very plan carried out, anything else ends it.

    Harmless to repeat. Records PlanMoved.
    """
    plan = planning.locked_plan(ctx, id)
    if plan.state is not PlanState.ASKED or plan.hash != hash:
        return
    incident = moving.locked(ctx, plan.body.incident)
    if standing is GateState.APPROVED:
        planning.move_plan(ctx, incident, replace(plan, state=PlanState.READY), "a person said yes")
        planning.begin(ctx, plan)
        return
    planning.end_plan(ctx, incident, plan, PlanState.REFUSED, note)
    held = opening.put(
        ctx, replace(incident, held_for=f"{plan.body.remedy} was {standing}: {note}")
    )
    hand_over(ctx, held, held.held_for)


def act(ctx: Ctx, id: str, number: int) -> bool:
    """Do one deed of a plan, once, under its effect key. Whether the plan goes on.

    What cannot be done ends the plan, and what comes next is worked out. Records DeedDone, PlanMoved.
    """
    plan = planning.locked_plan(ctx, id)
    incident = moving.locked(ctx, plan.body.incident)
    if plan.state not in {PlanState.READY, PlanState.ACTING}:
        return False
    if incident.status is IncidentStatus.RESOLVED:
        planning.end_plan(ctx, incident, plan, PlanState.DROPPED, "the incident is over")
        return False
    deed = plan.body.deeds[number]
    against = authority.against(ctx, deed.deed)
    if against:
        _broken(ctx, incident, plan, "; ".join(against))
        return False
    try:
        with ctx.attempt() as apart:  # a refused deed leaves nothing behind
            _write_down(apart, incident, plan, number)
            _do(apart, plan, deed, effect_key(plan, number))
    except HeadraceError as refusal:
        _broken(ctx, incident, plan, refusal.message)
        return False
    if plan.state is PlanState.READY:
        planning.move_plan(ctx, incident, replace(plan, state=PlanState.ACTING), "begun")
    return True


def effect_key(plan: Plan, number: int) -> str:
    """The name under which a deed is done at most once."""
    return f"{plan.id}#{number}"


def _write_down(ctx: Ctx, incident: Incident, plan: Plan, number: int) -> None:
    """The first two parts of the evidence: what triggered the deed, and what was done, by whom."""
    deed = plan.body.deeds[number]
    role = authority.crew(ctx).hands[deed.deed]
    made = Act(
        plan=plan.id,
        number=number,
        effect_key=effect_key(plan, number),
        trigger=plan.body.trigger,
        deed=deed,
        by=role,
        at=ctx.now,
        at_real=incidents.world_time(ctx.db),
    )
    remediation.add_act(ctx.db, ctx.organisation, made)
    evidence: dict[str, Json] = {
        "trigger": made.trigger,
        "effect_key": made.effect_key,
        "plan": plan.id,
        "number": number,
    }
    write(ctx, incident, EntryKind.DEED, remedies.text(deed), by=role, evidence=evidence)
    ctx.record(
        DeedDone(
            incident=incident.id,
            service=incident.service,
            plan=plan.id,
            number=number,
            deed=deed.deed,
            subject=deed.subject,
            effect_key=made.effect_key,
            trigger=made.trigger,
            by=role,
        )
    )


def _do(ctx: Ctx, plan: Plan, deed: PlannedDeed, key: str) -> None:
    """The deed itself, by the verb of the room that owns what it changes, in the agent's name."""
    own = authority.acting(ctx, authority.crew(ctx).hands[deed.deed])
    why = f"{plan.body.incident}, {plan.body.remedy}: {plan.body.trigger}"[:2_000]
    if deed.deed in remedies.VALUED:
        assert deed.value is not None  # a deed that sets something has what it sets
        deployments.set_parameter(own, deed.service, deed.subject, deed.value, why=why, key=key)
    elif deed.deed is Deed.RESTART:
        deployments.restart(own, deed.service, why=why, key=key)
    elif deed.deed is Deed.ROLL_BACK:
        releases.roll_back(own, ReleaseId(deed.subject), why)
    else:
        flags.kill(own, deed.subject, why)


def _broken(ctx: Ctx, incident: Incident, plan: Plan, why: str) -> None:
    """A deed could not be done. What was done before it is measured first; then the next one follows."""
    text = f"{plan.body.remedy} could not be done: {why}"
    write(ctx, incident, EntryKind.REFUSED, text, by=authority.crew(ctx).responder)
    if remediation.acts(ctx.db, ctx.organisation, plan.id):
        _watch(ctx, incident, plan, why)
        return
    planning.end_plan(ctx, incident, plan, PlanState.BROKEN, why)
    go_on(ctx, incident, adopting.match(ctx, incident))


def watch(ctx: Ctx, id: str) -> None:
    """All deeds of a plan are done: from now on what comes of them is measured."""
    plan = planning.locked_plan(ctx, id)
    if plan.state is not PlanState.ACTING:
        return
    _watch(ctx, moving.locked(ctx, plan.body.incident), plan, "its effect is measured now")


def _watch(ctx: Ctx, incident: Incident, plan: Plan, why: str) -> None:
    real = incidents.world_time(ctx.db)
    after = replace(plan, state=PlanState.WATCHING, acted_real=real)
    planning.move_plan(ctx, incident, after, why)
    look_again(ctx, plan, 0)


def look_again(ctx: Ctx, plan: Plan, number: int) -> None:
    """Measure later what came of a plan; `number` counts the looks."""
    arguments = {"plan": plan.id, "number": str(number)}
    job = Job(flow="operate.verify", key=f"{plan.id}/{number}", arguments=arguments)
    ctx.start_after_real(FIRST_LOOK, job)
