"""Snapshots: what a context's modules can see, loaded once for all of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import item_keys, key_names
from headrace.capabilities.artifacts.model import ArtifactType, Effective, VersionRef
from headrace.capabilities.streams import store
from headrace.capabilities.streams.model import Context, ContextId, Item, Module
from headrace.capabilities.streams.rules import Snapshot
from headrace.kernel.context import Ctx
from headrace.kernel.json import Json

Rows = tuple[Mapping[str, Json], ...]
Span = tuple[datetime, datetime]


def snapshot(
    ctx: Ctx, context: Context, modules: Sequence[Module], period: Span | None = None
) -> Snapshot:
    """What is effective in a context and around it, of the types that its modules read.

    `period` is [begin, end): what was handed in within it counts as of the period.
    """
    above = store.above(ctx.db, ctx.organisation, context.id)
    linked = store.linked(ctx.db, ctx.organisation, context.id)
    within = store.within(ctx.db, ctx.organisation, context.id)
    wanted = _sections(modules)
    places = {context.id, *above, *linked, *within}
    versions = artifacts.effective_in(ctx, _types(ctx, modules), places, read=wanted)
    return Snapshot(
        context=context.id,
        above=above,
        linked=linked,
        within=within,
        items=tuple(_item(ctx, version, wanted) for version in versions),
        done=store.done(ctx.db, ctx.organisation, context.id),
        in_period=None if period is None else _made_in(versions, period),
    )


def _types(ctx: Ctx, modules: Sequence[Module]) -> Sequence[str]:
    return sorted({s.type for m in modules for s in m.inputs} | _satisfying(ctx, modules))


def _satisfying(ctx: Ctx, modules: Sequence[Module]) -> set[str]:
    """Types that an edge may name as satisfying: any, so all are looked at where edges are read."""
    if not any(module.edges for module in modules):
        return set()
    return {declared.name for declared in ctx.declared(ArtifactType)}


def _made_in(versions: Sequence[Effective], period: Span) -> frozenset[VersionRef]:
    begin, end = period
    return frozenset(v.ref for v in versions if begin <= v.created_at < end)


def _sections(modules: Sequence[Module]) -> Mapping[str, set[str]]:
    """By type, the sections whose items somebody counts or whose rows are edges."""
    wanted: dict[str, set[str]] = {}
    for module in modules:
        types = {selector.name: selector.type for selector in module.inputs}
        for selector in module.inputs:
            if selector.section:
                wanted.setdefault(selector.type, set()).add(selector.section)
            source, _, section = selector.of.partition("#")
            if section:
                wanted.setdefault(types[source], set()).add(section)
        if module.edges is not None:
            wanted.setdefault(types[module.edges.selector], set()).add(module.edges.section)
    return wanted


def _item(ctx: Ctx, version: Effective, wanted: Mapping[str, set[str]]) -> Item:
    sections: dict[str, Rows] = {}
    keys: dict[str, tuple[str, ...]] = {}
    layout = artifacts.layout(ctx, version.type)
    for name in wanted.get(version.type, ()):
        rows = section_rows(version.content or {}, name)
        sections[name] = rows
        declared = next((s for s in layout.sections if s.name == name), None)
        if declared is not None and key_names(declared):
            keys[name] = tuple(item_keys(rows, key_names(declared)))
    return Item(
        ref=version.ref,
        type=version.type,
        slug=version.ref.artifact.partition("/")[2],
        context=ContextId(version.context),
        sections=sections,
        keys=keys,
    )


def section_rows(content: Mapping[str, Json], section: str) -> Rows:
    """The rows or items of a section; none when the content has no such section."""
    sections = content.get("sections")
    rows = sections.get(section) if isinstance(sections, Mapping) else None
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        return ()
    return tuple(row for row in rows if isinstance(row, Mapping))
