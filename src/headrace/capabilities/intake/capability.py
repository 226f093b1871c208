"""The one declaration of what intake offers."""

from headrace.capabilities.intake import operations
from headrace.capabilities.intake.model import (
    SignalRegistered,
    SignalTriaged,
    SourceLoaded,
    WeekOverflowed,
)
from headrace.kernel.capability import Capability, Permission

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
)
