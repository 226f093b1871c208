"""The streams and modules of the house, as they are declared."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

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
    types = {declared.name: declared for declared in house.declared(ArtifactType)}
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
    """The modules that run in a context of this kind, with what they demand in this very one."""
    found = _of_kind(stream_of(ctx, context).modules, context.kind)
    return tuple(_demanding(ctx, context, one) for one in found)


def module(ctx: Ctx, context: Context, key: str) -> Module:
    """A module of a context's stream. Raises StreamUnknown."""
    for one in stream_of(ctx, context).modules:
        if one.key == key:
            return _demanding(ctx, context, one)
    known = ", ".join(one.key for one in stream_of(ctx, context).modules)
    raise StreamUnknown(f"No module {key!r} in {context.stream}; there are: {known}")


def _of_kind(found: Iterable[Module], kind: str) -> Sequence[Module]:
    return tuple(one for one in found if one.context_kind == kind)


def _demanding(ctx: Ctx, context: Context, module: Module) -> Module:
    """The module whose optional inputs are required where the context demands them."""
    demanded = module.demands(ctx, context.id) if module.demands is not None else ()
    if not demanded:
        return module
    inputs = tuple(
        replace(one, required=one.required or one.name in demanded) for one in module.inputs
    )
    return replace(module, inputs=inputs)
