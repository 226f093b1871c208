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
    RestartsSpent,
    ServiceRestarted,
    ServiceSpec,
)
from headrace.capabilities.health import service as health
from headrace.capabilities.health.model import Source, SourceKind
from headrace.capabilities.people import service as people
from headrace.capabilities.people.model import (
    IssuedToken,
    PrincipalKind,
    PrincipalNotFound,
    TokenId,
    TokenNotFound,
)
from headrace.kernel.context import Ctx

LEASE = timedelta(seconds=15)
"""How long a host may be silent, in real time, before another takes its services."""


ASKS_FLAGS = "flags:evaluate"
_PASS_LASTS = timedelta(days=365)


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


def ready(
    ctx: Ctx, host: str, service: str, generation: int, *, commit: str, address: str
) -> Deployment | None:
    """A generation answers at an address; None when this host is not to have it answer.

    The wanted one is ready then. A former one may answer too: it serves as long as the wanted one
    does not. Its page of metrics is read from there from now on. Records DeploymentReady.
    """
    found = store.find(ctx.db, ctx.organisation, service, lock=True)
    if found is None or not _may_answer(found, host, generation):
        return None
    wanted = found.generation == generation
    after = _put(
        ctx,
        replace(
            found,
            state=DeploymentState.READY if wanted else found.state,
            address=address,
            serving=commit,
            serving_generation=generation,
            started_at=ctx.now,
            problem="" if wanted else found.problem,
        ),
    )
    _have_it_read(ctx, after)
    ctx.record(
        DeploymentReady(service=service, commit=commit, generation=generation, address=address)
    )
    return after


def failed(
    ctx: Ctx,
    host: str,
    service: str,
    generation: int,
    *,
    why: str,
    tail: str = "",
    deaths: int = 0,
) -> Deployment | None:
    """The wanted generation does not come to run; None when it is not wanted now.

    What answered before goes on. `deaths`: it served, and died so often that it is given up. Records
    DeploymentFailed, and RestartsSpent for such a one.
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
    if deaths:
        ctx.record(
            RestartsSpent(
                service=service,
                commit=after.commit,
                generation=generation,
                deaths=deaths,
                within_seconds=int(rules.WITHIN.total_seconds()),
                why=why,
            )
        )
    return after


def died(ctx: Ctx, host: str, service: str, generation: int, *, why: str) -> Deployment | None:
    """The process that served is gone, and is started again; None when it did not serve here.

    Records ServiceRestarted.
    """
    found = store.find(ctx.db, ctx.organisation, service, lock=True)
    if found is None or found.host != host or found.serving_generation != generation:
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
            commit=found.serving,
            generation=generation,
            restarts=after.restarts,
            why=why,
            by=ctx.principal,
        )
    )
    return after


def pass_for(ctx: Ctx, service: str) -> IssuedToken:
    """A fresh token for a service: it asks which variant somebody gets, and may do nothing else."""
    handle = f"service-{service}"
    try:
        owner = people.by_handle(ctx, handle)
    except PrincipalNotFound:
        owner = people.add_principal(
            ctx, handle=handle, name=f"The service {service}", kind=PrincipalKind.SERVICE
        )
    people.grant(ctx, handle, ASKS_FLAGS, reason="a service asks for flags")
    return people.issue_token(
        ctx, owner.handle, scopes=(ASKS_FLAGS,), lifetime=_PASS_LASTS, note=f"deployment {service}"
    )


def take_back(ctx: Ctx, token: TokenId) -> None:
    """The token of a process that is gone opens nothing any more. Repeats do nothing."""
    try:
        people.revoke_token(ctx, token)
    except TokenNotFound:
        return


def _held(ctx: Ctx, host: str, service: str, generation: int) -> Deployment | None:
    """The deployment, if this host holds it and this generation of it is what is wanted."""
    found = store.find(ctx.db, ctx.organisation, service, lock=True)
    if found is None or found.host != host or found.state is DeploymentState.STOPPED:
        return None
    return found if found.generation == generation else None


def _may_answer(found: Deployment, host: str, generation: int) -> bool:
    """A former generation may answer where the wanted one does not."""
    if found.host != host or found.state is DeploymentState.STOPPED:
        return False
    return found.generation == generation or (
        generation < found.generation and found.serving_generation in {0, generation}
    )


def _put(ctx: Ctx, deployment: Deployment) -> Deployment:
    store.put(ctx.db, ctx.organisation, deployment)
    return deployment


def _have_it_read(ctx: Ctx, deployment: Deployment) -> None:
    spec = deployment.spec
    if spec is not None and spec.metrics:
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
