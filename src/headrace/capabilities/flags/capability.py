"""The one declaration of what flags offers."""

from datetime import timedelta

from headrace.capabilities.flags import flows, operations
from headrace.capabilities.flags.model import (
    FlagArchived,
    FlagChanged,
    FlagCreated,
    FlagKilled,
    FlagRevived,
    FlagStale,
    SegmentChanged,
)
from headrace.capabilities.people.model import PeopleOnly
from headrace.kernel.capability import Capability, Permission, Schedule
from headrace.kernel.inputs import Listing

LISTINGS = (
    Listing(kind="flag", operation="flag.list", value="{key}", title="{definition.description}"),
    Listing(kind="segment", operation="segment.list", value="{key}", title="{name}"),
)
"""How what is named here is listed, so that a door can offer it."""

CAPABILITY = Capability(
    name="flags",
    operations=operations.OPERATIONS,
    events=(
        FlagCreated,
        FlagChanged,
        FlagKilled,
        FlagRevived,
        FlagArchived,
        FlagStale,
        SegmentChanged,
    ),
    flows=(flows.REVIEW,),
    schedules=(Schedule(name="flags.review", flow=flows.REVIEW.name, every=timedelta(days=1)),),
    permissions=(
        Permission(name=operations.READ, summary="See flags, segments and what is stale"),
        Permission(name=operations.CHANGE, summary="Make, change, roll out and archive flags"),
        Permission(name=operations.KILL, summary="Turn a flag off for everybody, at once"),
        Permission(name=operations.REVIVE, summary="Let a killed flag decide again"),
        Permission(name=operations.EVALUATE, summary="Ask which variant somebody gets (OFREP)"),
    ),
    migrations="headrace.capabilities.flags.migrations",
    declares=(
        *LISTINGS,
        PeopleOnly(permission=operations.REVIVE),
    ),
)
