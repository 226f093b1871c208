"""What is wrong now: told when it begins, and when it ends."""

from collections.abc import Sequence
from datetime import datetime

from headrace.capabilities.health.model import (
    HealthEvent,
    Recovered,
    Trouble,
)
from headrace.capabilities.health.store import sources as store
from headrace.kernel.context import Ctx


def begin(ctx: Ctx, fresh: Trouble, event: HealthEvent) -> None:
    """Tell of a trouble that is new, or of another urgency."""
    before = trouble(ctx, fresh.subject, fresh.dimension)
    if before is not None and before.severity is fresh.severity:
        return
    store.begin(ctx.db, ctx.organisation, fresh)  # since when stays as it was
    ctx.record(event)


def end(ctx: Ctx, subject: str, dimension: str, service: str, at: datetime) -> None:
    """Tell that a trouble is over, if there was one. Records Recovered."""
    if trouble(ctx, subject, dimension) is not None:
        store.end(ctx.db, ctx.organisation, subject, dimension, at)
        ctx.record(Recovered(subject=subject, service=service, dimension=dimension))


def trouble(ctx: Ctx, subject: str, dimension: str) -> Trouble | None:
    """The trouble of this subject and dimension that is open, or None."""
    place = (subject, dimension)
    return next((one for one in troubles(ctx) if (one.subject, one.dimension) == place), None)


def troubles(ctx: Ctx) -> Sequence[Trouble]:
    """What is wrong now and was told, oldest first."""
    return store.troubles(ctx.db, ctx.organisation)
