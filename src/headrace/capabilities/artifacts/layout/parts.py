"""The parts a work product is declared from: fields, and sections of seven kinds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Kind(StrEnum):
    """What a field or a table column holds; dates are ISO 8601 text, lists are lists of text."""

    TEXT = "text"
    DATE = "date"
    DATETIME = "datetime"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    CHOICES = "choices"
    TEXTS = "texts"
    REFERENCE = "reference"
    REFERENCES = "references"


LISTS = frozenset({Kind.CHOICES, Kind.TEXTS, Kind.REFERENCES})
"""Kinds whose value is a list."""

BLOCKS = frozenset({Kind.TEXT, Kind.REFERENCE})
"""Kinds whose value may run over several lines."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One named value: in the header, in a group, in a repeated item, or as a table's column.

    `projected` values are drawn from live rows: they are shown, but count neither for hash nor drift.
    `remark` names the sibling that takes a bracketed remark: "medium (2-4 weeks)" becomes two values.
    `aliases` are other labels, and `synonyms` other words for a choice, that people write.
    """

    name: str
    label: str = ""
    kind: Kind = Kind.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()
    synonyms: Mapping[str, str] = field(default_factory=dict, hash=False)
    pattern: str = ""
    minimum: float | None = None
    maximum: float | None = None
    projected: bool = False
    aliases: tuple[str, ...] = ()
    remark: str = ""
    summary: str = ""

    def __post_init__(self) -> None:
        if not self.label:
            object.__setattr__(self, "label", self.name.replace("_", " ").capitalize())
        if bool(self.choices) != (self.kind in (Kind.CHOICE, Kind.CHOICES)):
            raise ValueError(f"Field {self.name}: choices and a choice kind go together.")


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part with a heading. `loose`: takes what stands in its parent without a heading."""

    name: str
    title: str = ""
    required: bool = False
    projected: bool = False
    loose: bool = False
    aliases: tuple[str, ...] = ()
    summary: str = ""

    def __post_init__(self) -> None:
        if not self.title:
            object.__setattr__(self, "title", self.name.replace("_", " ").title())


@dataclass(frozen=True, kw_only=True)
class Prose(Section):
    """Free Markdown; content is one text."""


@dataclass(frozen=True, kw_only=True)
class Bullets(Section):
    """A list of texts, numbered when `ordered`."""

    ordered: bool = False


@dataclass(frozen=True, kw_only=True)
class Checklist(Section):
    """Items {"text", "checked"}; with `ids` ("AC") also {"id": "AC-1"}, given out when missing."""

    ids: str = ""


@dataclass(frozen=True, kw_only=True)
class Table(Section):
    """Rows {column: value}; `key` names the columns that identify a row for drift and links."""

    columns: tuple[Field, ...]
    key: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Code(Section):
    """One block {"language", "text"}; `language` is what it is when nobody says otherwise."""

    language: str = ""


@dataclass(frozen=True, kw_only=True)
class Group(Section):
    """A heading with fields and sections of its own; content is one flat object."""

    fields: tuple[Field, ...] = ()
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Each(Section):
    """A repeated part: items {"name", fields, sections}, flat, in the order written.

    `item` is the heading of one: "Stream: {name}", "Outcome {number}: {name}" (number: its place),
    "{name}: {title}". Not `headed`: the items stand in the parent without a heading of their own.
    `log`: entries are only ever added, newest first, by one writer.
    """

    item: str = "{name}"
    fields: tuple[Field, ...] = ()
    sections: tuple[Section, ...] = ()
    headed: bool = True
    log: bool = False


class Body(Protocol):
    """What has fields and sections: an artifact type, a group, the item of a repeated part."""

    @property
    def fields(self) -> tuple[Field, ...]: ...

    @property
    def sections(self) -> tuple[Section, ...]: ...
