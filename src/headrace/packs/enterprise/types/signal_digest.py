"""Signal digest: a week's signals by theme, the patterns in them, and what to do about it.

Its path takes {week}: "2026-W12", or "2026-W12-interim" for one that is written early. Counts, trends
and deviations are computed before it is written.
"""

from headrace.capabilities.artifacts.layout import (
    ArtifactType,
    Bullets,
    Each,
    Group,
    Phase,
    Table,
)
from headrace.packs.enterprise.types.parts import (
    APPROVALS,
    PRIORITIES,
    PROVENANCE,
    TRENDS,
    WEEK,
    choice,
    day,
    level,
    number,
    reference,
    references,
    text,
    whole,
    yes_no,
)
from headrace.packs.enterprise.types.signal import CATEGORIES, DISPOSITIONS, PENDING

STATUSES = {
    "draft": Phase.DRAFT,
    "in-review": Phase.IN_REVIEW,
    "published": Phase.APPROVED,
    "archived": Phase.ARCHIVED,
}

SUMMARY = Group(
    name="summary",
    required=True,
    summary="How many signals came, and what became of them; the dispositions add up to the total.",
    fields=(
        whole(
            "total",
            label="Total signals this period",
            required=True,
            summary="All signals that count for the period.",
        ),
        whole("new", label="New signals", required=True, summary="Those filed in the period."),
        whole(
            "proceed",
            aliases=("Signals by disposition: proceed",),
            required=True,
            summary="To be validated.",
        ),
        whole("defer", required=True, summary="Put off to the next cycle."),
        whole("monitor", required=True, summary="Watched."),
        whole("archive", summary="Not to be acted on."),
        whole("pending", aliases=("Pending triage",), required=True, summary="Not triaged yet."),
    ),
)

THEME_SIGNALS = Table(
    name="signals",
    required=True,
    summary="The signals of the theme.",
    columns=(
        reference("signal", required=True, summary="The signal, by path or title."),
        day("date", required=True, summary="When it was filed."),
        choice("category", CATEGORIES, required=True, summary="The signal's category."),
        text("source", required=True, summary="Where it comes from; one source counts once."),
        choice("disposition", (*DISPOSITIONS, PENDING), summary="What triage decided."),
    ),
    key=("signal",),
)

THEMES = Each(
    name="themes",
    title="Signals by Theme",
    item="Theme: {name}",
    summary="Signals that speak of the same need, named in the words of the need.",
    fields=(
        whole("signal_count", required=True, summary="How many signals it has."),
        choice("trend", TRENDS, required=True, summary="Against the four weeks before."),
        level("urgency", required=True, summary="How soon somebody has to act."),
        text(
            "pattern",
            label="Pattern observation",
            required=True,
            summary="What the signals show together that none of them shows alone.",
        ),
        text(
            "action",
            label="Recommended action",
            summary="What should follow, and who would do it.",
        ),
    ),
    sections=(THEME_SIGNALS,),
)

PATTERN_ALERTS = Each(
    name="pattern_alerts",
    item="Pattern Alert: {name}",
    summary="Three or more related signals within four weeks. Each may open a validation.",
    fields=(
        text("topic", summary="The topic that the signals share."),
        whole("signals_involved", minimum=3, summary="How many signals they are."),
        references("signals", required=True, summary="The signals, by id or path."),
        day("first_signal", required=True, summary="When the first was filed."),
        day("latest_signal", required=True, summary="When the last was filed."),
        text(
            "description",
            label="Pattern description",
            required=True,
            summary="How independent sources come together on one need.",
        ),
        text("action", label="Recommended action", required=True, summary="What should follow."),
        level("urgency", required=True, summary="How soon somebody has to act."),
    ),
)

ANOMALIES = Table(
    name="anomalies",
    summary="Figures that left their baseline, as they were computed.",
    columns=(
        text("metric", required=True, summary="What is measured."),
        number("baseline", required=True, summary="Its usual value."),
        number("current", required=True, summary="Its value now."),
        text("unit", summary="What both are counted in."),
        number(
            "deviation",
            label="Deviation %",
            aliases=("Deviation",),
            summary="The change in percent of the baseline; none where the baseline is nothing.",
        ),
        text("observation", summary="What may lie behind it."),
    ),
    key=("metric",),
)

CROSS_LAYER = Table(
    name="cross_layer",
    title="Cross-Layer Observations",
    summary="What signals from several layers say about how we work.",
    columns=(
        text("layer", required=True, aliases=("Source layer",), summary="Where it was seen."),
        text("observation", required=True, summary="What was seen."),
        text("implication", summary="What follows for the others."),
    ),
)

ACTIONS = Table(
    name="actions",
    title="Recommended Actions",
    summary="What needs a decision, most urgent first.",
    columns=(
        choice("priority", PRIORITIES, required=True, summary="P1 is first."),
        text("action", required=True, summary="What to do."),
        text("owner", required=True, summary="Who should do it or decide it."),
        references("signals", label="Related signals", summary="The signals it rests on."),
    ),
    key=("action",),
)

TYPE = ArtifactType(
    name="signal-digest",
    title="Signal Digest",
    summary="What a period's signals say together. It points at decisions and takes none.",
    path="work/signals/digests/{week}-digest.md",
    statuses=STATUSES,
    fields=(
        *PROVENANCE,
        text("week", pattern=WEEK, required=True, summary="The ISO week: 2026-W12."),
        day("period_start", required=True, summary="The first day it covers."),
        day("period_end", required=True, summary="The last day it covers."),
        yes_no("interim", summary="Written before the week ended, because signals were many."),
    ),
    sections=(
        SUMMARY,
        THEMES,
        PATTERN_ALERTS,
        ANOMALIES,
        CROSS_LAYER,
        ACTIONS,
        Bullets(
            name="stale",
            title="Signals without Consequence",
            summary="Signals past their time from which nothing followed, by path.",
        ),
        APPROVALS,
    ),
)
