"""The quality policies of the enterprise: criteria that are checked, each with who judges by them."""

from headrace.capabilities.governance.model import Policy
from headrace.packs.enterprise.policies.architecture import ARCHITECTURE
from headrace.packs.enterprise.policies.content import CONTENT
from headrace.packs.enterprise.policies.delivery import DELIVERY
from headrace.packs.enterprise.policies.experience import EXPERIENCE
from headrace.packs.enterprise.policies.observability import OBSERVABILITY
from headrace.packs.enterprise.policies.performance import PERFORMANCE
from headrace.packs.enterprise.policies.security import SECURITY

POLICIES: tuple[Policy, ...] = (
    SECURITY,
    ARCHITECTURE,
    PERFORMANCE,
    DELIVERY,
    CONTENT,
    EXPERIENCE,
    OBSERVABILITY,
)
