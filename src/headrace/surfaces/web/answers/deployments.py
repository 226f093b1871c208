"""Answers: services as a host runs them, with what may be changed while they run."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A number that may be changed within its bounds; a `drill` makes the service worse on purpose."""

    name: str
    default: float
    low: float
    high: float
    unit: str
    meaning: str
    drill: bool


@dataclass(frozen=True, kw_only=True)
class ParameterShown:
    parameter: Parameter
    value: float


@dataclass(frozen=True, kw_only=True)
class MeasureLine:
    name: str
    unit: str
    meaning: str


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """`serving` is the commit that answers now; it may be an earlier one than `commit`."""

    service: str
    repository: str
    commit: str
    serving: str
    generation: int
    state: str
    problem: str
    address: str
    host: str
    access_log: str
    started_at: datetime | None
    restarts: int
    wanted_at: datetime
    wanted_by: str
    parameters: tuple[ParameterShown, ...]
    measures: tuple[MeasureLine, ...]


@dataclass(frozen=True, kw_only=True)
class Deployments:
    items: tuple[Deployment, ...]
    next: str | None
