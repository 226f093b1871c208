"""What a service's health targets say to its release: an alarm takes it back, a spent budget holds it."""

from headrace.capabilities.health import service as health
from headrace.capabilities.health.model import Severity, Standing
from headrace.capabilities.releases.model import Release
from headrace.kernel.context import Ctx


def alarms(ctx: Ctx, release: Release) -> tuple[str, ...]:
    """Each target of the service that burns its error budget so fast that somebody is woken."""
    return tuple(
        f"{one.target.name} burns its error budget so fast that somebody is called"
        for one in _standings(ctx, release)
        if one.severity is Severity.PAGE
    )


def spent(ctx: Ctx, release: Release) -> tuple[str, ...]:
    """Each target of the service that has no error budget left for the risk of another stage."""
    return tuple(
        f"the error budget of {one.target.name} is used up ({one.budget_left:.0%} left)"
        for one in _standings(ctx, release)
        if one.budget_left is not None and one.budget_left <= 0
    )


def _standings(ctx: Ctx, release: Release) -> tuple[Standing, ...]:
    name = release.rollout.service
    return tuple(health.standings(ctx, service=name)) if name else ()
