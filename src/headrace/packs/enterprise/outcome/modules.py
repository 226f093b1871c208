"""The modules of outcome: the report with its venture's health."""

from headrace.capabilities.streams.model import Module, Selector, Start, Work
from headrace.packs.enterprise.outcome import report
from headrace.packs.enterprise.scopes import mission_scopes

OUTCOME = Module(
    key=report.KEY,
    title="Outcome report",
    context_kind="mission",
    lane="strategy",
    work=Work(role="product-strategy", task="outcome"),
    inputs=(
        Selector(name="contract", type="outcome-contract"),
        Selector(name="brief", type="mission-brief", required=False),
    ),
    outputs=("outcome-report",),
    start=Start.ON_EVENT,
    event="missions.checkpoint_moved",
    scopes=mission_scopes,
    facts=report.facts,
    finish=report.finish,
    after=report.accepted,
)

MODULES = (OUTCOME,)
