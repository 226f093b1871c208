"""Content to Markdown: the one form a work product of a type is written in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from headrace.capabilities.artifacts.layout import (
    AFTER,
    ArtifactType,
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
    hint,
    item_keys,
    misshapen,
    normal,
    validate,
)
from headrace.capabilities.record.markdown.blocks import fence
from headrace.capabilities.record.markdown.cells import write_cell, write_table
from headrace.capabilities.record.markdown.front_matter import write_front_matter
from headrace.capabilities.record.markdown.lines import write_heading
from headrace.capabilities.record.markdown.prose import write_prose
from headrace.capabilities.record.markdown.words import (
    write_check,
    write_item,
    write_list,
    write_value,
)
from headrace.kernel.errors import Invalid


def render(
    layout: ArtifactType,
    content: Mapping[str, object],
    front_matter: Mapping[str, object] | None = None,
) -> str:
    """`content` as the Markdown file of its type; reading it gives the same content again.

    `front_matter` goes first as YAML, with the comments it was read with. Values that are not
    allowed are written all the same, for a person to mend; Invalid names every part whose shape or
    name the type does not know.
    """
    wrong = misshapen(validate(layout, content))
    if wrong:
        raise Invalid(
            "This cannot be written: " + "; ".join(finding.message for finding in wrong),
            paths=[finding.path for finding in wrong],
        )
    return write_front_matter(front_matter or {}) + write_document(layout, normal(layout, content))


def write_document(
    layout: ArtifactType, content: Mapping[str, object], *, hints: bool = False
) -> str:
    """The document without front matter of normal `content`; with `hints` also what is missing."""
    writer = _Writer(extra=_object(content["extra"]), hints=hints)
    title = f"{layout.title}: {content['title']}" if content["title"] else layout.title
    parts = [write_heading(1, title), *writer.header(layout.fields, _object(content["fields"]))]
    parts += writer.extra_at("")
    parts += writer.sections(layout, _object(content["sections"]), 2, "sections")
    return "\n\n".join(parts) + "\n"


@dataclass(frozen=True, kw_only=True)
class _Writer:
    """Writes parts in order; each yields pieces that a blank line parts."""

    extra: Mapping[str, object]
    hints: bool

    def extra_at(self, place: str) -> Iterator[str]:
        if place in self.extra:
            yield str(self.extra[place])

    def header(self, fields: tuple[Field, ...], values: Mapping[str, object]) -> Iterator[str]:
        lines = [
            write_item(f"**{field.label}:** {self.value(field, values)}".rstrip(), "- ")
            for field in fields
            if self.hints or field.name in values
        ]
        if lines:
            yield "\n".join(lines)

    def value(self, field: Field, values: Mapping[str, object]) -> str:
        if field.name in values:
            return write_value(field, values[field.name])
        return hint(_advice(field))

    def sections(
        self, body: Body, values: Mapping[str, object], level: int, path: str
    ) -> Iterator[str]:
        for section in body.sections:
            if section.name in values:
                yield from self.section(
                    section, values[section.name], level, f"{path}.{section.name}"
                )

    def section(self, section: Section, value: object, level: int, path: str) -> Iterator[str]:
        if isinstance(section, Each) and not section.headed:
            yield from self.items(section, value, level, path)
            return
        yield write_heading(level, section.title)
        if self.hints:
            need = "" if section.required else "Optional. "
            if need + section.summary:
                yield hint((need + section.summary).strip())
        yield from self.inside(section, value, level, path)
        yield from self.extra_at(AFTER + path)

    def inside(self, section: Section, value: object, level: int, path: str) -> Iterator[str]:
        if isinstance(section, Group):
            values = _object(value)
            yield from self.header(section.fields, values)
            yield from self.extra_at(path)
            yield from self.sections(section, values, level + 1, path)
            return
        own = _leaf(section, value, level)
        if own:
            yield own
        yield from self.extra_at(path)
        if isinstance(section, Each):
            yield from self.items(section, value, level + 1, path)

    def items(self, section: Each, value: object, level: int, path: str) -> Iterator[str]:
        items = value if isinstance(value, list) else []
        for place, (key, item) in enumerate(zip(item_keys(items), items, strict=True), 1):
            at, title = f"{path}[{key}]", item.get("title", "")
            words = section.item.format(name=item["name"], title=title, number=place)
            yield write_heading(level, words.strip())
            yield from self.header(section.fields, item)
            yield from self.extra_at(at)
            yield from self.sections(section, item, level + 1, at)
            yield from self.extra_at(AFTER + at)


def _leaf(section: Section, value: object, level: int) -> str:
    match section, value:
        case Prose(), str():
            return write_prose(value, level)
        case Code(), {"text": str(words), "language": language}:
            return fence(words, str(language)) if words or language != section.language else ""
        case Bullets(), list():
            return write_list(value, ordered=section.ordered)
        case Checklist(), list():
            return write_list(
                write_check(item["checked"], item.get("id", ""), item["text"]) for item in value
            )
        case Table(), list():
            return _table(section, value)
    return ""


def _table(section: Table, rows: list[dict[str, object]]) -> str:
    shown = [
        column
        for column in section.columns
        if column.required or not rows or any(column.name in row for row in rows)
    ]
    shown = shown or list(section.columns)
    others = dict.fromkeys(name for row in rows for name in _object(row.get("extra", {})))
    header = [*(column.label for column in shown), *(write_cell(name) for name in others)]
    return write_table([header, *(_cells(shown, list(others), row) for row in rows)])


def _cells(columns: list[Field], others: list[str], row: Mapping[str, object]) -> list[str]:
    extra = _object(row.get("extra", {}))
    own = [write_value(column, row.get(column.name, ""), cell=True) for column in columns]
    return [write_cell(words) for words in (*own, *(str(extra.get(name, "")) for name in others))]


def _advice(field: Field) -> str:
    allowed = " | ".join(field.choices) or {"boolean": "yes | no", "date": "YYYY-MM-DD"}.get(
        field.kind, ""
    )
    need = "" if field.required else "optional"
    return "; ".join(filter(None, (allowed, field.summary, need))) or field.kind


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
