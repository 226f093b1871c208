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
)
