"""What deployments offer to REST, CLI and MCP."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from pydantic import Field

from headrace.capabilities.deployments import service
from headrace.capabilities.deployments.model import Deployment, DeploymentState, Measure, Parameter
from headrace.capabilities.people import service as people
from headrace.capabilities.people.model import PrincipalNotFound
from headrace.kernel.capability import Effect, Http, Operation, OperationKind
from headrace.kernel.context import Ctx
from headrace.kernel.ids import PrincipalId
from headrace.kernel.inputs import Names

READ, DEPLOY, OPERATE = "deployment:read", "deployment:deploy", "deployment:operate"

Service = Annotated[str, Field(description="The service.", examples=["customer-records"])]
Why = Annotated[str, Field(min_length=1, max_length=2_000, description="Why, for the history.")]
Key = Annotated[
    str, Field(max_length=200, description="Names this order; the same again does nothing.")
]


@dataclass(frozen=True, kw_only=True)
class ToDeploy:
    service: Service
    repository: Annotated[
        str,
        Names("repository"),
        Field(description="The repository of the product; see repository list."),
    ]
    commit: Annotated[str, Field(description="The commit, in full.")]
    key: Key = ""


@dataclass(frozen=True, kw_only=True)
class WhichService:
    service: Annotated[Service, Names("service")]


@dataclass(frozen=True, kw_only=True)
class ToChange:
    service: Annotated[Service, Names("service")]
    parameter: Annotated[
        str, Names("parameter"), Field(description="The parameter; `deployment show` names them.")
    ]
    value: Annotated[float, Field(description="Its new value, within its bounds.")]
    reason: Why
    key: Key = ""


@dataclass(frozen=True, kw_only=True)
class ToRestart:
    service: Annotated[Service, Names("service")]
    reason: Why
    key: Key = ""


@dataclass(frozen=True, kw_only=True)
class ToStop:
    service: Annotated[Service, Names("service")]
    reason: Why


@dataclass(frozen=True, kw_only=True)
class WhichServices:
    after: Annotated[str, Field(description="Go on after this service.")] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@dataclass(frozen=True, kw_only=True)
class ParameterShown:
    """A parameter with the value it has now."""

    parameter: Parameter
    value: float


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A deployment: what is wanted, what answers, and what may be changed while it runs."""

    service: str
    state: DeploymentState
    address: str
    repository: str
    commit: str
    serving: str
    generation: int
    restarts: int
    started_at: datetime | None
    wanted_by: str
    wanted_at: datetime
    problem: str
    access_log: str
    host: str
    parameters: tuple[ParameterShown, ...] = ()
    measures: tuple[Measure, ...] = field(default=())


@dataclass(frozen=True, kw_only=True)
class Listed:
    """Deployments as a list shows them."""

    items: tuple[Shown, ...]
    next: str | None


def deploy(ctx: Ctx, order: ToDeploy) -> Shown:
    """Run a commit of a product as a service. What runs now goes on until the new one is healthy."""
    made = service.deploy(
        ctx,
        order.service,
        repository=order.repository,
        commit=order.commit,
        key=_key(ctx, order.key),
    )
    return _shown(ctx, made)


def set_parameter(ctx: Ctx, order: ToChange) -> Shown:
    """Change a parameter of a running service within its bounds; it is read within moments."""
    made = service.set_parameter(
        ctx,
        order.service,
        order.parameter,
        order.value,
        why=order.reason,
        key=_key(ctx, order.key),
    )
    return _shown(ctx, made)


def restart(ctx: Ctx, order: ToRestart) -> Shown:
    """Start a fresh process of a service; the old one serves until the new one is healthy."""
    made = service.restart(ctx, order.service, why=order.reason, key=_key(ctx, order.key))
    return _shown(ctx, made)


def stop(ctx: Ctx, order: ToStop) -> Shown:
    """Stop a service; nothing answers any more until it is deployed again."""
    return _shown(ctx, service.stop(ctx, order.service, why=order.reason))


def show(ctx: Ctx, asked: WhichService) -> Shown:
    """Show a service: where it answers, from which commit, and its parameters with their bounds."""
    return _shown(ctx, service.get(ctx, asked.service))


def listing(ctx: Ctx, asked: WhichServices) -> Listed:
    """List what runs where."""
    found = service.listing(ctx, after=asked.after, limit=asked.limit)
    full = len(found) == asked.limit
    return Listed(
        items=tuple(_shown(ctx, one) for one in found), next=found[-1].service if full else None
    )


def _key(ctx: Ctx, given: str) -> str:
    """An order without a name of its own is a new one."""
    return given or ctx.new_id("ord")


def _shown(ctx: Ctx, deployment: Deployment) -> Shown:
    spec = deployment.spec
    return Shown(
        service=deployment.service,
        state=deployment.state,
        address=deployment.address,
        repository=deployment.repository,
        commit=deployment.commit,
        serving=deployment.serving,
        generation=deployment.generation,
        restarts=deployment.restarts,
        started_at=deployment.started_at,
        wanted_by=_name(ctx, deployment.wanted_by),
        wanted_at=deployment.wanted_at,
        problem=deployment.problem,
        access_log=deployment.access_log,
        host=deployment.host,
        parameters=()
        if spec is None
        else tuple(
            ParameterShown(parameter=one, value=deployment.parameters.get(one.name, one.default))
            for one in spec.parameters
        ),
        measures=() if spec is None else spec.measures,
    )


def _name(ctx: Ctx, principal: str) -> str:
    """The handle of whoever wanted it; the id itself of one that people do not know (the engine)."""
    try:
        return people.principal(ctx, PrincipalId(principal)).handle
    except PrincipalNotFound:
        return principal


def _of_one(told: Mapping[str, object]) -> Mapping[str, object]:
    """What a terminal tells of one service: its parameters in a line each."""
    told = dict(told)
    parameters, measures = told.pop("parameters", ()), told.pop("measures", ())
    assert isinstance(parameters, list | tuple)
    assert isinstance(measures, list | tuple)
    for one in parameters:
        known = one["parameter"]
        bounds = f"{known['low']:g} to {known['high']:g} {known['unit']}".rstrip()
        told[known["name"]] = f"{one['value']:g} ({bounds})"
    if measures:
        told["measures"] = ", ".join(one["name"] for one in measures)
    return told


OPERATIONS = (
    Operation(
        name="deployment.deploy",
        permission=DEPLOY,
        input=ToDeploy,
        output=Shown,
        run=deploy,
        effect=Effect.OUTSIDE,
        http=Http(method="POST", path="/deployments"),
        shown=_of_one,
    ),
    Operation(
        name="deployment.list",
        permission=READ,
        input=WhichServices,
        output=Listed,
        run=listing,
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
        http=Http(method="GET", path="/deployments"),
        columns=("service", "state", "address", "commit", "restarts", "started_at"),
    ),
    Operation(
        name="deployment.show",
        permission=READ,
        input=WhichService,
        output=Shown,
        run=show,
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
        http=Http(method="GET", path="/deployments/{service}"),
        shown=_of_one,
    ),
    Operation(
        name="deployment.restart",
        permission=OPERATE,
        input=ToRestart,
        output=Shown,
        run=restart,
        effect=Effect.OUTSIDE,
        http=Http(method="POST", path="/deployments/{service}/restart"),
        shown=_of_one,
    ),
    Operation(
        name="deployment.set-parameter",
        permission=OPERATE,
        input=ToChange,
        output=Shown,
        run=set_parameter,
        effect=Effect.OUTSIDE,
        http=Http(method="POST", path="/deployments/{service}/parameters"),
        shown=_of_one,
    ),
    Operation(
        name="deployment.stop",
        permission=DEPLOY,
        input=ToStop,
        output=Shown,
        run=stop,
        effect=Effect.OUTSIDE,
        http=Http(method="POST", path="/deployments/{service}/stop"),
        shown=_of_one,
    ),
)
