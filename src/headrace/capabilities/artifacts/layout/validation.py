"""Every fault in a content's shape, told so that one reading is enough to mend it."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from headrace.capabilities.artifacts.layout.artifact_type import ArtifactType
from headrace.capabilities.artifacts.layout.content import item_keys, normal
from headrace.capabilities.artifacts.layout.parts import (
    LISTS,
    Body,
    Bullets,
    Checklist,
    Code,
    Each,
    Field,
    Group,
    Kind,
    Prose,
    Section,
    Table,
)

SHOWN = 80
"""As many characters of a wrong value are shown."""


class Fault(StrEnum):
    """What is wrong with a place."""

    REQUIRED = "required"
    NOT_ALLOWED = "not_allowed"
    WRONG_KIND = "wrong_kind"
    UNKNOWN = "unknown"
    DUPLICATE = "duplicate"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One fault: where, what was found there, what is allowed, and how to mend it."""

    fault: Fault
    path: str
    found: str = ""
    allowed: tuple[str, ...] = ()
    remedy: str

    @property
    def message(self) -> str:
        """All of it in one line, for people."""
        found = f" has {self.found!r}" if self.found else ""
        allowed = f" (allowed: {', '.join(self.allowed)})" if self.allowed else ""
        return f"{self.path or 'the document'}{found}: {self.remedy}{allowed}"


def validate(layout: ArtifactType, content: Mapping[str, object]) -> tuple[Finding, ...]:
    """Every fault of `content`, in the order of the document; none when it fits its type.

    What is projected is never demanded, but checked where it stands.
    """
    whole = normal(layout, content)
    return tuple(_faults(layout, whole))


def misshapen(findings: Collection[Finding]) -> tuple[Finding, ...]:
    """The findings that keep content from being written at all."""
    return tuple(
        finding for finding in findings if finding.fault in (Fault.WRONG_KIND, Fault.UNKNOWN)
    )


def _faults(layout: ArtifactType, content: Mapping[str, object]) -> Iterator[Finding]:
    parts = ("title", "fields", "sections", "extra")
    yield from _unknown(content, parts, "")
    if not isinstance(content["title"], str):
        yield _wrong("title", content["title"], "one line of text")
    elif not content["title"]:
        yield _required("title", f"Give the {layout.title.lower()} a title.")
    for part in parts[1:]:
        if not isinstance(content[part], Mapping):
            yield _wrong(part, content[part], "an object")
    fields, sections, extra = (content[part] for part in parts[1:])
    if isinstance(fields, Mapping):
        yield from _unknown(fields, [field.name for field in layout.fields], "fields")
        yield from _field_faults(layout.fields, fields, "fields")
    if isinstance(sections, Mapping):
        yield from _unknown(sections, [part.name for part in layout.sections], "sections")
        yield from _section_faults(layout, sections, "sections")
    if isinstance(extra, Mapping):
        for place, words in extra.items():
            if not isinstance(words, str):
                yield _wrong(f"extra.{place}", words, "Markdown text")


def _unknown(values: Mapping[str, object], known: Collection[str], path: str) -> Iterator[Finding]:
    for name in values:
        if name not in known:
            yield Finding(
                fault=Fault.UNKNOWN,
                path=_join(path, str(name)),
                found=str(name),
                allowed=tuple(known),
                remedy="Use a declared name, or put the words under `extra`.",
            )


def _field_faults(
    fields: Collection[Field], values: Mapping[str, object], path: str
) -> Iterator[Finding]:
    for field in fields:
        at, value = _join(path, field.name), values.get(field.name)
        if value is not None:
            yield from _value_faults(field, value, at)
        elif field.required and not field.projected:
            yield _required(at, f"Fill in {field.label!r}.", field.choices)


def _value_faults(field: Field, value: object, path: str) -> Iterator[Finding]:
    if field.kind in LISTS:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            yield _wrong(path, value, "a list of texts")
            return
        items = [str(item) for item in value]
        yield from (fault for item in items for fault in _word_faults(field, item, path))
    elif field.kind in (Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN):
        yield from _plain_faults(field, value, path)
    elif not isinstance(value, str):
        yield _wrong(path, value, f"one {field.kind}")
    else:
        yield from _word_faults(field, value, path)


def _plain_faults(field: Field, value: object, path: str) -> Iterator[Finding]:
    if field.kind is Kind.BOOLEAN:
        if not isinstance(value, bool):
            yield _not_allowed(path, value, ("yes", "no"), "Say yes or no.")
        return
    whole = field.kind is Kind.INTEGER
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        word = "a whole number" if whole else "a number"
        yield _not_allowed(path, value, (), f"Give {word}, digits only.")
        return
    low, high = field.minimum, field.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = f"{'' if low is None else low} to {'' if high is None else high}".strip()
        yield _not_allowed(path, value, (bounds,), "Give a number within the bounds.")


def _word_faults(field: Field, value: str, path: str) -> Iterator[Finding]:
    if field.choices and value not in field.choices:
        yield _not_allowed(path, value, field.choices, "Choose one of the allowed values.")
    if field.kind in (Kind.DATE, Kind.DATETIME) and not _is_date(field.kind, value):
        shape = "YYYY-MM-DD" if field.kind is Kind.DATE else "YYYY-MM-DDTHH:MM:SSZ"
        yield _not_allowed(path, value, (shape,), "Write a date that exists, in ISO 8601.")
    if field.pattern and not re.fullmatch(field.pattern, value):
        yield _not_allowed(path, value, (field.pattern,), "Write it in the declared form.")


def _is_date(kind: Kind, value: str) -> bool:
    try:
        if kind is Kind.DATE:
            return date.fromisoformat(value).isoformat() == value
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _section_faults(body: Body, values: Mapping[str, object], path: str) -> Iterator[Finding]:
    for section in body.sections:
        at, value = _join(path, section.name), values.get(section.name)
        if value is not None:
            yield from _part_faults(section, value, at)
        if section.required and not section.projected and _is_empty(section, value):
            yield _required(at, f"Fill in the section {section.title!r}.")


def _is_empty(section: Section, value: object) -> bool:
    if isinstance(section, Code):
        return not isinstance(value, Mapping) or not value.get("text")
    return not value


def _part_faults(section: Section, value: object, path: str) -> Iterator[Finding]:
    match section, value:
        case Prose(), str():
            pass
        case Code(), {"text": str(), "language": str()}:
            pass
        case Group(), Mapping():
            yield from _body_faults(section, value, path, ())
        case Bullets(), list():
            for place, item in enumerate(value):
                if not isinstance(item, str):
                    yield _wrong(f"{path}[{place}]", item, "text")
        case Checklist(), list():
            yield from _check_faults(section, value, path)
        case Table(), list():
            yield from _row_faults(section, value, path)
        case Each(), list():
            yield from _item_faults(section, value, path)
        case _:
            yield _wrong(path, value, _SHAPES[type(section)])


_SHAPES: Mapping[type[Section], str] = {
    Prose: "text",
    Code: "an object with language and text",
    Group: "an object",
    Bullets: "a list of texts",
    Checklist: "a list of objects with text and checked",
    Table: "a list of rows",
    Each: "a list of objects with a name",
}


def _body_faults(
    body: Group | Each, values: Mapping[str, object], path: str, own: tuple[str, ...]
) -> Iterator[Finding]:
    names = [*own, *(f.name for f in body.fields), *(s.name for s in body.sections)]
    yield from _unknown(values, names, path)
    yield from _field_faults(body.fields, values, path)
    yield from _section_faults(body, values, path)


def _check_faults(section: Checklist, items: list[object], path: str) -> Iterator[Finding]:
    known = ("id", "text", "checked") if section.ids else ("text", "checked")
    for place, item in enumerate(items):
        at = f"{path}[{place}]"
        if not isinstance(item, Mapping) or not isinstance(item.get("text"), str):
            yield _wrong(at, item, "an object with text and checked")
            continue
        yield from _unknown(item, known, at)
        if not isinstance(item.get("checked"), bool):
            yield _wrong(f"{at}.checked", item.get("checked"), "true or false")
    if section.ids:
        yield from _duplicates(items, ("id",), path)


def _row_faults(section: Table, rows: list[object], path: str) -> Iterator[Finding]:
    columns = [column.name for column in section.columns]
    keys = item_keys(rows, section.key) if section.key else [str(n) for n in range(len(rows))]
    for key, row in zip(keys, rows, strict=True):
        at = f"{path}[{key}]"
        if not isinstance(row, Mapping):
            yield _wrong(at, row, "an object with a value for each column")
            continue
        yield from _unknown(row, [*columns, "extra"], at)
        yield from _field_faults(section.columns, row, at)
        if not isinstance(row.get("extra", {}), Mapping):
            yield _wrong(f"{at}.extra", row["extra"], "an object of texts")
    if section.key:
        yield from _duplicates(rows, section.key, path)


def _item_faults(section: Each, items: list[object], path: str) -> Iterator[Finding]:
    for key, item in zip(item_keys(items), items, strict=True):
        at = f"{path}[{key}]"
        if not isinstance(item, Mapping):
            yield _wrong(at, item, "an object with a name")
            continue
        if not isinstance(item.get("name"), str):
            yield _wrong(f"{at}.name", item.get("name"), "one line of text")
        elif not item["name"]:
            yield _required(f"{at}.name", f"Name it in its heading: {section.item}.")
        if not isinstance(item.get("title", ""), str):
            yield _wrong(f"{at}.title", item["title"], "one line of text")
        own = ("name", "title") if "{title}" in section.item else ("name",)
        yield from _body_faults(section, item, at, own)
    yield from _duplicates(items, ("name",), path)


def _duplicates(items: list[object], names: tuple[str, ...], path: str) -> Iterator[Finding]:
    for key in item_keys(items, names):
        plain, mark, _ = key.partition("~")
        if mark:
            yield Finding(
                fault=Fault.DUPLICATE,
                path=f"{path}[{key}]",
                found=plain,
                remedy=f"Give each a {' and '.join(names)} of its own.",
            )


def _required(path: str, remedy: str, allowed: tuple[str, ...] = ()) -> Finding:
    return Finding(fault=Fault.REQUIRED, path=path, allowed=allowed, remedy=remedy)


def _wrong(path: str, found: object, wanted: str) -> Finding:
    return Finding(fault=Fault.WRONG_KIND, path=path, found=_shown(found), remedy=f"Give {wanted}.")


def _not_allowed(path: str, found: object, allowed: tuple[str, ...], remedy: str) -> Finding:
    return Finding(
        fault=Fault.NOT_ALLOWED, path=path, found=_shown(found), allowed=allowed, remedy=remedy
    )


def _shown(value: object) -> str:
    words = str(value)
    return words if len(words) <= SHOWN else words[: SHOWN - 1] + "…"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
