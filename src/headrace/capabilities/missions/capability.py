"""The one declaration of what missions offer."""

from headrace.capabilities.missions import flows, operations
from headrace.capabilities.missions.model import MissionMoved, MissionOpened, TaskMoved
from headrace.capabilities.missions.model.measurements import CheckpointMoved, OutcomeMeasured
from headrace.kernel.capability import Capability, Permission
from headrace.kernel.inputs import Listing

LISTINGS = (
    Listing(
        kind="mission",
        operation="mission.list",
        input={"newest": 50},
        value="{slug}",
        title="{title} · {status}",
    ),
    Listing(
        kind="context",
        operation="mission.list",
        input={"newest": 50},
        value="{context}",
        title="{title}",
    ),
    Listing(
        kind="budget-scope",
        operation="mission.list",
        input={"newest": 50},
        value="mission:{slug}",
        title="{title}",
    ),
    Listing(
        kind="checkpoint",
        operation="checkpoint.list",
        within=("mission",),
        value="{id}",
        title="{timing} · {state}",
    ),
)
"""How what is named here is listed, so that a door can offer it."""

CAPABILITY = Capability(
    name="missions",
    operations=operations.OPERATIONS,
    events=(MissionOpened, MissionMoved, TaskMoved, CheckpointMoved, OutcomeMeasured),
    flows=(flows.CHECKPOINT_DUE,),
    permissions=(
        Permission(name="mission:read", summary="See missions, their tasks and status"),
        Permission(name="mission:decide", summary="Pause, resume or cancel a mission"),
        Permission(name="mission:measure", summary="Have a mission's outcomes measured"),
    ),
    migrations="headrace.capabilities.missions.migrations",
    declares=LISTINGS,
)
