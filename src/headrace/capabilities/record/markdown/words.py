"""One value as words in a document, and lists of them."""

import re
from collections.abc import Iterable

from headrace.capabilities.artifacts.layout import LISTS, Field, split_list, text
from headrace.capabilities.record.markdown.blocks import blocks
from headrace.capabilities.record.markdown.lines import read_lines, write_lines

_BOX = re.compile(r"\[([ xX])\](?:\s+|$)(.*)", re.DOTALL)


def write_value(field: Field, value: object, *, cell: bool = False) -> str:
    """`value` as it stands behind its label or in a cell.

    A list stands on one line when it reads back from there, else with a line for each item.
    """
    if field.kind not in LISTS or not isinstance(value, list):
        return _word(value)
    items = [_word(item) for item in value]
    inline = ", ".join(items)
    if "\n" not in inline and split_list(inline) == items:
        return inline
    return "\n".join([*items, ""][: max(2, len(items))]) if cell else "\n" + write_list(items)


def read_value(field: Field, words: str) -> object:
    """What stands behind a label: text, or for a list its items."""
    if field.kind not in LISTS:
        return words
    first, _, rest = words.partition("\n")
    items = [] if not first.strip() else split_list(first)
    return items + [
        item
        for block in blocks(text(rest))
        for item in (read_list(block.items) if block.sort == "list" else ["\n".join(block.lines)])
    ]


def read_cell_value(field: Field, words: str) -> object:
    """What stands in a cell: text, or for a list with breaks its items."""
    if field.kind in LISTS and "\n" in words:
        return words.split("\n")
    return words


def write_list(items: Iterable[str], *, ordered: bool = False) -> str:
    """`items` as a Markdown list; what an item goes on with is indented under it."""
    return "\n".join(
        write_item(item, f"{place}. " if ordered else "- ") for place, item in enumerate(items, 1)
    )


def write_item(item: str, marker: str) -> str:
    """One item behind its marker."""
    first, *rest = write_lines(*item.split("\n"))
    indent = " " * len(marker)
    return "\n".join([marker + first, *(indent + line if line else "" for line in rest)])


def read_list(items: Iterable[object]) -> list[str]:
    """The texts of a list's items as they were given to `write_list`."""
    return [read_item(str(getattr(item, "text", item))) for item in items]


def read_item(words: str) -> str:
    """An item's text as it was before `write_item`."""
    return "\n".join(read_lines(*words.split("\n")))


def write_check(checked: object, identity: str, words: str) -> str:
    """An item of a check list, with its id in bold when it has one."""
    label = f"**{identity}:** " if identity else ""
    return f"[{'x' if checked is True else ' '}] {label}{words}"


def read_check(words: str, prefix: str) -> dict[str, object]:
    """{"text", "checked"} of an item, and the "id" when it begins with one of `prefix`."""
    box = _BOX.match(words)
    checked, rest = (box[1] != " ", box[2]) if box else (False, words)
    shape = rf"(?:\*\*)?({re.escape(prefix)}-\d+)(?::\*\*|\*\*:?|:)[ \t]*(.*)"
    named = re.match(shape, rest, re.DOTALL) if prefix else None
    identity: dict[str, object] = {"id": named[1]} if named else {}
    return identity | {"text": named[2] if named else rest, "checked": checked}


def read_box(words: str) -> tuple[bool, str] | None:
    """(ticked, words) of an item with a box, None of any other."""
    box = _BOX.match(words)
    return (box[1] != " ", box[2]) if box else None


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
