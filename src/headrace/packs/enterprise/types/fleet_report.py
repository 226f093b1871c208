"""Fleet performance report: what the fleets of a mission did, where work waited, what it cost.

Figures are computed before it is written; its author explains them.
"""

from headrace.capabilities.artifacts.layout import ArtifactType, Bullets, Phase, Prose, Table
from headrace.packs.enterprise.types.parts import (
    APPROVALS,
    MISSION,
    PROVENANCE,
    day,
    number,
    text,
    whole,
)

STATUSES = {
    "draft": Phase.DRAFT,
    "in-review": Phase.IN_REVIEW,
    "accepted": Phase.APPROVED,
    "archived": Phase.ARCHIVED,
}

COMPOSITION = Table(
    name="composition",
    title="Fleet Composition",
    required=True,
    summary="Who worked on what.",
    columns=(
        text("stream", required=True, summary="The stream's name."),
        text("division", summary="The division that answers for it."),
        text("pool", label="Agent pool", required=True, summary="The agent type."),
        text("status", summary="Where it stands."),
    ),
    key=("stream",),
)

THROUGHPUT = Table(
    name="throughput",
    required=True,
    summary="What was done, against the period before.",
    columns=(
        text("metric", required=True, summary="What is counted."),
        text("value", required=True, summary="Its value in the period."),
        text("previous", summary="Its value in the period before."),
        text("change", summary="The difference."),
    ),
    key=("metric",),
)

QUALITY = Table(
    name="quality",
    title="Quality by Dimension",
    aliases=("Quality",),
    summary="What evaluators said, policy by policy.",
    columns=(
        text("dimension", required=True, summary="The policy or dimension."),
        whole("evaluations", summary="How many there were."),
        text("pass_rate", required=True, summary="The share that passed."),
        text("notes", summary="What recurred."),
    ),
    key=("dimension",),
)

COST = Table(
    name="cost",
    summary="What it cost, by stream and by merged change.",
    columns=(
        text("item", required=True, summary="A stream, a merged change, or the whole."),
        whole("tokens", summary="Tokens used."),
        number("usd", label="Cost (USD)", minimum=0, summary="In US dollars."),
        text("notes", summary="What was spent on work that was thrown away."),
    ),
    key=("item",),
)

BOTTLENECKS = Table(
    name="bottlenecks",
    summary="Waits that delayed the mission, the longest first.",
    columns=(
        text("stream", required=True, summary="What waited."),
        text("waited", required=True, summary="How long."),
        text("cause", required=True, summary="Behind whom or what."),
        text("evidence", summary="The cases that prove it."),
    ),
    key=("stream", "cause"),
)

RECOMMENDATIONS = Table(
    name="recommendations",
    required=True,
    summary="What the next fleet should do otherwise.",
    columns=(
        text("recommendation", required=True, summary="What to change."),
        text("saving", label="Would have saved", summary="What it would have saved here."),
        text("owner", summary="Who can change it."),
    ),
    key=("recommendation",),
)

TYPE = ArtifactType(
    name="fleet-report",
    title="Fleet Performance Report",
    summary="What the fleets did, where work waited and what would make it flow.",
    path="work/missions/{slug}/FLEET-REPORT.md",
    context_kind="mission",
    statuses=STATUSES,
    bump=False,
    fields=(
        MISSION,
        *PROVENANCE,
        text("scope", required=True, summary="The mission or the streams it speaks of."),
        day("period_start", required=True, summary="The first day it covers."),
        day("period_end", required=True, summary="The last day it covers."),
    ),
    sections=(
        Prose(name="summary", summary="What a reader must know, in three sentences."),
        COMPOSITION,
        THROUGHPUT,
        QUALITY,
        COST,
        BOTTLENECKS,
        Table(
            name="utilisation",
            aliases=("Utilization",),
            summary="How much of its time each pool worked.",
            columns=(
                text("pool", required=True, summary="The agent type."),
                text("share", required=True, summary="The share of time it worked."),
                text("notes", summary="Why it stood still."),
            ),
            key=("pool",),
        ),
        RECOMMENDATIONS,
        Bullets(name="signals", title="Signals Filed", summary="Signals that came of it, by path."),
        APPROVALS,
    ),
)
