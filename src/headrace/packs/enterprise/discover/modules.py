"""The modules of discover: scan, digest, validate, brief."""

from datetime import timedelta

from headrace.capabilities.streams.model import (
    Cardinality,
    Module,
    Opening,
    Scope,
    Selector,
    Start,
    Work,
)
from headrace.packs.enterprise.discover import facts, finishing, opening
from headrace.packs.enterprise.scopes import mission_scopes

WEEK = timedelta(weeks=1)

SCAN_CUSTOMERS = Module(
    key="scan-customers",
    title="Customer signals",
    context_kind="organisation",
    lane="execution",
    work=Work(role="customer-signal-scanner", task="scan"),
    outputs=("signal",),
    start=Start.BY_HAND,
    facts=facts.of_customers,
    finish=finishing.signal,
)

SCAN_COMPETITORS = Module(
    key="scan-competitors",
    title="Competitor signals",
    context_kind="organisation",
    lane="steering",
    work=Work(role="competitive-intelligence", task="scan"),
    outputs=("signal",),
    start=Start.BY_HAND,
    facts=facts.of_competitors,
    finish=finishing.signal,
)

SCAN_USAGE = Module(
    key="scan-usage",
    title="Usage signals",
    context_kind="organisation",
    lane="execution",
    work=Work(role="infrastructure-capacity-planning", task="scan"),
    outputs=("signal",),
    start=Start.BY_HAND,
    facts=facts.of_usage,
    finish=finishing.signal,
)

DIGEST = Module(
    key="digest",
    title="Signal digest",
    context_kind="organisation",
    lane="steering",
    work=Work(role="signal-aggregation", task="digest"),
    inputs=(
        Selector(
            name="signals",
            type="signal",
            cardinality=Cardinality.COLLECT,
            in_period=True,
            least=1,
        ),
    ),
    outputs=("signal-digest",),
    start=Start.EACH_PERIOD,
    every=WEEK,
    guard=opening.scans_at_work,
    facts=facts.of_digest,
    finish=finishing.digest,
    opening=Opening(kind="mission", contexts=opening.missions_of),
    after=opening.open_missions,
)

VALIDATE = Module(
    key="validate",
    title="Opportunity validation",
    context_kind="mission",
    lane="strategy",
    work=Work(role="discovery-agent", task="validate"),
    inputs=(Selector(name="digest", type="signal-digest", scope=Scope.ANCESTOR),),
    outputs=("opportunity-validation",),
    facts=facts.of_validation,
    finish=finishing.validation,
    scopes=mission_scopes,
)

BRIEF = Module(
    key="brief",
    title="Mission brief and outcome contract",
    context_kind="mission",
    lane="strategy",
    work=Work(role="product-strategy", task="brief"),
    inputs=(
        Selector(name="validation", type="opportunity-validation"),
        Selector(name="digest", type="signal-digest", scope=Scope.ANCESTOR),
    ),
    outputs=("mission-brief", "outcome-contract"),
    facts=facts.of_brief,
    finish=finishing.brief,
    after=finishing.approved_brief,
    scopes=mission_scopes,
)

MODULES = (SCAN_CUSTOMERS, SCAN_COMPETITORS, SCAN_USAGE, DIGEST, VALIDATE, BRIEF)
