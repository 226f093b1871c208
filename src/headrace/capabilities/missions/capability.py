"""The one declaration of what missions offer."""

from headrace.capabilities.missions import operations
from headrace.capabilities.missions.model import MissionMoved, MissionOpened, TaskMoved
from headrace.kernel.capability import Capability, Permission

CAPABILITY = Capability(
    name="missions",
    operations=operations.OPERATIONS,
    events=(MissionOpened, MissionMoved, TaskMoved),
    permissions=(
        Permission(name="mission:read", summary="See missions, their tasks and status"),
        Permission(name="mission:decide", summary="Pause, resume or cancel a mission"),
    ),
    migrations="headrace.capabilities.missions.migrations",
)
