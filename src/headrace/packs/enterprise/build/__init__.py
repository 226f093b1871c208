"""Build: from an approved brief to streams of merged, judged work, decisions and a fleet report."""

from headrace.capabilities.coding import service as coding
from headrace.capabilities.governance.service import EVALUATOR
from headrace.kernel.capability import Check
from headrace.packs.enterprise.build import hearing, trends
from headrace.packs.enterprise.build.evaluate import evaluator_gaps
from headrace.packs.enterprise.build.modules import MODULES
from headrace.packs.enterprise.build.pages import PROJECTIONS
from headrace.packs.enterprise.build.reviews import READERS, SKILLS
from headrace.packs.enterprise.build.task_issues import TASK_ISSUES
from headrace.packs.enterprise.headers import header
from headrace.packs.enterprise.policies import POLICIES
from headrace.packs.enterprise.types import TYPES

SUBSCRIPTIONS = (*hearing.SUBSCRIPTIONS, *trends.SUBSCRIPTIONS)

HEADERS = tuple(header(declared) for declared in TYPES)

CHECKS = (Check(question=EVALUATOR, name="enterprise.evaluators", run=evaluator_gaps),)
"""A policy whose evaluator nobody is hired as is told, wherever it is required (AE-41)."""

DECLARES: tuple[object, ...] = (
    *POLICIES,
    *PROJECTIONS,
    TASK_ISSUES,
    *HEADERS,
    *SKILLS,
    *READERS,
    coding.instrument(POLICIES),
)
"""Words of the rooms that build brings: policies, pages, the review and the harness."""

__all__ = ["CHECKS", "DECLARES", "MODULES", "PROJECTIONS", "SUBSCRIPTIONS"]
