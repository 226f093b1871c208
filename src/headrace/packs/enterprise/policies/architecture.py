"""The architecture policy: what a change must keep so that the whole stays one that people understand."""

from headrace.capabilities.coding.model import SHARED
from headrace.capabilities.governance.model import Criterion, Policy

ARCHITECTURE = Policy(
    key="architecture",
    title="Architecture",
    evaluator="architecture-review",
    escalates_to="tech-lead",
    criteria=(
        Criterion(
            id="known-pattern",
            text="Patterns are known to the code base or accepted; a novel one is a person's decision",
        ),
        Criterion(
            id="service-boundaries",
            text="Divisions use each other by interfaces that are agreed on, not by new imports",
        ),
        Criterion(id="contract-before-code", text="What the design promises is there, as it says"),
        Criterion(
            id="coverage",
            text="Tests reach at least the agreed share of new lines, wherever a tool measures it",
        ),
        Criterion(
            id="actionable-errors",
            text="API responses include what the caller needs to act on an error",
        ),
        *SHARED,
    ),
)
