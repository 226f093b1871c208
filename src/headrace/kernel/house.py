"""The house as composed: every declaration, found by name; a fault stops the start and names both places."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from headrace.kernel.capability import Capability, Check, Operation, Schedule, Subscription
from headrace.kernel.errors import NotFound
from headrace.kernel.events import Event
from headrace.kernel.flow import Flow
from headrace.kernel.inputs import Listing

T = TypeVar("T")


class Miscomposed(Exception):
    """The declarations contradict each other; the message lists every fault."""


@dataclass(frozen=True)
class House:
    """What the composition root joined. Frozen; a verb reads it through `ctx.house`."""

    capabilities: tuple[Capability, ...]

    def __post_init__(self) -> None:
        every = self.capabilities
        faults = [*_duplicates(every), *_dangling(every), *_unlisted(every)]
        if faults:
            raise Miscomposed("The house does not fit together:\n  " + "\n  ".join(faults))

    @cached_property
    def operations(self) -> dict[str, Operation]:
        return {o.name: o for c in self.capabilities for o in c.operations}

    @cached_property
    def flows(self) -> dict[str, Flow]:
        return {f.name: f for c in self.capabilities for f in c.flows}

    @cached_property
    def events(self) -> dict[str, type[Event]]:
        return {e.type: e for c in self.capabilities for e in c.events}

    @cached_property
    def subscriptions(self) -> tuple[Subscription, ...]:
        return tuple(s for c in self.capabilities for s in c.subscriptions)

    @cached_property
    def schedules(self) -> tuple[Schedule, ...]:
        """The schedules that are wanted here, in the order of the house."""
        every = (s for c in self.capabilities for s in c.schedules)
        return tuple(s for s in every if s.wanted is None or s.wanted(self))

    def checks(self, question: str) -> tuple[Check, ...]:
        """Every check that answers `question`, in the order of the house."""
        return tuple(k for c in self.capabilities for k in c.checks if k.question == question)

    def declared(self, kind: type[T]) -> tuple[T, ...]:
        """Every declaration of `kind`, in the order of the house."""
        return tuple(d for c in self.capabilities for d in c.declares if isinstance(d, kind))

    def flow(self, name: str) -> Flow:
        if name not in self.flows:
            raise NotFound(f"No flow {name!r}; this house has {', '.join(sorted(self.flows))}")
        return self.flows[name]


def _named(
    capabilities: Sequence[Capability], kind: str, names: Callable[[Capability], Iterable[str]]
) -> Iterator[tuple[str, str, str]]:
    for capability in capabilities:
        for name in names(capability):
            yield kind, name, capability.name


def _duplicates(capabilities: Sequence[Capability]) -> Iterator[str]:
    seen: dict[tuple[str, str], str] = {}
    every = [
        *_named(capabilities, "capability", lambda c: (c.name,)),
        *_named(capabilities, "operation", lambda c: (o.name for o in c.operations)),
        *_named(capabilities, "route", lambda c: (_route(o) for o in c.operations)),
        *_named(capabilities, "screen", lambda c: (s.path for s in c.screens)),
        *_named(capabilities, "event", lambda c: (e.type for e in c.events)),
        *_named(capabilities, "flow", lambda c: (f.name for f in c.flows)),
        *_named(capabilities, "subscription", lambda c: (s.name for s in c.subscriptions)),
        *_named(capabilities, "schedule", lambda c: (s.name for s in c.schedules)),
        *_named(capabilities, "check", lambda c: (k.name for k in c.checks)),
        *_named(capabilities, "permission", lambda c: (p.name for p in c.permissions)),
    ]
    for kind, name, place in every:
        if (kind, name) in seen:
            yield f"{kind} {name!r} is declared by {seen[kind, name]!r} and again by {place!r}"
        seen.setdefault((kind, name), place)


def _route(operation: Operation) -> str:
    return f"{operation.http.method} {operation.http.path}"


def _dangling(capabilities: Sequence[Capability]) -> Iterator[str]:
    flows = {f.name for c in capabilities for f in c.flows}
    events = {e.type for c in capabilities for e in c.events}
    permissions = {p.name for c in capabilities for p in c.permissions}
    for c in capabilities:
        for schedule in c.schedules:
            if schedule.flow not in flows:
                yield f"schedule {schedule.name!r} of {c.name!r} names no flow: {schedule.flow!r}"
        for subscription in c.subscriptions:
            for event in subscription.events:
                if event.type not in events:
                    yield f"{subscription.name!r} of {c.name!r} hears no event: {event.type!r}"
        for operation in c.operations:
            if operation.permission not in permissions:
                yield f"{operation.name!r} of {c.name!r} asks for no right: {operation.permission!r}"


def _unlisted(capabilities: Sequence[Capability]) -> Iterator[str]:
    operations = {o.name for c in capabilities for o in c.operations}
    for c in capabilities:
        for listing in (one for one in c.declares if isinstance(one, Listing)):
            if listing.operation not in operations:
                yield f"{listing.kind!r} of {c.name!r} is listed by no query: {listing.operation!r}"
