"""The security policy: what a change must keep so that nobody gets what is not theirs."""

from headrace.capabilities.coding.model import SHARED
from headrace.capabilities.governance.model import Criterion, Policy

SECURITY = Policy(
    key="security",
    title="Security",
    evaluator="security-policy-enforcer",
    escalates_to="security-lead",
    criteria=(
        Criterion(id="no-secrets", text="No secret is written in source or configuration"),
        Criterion(
            id="endpoints-authenticated",
            text="Every route knows its caller, opens by a signed link, or is public by design",
        ),
        Criterion(id="input-validated", text="Input from outside is validated where it comes in"),
        Criterion(id="safe-code", text="No weakness of a known kind is in the code"),
        Criterion(
            id="dependencies-audited",
            text="New dependencies have no critical or high advisory",
            blocking=False,
        ),
        *SHARED,
    ),
)
