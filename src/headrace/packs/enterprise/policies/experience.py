"""The experience policy: what an interface must keep so that everybody can use it."""

from headrace.capabilities.coding.model import SHARED
from headrace.capabilities.governance.model import Criterion, Policy

EXPERIENCE = Policy(
    key="experience",
    title="Experience",
    evaluator="experience-evaluator",
    escalates_to="policy-author",
    criteria=(
        Criterion(id="wcag", text="Names, labels, headings and texts are as in WCAG 2.1 AA"),
        Criterion(id="keyboard", text="Everything is reached and used by keyboard"),
        Criterion(id="loading-states", text="Progress is named, has a value and is read aloud"),
        Criterion(id="design-system", text="Controls are components of the design system"),
        *SHARED,
    ),
)
