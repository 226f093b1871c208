"""Fleets: which configurations of execution streams may run."""

from collections.abc import Collection, Iterator, Sequence
from graphlib import CycleError, TopologicalSorter

from headrace.capabilities.missions.model import FleetEdge, FleetStream
from headrace.capabilities.missions.rules.paths import is_plain, shared

KINDS = ("blocks", "informs", "shared-resource")
"""How one stream may depend on another. Source: fleet configuration template."""


def faults(
    streams: Sequence[FleetStream],
    edges: Sequence[FleetEdge],
    *,
    active_pools: Collection[str],
    policies: Collection[str],
) -> tuple[str, ...]:
    """Every reason why a fleet may not be configured so; empty when it may."""
    return tuple(
        [
            *_streams(streams, active_pools, policies),
            *_paths(streams),
            *_edges(streams, edges),
            *circles(edges),
        ]
    )


def _streams(
    streams: Sequence[FleetStream], pools: Collection[str], policies: Collection[str]
) -> Iterator[str]:
    names = [stream.name for stream in streams]
    if not names:
        yield "a fleet has at least one stream"
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"two streams are called {name!r}"
    for stream in streams:
        yield from _stream(stream, pools, policies)


def _stream(
    stream: FleetStream, pools: Collection[str], policies: Collection[str]
) -> Iterator[str]:
    if stream.pool not in pools:
        yield f"stream {stream.name!r}: agent type {stream.pool!r} is not active"
    if not stream.paths:
        yield f"stream {stream.name!r} owns no path"
    for path in stream.paths:
        if not is_plain(path):
            yield f"stream {stream.name!r}: {path!r} is no folder or file of the product"
    if stream.novelty_threshold is not None and not 0 <= stream.novelty_threshold <= 1:
        yield f"stream {stream.name!r}: a novelty threshold lies between 0 and 1"
    for policy in stream.policies:
        if policy not in policies:
            yield f"stream {stream.name!r}: no policy {policy!r}"


def _paths(streams: Sequence[FleetStream]) -> Iterator[str]:
    """Paths of two streams that one of them wants for itself alone."""
    alone = {stream.name for stream in streams if stream.exclusive}
    for one, other, path in shared({stream.name: stream.paths for stream in streams}):
        if {one, other} & alone:
            yield f"streams {one!r} and {other!r} both claim {path}"


def _edges(streams: Sequence[FleetStream], edges: Sequence[FleetEdge]) -> Iterator[str]:
    names = {stream.name for stream in streams}
    for edge in edges:
        for end in (edge.dependent, edge.prerequisite):
            if end not in names:
                yield f"dependency {edge.dependent} -> {edge.prerequisite}: no stream {end!r}"
        if edge.kind not in KINDS:
            yield f"dependency {edge.dependent} -> {edge.prerequisite}: {edge.kind!r} is no kind"
        if edge.dependent == edge.prerequisite and edge.kind != "blocks":
            yield f"stream {edge.dependent!r} depends on itself"  # one that blocks is a circle


def circles(edges: Sequence[FleetEdge]) -> tuple[str, ...]:
    """The circle among edges that hold work back, if there is one; `informs` holds nothing."""
    needs: dict[str, set[str]] = {}
    for edge in edges:
        if edge.kind == "blocks":
            needs.setdefault(edge.dependent, set()).add(edge.prerequisite)
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as fault:
        return (f"streams wait for each other: {' -> '.join(fault.args[1])}",)
    return ()


def design_required(streams: int, *, touches: Collection[str]) -> tuple[str, ...]:
    """Every reason why a mission needs a design before its streams start; empty when none.

    `touches` are marks of its scope: api, data-model, novel, regulated.
    """
    reasons = [f"{streams} streams work on it"] if streams > 1 else []
    names = {"api": "an API", "data-model": "a data model", "novel": "something novel"}
    names["regulated"] = "something regulated"
    reasons.extend(f"it touches {names[mark]}" for mark in sorted(touches) if mark in names)
    return tuple(reasons)
