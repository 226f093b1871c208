"""The one declaration of what artifacts offers."""

from headrace.capabilities.artifacts import operations
from headrace.capabilities.artifacts.model import (
    Archived,
    BecameEffective,
    PhaseChanged,
    Proposed,
    Restored,
    Unarchived,
)
from headrace.kernel.capability import Capability, Permission

CAPABILITY = Capability(
    name="artifacts",
    operations=operations.OPERATIONS,
    events=(Proposed, BecameEffective, PhaseChanged, Restored, Archived, Unarchived),
    permissions=(
        Permission(
            name="artifact:read", summary="See artifacts, their versions and what they came from"
        ),
        Permission(name="artifact:acknowledge", summary="Say that a drift is of no consequence"),
    ),
    migrations="headrace.capabilities.artifacts.migrations",
)
