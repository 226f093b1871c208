"""Content is plain JSON data; this is its one form, and the places inside it.

`{"title": text, "fields": {name: value}, "sections": {name: value}, "extra": {place: Markdown}}`.
A section's value: text for prose; a list of texts for bullets; [{"text", "checked", "id"?}] for a
check list; rows [{column: value, "extra"?: {header: text}}] for a table; {"language", "text"} for
code; a flat object for a group; [{"name", "title"?, ...}] for a repeated part.

`extra` holds what a person wrote that no declaration foresees. Its place is "" (under the header),
the path of a part ("sections.scope": inside it, below its own content), or "after:" and such a path.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from headrace.capabilities.artifacts.layout.artifact_type import ArtifactType
from headrace.capabilities.artifacts.layout.parts import (
    Body,
    Bullets,
    Checklist,
    Code,
    Each,
    Field,
    Group,
    Prose,
    Section,
    Table,
)
from headrace.capabilities.artifacts.layout.plain_text import line, slug, text
from headrace.capabilities.artifacts.layout.values import normal_fields, normal_value

Content: TypeAlias = dict[str, object]
"""JSON data of one version: text, numbers, booleans, lists and objects of them."""

AFTER = "after:"
LITERAL = "literal"
"""No language of code: it marks text that could not stand as Markdown."""


def normal(layout: ArtifactType, content: Mapping[str, object]) -> Content:
    """`content` in the one form that is stored, hashed and written.

    Text loses what no file keeps, values take their type where they plainly have one, parts take
    the declared order, empty values go. Names and shapes that the type does not know stay as they
    are, for `validate` to report. Applying it again changes nothing.
    """
    result: Content = {
        "title": _line(content.get("title", "")),
        "fields": _normal_header(layout, content.get("fields", {})),
        "sections": _normal_sections(layout, content.get("sections", {})),
    }
    result["extra"] = _normal_extra(layout, result, content.get("extra", {}))
    return result | {key: value for key, value in content.items() if key not in result}


def empty_value(section: Section) -> object:
    """What a section holds whose heading stands alone."""
    if isinstance(section, Prose):
        return ""
    if isinstance(section, Code):
        return {"language": section.language, "text": ""}
    return {} if isinstance(section, Group) else []


def item_keys(items: Sequence[object], names: Sequence[str] = ("name",)) -> list[str]:
    """The key of each item or row, from the values of `names`, unique within the list."""
    taken: dict[str, int] = {}
    keys = []
    for item in items:
        values = item if isinstance(item, Mapping) else {}
        key = ">".join(slug(str(values.get(name, ""))) for name in names)
        taken[key] = taken.get(key, 0) + 1
        keys.append(key if taken[key] == 1 else f"{key}~{taken[key]}")
    return keys


def places(layout: ArtifactType, content: Mapping[str, object]) -> Iterator[str]:
    """Every place of `content` that can hold extra text, in the order of the document."""
    yield ""
    yield from _places(layout, content.get("sections"), "sections")


def _places(body: Body, values: object, path: str) -> Iterator[str]:
    if not isinstance(values, Mapping):
        return
    for section in body.sections:
        if section.name in values:
            yield from _section_places(section, values[section.name], f"{path}.{section.name}")


def _section_places(section: Section, value: object, path: str) -> Iterator[str]:
    if isinstance(section, Each) and isinstance(value, list):
        if section.headed:
            yield path
        for key, item in zip(item_keys(value), value, strict=True):
            yield f"{path}[{key}]"
            yield from _places(section, item, f"{path}[{key}]")
            yield f"{AFTER}{path}[{key}]"
        if section.headed:
            yield AFTER + path
        return
    yield path
    if isinstance(section, Group):
        yield from _places(section, value, path)
    yield AFTER + path


def _normal_extra(layout: ArtifactType, content: Content, extra: object) -> object:
    if not isinstance(extra, Mapping):
        return extra
    known = list(places(layout, content))
    texts: dict[str, list[str]] = {place: [] for place in known}
    for place, words in extra.items():
        at = str(place)
        while at not in texts:  # its part is gone: the nearest one around it takes the words
            at = _around(at)
        texts[at].append(text(words) if isinstance(words, str) else str(words))
    kept = {place: "\n\n".join(filter(None, texts[place])) for place in known}
    return {place: words for place, words in kept.items() if words}


def _around(place: str) -> str:
    if place.startswith(AFTER):
        return place.removeprefix(AFTER)
    return place[: max(place.rfind("."), place.rfind("["), 0)]


def _normal_header(body: Body, values: object) -> object:
    if not isinstance(values, Mapping):
        return values
    return normal_fields(body.fields, values)


def _normal_sections(body: Body, values: object) -> object:
    if not isinstance(values, Mapping):
        return values
    known = {section.name: section for section in body.sections}
    result: Content = {}
    for name, section in known.items():
        if values.get(name) is not None:
            value = normal_section(section, values[name])
            if value != [] or not isinstance(section, Each) or section.headed:
                result[name] = value
    return result | {str(name): value for name, value in values.items() if name not in known}


def normal_section(section: Section, value: object) -> object:
    """`value` in the form its kind of section has; a value of another shape stays as it is."""
    match section, value:
        case Prose(), str():
            return text(value)
        case Code(), _:
            return _normal_code(section, value)
        case Group(), Mapping():
            return _normal_flat(section, value)
        case Bullets(), list():
            items = [text(item).strip() if isinstance(item, str) else item for item in value]
            return [item for item in items if item != ""]
        case Checklist(), list():
            return _normal_checks(section, value)
        case Table(), list():
            rows = [_normal_row(section, row) for row in value]
            return [row for row in rows if row != {}]
        case Each(), list():
            return [_normal_item(section, item) for item in value]
    return value


def _normal_flat(body: Group | Each, values: Mapping[str, object]) -> Content:
    sections = {section.name for section in body.sections}
    own = {name: value for name, value in values.items() if name in sections}
    other = {name: value for name, value in values.items() if name not in sections}
    header, parts = normal_fields(body.fields, other), _normal_sections(body, own)
    return header | parts if isinstance(parts, dict) else header


def _normal_item(section: Each, item: object) -> object:
    if not isinstance(item, Mapping):
        return item
    name, title = _line(item.get("name", "")), _line(item.get("title", ""))
    rest = {key: value for key, value in item.items() if key not in ("name", "title")}
    named: Content = {"name": name}
    if "{title}" in section.item:  # the heading parts the two at the first colon
        named = {"name": " ".join(str(name).replace(":", " ").split())}
        named |= {"title": title} if title else {}
    elif "title" in item:
        named["title"] = item["title"]
    return named | _normal_flat(section, rest)


def _normal_row(section: Table, row: object) -> object:
    if not isinstance(row, Mapping):
        return row
    cells = normal_fields(
        section.columns, {name: value for name, value in row.items() if name != "extra"}, cell=True
    )
    extra = row.get("extra")
    if isinstance(extra, Mapping):
        words = Field(name="extra")
        other = {line(str(key)): normal_value(words, value) for key, value in extra.items()}
        kept = {key: value for key, value in other.items() if key and value is not None}
        return cells | {"extra": kept} if kept else cells
    return cells if extra is None else cells | {"extra": extra}


def _normal_code(section: Code, value: object) -> object:
    if isinstance(value, str):
        value = {"language": section.language, "text": value}
    if not isinstance(value, Mapping) or not isinstance(value.get("text", ""), str):
        return value
    language = line(str(value.get("language", section.language)).replace("`", ""))
    language = section.language if language == LITERAL else language
    return {"language": language, "text": text(str(value.get("text", "")))}


def _normal_checks(section: Checklist, items: Sequence[object]) -> list[object]:
    result = [_normal_check(item) for item in items]
    result = [item for item in result if not isinstance(item, dict) or item.get("text")]
    if not section.ids:
        return result
    taken = {item["id"] for item in result if isinstance(item, dict) and "id" in item}
    number = 0
    for place, item in enumerate(result):
        if isinstance(item, dict) and not _is_id(item.get("id"), section.ids):
            number += 1
            while f"{section.ids}-{number}" in taken:
                number += 1
            result[place] = {"id": f"{section.ids}-{number}"} | {
                key: value for key, value in item.items() if key != "id"
            }
    return result


def _normal_check(item: object) -> object:
    if isinstance(item, str):
        item = {"text": item}
    if not isinstance(item, Mapping) or not isinstance(item.get("text", ""), str):
        return item
    words = text(str(item.get("text", ""))).strip()
    rest = {key: value for key, value in item.items() if key not in ("text", "checked")}
    return rest | {"text": words, "checked": item.get("checked", False)}


def _is_id(value: object, prefix: str) -> bool:
    head, _, number = str(value).rpartition("-")
    return head == prefix and number.isascii() and number.isdigit()


def _line(value: object) -> object:
    return line(value) if isinstance(value, str) else value
