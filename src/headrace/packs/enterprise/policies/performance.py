"""The performance policy: what a change must keep so that it stays fast and bounded as data grows."""

from headrace.capabilities.coding.model import SHARED
from headrace.capabilities.governance.model import Criterion, Policy

PERFORMANCE = Policy(
    key="performance",
    title="Performance",
    evaluator="performance-evaluator",
    escalates_to="tech-lead",
    criteria=(
        Criterion(id="bounded-queries", text="No query may answer without a bound"),
        Criterion(id="no-query-per-row", text="No query is made for each row of another"),
        Criterion(id="resource-limits", text="Threads, processes and waits have limits"),
        Criterion(
            id="targets-measured",
            text="The targets of the design are measured under load",
            blocking=False,
        ),
        *SHARED,
    ),
)
