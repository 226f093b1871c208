"""Content: an artifact's JSON as blocks that a template can lay out without knowing its type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from headrace.kernel.json import Json
from headrace.surfaces.web.wording import money

_MILLIONTHS = "micro_usd"


class Form(StrEnum):
    """How a block is laid out."""

    TEXT = "text"  # Markdown
    FACTS = "facts"  # word and value
    LIST = "list"
    TABLE = "table"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A word and its value."""

    word: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Block:
    """A titled piece of content; `form` says which of the others is filled. `level` is its depth."""

    title: str
    form: Form
    level: int
    text: str = ""
    facts: tuple[Fact, ...] = ()
    items: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def blocks(content: Mapping[str, Json]) -> tuple[Block, ...]:
    """The content of a version in its written order: header fields first, then every section."""
    fields = content.get("fields")
    sections = content.get("sections")
    rest = content.get("extra")
    made: list[Block] = []
    if isinstance(fields, Mapping):
        made += _mapping("", fields, 2)
    for part in (sections, rest):
        if isinstance(part, Mapping):
            for name, value in part.items():
                made += _block(words(name), value, 2)
    return tuple(made)


def blocks_of(value: Mapping[str, Json]) -> tuple[Block, ...]:
    """Any JSON object as blocks, in its written order."""
    return tuple(_mapping("", value, 2)) if value else ()


def words(name: str) -> str:
    """`in_scope` as people read it: `In scope`."""
    spaced = name.replace("_", " ").replace("-", " ").strip()
    return spaced[:1].upper() + spaced[1:]


def told(value: Json) -> str:
    """A value in one line of words."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "; ".join(f"{words(key)}: {told(inner)}" for key, inner in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(told(inner) for inner in value) or "—"
    return str(value)


def _block(title: str, value: Json, level: int) -> list[Block]:
    if value is None or value == "" or value == [] or value == {}:
        return []
    if isinstance(value, Mapping):
        return _mapping(title, value, level)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_sequence(title, value, level)]
    text = value if isinstance(value, str) else told(value)
    return [Block(title=title, form=Form.TEXT, level=level, text=text)]


def _mapping(title: str, value: Mapping[str, Json], level: int) -> list[Block]:
    """Short values side by side, then each longer one below a title of its own."""
    short = {name: inner for name, inner in value.items() if _is_short(inner)}
    facts = tuple(_fact(name, inner) for name, inner in short.items())
    made = []
    if facts or title:
        made.append(Block(title=title, form=Form.FACTS, level=level, facts=facts))
    for name, inner in value.items():
        if name not in short:
            made += _block(words(name), inner, min(level + 1, 5))
    return made


def _fact(name: str, value: Json) -> Fact:
    """A word and its value; millionths of a dollar are told as dollars."""
    if name.endswith(_MILLIONTHS) and (value is None or isinstance(value, int)):
        return Fact(word=words(name.removesuffix(_MILLIONTHS)) or "Dollars", value=money(value))
    return Fact(word=words(name), value=told(value))


def _is_short(value: Json) -> bool:
    if isinstance(value, str):
        return len(value) <= 200 and "\n" not in value
    return value is None or isinstance(value, int | float | bool)


def _sequence(title: str, value: Sequence[Json], level: int) -> Block:
    rows = [row for row in value if isinstance(row, Mapping)]
    if len(rows) < len(value):
        items = tuple(told(item) for item in value)
        return Block(title=title, form=Form.LIST, level=level, items=items)
    columns = tuple(dict.fromkeys(key for row in rows for key in row))
    return Block(
        title=title,
        form=Form.TABLE,
        level=level,
        columns=tuple(words(column) for column in columns),
        rows=tuple(tuple(told(row.get(column)) for column in columns) for row in rows),
    )
