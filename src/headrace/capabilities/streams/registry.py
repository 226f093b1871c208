"""The registry's law: which declarations of streams hold together. Pure."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from graphlib import CycleError, TopologicalSorter

from headrace.capabilities.streams.model import (
    Cardinality,
    Module,
    Scope,
    Selector,
    Start,
    Stream,
)


def stream_faults(stream: Stream, types: Collection[str]) -> tuple[str, ...]:
    """Every reason why a stream may not be registered; empty when it holds together."""
    faults = [
        *_repeats(stream),
        *(fault for module in stream.modules for fault in _module_faults(stream, module, types)),
        *_circles(stream),
    ]
    return tuple(f"stream {stream.name!r}: {fault}" for fault in faults)


def order(stream: Stream) -> Sequence[str]:
    """The keys of the modules, each behind those it depends on. Raises CycleError."""
    return tuple(TopologicalSorter(dependencies(stream)).static_order())


def dependencies(stream: Stream) -> dict[str, set[str]]:
    """For each module, the modules whose outputs it needs.

    An opening edge is no dependency: what a module reads from the context above it was there when
    its own context was opened. A module that reads its own output (a log) does not depend on itself.
    """
    makers: dict[str, set[str]] = {}
    for module in stream.modules:
        for output in module.outputs:
            makers.setdefault(output, set()).add(module.key)
    kinds = {module.key: module.context_kind for module in stream.modules}
    return {
        module.key: {
            maker
            for selector in module.inputs
            if selector.required
            for maker in makers.get(selector.type, ())
            if maker != module.key and _depends(selector, kinds[maker], module.context_kind)
        }
        for module in stream.modules
    }


def _depends(selector: Selector, maker_kind: str, kind: str) -> bool:
    return maker_kind == kind or selector.scope in {Scope.WITHIN, Scope.LINKED}


def downstream(stream: Stream, key: str) -> tuple[str, ...]:
    """Every module that a change of this one's output would reach, in order."""
    needs = dependencies(stream)
    reached = {key}
    for module in order(stream):
        if needs.get(module, set()) & reached:
            reached.add(module)
    return tuple(module for module in order(stream) if module in reached - {key})


def _repeats(stream: Stream) -> Iterator[str]:
    for key, count in Counter(module.key for module in stream.modules).items():
        if count > 1:
            yield f"module {key!r} is declared {count} times"


def _module_faults(stream: Stream, module: Module, types: Collection[str]) -> Iterator[str]:
    place = f"module {module.key!r}"
    if module.context_kind not in stream.kinds:
        yield f"{place} runs in a {module.context_kind!r}, which is no kind of this stream"
    if module.opening is not None and module.opening.kind not in stream.kinds:
        yield f"{place} opens a {module.opening.kind!r}, which is no kind of this stream"
    for output in module.outputs:
        if output not in types:
            yield f"{place} makes {output!r}, which is no artifact type"
    for selector in module.inputs:
        for fault in _selector_faults(module, selector, types):
            yield f"{place}, input {selector.name!r}: {fault}"
    yield from (f"{place} {fault}" for fault in _start_faults(module))


def _selector_faults(module: Module, selector: Selector, types: Collection[str]) -> Iterator[str]:
    names = {one.name for one in module.inputs}
    if selector.type not in types:
        yield f"{selector.type!r} is no artifact type"
    if sum(one.name == selector.name for one in module.inputs) > 1:
        yield "the name is used twice"
    owner = selector.of.partition("#")[0]
    if selector.cardinality is Cardinality.ALL and owner not in names - {selector.name}:
        yield "`all` needs `of`, another input and its section, as fleet#streams"
    if selector.cardinality is Cardinality.SAME_KEY and _each(module) is None:
        yield "`same-key` needs another input with `each`"


def _start_faults(module: Module) -> Iterator[str]:
    if module.start is Start.EACH_PERIOD and not module.every:
        yield "starts each period and names no period"
    if module.start is Start.ON_EVENT and not module.event:
        yield "starts on an event and names none"
    if sum(one.cardinality is Cardinality.EACH for one in module.inputs) > 1:
        yield "has two inputs with `each`; one makes the elements"
    if module.edges is not None and module.edges.selector not in {s.name for s in module.inputs}:
        yield f"reads its edges from {module.edges.selector!r}, which is no input"


def _each(module: Module) -> Selector | None:
    for selector in module.inputs:
        if selector.cardinality is Cardinality.EACH:
            return selector
    return None


def _circles(stream: Stream) -> Iterator[str]:
    try:
        order(stream)
    except CycleError as fault:
        yield f"modules wait for each other: {' -> '.join(fault.args[1])}"
