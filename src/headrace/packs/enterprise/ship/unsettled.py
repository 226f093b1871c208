"""Unsettled: a stage that measurement could not decide is put before a person, who decides it there."""

from collections.abc import Mapping, Sequence

from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import Gate, GateState, Proposal, Subject, Tier
from headrace.capabilities.people import service as people
from headrace.capabilities.releases import service as releases
from headrace.capabilities.releases.model import (
    Comparison,
    Move,
    Release,
    ReleaseId,
    ReleaseStatus,
    Taken,
)
from headrace.kernel.capability import Check
from headrace.kernel.context import Ctx
from headrace.kernel.ids import PrincipalId
from headrace.kernel.json import Json, digest
from headrace.packs.enterprise.ship.contract import MANAGER

SUBJECT = "release-stage"
"""The kind of subject that the gate on a stage has; its id names release and stage: "REL-2026-001/0"."""


def ask(ctx: Ctx, release: Release, number: int) -> None:
    """Step `number` waits for a person: ask for a decision, once for each time that a stage was entered."""
    if release.status is not ReleaseStatus.DEPLOYING or release.stage is None:
        return
    step = next(one for one in releases.history(ctx, release.id) if one.number == number)
    if step.move is not Move.ASK or step.stage != release.stage:
        return
    stage = release.rollout.stages[release.stage]
    is_last = release.stage == len(release.rollout.stages) - 1
    goes_on = "it is finished" if is_last else "the next stage begins"
    governance.ask(
        ctx,
        Proposal(
            subject=_subject(release),
            hash=digest([release.id, str(release.stage), str(release.entered_at)]),
            title=f"{release.id}: stage {stage.name} is not settled by measurement",
            summary=_summary(step),
            approvers=((MANAGER,),),
            authors=(),
            why=f"{stage.name} was watched three times as long as planned, and this is still open",
            on_yes=f"{goes_on}; it still comes back by itself when a metric is worse",
            on_no="the release is taken back: its flag is off for everybody",
            tier=Tier.PRODUCTION,
            context=release.context,
            purpose="stage",
        ),
    )


def _subject(release: Release) -> Subject:
    return Subject(kind=SUBJECT, id=f"{release.id}/{release.stage}")


def _summary(step: Taken) -> str:
    rows = "\n".join(f"- {_told(one)}" for one in step.comparisons)
    return f"{'; '.join(step.reasons)}\n\n{rows}\n"


def _told(one: Comparison) -> str:
    seen = f"{one.requests} requests of {one.users} users"
    return f"**{one.criterion}: {one.judgement}** ({one.because}; {seen})"


def settled(ctx: Ctx, told: Mapping[str, Json]) -> None:
    """A person has decided such a gate: go on, or take it back; a stage that is over stays as it is."""
    id, _, place = str(told["subject"]).rpartition("/")
    release = releases.get(ctx, ReleaseId(id))
    if release.status is not ReleaseStatus.DEPLOYING or str(release.stage) != place:
        return
    handle = people.principal(ctx, PrincipalId(str(told["by"]))).handle
    note = f": {told['note']}" if told["note"] else ""
    why = f"@{handle} at {told['gate']}{note}"
    if told["standing"] == GateState.APPROVED:
        releases.promote(ctx, release.id, why)
    elif told["standing"] == GateState.REJECTED:
        releases.roll_back(ctx, release.id, why)
    elif told["standing"] == GateState.REVISED:
        releases.hold(ctx, release.id, why)


def objections(ctx: Ctx, gate: Gate) -> Sequence[str]:
    """Why nobody may let a stage go on now: what also keeps it from going on by itself."""
    if gate.subject.kind != SUBJECT:
        return ()
    id, _, _ = gate.subject.id.rpartition("/")
    return releases.against_promoting(ctx, releases.get(ctx, ReleaseId(id)))


def withdraw_past(ctx: Ctx, release: Release) -> None:
    """Stages that are over without a decision are asked about no more."""
    for place in range(len(release.rollout.stages)):
        if release.status is not ReleaseStatus.DEPLOYING or release.stage != place:
            governance.withdraw(ctx, Subject(kind=SUBJECT, id=f"{release.id}/{place}"))


CHECKS = (Check(question="governance.approval", name="enterprise.stage", run=objections),)
