"""The one declaration of the enterprise pack."""

from headrace.capabilities.governance.model import Fallback
from headrace.kernel.capability import Capability
from headrace.kernel.inputs import Listing
from headrace.packs.enterprise import (
    archiving,
    build,
    decisions,
    discover,
    exceptions,
    exchange,
    locks,
    operate,
    outcome,
    requests,
    ship,
    tracking,
)
from headrace.packs.enterprise.foundation import BRANCHES, FOUNDATION
from headrace.packs.enterprise.roles import ROLES
from headrace.packs.enterprise.stream import LIFECYCLE, REQUEST
from headrace.packs.enterprise.types import TYPES

LISTINGS = (
    Listing(
        kind="decision",
        operation="artifact.list",
        input={"type": "decision-record"},
        value="{reference}",
        title="{title}",
    ),
)
"""How what is named here is listed, so that a door can offer it."""

CAPABILITY = Capability(
    name="enterprise",
    permissions=(
        *requests.PERMISSIONS,
        *decisions.PERMISSIONS,
        *exchange.PERMISSIONS,
        *operate.PERMISSIONS,
        *outcome.PERMISSIONS,
    ),
    operations=(
        *discover.OPERATIONS,
        *requests.OPERATIONS,
        *decisions.OPERATIONS,
        *exchange.OPERATIONS,
        *operate.OPERATIONS,
        *ship.OPERATIONS,
        *outcome.OPERATIONS,
    ),
    events=decisions.EVENTS,
    schedules=outcome.SCHEDULES,
    checks=(
        *build.CHECKS,
        *ship.CHECKS,
        *decisions.CHECKS,
        *operate.CHECKS,
        *outcome.CHECKS,
        *exceptions.CHECKS,
    ),
    subscriptions=(
        *discover.SUBSCRIPTIONS,
        *build.SUBSCRIPTIONS,
        *ship.SUBSCRIPTIONS,
        *decisions.SUBSCRIPTIONS,
        *operate.SUBSCRIPTIONS,
        *outcome.SUBSCRIPTIONS,
        *exceptions.SUBSCRIPTIONS,
        *locks.SUBSCRIPTIONS,
        *archiving.SUBSCRIPTIONS,
    ),
    flows=(*operate.FLOWS, *outcome.FLOWS),
    declares=(
        *LISTINGS,
        *TYPES,
        LIFECYCLE,
        REQUEST,
        FOUNDATION,
        *BRANCHES,
        ROLES,
        *discover.DECLARES,
        *build.DECLARES,
        *ship.DECLARES,
        *outcome.DECLARES,
        *decisions.DECLARES,
        *operate.DECLARES,
        *archiving.RULES,
        *tracking.FORMS,
        Fallback(handles=("engineering-manager", "mission-lead", "steering")),
    ),
)
