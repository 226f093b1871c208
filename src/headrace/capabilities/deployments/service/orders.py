"""What is asked for: deploy, change a parameter, restart, stop; and what there is."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from headrace.capabilities.deployments import rules, store
from headrace.capabilities.deployments.model import (
    COMMITS,
    Deployment,
    DeploymentMalformed,
    DeploymentNotFound,
    DeploymentRefused,
    Deployments,
    DeploymentState,
    DeploymentStopped,
    DeploymentWanted,
    OrderReused,
    ParameterRefused,
    ParameterSet,
    ServiceRestarted,
)
from headrace.capabilities.record import service as record
from headrace.kernel.context import Ctx
from headrace.kernel.json import Json, digest


def deploy(ctx: Ctx, service: str, *, repository: str, commit: str, key: str) -> Deployment:
    """Want a commit of a repository to run as this service; what runs goes on until it is healthy.

    The same key again changes nothing. Raises DeploymentMalformed, RepositoryUnknown, OrderReused,
    DeploymentRefused (the service belongs to another repository). Records DeploymentWanted.
    """
    faults = rules.malformed(service, commit)
    if faults:
        raise DeploymentMalformed(f"Nothing to deploy: {'; '.join(faults)}", reasons=list(faults))
    slug = record.repository(ctx, repository).slug
    store.one_at_a_time(ctx.db, ctx.organisation, service)
    before = store.find(ctx.db, ctx.organisation, service, lock=True)
    if not _is_new(ctx, service, key, ["deploy", slug, commit]):
        return get(ctx, service)
    if before is not None and before.repository != slug:
        raise DeploymentRefused(
            f"{service} is a service of {before.repository}; name another", service=service
        )
    wanted = _wanted(ctx, before, Deployment(
        service=service,
        repository=slug,
        commit=commit,
        generation=1,
        state=DeploymentState.WANTED,
        wanted_by=ctx.principal,
        wanted_at=ctx.now,
    ))  # fmt: skip
    store.put(ctx.db, ctx.organisation, wanted)
    ctx.record(
        DeploymentWanted(
            service=service,
            repository=slug,
            commit=commit,
            generation=wanted.generation,
            by=ctx.principal,
        )
    )
    return wanted


def set_parameter(
    ctx: Ctx, service: str, name: str, value: float, *, why: str, key: str
) -> Deployment:
    """Give a parameter another value within its bounds; the running service reads it in a moment.

    It holds for later commits too, as long as their bounds allow it. The same key again changes
    nothing. Raises DeploymentNotFound, DeploymentRefused (no host has read its parameters yet),
    ParameterRefused, OrderReused. Records ParameterSet.
    """
    found = _locked(ctx, service)
    if not _is_new(ctx, service, key, ["parameter", name, value]):
        return found
    if found.spec is None:
        raise DeploymentRefused(
            f"{service} has not been started yet, so its parameters are not known", service=service
        )
    against = rules.refusal(found.spec, name, value)
    if against is not None:
        raise ParameterRefused(f"{service}: {against}", service=service, parameter=name)
    after = replace(found, parameters={**found.parameters, name: value})
    store.put(ctx.db, ctx.organisation, after)
    ctx.record(
        ParameterSet(
            service=service,
            parameter=name,
            before=found.parameters[name],
            after=value,
            why=why,
            by=ctx.principal,
        )
    )
    return after


def restart(ctx: Ctx, service: str, *, why: str, key: str) -> Deployment:
    """Want a fresh process of the commit that is deployed; the old one serves until it is healthy.

    The same key again changes nothing. Raises DeploymentNotFound, DeploymentRefused (it is stopped),
    OrderReused. Records ServiceRestarted.
    """
    found = _locked(ctx, service)
    if not _is_new(ctx, service, key, ["restart"]):
        return found
    if found.state is DeploymentState.STOPPED:
        raise DeploymentRefused(f"{service} is stopped; deploy it", service=service)
    after = replace(
        found,
        generation=found.generation + 1,
        state=DeploymentState.WANTED,
        restarts=found.restarts + 1,
        problem="",
    )
    store.put(ctx.db, ctx.organisation, after)
    ctx.record(
        ServiceRestarted(
            service=service,
            commit=after.commit,
            generation=after.generation,
            restarts=after.restarts,
            why=why,
            by=ctx.principal,
        )
    )
    return after


def stop(ctx: Ctx, service: str, *, why: str) -> Deployment:
    """Want nothing of this service to run any more. Repeats do nothing.

    Raises DeploymentNotFound. Records DeploymentStopped.
    """
    found = _locked(ctx, service)
    if found.state is DeploymentState.STOPPED:
        return found
    after = replace(
        found,
        state=DeploymentState.STOPPED,
        address="",
        serving="",
        serving_generation=0,
        problem="",
    )
    store.put(ctx.db, ctx.organisation, after)
    ctx.record(DeploymentStopped(service=service, why=why, by=ctx.principal))
    return after


def get(ctx: Ctx, service: str) -> Deployment:
    """The deployment of a service. Raises DeploymentNotFound."""
    found = ctx.once(store.find, service)
    if found is None:
        raise missing(service)
    return found


def find(ctx: Ctx, service: str) -> Deployment | None:
    """The deployment of a service, or None where nothing of this name was ever deployed."""
    return ctx.once(store.find, service)


def listing(ctx: Ctx, *, after: str = "", limit: int = 200) -> Sequence[Deployment]:
    """What runs where, by service."""
    return store.listing(ctx.db, ctx.organisation, after, limit)


def folder(ctx: Ctx) -> Path:
    """Where the organisation's deployments keep their files on this machine."""
    for declared in ctx.declared(Deployments):
        return declared.folder / ctx.organisation
    raise LookupError("The composition root declares no deployments.model.Deployments")


def checkout(ctx: Ctx, deployment: Deployment) -> Path:
    """The files of the commit that serves, on the machine of its host. Raises DeploymentRefused."""
    if not deployment.serving:
        raise DeploymentRefused(
            f"{deployment.service} does not run now", service=deployment.service
        )
    return folder(ctx) / deployment.service / COMMITS / deployment.serving


def missing(service: str) -> DeploymentNotFound:
    """The error that says where deployments are shown."""
    return DeploymentNotFound(
        f"No service {service!r} was deployed; `headrace deployment list` shows them all",
        service=service,
    )


def _wanted(ctx: Ctx, before: Deployment | None, fresh: Deployment) -> Deployment:
    """The wish for a commit, beside what stands: that goes on serving, its parameters are kept."""
    if before is None:
        return fresh
    return replace(
        before,
        commit=fresh.commit,
        generation=before.generation + 1,
        state=fresh.state,
        wanted_by=fresh.wanted_by,
        wanted_at=fresh.wanted_at,
        restarts=0,
        problem="",
    )


def _is_new(ctx: Ctx, service: str, key: str, what: Json) -> bool:
    """Whether this order was not given before. Raises OrderReused when its key stood for another."""
    asked = digest(what)
    known = store.ordered(ctx.db, ctx.organisation, service, key, asked)
    if known is not None and known != asked:
        raise OrderReused(
            f"The key {key!r} was another order for {service}; take a new one", key=key
        )
    return known is None


def _locked(ctx: Ctx, service: str) -> Deployment:
    found = store.find(ctx.db, ctx.organisation, service, lock=True)
    if found is None:
        raise missing(service)
    return found
