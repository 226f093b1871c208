"""The words of telemetry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

Attribute = str | int | float | bool | tuple[str, ...]
Attributes = Mapping[str, Attribute]


@dataclass(frozen=True, kw_only=True)
class Telemetry:
    """Whether spans go to a collector from this machine; the composition root declares it once.

    Where they go, and as what, is told by OpenTelemetry's own variables (OTEL_…).
    """

    wanted: bool = False


class SpanKind(StrEnum):
    """Whether something was done within, or asked of somebody outside."""

    INTERNAL = "internal"
    CLIENT = "client"


@dataclass(frozen=True, kw_only=True)
class SpanEvent:
    """Something that happened at one instant of a span."""

    name: str
    at: datetime
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Span:
    """One stretch of work, in the world's time. Ids are hexadecimal and follow from what it tells of.

    `error` names the sort of failure, "" without one.
    """

    name: str
    kind: SpanKind = SpanKind.INTERNAL
    trace: str
    id: str
    parent: str | None = None
    began: datetime
    ended: datetime
    attributes: Attributes = field(default_factory=dict)
    events: tuple[SpanEvent, ...] = ()
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """Whether the collector has taken what was sent."""

    taken: bool
