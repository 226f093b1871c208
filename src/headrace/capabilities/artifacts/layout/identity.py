"""What of a content counts: its authored part, its hash, its elements."""

import hashlib
import json
from collections.abc import Iterator, Mapping

from headrace.capabilities.artifacts.layout.artifact_type import ArtifactType
from headrace.capabilities.artifacts.layout.content import Content, item_keys, normal
from headrace.capabilities.artifacts.layout.parts import (
    Body,
    Checklist,
    Each,
    Field,
    Group,
    Section,
    Table,
)


def authored(layout: ArtifactType, content: Mapping[str, object]) -> Content:
    """`content` without its projected parts and without what is empty: what a version is made of."""
    whole = normal(layout, content)
    return {
        "title": whole["title"],
        "fields": _kept_fields(layout.fields, whole["fields"]),
        "sections": _kept_sections(layout, whole["sections"]),
        "extra": whole["extra"],
    }


def content_hash(layout: ArtifactType, content: Mapping[str, object]) -> str:
    """SHA-256, in hexadecimal, over the canonical JSON of what is authored."""
    return canonical_hash(authored(layout, content))


def canonical_hash(value: object) -> str:
    """SHA-256 of `value` as JSON with sorted keys, no spaces, ASCII only."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def elements(layout: ArtifactType, content: Mapping[str, object]) -> dict[str, str]:
    """The hash of each authored element by its id, in the order of the document.

    Elements: "title", "fields", each section ("sections.scope"), each keyed row, criterion and
    repeated item ("sections.streams[api]") and the parts in them, and each extra ("extra.PLACE").
    """
    kept = authored(layout, content)
    found = {"title": kept["title"], "fields": kept["fields"]}
    found |= dict(_section_elements(layout, kept["sections"], "sections"))
    if isinstance(kept["extra"], Mapping):
        found |= {f"extra.{place}": words for place, words in kept["extra"].items()}
    return {name: canonical_hash(value) for name, value in found.items()}


def changed_elements(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Ids of elements that were added, removed or changed between two results of `elements`."""
    names = [*after, *(name for name in before if name not in after)]
    return tuple(name for name in names if before.get(name) != after.get(name))


def _kept_fields(fields: tuple[Field, ...], values: object) -> object:
    if not isinstance(values, Mapping):
        return values
    hidden = {field.name for field in fields if field.projected}
    return {name: value for name, value in values.items() if name not in hidden}


def _kept_sections(body: Body, values: object) -> object:
    if not isinstance(values, Mapping):
        return values
    known = {section.name: section for section in body.sections}
    kept = {
        name: _kept(known[name], value) if name in known else value
        for name, value in values.items()
        if name not in known or not known[name].projected
    }
    return {name: value for name, value in kept.items() if value not in ("", [], {}, None)}


def _kept(section: Section, value: object) -> object:
    if isinstance(section, Group):
        return _kept_flat(section, value)
    if isinstance(section, Each) and isinstance(value, list):
        return [_kept_flat(section, item) for item in value]
    if isinstance(section, Table) and isinstance(value, list):
        return [_kept_fields(section.columns, row) for row in value]
    if isinstance(value, Mapping) and value.get("text") == "":  # a code block without code
        return None
    return value


def _kept_flat(body: Group | Each, values: object) -> object:
    if not isinstance(values, Mapping):
        return values
    parts = {section.name for section in body.sections}
    other = {name: value for name, value in values.items() if name not in parts}
    sections = {name: value for name, value in values.items() if name in parts}
    fields, kept = _kept_fields(body.fields, other), _kept_sections(body, sections)
    return fields | kept if isinstance(fields, dict) and isinstance(kept, dict) else values


def _section_elements(body: Body, values: object, path: str) -> Iterator[tuple[str, object]]:
    if not isinstance(values, Mapping):
        return
    for section in body.sections:
        if section.name in values:
            at, value = f"{path}.{section.name}", values[section.name]
            yield at, value
            yield from _inner_elements(section, value, at)


def _inner_elements(section: Section, value: object, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(section, Group):
        yield from _section_elements(section, value, path)
    keys = key_names(section)
    if not keys or not isinstance(value, list):
        return
    for key, item in zip(item_keys(value, keys), value, strict=True):
        yield f"{path}[{key}]", item
        if isinstance(section, Each):
            yield from _section_elements(section, item, f"{path}[{key}]")


def key_names(section: Section) -> tuple[str, ...]:
    """What identifies an item of `section`; nothing when its items have no identity."""
    match section:
        case Each():
            return ("name",)
        case Table():
            return section.key
        case Checklist(ids=prefix) if prefix:
            return ("id",)
    return ()
