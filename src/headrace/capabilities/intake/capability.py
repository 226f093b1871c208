"""The one declaration of what intake offers."""

from headrace.capabilities.intake import operations
from headrace.capabilities.intake.model import (
    SignalRegistered,
    SignalTriaged,
    SourceLoaded,
    WeekOverflowed,
)
from headrace.kernel.capability import Capability, Permission
from headrace.kernel.inputs import Listing

LISTINGS = (
    Listing(
        kind="signal",
        operation="signal.list",
        input={"newest": 50},
        value="{signal}",
        title="{title}",
    ),
    Listing(
        kind="open-signal",
        operation="signal.list",
        input={"newest": 50, "only_open": True},
        value="{signal}",
        title="{title}",
    ),
    Listing(kind="source", operation="source.list", value="{source}", title="{loaded_at}"),
)
"""How what is named here is listed, so that a door can offer it."""

CAPABILITY = Capability(
    name="intake",
    operations=operations.OPERATIONS,
    events=(SignalRegistered, SignalTriaged, SourceLoaded, WeekOverflowed),
    permissions=(
        Permission(name="signal:read", summary="See signals and what became of them"),
        Permission(name="source:load", summary="Load records for the scanners"),
        Permission(name="signal:file", summary="File a signal"),
    ),
    migrations="headrace.capabilities.intake.migrations",
    declares=LISTINGS,
)
