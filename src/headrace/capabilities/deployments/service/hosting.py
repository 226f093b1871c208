"""What a host says of the services that it holds. Whoever does not hold one any more is not heard."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from headrace.capabilities.deployments import rules, store
from headrace.capabilities.deployments.model import (
    Deployment,
    DeploymentFailed,
    DeploymentReady,
    DeploymentState,
    ServiceRestarted,
    ServiceSpec,
)
from headrace.capabilities.health import service as health
from headrace.capabilities.health.model import Source, SourceKind
from headrace.kernel.context import Ctx

LEASE = timedelta(seconds=15)
"""How long a host may be silent, in real time, before another takes its services."""


def hold(ctx: Ctx, host: str, lease: timedelta = LEASE) -> Sequence[Deployment]:
    """Everything that this host holds from now on; to be said again well before the lease is over."""
    return store.hold(ctx.db, ctx.organisation, host, lease)


def let_go(ctx: Ctx, host: str) -> None:
    """Hold nothing any more: another host takes over at once."""
    store.let_go(ctx.db, ctx.organisation, host)


def starting(
    ctx: Ctx, host: str, service: str, generation: int, spec: ServiceSpec
) -> Deployment | None:
    """A host has read how the wanted commit is served, and starts it; None when that is not wanted now.

    Parameters that still fit keep their values, the others have their defaults.
    """
    found = _held(ctx, host, service, generation)
    if found is None:
        return None
    return _put(
        ctx,
        replace(
            found,
            state=DeploymentState.STARTING,
            spec=spec,
            parameters=rules.parameters(spec, found.parameters),
        ),
    )


def ready(ctx: Ctx, host: str, service: str, generation: int, address: str) -> Deployment | None:
    """The wanted generation answers at an address; None when it is not wanted now.

    Its page of metrics is read from there from now on. Records DeploymentReady.
    """
    found = _held(ctx, host, service, generation)
    if found is None or found.spec is None:
        return None
    after = _put(
        ctx,
        replace(
            found,
            state=DeploymentState.READY,
            address=address,
            serving=found.commit,
            serving_generation=generation,
            started_at=ctx.now,
            problem="",
        ),
    )
    _have_it_read(ctx, after, found.spec)
    ctx.record(
        DeploymentReady(
            service=service, commit=after.commit, generation=generation, address=address
        )
    )
    return after


def failed(
    ctx: Ctx, host: str, service: str, generation: int, *, why: str, tail: str = ""
) -> Deployment | None:
    """The wanted generation does not come to run; None when it is not wanted now.

    What answered before goes on. Records DeploymentFailed.
    """
    found = _held(ctx, host, service, generation)
    if found is None or found.state is DeploymentState.FAILED:
        return found
    gone = found.serving_generation == generation  # it served, and is given up
    after = _put(
        ctx,
        replace(
            found,
            state=DeploymentState.FAILED,
            problem=why,
            address="" if gone else found.address,
            serving="" if gone else found.serving,
            serving_generation=0 if gone else found.serving_generation,
        ),
    )
    ctx.record(
        DeploymentFailed(
            service=service,
            commit=after.commit,
            generation=generation,
            why=why,
            tail=tail,
            serving=after.serving,
        )
    )
    return after


def died(ctx: Ctx, host: str, service: str, generation: int, *, why: str) -> Deployment | None:
    """The process that served is gone, and is started again; None when it is not wanted now.

    Records ServiceRestarted.
    """
    found = store.find(ctx.db, ctx.organisation, service, lock=True)
    if found is None or found.host != host or found.state is DeploymentState.STOPPED:
        return None
    wanted = found.generation == generation
    after = _put(
        ctx,
        replace(
            found,
            state=DeploymentState.STARTING if wanted else found.state,
            address="",
            serving="",
            serving_generation=0,
            restarts=found.restarts + 1,
            problem=why,
        ),
    )
    ctx.record(
        ServiceRestarted(
            service=service,
            commit=after.commit,
            generation=generation,
            restarts=after.restarts,
            why=why,
            by=ctx.principal,
        )
    )
    return after


def _held(ctx: Ctx, host: str, service: str, generation: int) -> Deployment | None:
    """The deployment, if this host holds it and this generation of it is what is wanted."""
    found = store.find(ctx.db, ctx.organisation, service, lock=True)
    if found is None or found.host != host or found.state is DeploymentState.STOPPED:
        return None
    return found if found.generation == generation else None


def _put(ctx: Ctx, deployment: Deployment) -> Deployment:
    store.put(ctx.db, ctx.organisation, deployment)
    return deployment


def _have_it_read(ctx: Ctx, deployment: Deployment, spec: ServiceSpec) -> None:
    if spec.metrics:
        health.put_source(
            ctx,
            Source(
                name=deployment.service,
                service=deployment.service,
                kind=SourceKind.ENDPOINT,
                url=f"{deployment.address}{spec.metrics}",
                every=spec.scrape,
            ),
        )
