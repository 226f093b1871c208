"""Free Markdown inside a document: written so that it cannot end its section, and read back as it was.

Nearly all text stands as it is. A line that would be a heading of the document gets a backslash.
What still would not read back the same stands in a fence marked "literal".
"""

import re

from headrace.capabilities.artifacts.layout import LITERAL, text
from headrace.capabilities.record.markdown.blocks import Block, blocks, contained, fence


def write_prose(value: str, level: int) -> str:
    """`value` as it may stand under a heading of `level`: the first form that reads back."""
    for form in (value, _escaped(value, level)):
        if contained(form, level) and read_prose(form, level) == value:
            return form
    return fence(value, LITERAL, "~")


def read_prose(source: str, level: int) -> str:
    """The text that `write_prose` wrote under a heading of `level`, or that a person did."""
    source = text(source)
    found = blocks(source)
    if len(found) == 1 and is_literal(found[0]):
        return text(found[0].text)
    lines = source.split("\n")
    for block in found:
        if block.sort == "paragraph":
            for place in range(block.start, block.end):
                lines[place] = _mark(level, place > block.start).sub(r"\1\2", lines[place])
    return text("\n".join(lines))


def is_literal(block: Block) -> bool:
    """Whether `block` is text that could not stand as Markdown."""
    return block.sort == "fence" and block.info == LITERAL


def _escaped(value: str, level: int) -> str:
    lines = value.split("\n")
    for block in blocks(value):
        if block.sort == "heading" and lines[block.start].lstrip().startswith("#"):
            lines[block.start] = _with_backslash(lines[block.start])
        elif block.sort == "heading":
            lines[block.end - 1] = _with_backslash(lines[block.end - 1])
        elif block.sort == "paragraph":
            for place in range(block.start, block.end):
                if _mark(level, place > block.start).match(lines[place]):
                    lines[place] = _with_backslash(lines[place])
    return "\n".join(lines)


def _with_backslash(line: str) -> str:
    bare = line.lstrip(" ")
    return f"{line[: len(line) - len(bare)]}\\{bare}"


def _mark(level: int, follows: bool) -> re.Pattern[str]:
    """A backslash before what would be a heading; a rule under a line makes that line one."""
    rule = r"|=+\s*$|-+\s*$" if follows else ""
    return re.compile(rf"^( {{0,3}})\\(\\*(?:#{{1,{level}}}(?:[ \t]|$){rule}))")
