"""Plans: made as values, moved on, and told at the gate exactly as they will run."""

from dataclasses import replace

from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import Proposal, Subject, Tier
from headrace.capabilities.operate.model import (
    REMEDIATION,
    EntryKind,
    Incident,
    Plan,
    PlanBody,
    PlanId,
    PlanMoved,
    PlannedDeed,
    PlanNotFound,
    PlanState,
)
from headrace.capabilities.operate.rules import remedies
from headrace.capabilities.operate.service import authority
from headrace.capabilities.operate.service.telling import write
from headrace.capabilities.operate.store import remediation as store
from headrace.kernel.context import Ctx
from headrace.kernel.flow import Job
from headrace.kernel.json import Json, digest, to_json


def make(ctx: Ctx, incident: Incident, body: PlanBody, because: tuple[str, ...]) -> Plan:
    """A plan: it runs at once, or, where there is a `because`, once a person has said yes.

    Records PlanMoved and, where a person is asked, GateAsked.
    """
    number = len(store.plans(ctx.db, ctx.organisation, incident.id)) + 1
    plan = Plan(
        id=PlanId(f"{incident.id}/{number}"),
        body=body,
        hash=digest(to_json(body)),
        state=PlanState.ASKED if because else PlanState.READY,
        because=because,
        made_at=ctx.now,
    )
    store.add_plan(ctx.db, ctx.organisation, incident.id, number, plan)
    _tell(ctx, incident, plan, "; ".join(because) or "within its approved limits")
    evidence: dict[str, Json] = {
        "plan": plan.id,
        "hash": plan.hash,
        "runbook": body.runbook,
        "share": body.share,
        "deeds": to_json(body.deeds, tuple[PlannedDeed, ...]),
    }
    told = "asks a person" if because else "begins"
    text = f"{body.remedy} {told}: {', '.join(remedies.text(one) for one in body.deeds)}"
    by = authority.crew(ctx).responder
    write(ctx, incident, EntryKind.PLAN, text, by=by, evidence=evidence)
    if because:
        _ask(ctx, incident, plan)
    else:
        begin(ctx, plan)
    return plan


def begin(ctx: Ctx, plan: Plan) -> None:
    """Have a plan carried out, once."""
    ctx.start(Job(flow="operate.remedy", key=plan.id, arguments={"plan": plan.id}))


def _ask(ctx: Ctx, incident: Incident, plan: Plan) -> None:
    told = authority.crew(ctx)
    maker = authority.hand(ctx, told.responder)
    governance.ask(
        ctx,
        Proposal(
            subject=Subject(kind=REMEDIATION, id=plan.id),
            hash=plan.hash,
            title=f"{incident.id}: {plan.body.remedy}",
            approvers=(told.on_call,),
            authors=(maker.principal,) if maker is not None else (),
            summary=text(plan),
            why="; ".join(plan.because),
            on_yes="exactly these steps are carried out at once, and their outcome is measured",
            on_no="nothing is changed; the incident stays with whoever is on call",
            tier=Tier.PRODUCTION,
            purpose="remediation",
        ),
    )


def text(plan: Plan) -> str:
    """A plan in Markdown, every step with the very values that will be set."""
    body = plan.body
    steps = "\n".join(
        f"{number}. {remedies.text(one)}" for number, one in enumerate(body.deeds, start=1)
    )
    return (
        f"**{body.remedy}** of {body.runbook}, for {body.incident}.\n\n"
        f"{steps}\n\n"
        f"- Trigger: {body.trigger}\n"
        f"- Touches: {body.share:.1%} of the service's requests ({body.share_basis})\n"
        f"- Verified: the figure is back at its baseline within {body.within}\n"
    )


def end_plan(ctx: Ctx, incident: Incident, plan: Plan, state: PlanState, why: str) -> Plan:
    """The plan at its end. Records PlanMoved."""
    after = replace(plan, state=state, ended_at=ctx.now, outcome=why)
    store.move_plan(ctx.db, ctx.organisation, after)
    _tell(ctx, incident, after, why)
    return after


def move_plan(ctx: Ctx, incident: Incident, plan: Plan, why: str) -> Plan:
    """The plan as it stands now. Records PlanMoved."""
    store.move_plan(ctx.db, ctx.organisation, plan)
    _tell(ctx, incident, plan, why)
    return plan


def locked_plan(ctx: Ctx, id: str) -> Plan:
    """The plan, locked until the commit. Raises PlanNotFound."""
    found = store.plan(ctx.db, ctx.organisation, id, lock=True)
    if found is None:
        raise PlanNotFound(f"No plan {id!r}", plan=id)
    return found


def plan(ctx: Ctx, id: str) -> Plan:
    """The plan. Raises PlanNotFound."""
    found = store.plan(ctx.db, ctx.organisation, id)
    if found is None:
        raise PlanNotFound(f"No plan {id!r}", plan=id)
    return found


def _tell(ctx: Ctx, incident: Incident, plan: Plan, why: str) -> None:
    ctx.record(
        PlanMoved(
            incident=incident.id,
            service=incident.service,
            plan=plan.id,
            remedy=plan.body.remedy,
            state=plan.state,
            why=why,
        )
    )
