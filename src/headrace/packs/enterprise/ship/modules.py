"""The modules of ship: assets, deploy, rehearse, release, rollout, validate."""

from headrace.capabilities.streams.model import Module, Selector, Start, Work
from headrace.packs.enterprise.scopes import mission_scopes
from headrace.packs.enterprise.ship import (
    assets,
    contract,
    deliverables,
    documents,
    releasing,
    running,
    validating,
)

DEPLOY_AGENT = "deploy-agent"

ASSETS = Module(
    key=assets.MODULE,
    title="Asset registry",
    context_kind="mission",
    lane="execution",
    work=Work(role="coding-agent", task=assets.TASK),
    work_for=assets.work_for,
    outputs=(deliverables.TYPE,),
    start=Start.ON_EVENT,
    event="streams.run_moved",
    scopes=mission_scopes,
    facts=assets.facts,
    finish=assets.finish,
)

DEPLOY = Module(
    key=running.DEPLOY,
    title="Deployment with the feature turned off",
    context_kind="mission",
    lane="execution",
    work=Work(role=DEPLOY_AGENT, task="deploy"),
    start=Start.ON_EVENT,
    event="streams.run_moved",
    workspace=running.merged_place,
    scopes=mission_scopes,
    facts=running.deploy_facts,
    finish=running.deployed,
)

REHEARSE = Module(
    key=running.REHEARSE,
    title="Rehearsal on the running service",
    context_kind="mission",
    lane="execution",
    work=Work(role=DEPLOY_AGENT, task="rehearse"),
    outputs=(running.EVIDENCE,),
    start=Start.ON_EVENT,
    event="deployments.ready",
    workspace=running.merged_place,
    scopes=mission_scopes,
    facts=running.rehearse_facts,
    finish=running.rehearsed,
)

RELEASE = Module(
    key="release",
    title="Release contract",
    context_kind="mission",
    lane="orchestration",
    work=Work(role="release-coordinator", task="release"),
    inputs=(
        Selector(name="contract", type="outcome-contract"),
        Selector(name="fleet", type="fleet-config"),
        Selector(name="report", type="fleet-report"),
        Selector(name="rehearsal", type=running.EVIDENCE),
    ),
    outputs=(documents.TYPE,),
    policies=contract.POLICIES,
    scopes=mission_scopes,
    guard=contract.guard,
    facts=contract.facts,
    finish=contract.finish,
)

ROLLOUT = Module(
    key="rollout",
    title="Rollout in stages",
    context_kind="mission",
    lane="execution",
    work=Work(role=DEPLOY_AGENT, task="rollout"),
    inputs=(Selector(name="contract", type=documents.TYPE),),
    scopes=mission_scopes,
    guard=releasing.guard,
    facts=releasing.facts,
    finish=releasing.begun,
)

VALIDATE = Module(
    key=validating.MODULE,
    title="Validation after deployment",
    context_kind="mission",
    lane="execution",
    work=Work(role=DEPLOY_AGENT, task="validate"),
    outputs=(running.EVIDENCE,),
    start=Start.ON_EVENT,
    event="releases.moved",
    workspace=running.merged_place,
    scopes=mission_scopes,
    facts=validating.facts,
    finish=validating.finish,
)

MODULES: tuple[Module, ...] = (ASSETS, DEPLOY, REHEARSE, RELEASE, ROLLOUT, VALIDATE)
