"""Operate: runbooks and postmortems as artifacts, the crew that operates, and flags that go again."""

from headrace.capabilities.record.model import BranchName
from headrace.kernel.capability import Check
from headrace.packs.enterprise.operate import flag_life, hearing, runbooks
from headrace.packs.enterprise.operate.crew import CREW
from headrace.packs.enterprise.operate.modules import MODULES
from headrace.packs.enterprise.operate.operations import OPERATIONS, PERMISSIONS

SUBSCRIPTIONS = hearing.SUBSCRIPTIONS
FLOWS = (flag_life.RETIRE,)
CHECKS = (
    Check(question="record.merge", name="enterprise.runbooks", run=runbooks.merge_objections),
)
DECLARES: tuple[object, ...] = (
    CREW,
    BranchName(type="postmortem", shape="operate/{date}-{slug}"),
    BranchName(type="runbook", shape="operate/runbook-{slug}"),
)
"""Words of the rooms that operate brings."""

__all__ = ["CHECKS", "DECLARES", "FLOWS", "MODULES", "OPERATIONS", "PERMISSIONS", "SUBSCRIPTIONS"]
