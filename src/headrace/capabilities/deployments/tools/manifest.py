"""Reads how a product is served from its manifest; every fault is told."""

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from headrace.capabilities.deployments.model import (
    MANIFEST,
    ManifestInvalid,
    Measure,
    Parameter,
    ServiceSpec,
)
from headrace.kernel.errors import Invalid
from headrace.kernel.json import from_json

T = TypeVar("T")

PLACES = frozenset(
    {"port", "address", "data", "access_log", "parameters", "flag_url", "flag_token"}
)
"""What a command and its environment may name in braces; the host fills it in."""

_SERVE = frozenset(
    {"command", "environment", "health", "metrics", "scrape-seconds", "start-seconds"}
)


@dataclass(frozen=True, kw_only=True)
class _Served:
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    health: str
    metrics: str = ""


@dataclass(frozen=True, kw_only=True)
class _Parameter:
    default: float
    low: float
    high: float
    unit: str = ""
    meaning: str = ""
    drill: bool = False


@dataclass(frozen=True, kw_only=True)
class _Measure:
    run: tuple[str, ...]
    unit: str = ""
    meaning: str = ""


def spec_of(text: bytes) -> ServiceSpec:
    """How the product of this manifest is served. Raises ManifestInvalid with every fault."""
    try:
        said = YAML(typ="safe", pure=True).load(text.decode())
    except (YAMLError, UnicodeDecodeError) as fault:
        raise _invalid([f"it cannot be read: {fault}"]) from None
    if not isinstance(said, dict) or not isinstance(said.get("serve"), dict):
        raise _invalid(["it has no `serve:`, so nobody knows how to run it"])
    faults: list[str] = []
    spec = _spec(said, faults)
    if spec is not None:
        faults += _odd(spec)
    if spec is None or faults:
        raise _invalid(faults)
    return spec


def _spec(said: Mapping[str, object], faults: list[str]) -> ServiceSpec | None:
    serve = said["serve"]
    assert isinstance(serve, dict)
    faults += [f"serve.{name}: not known" for name in serve if name not in _SERVE]
    served = _read(_Served, {k: v for k, v in serve.items() if k in _SERVE}, "serve", faults)
    scrape = _read(float, serve.get("scrape-seconds", 5.0), "serve.scrape-seconds", faults)
    within = _read(float, serve.get("start-seconds", 60.0), "serve.start-seconds", faults)
    parameters = [
        Parameter(name=name, **vars(read))
        for name, one in _named(said, "parameters", faults)
        if (read := _read(_Parameter, one, f"parameters.{name}", faults)) is not None
    ]
    measures = [
        Measure(name=name, **vars(taken))
        for name, one in _named(said, "measures", faults)
        if (taken := _read(_Measure, one, f"measures.{name}", faults)) is not None
    ]
    if served is None or scrape is None or within is None:
        return None
    return ServiceSpec(
        command=served.command,
        environment=served.environment,
        health=served.health,
        metrics=served.metrics,
        scrape=timedelta(seconds=scrape),
        start_within=timedelta(seconds=within),
        parameters=tuple(parameters),
        measures=tuple(measures),
    )


def _named(
    said: Mapping[str, object], part: str, faults: list[str]
) -> Iterator[tuple[str, object]]:
    given = said.get(part) or {}
    if not isinstance(given, dict):
        faults.append(f"{part}: name each with what it is")
        return
    for name, one in given.items():
        yield str(name), one


def _read(kind: type[T], value: object, place: str, faults: list[str]) -> T | None:
    try:
        return from_json(kind, value)
    except Invalid as fault:
        told = fault.details["faults"]
        assert isinstance(told, list)
        faults += [f"{place}.{one}" for one in told]
        return None


def _odd(spec: ServiceSpec) -> Iterator[str]:
    """What can be read and still makes no sense."""
    if not spec.command:
        yield "serve.command: it has no words"
    for path in (spec.health, spec.metrics):
        if path and not path.startswith("/"):
            yield f"serve: {path!r} is no path; begin it with a slash"
    if spec.scrape < timedelta(seconds=1):
        yield "serve.scrape-seconds: at least 1"
    for text in (*spec.command, *spec.environment.values()):
        yield from _unknown_places(text)
    for name in spec.environment:
        if name.upper().startswith("HEADRACE_"):
            yield f"serve.environment.{name}: names of HEADRACE_ are not a product's"
    for one in spec.parameters:
        if not one.low <= one.default <= one.high:
            yield f"parameters.{one.name}: the default lies between low and high"


def _unknown_places(text: str) -> Iterator[str]:
    try:
        names = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    except ValueError as fault:
        yield f"serve: {text!r}: {fault}"
        return
    for name in names:
        if name not in PLACES:
            known = ", ".join(sorted(PLACES))
            yield f"serve: {text!r} names {{{name}}}; known are {known}"


def _invalid(faults: list[str]) -> ManifestInvalid:
    return ManifestInvalid(f"{MANIFEST}: {'; '.join(faults)}", reasons=faults)
