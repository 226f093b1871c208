"""Feature folders: each brings its own `feature.py`; the service finds and mounts them all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from markupsafe import Markup

if TYPE_CHECKING:
    from auth.model import Principal
    from jobs.model import JobContext
    from service import Service
    from telemetry import Metrics

SOURCE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class SlotRequest:
    """What a page tells a feature that may add something to it."""

    service: "Service"
    principal: "Principal"
    values: Mapping[str, Any]


JobHandler = Callable[["Service", "JobContext"], None]
SlotRenderer = Callable[[SlotRequest], Markup]
HealthProbe = Callable[["Service"], bool]


@dataclass(frozen=True, kw_only=True)
class Feature:
    """What one folder offers to the service. Everything but the name is optional."""

    name: str
    router: APIRouter | None = None
    migrations: tuple[str, ...] = ()
    """SQL statements, run once each in this order."""
    jobs: Mapping[str, JobHandler] = field(default_factory=dict)
    """Kind of job to the function that does it."""
    provides: Mapping[str, object] = field(default_factory=dict)
    """What other features may ask for by name, so that no folder imports another's."""
    slots: Mapping[str, SlotRenderer] = field(default_factory=dict)
    """Name of a place on a page to what is shown there."""
    static: Path | None = None
    """Files served under `/static/<name>/`."""
    health: Mapping[str, HealthProbe] = field(default_factory=dict)
    metrics: Callable[["Metrics"], object] | None = None
    """Declares what it counts, so that the page of metrics names it before anything happens."""


def discover(source: Path = SOURCE) -> tuple[Feature, ...]:
    """Every `FEATURE` of a `feature.py` below the source folder, in the order of their paths."""
    found = []
    for path in sorted(source.rglob("feature.py")):
        module = ".".join(path.relative_to(source).with_suffix("").parts)
        feature = import_module(module).FEATURE
        assert isinstance(feature, Feature), f"{module}.FEATURE is not a Feature"
        found.append(feature)
    _refuse_twins(found)
    return tuple(found)


def _refuse_twins(found: list[Feature]) -> None:
    offers: dict[tuple[str, str], str] = {}
    for feature in found:
        claims = [("feature", feature.name)]
        claims += [("job", kind) for kind in feature.jobs]
        claims += [("capability", name) for name in feature.provides]
        for claim in claims:
            if claim in offers:
                raise ValueError(f"{claim[0]} {claim[1]!r}: {offers[claim]} and {feature.name}")
            offers[claim] = feature.name
