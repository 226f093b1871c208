"""The one declaration of what releases offer."""

from headrace.capabilities.people.model import PeopleOnly
from headrace.capabilities.releases import error_budget, flows, operations
from headrace.capabilities.releases.model import (
    ALARM_QUESTION,
    PROMOTE_QUESTION,
    ReleaseMoved,
    StageEntered,
    StepTaken,
)
from headrace.kernel.capability import Capability, Check, Permission
from headrace.kernel.inputs import Listing

LISTINGS = (
    Listing(kind="release", operation="release.list", value="{id}", title="{title} · {status}"),
    Listing(
        kind="checklist-line",
        operation="release.show",
        within=("release",),
        each="release.checklist",
        value="{text}",
    ),
)
"""How what is named here is listed, so that a door can offer it."""

CAPABILITY = Capability(
    name="releases",
    operations=operations.OPERATIONS,
    events=(ReleaseMoved, StageEntered, StepTaken),
    checks=(
        Check(question=ALARM_QUESTION, name="releases.burning", run=error_budget.alarms),
        Check(question=PROMOTE_QUESTION, name="releases.error-budget", run=error_budget.spent),
    ),
    flows=(flows.LOOK,),
    permissions=(
        Permission(name=operations.READ, summary="See releases and what was measured of them"),
        Permission(name=operations.DRAFT, summary="Draft releases and meet their checklists"),
        Permission(name=operations.APPROVE, summary="Approve a release with all its stages"),
        Permission(name=operations.DEPLOY, summary="Begin, promote, hold and roll back releases"),
    ),
    migrations="headrace.capabilities.releases.migrations",
    declares=(
        *LISTINGS,
        PeopleOnly(permission=operations.APPROVE),
    ),
)
