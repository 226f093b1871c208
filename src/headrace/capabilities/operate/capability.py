"""The one declaration of what operate offers."""

from headrace.capabilities.operate import flows, hearing, operations, waiting
from headrace.capabilities.operate.model import (
    DeadlineMissed,
    DeedDone,
    DeedMeasured,
    DegradationSustained,
    IncidentClassified,
    IncidentMoved,
    IncidentOpened,
    NeverDone,
    PersonCalled,
    PlanMoved,
    RunbookAdopted,
)
from headrace.capabilities.people.model import PeopleOnly
from headrace.kernel.capability import Capability, Permission
from headrace.kernel.inputs import Listing

LISTINGS = (
    Listing(
        kind="incident", operation="incident.list", value="{incident}", title="{title} · {status}"
    ),
)
"""How what is named here is listed, so that a door can offer it."""

CAPABILITY = Capability(
    name="operate",
    operations=operations.OPERATIONS,
    events=(
        IncidentOpened,
        IncidentClassified,
        IncidentMoved,
        DeadlineMissed,
        PersonCalled,
        PlanMoved,
        DeedDone,
        DeedMeasured,
        DegradationSustained,
        NeverDone,
        RunbookAdopted,
    ),
    subscriptions=hearing.SUBSCRIPTIONS,
    flows=(flows.RESPOND, flows.REMEDY, flows.VERIFY, flows.DEADLINE),
    permissions=(
        Permission(name=operations.READ, summary="See incidents and runbooks"),
        Permission(
            name=operations.RESPOND, summary="Acknowledge, mitigate, resolve and escalate incidents"
        ),
    ),
    migrations="headrace.capabilities.operate.migrations",
    declares=(
        *LISTINGS,
        waiting.source(operations.RESPOND),
        # Operations never suppress an alert: targets and watches are for people alone.
        PeopleOnly(permission="health:configure"),
        PeopleOnly(permission=operations.RESPOND),
    ),
)
