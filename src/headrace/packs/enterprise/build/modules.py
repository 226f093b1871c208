"""The modules of build: fleet, design, implement, evaluate by each policy, decide, report."""

from headrace.capabilities.streams.model import (
    Cardinality,
    Edges,
    Module,
    Selector,
    Start,
    Work,
)
from headrace.packs.enterprise.build import decide, design, evaluate, fleet, implement, report
from headrace.packs.enterprise.build.measures import IMPLEMENT as IMPLEMENT_KEY
from headrace.packs.enterprise.build.mission import reading_place
from headrace.packs.enterprise.scopes import mission_scopes

BRIEF = Selector(name="brief", type="mission-brief")
CONTRACT = Selector(name="contract", type="outcome-contract")

FLEET = Module(
    key="fleet",
    title="Fleet configuration",
    context_kind="mission",
    lane="orchestration",
    work=Work(role="mission-orchestrator", task="fleet"),
    inputs=(BRIEF, CONTRACT),
    outputs=("fleet-config",),
    workspace=reading_place,
    scopes=mission_scopes,
    facts=fleet.facts,
    finish=fleet.finish,
    after=fleet.approved,
)

DESIGN = Module(
    key="design",
    title="Technical design",
    context_kind="mission",
    lane="execution",
    work=Work(role="technical-design-agent", task="design"),
    inputs=(BRIEF, CONTRACT, Selector(name="fleet", type="fleet-config")),
    outputs=("technical-design",),
    start=Start.ON_EVENT,
    event="missions.moved",
    policies=design.POLICIES,
    workspace=reading_place,
    scopes=mission_scopes,
    facts=design.facts,
    finish=design.finish,
    after=design.approved,
)

IMPLEMENT = Module(
    key=IMPLEMENT_KEY,
    title="Implementation",
    context_kind="mission",
    lane="execution",
    work=Work(role="coding-agent", task="implement"),
    work_for=implement.work_for,
    inputs=(
        BRIEF,
        CONTRACT,
        Selector(
            name="fleet", type="fleet-config", cardinality=Cardinality.EACH, section="streams"
        ),
        Selector(name="design", type="technical-design", required=False),
    ),
    edges=Edges(selector="fleet", section="dependencies"),
    demands=implement.demands,
    guard=implement.guard,
    workspace=implement.workspace,
    scopes=mission_scopes,
    facts=implement.facts,
    finish=implement.finish,
    after=implement.merged,
)

DECIDE = Module(
    key="decide",
    title="Decision record",
    context_kind="mission",
    lane="execution",
    work=Work(role="coding-agent", task="decide"),
    outputs=("decision-record",),
    start=Start.ON_EVENT,
    event="governance.answered",
    policies=decide.POLICIES,
    scopes=mission_scopes,
    facts=decide.facts,
    finish=decide.finish,
)

REPORT = Module(
    key="report",
    title="Fleet performance report",
    context_kind="mission",
    lane="orchestration",
    work=Work(role="fleet-performance-monitor", task="report"),
    outputs=("fleet-report",),
    start=Start.ON_EVENT,
    event="streams.run_moved",
    scopes=mission_scopes,
    facts=report.facts,
    finish=report.finish,
)

MODULES: tuple[Module, ...] = (FLEET, DESIGN, IMPLEMENT, *evaluate.MODULES, DECIDE, REPORT)
