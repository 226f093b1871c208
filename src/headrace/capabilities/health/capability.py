"""The one declaration of what health offers."""

from datetime import timedelta

from headrace.capabilities.health import flows, operations
from headrace.capabilities.health.model import (
    AnomalySeen,
    Burning,
    Recovered,
    SourceLost,
    TargetsLoaded,
)
from headrace.kernel.capability import Capability, Permission, Schedule
from headrace.kernel.inputs import Listing

LISTINGS = (
    Listing(
        kind="scrape",
        operation="scrape.list",
        value="{source.name}",
        title="{source.service} · {source.url}",
    ),
    Listing(
        kind="target", operation="target.list", value="{target}", title="{service} · {condition}"
    ),
    Listing(kind="watch", operation="watch.list", value="{name}", title="{service}"),
)
"""How what is named here is listed, so that a door can offer it."""

CAPABILITY = Capability(
    name="health",
    operations=operations.OPERATIONS,
    events=(Burning, AnomalySeen, SourceLost, Recovered, TargetsLoaded),
    flows=(flows.TIDY,),
    schedules=(Schedule(name="health.tidy", flow=flows.TIDY.name, every=timedelta(hours=1)),),
    permissions=(
        Permission(name=operations.READ, summary="See figures, targets and what is wrong"),
        Permission(name=operations.CONFIGURE, summary="Set sources, targets and watches"),
    ),
    migrations="headrace.capabilities.health.migrations",
    declares=LISTINGS,
)
