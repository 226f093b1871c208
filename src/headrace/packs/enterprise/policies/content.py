"""The content policy: what a page must keep so that its readers may trust and copy it."""

from headrace.capabilities.coding.model import SHARED
from headrace.capabilities.governance.model import Criterion, Policy

CONTENT = Policy(
    key="content",
    title="Content",
    evaluator="brand-content-policy",
    escalates_to="policy-author",
    criteria=(
        Criterion(id="one-type", text="A page is of one type, and keeps to it"),
        Criterion(id="examples-work", text="Every code example runs as it stands"),
        Criterion(
            id="current-authentication",
            text="Code examples must use current, secure authentication patterns",
        ),
        Criterion(id="no-secrets", text="No secret stands on a page"),
        Criterion(id="claims-hold", text="What a page claims is in the code or the contract"),
        *SHARED,
    ),
)
