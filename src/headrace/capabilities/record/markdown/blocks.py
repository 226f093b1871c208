"""Markdown as a run of top-level blocks, each with the lines it stands on; reading by CommonMark."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

Sort = Literal["heading", "paragraph", "list", "table", "fence", "code", "quote", "rule", "other"]

_SORTS: dict[str, Sort] = {
    "heading_open": "heading",
    "paragraph_open": "paragraph",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "table_open": "table",
    "fence": "fence",
    "code_block": "code",
    "blockquote_open": "quote",
    "hr": "rule",
}
_READER = MarkdownIt("commonmark").enable("table").disable(["text_join", "inline"])
_MARKER = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)")
_BAR = re.compile(r"(?<!\\)\|")
_END = "# end"
_CLOSERS = (
    (re.compile(r" {0,3}<!--"), "-->"),
    (re.compile(r" {0,3}<\?"), "?>"),
    (re.compile(r" {0,3}<!\[CDATA\["), "]]>"),
    (re.compile(r" {0,3}<![A-Za-z]"), ">"),
    (re.compile(r" {0,3}<(?:script|pre|style|textarea)\b", re.IGNORECASE), "</pre>"),
)


@dataclass(frozen=True, kw_only=True)
class Block:
    """One top-level block. `lines` are its source, without blank ones at its end.

    `order` is its place in the run, `start` its first line.
    `text`: a heading's words, or what stands in a fence; `rows`: a table's cells, header first;
    `items`: a list's items without their markers; `level` of a heading; `info` of a fence.
    """

    sort: Sort
    order: int
    start: int
    lines: tuple[str, ...]
    text: str = ""
    level: int = 0
    info: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    items: tuple["Item", ...] = ()

    @property
    def end(self) -> int:
        return self.start + len(self.lines)


@dataclass(frozen=True, kw_only=True)
class Item:
    """One item of a list: its text without marker and indent, and its lines as they stand."""

    text: str
    start: int
    lines: tuple[str, ...]


def blocks(source: str) -> list[Block]:
    """The top-level blocks of `source` in order; every line that is not blank lies in one."""
    lines = source.split("\n")
    tokens = _READER.parse(source)
    found: list[Block] = []
    reached = 0
    for place, token in enumerate(tokens):
        if token.level or token.nesting < 0 or token.map is None:
            continue
        start, end = token.map
        found += _between(lines, reached, start)
        found.append(_block(tokens, place, lines, start, end))
        reached = end
    found += _between(lines, reached, len(lines))
    return [replace(block, order=order) for order, block in enumerate(found)]


def contained(source: str, level: int = 0) -> bool:
    """Whether `source` ends all it begins, and holds no heading of `level` or above."""
    found = blocks(f"{source}\n\n{_END}")
    last = found[-1]
    if last.sort != "heading" or last.text != "end" or last.lines != (_END,):
        return False
    return not any(block.sort == "heading" and block.level <= level for block in found[:-1])


def closed(source: str) -> str:
    """`source` with an end to a code fence or an HTML block that runs to the end of the file.

    CommonMark ends them there anyway; written out, what follows after a move is safe.
    """
    if contained(source):
        return source
    last = blocks(source)[-1]
    if last.sort == "fence":
        return f"{source}\n{_fence_mark(last)}"
    ends = [end for start, end in _CLOSERS if start.match(last.lines[0])]
    return f"{source}\n{ends[0]}" if ends else source


def dedented(lines: Sequence[str]) -> str:
    """`lines` moved left by as much as the first is indented."""
    indent = len(lines[0]) - len(lines[0].lstrip(" "))
    return "\n".join(line[min(indent, len(line) - len(line.lstrip(" "))) :] for line in lines)


def fence(content: str, info: str, mark: str = "`") -> str:
    """`content` as a code fence that nothing in it can end."""
    runs = re.findall(f"^ *({re.escape(mark)}{{3,}})", content, re.MULTILINE)
    bar = mark * max([3, *(len(run) + 1 for run in runs)])
    return f"{bar}{info}\n{content}\n{bar}" if content else f"{bar}{info}\n{bar}"


def _between(lines: list[str], start: int, end: int) -> Iterator[Block]:
    """What no token covers: definitions of links, which CommonMark takes out of the text."""
    kept = [place for place in range(start, end) if lines[place].strip()]
    if kept:
        yield Block(
            sort="other", order=0, start=kept[0], lines=tuple(lines[kept[0] : kept[-1] + 1])
        )


def _block(tokens: list[Token], place: int, lines: list[str], start: int, end: int) -> Block:
    while end > start + 1 and not lines[end - 1].strip():
        end -= 1
    token, own = tokens[place], tuple(lines[start:end])
    sort = _SORTS.get(token.type, "other")
    if sort == "heading":
        words, level = tokens[place + 1].content, int(token.tag[1])
        return Block(sort=sort, order=0, start=start, lines=own, text=words, level=level)
    if sort == "fence":
        words, info = token.content.removesuffix("\n"), token.info.strip()
        return Block(sort=sort, order=0, start=start, lines=own, text=words, info=info)
    if sort == "table":
        rows = tuple(_cells(line, len(_cells(own[0]))) for line in (own[0], *own[2:]))
        return Block(sort=sort, order=0, start=start, lines=own, rows=rows)
    if sort == "list":
        return Block(
            sort=sort, order=0, start=start, lines=own, items=_items(tokens, place, lines, end)
        )
    words = token.content.removesuffix("\n")
    return Block(sort=sort, order=0, start=start, lines=own, text=words)


def _cells(line: str, width: int = 1) -> tuple[str, ...]:
    """The cells of a table's row, `width` at least; CommonMark would drop those beyond it."""
    cells = _BAR.split(line.strip())
    cells = cells[1:] if cells[0] == "" else cells
    cells = cells[:-1] if cells and cells[-1] == "" else cells
    plain = [cell.replace("\\|", "|").strip() for cell in cells]
    return (*plain, *[""] * (width - len(plain)))


def _items(tokens: list[Token], place: int, lines: list[str], end: int) -> tuple[Item, ...]:
    starts = []
    for token in tokens[place + 1 :]:
        if token.level == 0:
            break
        if token.type == "list_item_open" and token.level == 1 and token.map is not None:
            starts.append(token.map[0])
    ends = [*starts[1:], end]
    return tuple(_item(lines, start, stop) for start, stop in zip(starts, ends, strict=True))


def _item(lines: list[str], start: int, end: int) -> Item:
    while end > start + 1 and not lines[end - 1].strip():
        end -= 1
    first = lines[start]
    marker = _MARKER.match(first)
    width = marker.end() if marker else 0
    rest = first[width:]
    spaces = len(rest) - len(rest.lstrip(" "))
    inner = width + (spaces if rest.strip() and spaces < 4 else 0)
    after = [_moved_left(line, inner) for line in lines[start + 1 : end]]
    text = "\n".join([rest.lstrip(" \t"), *after])
    return Item(text=text, start=start, lines=tuple(lines[start:end]))


def _moved_left(line: str, width: int) -> str:
    """`line` without the indent that its list gives it; a lazy line has less."""
    if line.startswith("\t"):
        return line[1:]
    return line[min(width, len(line) - len(line.lstrip(" "))) :]


def _fence_mark(block: Block) -> str:
    found = re.match(r"\s*(`{3,}|~{3,})", block.lines[0])
    return found[1] if found else "```"
