"""The registry's law: which declarations of streams hold together. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from headrace.capabilities.artifacts.layout import key_names
from headrace.capabilities.artifacts.model import ArtifactType
from headrace.capabilities.streams.model import (
    Cardinality,
    Module,
    Scope,
    Selector,
    Start,
    Stream,
)

Types = Mapping[str, ArtifactType]
"""The artifact types of the house by name."""


def stream_faults(stream: Stream, types: Types) -> tuple[str, ...]:
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
    return {
        module.key: {
            maker.key
            for selector in module.inputs
            if selector.required
            for maker in _makers(stream, selector)
            if maker.key != module.key and _depends(selector, maker, module)
        }
        for module in stream.modules
    }


def _makers(stream: Stream, selector: Selector) -> Iterator[Module]:
    yield from (module for module in stream.modules if selector.type in module.outputs)


def _depends(selector: Selector, maker: Module, reader: Module) -> bool:
    same_kind = maker.context_kind == reader.context_kind
    return same_kind or selector.scope in {Scope.WITHIN, Scope.LINKED}


def downstream(stream: Stream, key: str) -> tuple[str, ...]:
    """Every module that a change of this one's output would reach, in order.

    What is read only if it is there, or from the context above, is reached as well.
    """
    reached, fresh = {key}, {key}
    while fresh:
        fresh = {one.key for one in stream.modules if _reads_of(stream, one) & fresh} - reached
        reached |= fresh
    return tuple(module for module in order(stream) if module in reached - {key})


def _reads_of(stream: Stream, reader: Module) -> set[str]:
    return {maker.key for selector in reader.inputs for maker in _makers(stream, selector)}


def _repeats(stream: Stream) -> Iterator[str]:
    for key, count in Counter(module.key for module in stream.modules).items():
        if count > 1:
            yield f"module {key!r} is declared {count} times"


def _module_faults(stream: Stream, module: Module, types: Types) -> Iterator[str]:
    place = f"module {module.key!r}"
    if module.context_kind not in stream.kinds:
        yield f"{place} runs in a {module.context_kind!r}, which is no kind of this stream"
    if module.opening is not None and module.opening.kind not in stream.kinds:
        yield f"{place} opens a {module.opening.kind!r}, which is no kind of this stream"
    for output in module.outputs:
        if output not in types:
            yield f"{place} makes {output!r}, which is no artifact type"
    for name, count in Counter(selector.name for selector in module.inputs).items():
        if count > 1:
            yield f"{place}, input {name!r}: the name is used {count} times"
    for selector in module.inputs:
        for fault in _selector_faults(module, selector, types):
            yield f"{place}, input {selector.name!r}: {fault}"
    yield from (f"{place} {fault}" for fault in _start_faults(module))
    yield from (f"{place} {fault}" for fault in _section_faults(module, types))


def _selector_faults(module: Module, selector: Selector, types: Types) -> Iterator[str]:
    names = {one.name for one in module.inputs}
    if selector.type not in types:
        yield f"{selector.type!r} is no artifact type"
    owner, _, section = selector.of.partition("#")
    if selector.cardinality is Cardinality.ALL and (
        owner not in names - {selector.name} or not section
    ):
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


def _section_faults(module: Module, types: Types) -> Iterator[str]:
    """Sections that a selector counts and that its type lacks, or whose items have no key."""
    read = {selector.name: types.get(selector.type) for selector in module.inputs}
    for selector in module.inputs:
        owner, _, section = selector.of.partition("#")
        of_other = (owner, section) if owner != selector.name else ("", "")
        for name, wanted in ((selector.name, selector.section), of_other):
            layout = read.get(name)
            if wanted and layout is not None and wanted not in _keyed(layout):
                yield f"counts {name}#{wanted}, which is no section of {layout.name} with keys"
    owned = read.get(module.edges.selector) if module.edges is not None else None
    if module.edges is not None and owned is not None and not _has(owned, module.edges.section):
        yield f"reads its edges from {module.edges.section!r}, which {owned.name} lacks"


def _has(layout: ArtifactType, name: str) -> bool:
    return any(section.name == name for section in layout.sections)


def _keyed(layout: ArtifactType) -> set[str]:
    return {section.name for section in layout.sections if key_names(section)}


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
