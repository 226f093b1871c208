"""Releasing: the contract's row, its approval at the one gate, and the beginning of its rollout."""

from collections.abc import Iterator, Mapping, Sequence

from headrace.capabilities.agents.model import AgentTask, Skill
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import Phase, Version, VersionRef
from headrace.capabilities.deployments.model import Deployment
from headrace.capabilities.flags import service as flags
from headrace.capabilities.governance.model import CHANGE, Gate
from headrace.capabilities.people import service as people
from headrace.capabilities.people.model import PrincipalKind
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import ChangeRequest, ChangeState, Consequence
from headrace.capabilities.releases import service as releases
from headrace.capabilities.releases.model import Line, Release, ReleaseId, ReleaseStatus, Rollout
from headrace.capabilities.streams.model import Finished, Run
from headrace.kernel.capability import Check
from headrace.kernel.context import SYSTEM, Ctx
from headrace.kernel.errors import Conflict, NotFound
from headrace.kernel.ids import PrincipalId
from headrace.kernel.json import Json
from headrace.packs.enterprise.build.mission import frozen
from headrace.packs.enterprise.discover.contents import items, told
from headrace.packs.enterprise.ship import readiness, running, stages
from headrace.packs.enterprise.ship.contract import ALWAYS
from headrace.packs.enterprise.ship.documents import TYPE, contract_of
from headrace.packs.enterprise.ship.verdicts import unpassed, work_of

WATCHED = 600
"""Requests of the cohort that each stage is watched for at least, however soon its time is over."""


class ReleaseMissing(Conflict):
    """A release contract has no release, so nobody can approve or begin it."""

    code = "enterprise.release_missing"


def plan(ctx: Ctx, contract: Version) -> Rollout:
    """The rollout that a contract says."""
    rows = items(contract.content, "stages")
    service = told(contract.content, "fields", "service")
    known = [one.key for one in flags.segments(ctx)]
    return Rollout(
        flag=told(contract.content, "fields", "flag"),
        service=service,
        log=f"{service}/access.jsonl",
        stages=stages.stages(rows, known, requests=WATCHED),
        criteria=stages.with_always(stages.criteria(rows), stages.criteria(ALWAYS)),
    )


def on_proposed(ctx: Ctx, ref: VersionRef) -> Release:
    """A contract was handed in: its release is drafted, or follows the new version. Harmless to repeat."""
    contract, artifact = artifacts.get_version(ctx, ref), artifacts.get(ctx, ref.artifact)
    lines = readiness.lines(ctx, contract.context)
    present = releases.of_contract(ctx, artifact.id)
    if present is None:
        return releases.draft(
            ctx,
            id=ReleaseId(artifact.reference or artifact.id),
            title=contract.title,
            contract=str(ref),
            context=contract.context,
            plan=plan(ctx, contract),
            checklist=lines,
            by=contract.made.by,
        )
    if present.contract == str(ref) or present.status is not ReleaseStatus.DRAFT:
        return present
    return _revise(ctx, present, contract, lines)


def _revise(ctx: Ctx, release: Release, contract: Version, lines: Sequence[Line]) -> Release:
    return releases.revise(
        ctx,
        release.id,
        title=contract.title,
        contract=str(contract.ref),
        plan=plan(ctx, contract),
        checklist=lines,
        by=contract.made.by,
    )


def approved(ctx: Ctx, change: ChangeRequest, by: PrincipalId) -> None:
    """The word that merges the contract approves its release, in the same unit of work (AE-56).

    Raises ReleaseMissing, and ReleaseRefused with every reason, which takes the decision back.
    """
    for ref in _contracts(change):
        release = releases.of_contract(ctx, ref.artifact)
        if release is None:
            raise ReleaseMissing(f"{ref} has no release yet; wait until it was drafted")
        if release.status is ReleaseStatus.APPROVED and release.approved_by == by:
            continue  # the merge broke off and is decided again
        contract = artifacts.get_version(ctx, ref)
        _revise(ctx, release, contract, readiness.lines(ctx, contract.context))
        releases.approve(ctx, release.id, f"{change.id} is approved", by=by)


def _contracts(change: ChangeRequest) -> tuple[VersionRef, ...]:
    return tuple(one.ref for one in change.members if one.ref.artifact.startswith(f"{TYPE}/"))


def gate_objections(ctx: Ctx, gate: Gate) -> Sequence[str]:
    """Why the gate of a contract may not be approved now: its open lines (AE-55)."""
    if gate.subject.kind != CHANGE:
        return ()
    change = record.change(ctx, gate.subject.id)
    return tuple(_against(ctx, change))


def merge_objections(ctx: Ctx, change: ChangeRequest) -> Sequence[str]:
    """Why a contract may not be merged: its open lines, and that no person has approved it."""
    found = list(_against(ctx, change))
    if _contracts(change):
        found += _nobody(ctx, change)
    return found


def _against(ctx: Ctx, change: ChangeRequest) -> Iterator[str]:
    for ref in _contracts(change):
        if releases.of_contract(ctx, ref.artifact) is None:
            yield f"{ref} has no release yet"
        yield from readiness.unmet(ctx, artifacts.get_version(ctx, ref).context)


def _nobody(ctx: Ctx, change: ChangeRequest) -> list[str]:
    said = [one.reviewer for one in record.reviews(ctx, change.id) if one.head == change.head]
    if any(_is_person(ctx, one) for one in said):
        return []
    return ["a person approves a release; nobody has"]


def _is_person(ctx: Ctx, id: PrincipalId) -> bool:
    try:
        return id != SYSTEM and people.principal(ctx, id).kind is PrincipalKind.PERSON
    except NotFound:
        return False


def approval_objections(ctx: Ctx, release: Release) -> Sequence[str]:
    """A release that has a contract is approved at the contract's gate, and nowhere else.

    One that was drafted by hand takes no work of a mission with it that has not passed (AE-53).
    """
    contract = contract_of(ctx, release)
    if contract is None:
        return unpassed(work_of(ctx, release.context)) if release.context is not None else ()
    if contract.change is None:
        return (f"{contract.ref} asks nobody yet",)
    change = record.change(ctx, contract.change)
    decided = change.decision.by if change.decision is not None else None
    at_gate = change.state in {ChangeState.MERGING, ChangeState.MERGED}
    if at_gate and decided == release.approved_by:
        return ()
    return (f"it is approved by approving {change.id}, where its contract waits",)


def begin_objections(ctx: Ctx, release: Release) -> Sequence[str]:
    """Why the first stage may not begin: the contract is not merged, or what it is of does not run."""
    contract = contract_of(ctx, release)
    if contract is None:
        return ()
    found = []
    if contract.phase is not Phase.APPROVED:
        found.append(f"{contract.ref} is {contract.phase}")
    deployment = running.deployment_of(ctx)
    if not running.is_ready(deployment):
        found.append(f"{release.rollout.service} is not ready: {_state(deployment)}")
    return found


def _state(deployment: Deployment | None) -> str:
    return "it was never deployed" if deployment is None else str(deployment.state)


def guard(ctx: Ctx, run: Run) -> tuple[str, ...]:
    """Why a rollout may not begin yet; a deployment that is ready wakes it."""
    release = releases.of_contract(ctx, frozen(ctx, run, "contract").ref.artifact)
    if release is None:
        return ("the contract has no release",)
    if release.status is not ReleaseStatus.APPROVED:
        return ()
    return tuple(begin_objections(ctx, release))


def facts(ctx: Ctx, run: Run) -> Mapping[str, Json]:
    """For the deploy agent: which release."""
    release = releases.of_contract(ctx, frozen(ctx, run, "contract").ref.artifact)
    return {"release": release.id if release is not None else ""}


def roll_out(ctx: Ctx, task: AgentTask) -> Mapping[str, Json]:
    """Begin the approved rollout; what was begun already goes on as it is."""
    id = ReleaseId(str(task.facts["release"]))
    release = releases.get(ctx, id)
    if release.status is ReleaseStatus.APPROVED:
        release = releases.begin(ctx, id)
    return {"release": id, "status": release.status.value}


def begun(ctx: Ctx, run: Run, submitted: Mapping[str, Json]) -> Finished:
    """Nothing to decide: the rollout goes on by measurement."""
    return Finished()


SKILLS = (Skill(name="enterprise.roll-out", run=roll_out),)
CONSEQUENCES = (Consequence(type=TYPE, run=approved),)
CHECKS = (
    Check(question="governance.approval", name="enterprise.readiness", run=gate_objections),
    Check(question="record.merge", name="enterprise.releases", run=merge_objections),
    Check(question="releases.approve", name="enterprise.one-gate", run=approval_objections),
    Check(question="releases.begin", name="enterprise.running", run=begin_objections),
)
