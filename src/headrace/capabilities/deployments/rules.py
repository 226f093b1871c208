"""Decisions about deployments: names, parameters within their bounds, and how often one is started again."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from headrace.capabilities.deployments.model import ServiceSpec

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?")
_COMMIT = re.compile(r"[0-9a-f]{40}")

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=0.2), timedelta(seconds=10)
"""Before a process that died is started again; each further death doubles it."""

MOST_DEATHS, WITHIN = 5, timedelta(minutes=5)
"""So many deaths in so much real time are given up; then a person or a runbook decides."""


def malformed(service: str, commit: str) -> tuple[str, ...]:
    """Every fault of an order to deploy."""
    faults = []
    if not _NAME.fullmatch(service):
        faults.append(f"{service!r} is no name of a service: lower-case words with hyphens")
    if not _COMMIT.fullmatch(commit):
        faults.append(f"{commit!r} is no commit: forty hexadecimal digits")
    return tuple(faults)


def refusal(spec: ServiceSpec, name: str, value: float) -> str | None:
    """Why a parameter may not have this value; None when it may."""
    known = spec.parameter(name)
    if known is None:
        names = ", ".join(one.name for one in spec.parameters) or "it has none"
        return f"no parameter {name!r}: {names}"
    if not math.isfinite(value) or not known.low <= value <= known.high:
        return f"{name} is from {known.low:g} to {known.high:g} {known.unit}".rstrip()
    return None


def parameters(spec: ServiceSpec, held: Mapping[str, float]) -> Mapping[str, float]:
    """Every parameter of a spec with its value: the one held where it still fits, else the default."""
    return {
        one.name: held[one.name]
        if one.name in held and refusal(spec, one.name, held[one.name]) is None
        else one.default
        for one in spec.parameters
    }


@dataclass(frozen=True, kw_only=True)
class Again:
    """Start once more after this pause."""

    pause: timedelta


def after_death(deaths: Sequence[datetime], now: datetime) -> Again | None:
    """What follows the newest of these deaths (real times); None gives up."""
    recent = [one for one in deaths if now - one < WITHIN]
    if len(recent) >= MOST_DEATHS:
        return None
    return Again(pause=min(FIRST_PAUSE * 2 ** max(0, len(recent) - 1), LONGEST_PAUSE))
