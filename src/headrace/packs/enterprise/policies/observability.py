"""The observability policy: what a change must tell of itself so that people can operate it."""

from headrace.capabilities.coding.model import SHARED
from headrace.capabilities.governance.model import Criterion, Policy

OBSERVABILITY = Policy(
    key="observability",
    title="Observability",
    evaluator="observability-compliance",
    escalates_to="operations-policy-author",
    criteria=(
        Criterion(
            id="metrics-of-new-work", text="New work has metrics of rate, errors or duration"
        ),
        Criterion(id="structured-logs", text="New work logs lines with facts and a trace id"),
        Criterion(
            id="telemetry-of-the-design", text="The telemetry that the design names is emitted"
        ),
        Criterion(
            id="nothing-private",
            text="Labels have few values, and neither labels nor logs tell secrets",
        ),
        Criterion(
            id="seen-in-a-run",
            text="The telemetry was read in a run of the service",
            blocking=False,
        ),
        *SHARED,
    ),
)
