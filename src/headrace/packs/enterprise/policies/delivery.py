"""The delivery policy: what a change must keep so that it can be released step by step, and taken back."""

from headrace.capabilities.coding.model import SHARED
from headrace.capabilities.governance.model import Criterion, Policy

DELIVERY = Policy(
    key="delivery",
    title="Delivery",
    evaluator="production-readiness-evaluator",
    escalates_to="engineering-manager",
    criteria=(
        Criterion(id="way-back", text="The former version can live with every change of the data"),
        Criterion(id="behind-a-flag", text="New routes can be turned off by a feature flag"),
        Criterion(
            id="validation-evidence",
            text="A release of it was tried, and taken back",
            blocking=False,
        ),
        *SHARED,
    ),
)
