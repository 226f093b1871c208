"""The words of deployments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from headrace.kernel.errors import Conflict, Invalid, NotFound
from headrace.kernel.events import Event

MANIFEST = ".headrace/product.yaml"
"""Where a product says how it is served."""


@dataclass(frozen=True, kw_only=True)
class Deployments:
    """Where deployments keep their files on this machine. Declared by the composition.

    `<folder>/<organisation>/<service>/` holds `commits/<commit>/` with its files, `access.jsonl` and
    `output.log` that it writes, `parameters.json` that it reads, `address` where it answers now, and
    `data/`, which is its own and outlives every commit.
    """

    folder: Path


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A number that a service reads anew while it runs, and the bounds within which it may be changed.

    `drill` marks one that makes the service worse on purpose: it serves rehearsals, and nobody may
    take it for a remedy.
    """

    name: str
    default: float
    low: float
    high: float
    unit: str = ""
    meaning: str = ""
    drill: bool = False


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A figure that a product can take of itself: a command, run in the checkout that is deployed."""

    name: str
    run: tuple[str, ...]
    unit: str = ""
    meaning: str = ""


@dataclass(frozen=True, kw_only=True)
class ServiceSpec:
    """How a product is served, as its manifest at one commit says.

    Words of `command` and values of `environment` may name `{port}`, `{address}`, `{data}`,
    `{access_log}`, `{parameters}`, `{flag_url}` and `{flag_token}`. `health` is a path that answers
    200 when the service can take requests, `metrics` one in Prometheus' text format, or empty.
    """

    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    health: str
    metrics: str = ""
    scrape: timedelta = timedelta(seconds=5)  # between two readings of the metrics, in real time
    start_within: timedelta = timedelta(seconds=60)
    parameters: tuple[Parameter, ...] = ()
    measures: tuple[Measure, ...] = ()

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of this name, or None."""
        return next((one for one in self.parameters if one.name == name), None)


class DeploymentState(StrEnum):
    """How the wanted generation stands."""

    WANTED = "wanted"
    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """What is wanted of a service, and how that stands.

    `address` and `serving` tell what answers now: while a new commit starts, and when it fails, that
    is the former one. Both are empty when nothing answers. `spec` is None until a host has read it.
    """

    service: str
    repository: str  # slug
    commit: str
    generation: int  # grows with each deployment and each restart that is asked for
    state: DeploymentState
    address: str = ""  # "http://127.0.0.1:40123"
    serving: str = ""  # the commit that answers there
    serving_generation: int = 0
    parameters: Mapping[str, float] = field(default_factory=dict)
    spec: ServiceSpec | None = None
    wanted_by: str
    wanted_at: datetime
    started_at: datetime | None = None  # when the process that answers became ready
    restarts: int = 0  # of this commit: those asked for, and those after a death
    problem: str = ""  # why it failed, or why it is being started again
    host: str = ""  # which host holds it

    @property
    def access_log(self) -> str:
        """Its access log, below the organisation's folder of deployments: `name/access.jsonl`."""
        return f"{self.service}/{ACCESS_LOG}"


ACCESS_LOG, OUTPUT, PARAMETERS = "access.jsonl", "output.log", "parameters.json"
DATA, COMMITS, ADDRESS = "data", "commits", "address"
"""The names of a service's files and folders, below its own folder."""


@dataclass(frozen=True, kw_only=True)
class DeploymentWanted(Event):
    """A commit of a service is to run."""

    type: ClassVar[str] = "deployments.wanted"
    service: str
    repository: str
    commit: str
    generation: int
    by: str

    @property
    def lineage(self) -> str:
        return f"deployment:{self.service}"


@dataclass(frozen=True, kw_only=True)
class DeploymentReady(Event):
    """A service answers at an address, from this commit."""

    type: ClassVar[str] = "deployments.ready"
    service: str
    commit: str
    generation: int
    address: str

    @property
    def lineage(self) -> str:
        return f"deployment:{self.service}"


@dataclass(frozen=True, kw_only=True)
class DeploymentFailed(Event):
    """A commit does not come to run. `tail` is the end of what it wrote; `serving` is what runs on."""

    type: ClassVar[str] = "deployments.failed"
    service: str
    commit: str
    generation: int
    why: str
    tail: str
    serving: str

    @property
    def lineage(self) -> str:
        return f"deployment:{self.service}"


@dataclass(frozen=True, kw_only=True)
class DeploymentStopped(Event):
    """A service is to run no more."""

    type: ClassVar[str] = "deployments.stopped"
    service: str
    why: str
    by: str

    @property
    def lineage(self) -> str:
        return f"deployment:{self.service}"


@dataclass(frozen=True, kw_only=True)
class ParameterSet(Event):
    """A parameter of a running service was changed."""

    type: ClassVar[str] = "deployments.parameter_set"
    service: str
    parameter: str
    before: float
    after: float
    why: str
    by: str

    @property
    def lineage(self) -> str:
        return f"deployment:{self.service}"


@dataclass(frozen=True, kw_only=True)
class ServiceRestarted(Event):
    """A service is being started again: somebody asked for it, or its process died."""

    type: ClassVar[str] = "deployments.restarted"
    service: str
    commit: str
    generation: int
    restarts: int
    why: str
    by: str

    @property
    def lineage(self) -> str:
        return f"deployment:{self.service}"


@dataclass(frozen=True, kw_only=True)
class RestartsSpent(Event):
    """A service died too often to be started again by itself: nothing of it runs until somebody acts."""

    type: ClassVar[str] = "deployments.restarts_spent"
    service: str
    commit: str
    generation: int
    deaths: int
    within_seconds: int
    why: str

    @property
    def lineage(self) -> str:
        return f"deployment:{self.service}"


class DeploymentNotFound(NotFound):
    """Nothing of this name was ever deployed."""

    code = "deployments.not_found"


class DeploymentMalformed(Invalid):
    """What is asked for could never be deployed; `reasons` are all of them."""

    code = "deployments.malformed"


class ManifestInvalid(Invalid):
    """A product's manifest does not say how it is served; `reasons` are all of them."""

    code = "deployments.manifest_invalid"


class ParameterRefused(Invalid):
    """There is no such parameter, or the value is out of its bounds."""

    code = "deployments.parameter_refused"


class DeploymentRefused(Conflict):
    """As the deployment stands, this cannot be done."""

    code = "deployments.refused"


class OrderReused(Conflict):
    """One key stands for one order."""

    code = "deployments.order_reused"
