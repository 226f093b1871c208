"""The streams and modules of the house, as they are declared."""

from collections.abc import Iterable, Sequence

from headrace.capabilities.artifacts.model import ArtifactType
from headrace.capabilities.streams.model import (
    Context,
    Module,
    Stream,
    StreamRefused,
    StreamUnknown,
)
from headrace.capabilities.streams.registry import stream_faults
from headrace.kernel.context import Ctx
from headrace.kernel.house import House


def check(house: House) -> None:
    """Refuse a house whose streams do not hold together. Raises StreamRefused with every fault."""
    types = {declared.name for declared in house.declared(ArtifactType)}
    faults = [
        fault for declared in house.declared(Stream) for fault in stream_faults(declared, types)
    ]
    if faults:
        raise StreamRefused("; ".join(faults), faults=faults)


def stream(ctx: Ctx, name: str, version: int | None = None) -> Stream:
    """A stream by name; its newest version, or the one named. Raises StreamUnknown."""
    found = [one for one in ctx.declared(Stream) if one.name == name]
    chosen = [one for one in found if version is None or one.version == version]
    if not chosen:
        known = ", ".join(f"{one.name} v{one.version}" for one in ctx.declared(Stream)) or "none"
        raise StreamUnknown(f"No stream {name!r} in version {version}; there are: {known}")
    return max(chosen, key=lambda one: one.version)


def stream_of(ctx: Ctx, context: Context) -> Stream:
    """The stream that a context has pinned. Raises StreamUnknown."""
    return stream(ctx, context.stream, context.stream_version)


def modules(ctx: Ctx, context: Context) -> Sequence[Module]:
    """The modules that run in a context of this kind."""
    return _of_kind(stream_of(ctx, context).modules, context.kind)


def module(ctx: Ctx, context: Context, key: str) -> Module:
    """A module of a context's stream. Raises StreamUnknown."""
    for one in stream_of(ctx, context).modules:
        if one.key == key:
            return one
    known = ", ".join(one.key for one in stream_of(ctx, context).modules)
    raise StreamUnknown(f"No module {key!r} in {context.stream}; there are: {known}")


def _of_kind(found: Iterable[Module], kind: str) -> Sequence[Module]:
    return tuple(one for one in found if one.context_kind == kind)
