"""Readiness: what a module's declaration says about a context as it stands. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from headrace.capabilities.artifacts.model import VersionRef
from headrace.capabilities.streams.model import (
    Candidate,
    Cardinality,
    ContextId,
    Edges,
    Held,
    Item,
    Module,
    Readiness,
    Scope,
    Selector,
)


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A context and what is effective around it, at one instant.

    `above` are its ancestors, nearest first; `items` are effective artifacts of it, of them, of the
    contexts `linked` to it and `within` it, oldest first; `done` holds (module, element) of its
    runs that are done; `in_period` the versions that were handed in within the run's period.
    """

    context: ContextId
    above: tuple[ContextId, ...] = ()
    linked: tuple[ContextId, ...] = ()
    within: tuple[ContextId, ...] = ()
    items: tuple[Item, ...] = ()
    done: Collection[tuple[str, str]] = frozenset()
    in_period: Collection[VersionRef] | None = None


def readiness(module: Module, snapshot: Snapshot) -> tuple[Readiness, ...]:
    """For each element of the module (or for the whole, as element ''), ready or held.

    A held one names everything it waits for, not the first thing.
    """
    each = _each(module)
    if each is None:
        return (_of_element(module, snapshot, "", None),)
    found = _items(each, snapshot)
    elements = _elements(each, found)
    if not elements:
        return (Held(module=module.key, element="", reasons=(_missing(each),)),)
    return tuple(_of_element(module, snapshot, element, item) for element, item in elements)


def _of_element(module: Module, snapshot: Snapshot, element: str, item: Item | None) -> Readiness:
    inputs: dict[str, tuple[VersionRef, ...]] = {}
    reasons: list[str] = []
    for selector in module.inputs:
        taken = _take(module, selector, snapshot, element, item)
        if isinstance(taken, str):
            if selector.required:
                reasons.append(taken)
            inputs[selector.name] = ()
        else:
            inputs[selector.name] = taken
    if module.edges is not None:
        reasons.extend(holds(module.key, module.edges, snapshot, element, inputs))
    if reasons:
        return Held(module=module.key, element=element, reasons=tuple(reasons))
    return Candidate(module=module.key, element=element, inputs=inputs)


def _take(
    module: Module, selector: Selector, snapshot: Snapshot, element: str, item: Item | None
) -> tuple[VersionRef, ...] | str:
    """The versions that a selector takes, or what it misses."""
    found = _items(selector, snapshot)
    match selector.cardinality:
        case Cardinality.EACH:
            assert item is not None  # the elements came from this very selector
            part = f"sections.{selector.section}[{element}]" if selector.section else ""
            return (VersionRef(item.ref.artifact, item.ref.number, part),)
        case Cardinality.ONE:
            return (found[-1].ref,) if found else _missing(selector)
        case Cardinality.SAME_KEY:
            same = [one for one in found if _key(one) == element]
            return (same[-1].ref,) if same else f"{_missing(selector)} for {element}"
        case Cardinality.COLLECT:
            if len(found) < selector.least:
                return f"{len(found)} of at least {selector.least} {selector.type}"
            return tuple(sorted(one.ref for one in found))
        case Cardinality.ALL:
            return _all(module, selector, snapshot, found)


def _all(
    module: Module, selector: Selector, snapshot: Snapshot, found: Sequence[Item]
) -> tuple[VersionRef, ...] | str:
    name, _, section = selector.of.partition("#")
    source = next(one for one in module.inputs if one.name == name)
    owners = _items(source, snapshot)
    if not owners:
        return _missing(source)
    wanted = owners[-1].keys.get(section, ())
    if not wanted:
        return f"an item in {section} of the {source.type}"
    newest = {_key(one): one.ref for one in found}
    lacking = [key for key in wanted if key not in newest]
    if lacking:
        return f"{selector.type} of {', '.join(lacking)}"
    return tuple(sorted(newest[key] for key in wanted))


def holds(
    module: str,
    edges: Edges,
    snapshot: Snapshot,
    element: str,
    inputs: Mapping[str, tuple[VersionRef, ...]],
) -> tuple[str, ...]:
    """What holds an element back by the edges that its input declares."""
    owner = next(
        (i for i in snapshot.items if any(i.ref == r.version for r in inputs[edges.selector])), None
    )
    if owner is None:
        return ()
    return tuple(
        reason
        for row in owner.sections.get(edges.section, ())
        if row.get(edges.dependent) == element and row.get(edges.kind) in edges.holding
        for reason in _held_by(module, edges, snapshot, row)
    )


def _held_by(
    module: str, edges: Edges, snapshot: Snapshot, row: Mapping[str, object]
) -> tuple[str, ...]:
    satisfied_by = str(row.get(edges.satisfied_by) or "")
    before = str(row.get(edges.prerequisite))
    if satisfied_by:
        wanted = satisfied_by.partition("#")[0]
        there = any(i.type == wanted and i.context == snapshot.context for i in snapshot.items)
        return () if there else (f"{before}, until {wanted} is approved",)
    return () if (module, before) in snapshot.done else (f"{before}, until it is done",)


def _items(selector: Selector, snapshot: Snapshot) -> list[Item]:
    """The effective artifacts that a selector sees, oldest first."""
    of_type = [item for item in snapshot.items if item.type == selector.type]
    if selector.in_period and snapshot.in_period is not None:
        of_type = [item for item in of_type if item.ref in snapshot.in_period]
    match selector.scope:
        case Scope.OWN:
            return [item for item in of_type if item.context == snapshot.context]
        case Scope.LINKED:
            return [item for item in of_type if item.context in snapshot.linked]
        case Scope.WITHIN:
            inside = {snapshot.context, *snapshot.within}
            return [item for item in of_type if item.context in inside]
        case Scope.ANCESTOR:
            for context in (snapshot.context, *snapshot.above):
                here = [item for item in of_type if item.context == context]
                if here:
                    return here
            return []


def _elements(each: Selector, found: Sequence[Item]) -> list[tuple[str, Item]]:
    if each.section:
        return [(key, item) for item in found[-1:] for key in item.keys.get(each.section, ())]
    return [(_key(item), item) for item in found]


def _key(item: Item) -> str:
    """The last part of a slug: `bulk-data-export/api` belongs to the element `api`."""
    return item.slug.rpartition("/")[2]


def _each(module: Module) -> Selector | None:
    for selector in module.inputs:
        if selector.cardinality is Cardinality.EACH:
            return selector
    return None


def _missing(selector: Selector) -> str:
    return f"an approved {selector.type}"
