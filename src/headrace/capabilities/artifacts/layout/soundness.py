"""Faults in a declaration itself, found when the program starts, never while it runs."""

from collections.abc import Iterable, Iterator

from headrace.capabilities.artifacts.layout.parts import (
    Body,
    Each,
    Field,
    Group,
    Prose,
    Section,
    Table,
)
from headrace.capabilities.artifacts.layout.plain_text import label_key

DEEPEST = 6
"""Markdown has six levels of headings."""


def body_faults(body: Body, level: int = 1, place: str = "") -> list[str]:
    """Every fault of `body`, whose own heading stands at `level`, and of all it holds."""
    found = [*_name_faults(body, place), *_label_faults(body, place)]
    if level + 1 > DEEPEST and body.sections:
        found.append(f"{place} is nested deeper than Markdown has headings")
    if sum(section.loose for section in body.sections) > 1:
        found.append(f"{place or 'the document'} has two parts for text without a heading")
    for section in body.sections:
        found += _section_faults(section, level + 1, f"{place}{section.name}.")
    return found


def _section_faults(section: Section, level: int, place: str) -> list[str]:
    if isinstance(section, Table):
        missing = set(section.key) - {column.name for column in section.columns}
        found = [f"{place} has a key {name!r} that is no column" for name in sorted(missing)]
        return found + [f"{place}: {fault}" for fault in _repeated(_labels(section.columns))]
    if isinstance(section, Each):
        return _item_faults(section, place) + body_faults(
            section, level + section.headed, f"{place}"
        )
    return body_faults(section, level, place) if isinstance(section, Group) else []


def _item_faults(section: Each, place: str) -> list[str]:
    found = []
    if "{name}" not in section.item:
        found.append(f"{place} names its items nowhere: {section.item!r}")
    if not section.headed and section.item.startswith("{name}"):
        found.append(f"{place} needs words before the name, having no heading of its own")
    taken = {"name", "title", "extra"} & {part.name for part in _parts(section)}
    return found + [f"{place} may not declare {name!r}" for name in sorted(taken)]


def _name_faults(body: Body, place: str) -> Iterator[str]:
    for part in _parts(body):
        if not part.name.isidentifier():
            yield f"{place}{part.name!r} is no plain name"
    if isinstance(body, Group | Each):  # their content is flat: one namespace
        yield from (f"{place}: {fault}" for fault in _repeated(p.name for p in _parts(body)))
    else:
        yield from _repeated(f.name for f in body.fields)
        yield from _repeated(s.name for s in body.sections)


def _label_faults(body: Body, place: str) -> Iterator[str]:
    titles = [
        title
        for section in body.sections
        if not (isinstance(section, Each) and not section.headed)
        for title in {label_key(section.title), *map(label_key, section.aliases)}
    ]
    yield from (f"{place}: {fault}" for fault in _repeated([*_labels(body.fields), *titles]))
    for section in body.sections:
        if isinstance(section, Prose) and section.loose and body.fields and place == "":
            yield "a document with header fields has no place for loose text"


def _labels(fields: Iterable[Field]) -> list[str]:
    return [
        label
        for field in fields
        for label in {label_key(field.label), *map(label_key, field.aliases)}
    ]


def _parts(body: Body) -> Iterator[Field | Section]:
    yield from body.fields
    yield from body.sections


def _repeated(names: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield f"{name!r} is declared twice"
        seen.add(name)
