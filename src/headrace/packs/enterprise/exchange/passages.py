"""Markdown as rules read it: passages, labelled values and rows, each with the lines they stand on.

Work on text alone, line by line: whatever the text is, nothing is raised and every line counts once.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from headrace.packs.enterprise.exchange.model import Heading, Pair, Passage, Row, Sort

LONGEST_PASSAGE = 4_000
"""Rules look at so many characters of a passage; nobody writes a longer sentence."""

MOST_CELLS = 60

_HEADING = re.compile(r"(#{1,6})[ \t]+(.*?)[ \t]*#*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)$")
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)])[ \t]+(.*)$")
_RULE = re.compile(r" {0,3}(?:-[ -]*-[ -]*-|\*[ *]*\*[ *]*\*|_[ _]*_[ _]*_)[ ]*$")
_SEPARATOR = re.compile(r"\s*\|?[\s:|-]*-[\s:|-]*$")
_BAR = re.compile(r"(?<!\\)\|")
_BOX = re.compile(r"\[[ xX]\][ \t]+")
_PAIR = re.compile(r"(?:\*\*|__)?([A-Za-z][^:|*`\n]{0,60}?)(?:\*\*)?:(?:\*\*|__)?[ \t]+(\S.*)$")
_FIELD_TABLES = ({"field", "value"}, {"parameter", "value"}, {"metric", "value"})


@dataclass(kw_only=True)
class Text:
    """What was read of one text."""

    headings: list[Heading] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


@dataclass(kw_only=True)
class _Reader:
    """Reads line after line; keeps the headings above, the passage that goes on and the table's head."""

    found: Text = field(default_factory=Text)
    trail: tuple[Heading, ...] = ()
    run: list[tuple[int, str]] = field(default_factory=list)
    sort: Sort = Sort.PARAGRAPH
    columns: tuple[str, ...] | None = None
    before: tuple[int, str] | None = None
    """A line with bars that may turn out to be a table's head."""
    fence: str = ""
    indent: int = 0

    def line(self, number: int, text: str) -> None:
        fence = _FENCE.match(text)
        if self.fence:
            if fence and fence[1].startswith(self.fence) and not fence[2].strip():
                self.fence = ""
            else:
                self.add(Sort.CODE, number, text)
        elif fence and "`" not in fence[2]:
            self.flush()
            self.fence = fence[1]
        elif not text.strip() or _RULE.match(text):
            self.flush()
        elif heading := _HEADING.match(text):
            self.heading(number, len(heading[1]), heading[2])
        elif "|" in text and self.tabular(number, text):
            pass
        else:
            self.words(number, text)

    def heading(self, number: int, level: int, words: str) -> None:
        self.flush()
        heading = Heading(level=level, text=words, line=number)
        self.trail = (*(one for one in self.trail if one.level < level), heading)
        self.found.headings.append(heading)
        self.pair(number, words)
        self.keep(Sort.HEADING, [(number, words)])

    def tabular(self, number: int, text: str) -> bool:
        """Whether the line is part of a table; its head waits for the line below it."""
        if self.columns is not None:
            self.row(number, text)
            return True
        if self.before is not None and _SEPARATOR.match(text):
            self.columns = tuple(_key(cell) for cell in cells(self.before[1]))
            self.run.clear()
            return True
        if text.lstrip().startswith("|"):
            self.flush()
            self.before = (number, text)
            return True
        return False

    def row(self, number: int, text: str) -> None:
        told = cells(text)
        columns = self.columns or ()
        row = Row(cells=dict(zip(columns, told, strict=False)), line=number, headings=self.trail)
        self.found.rows.append(row)
        if set(columns) in _FIELD_TABLES and len(told) > 1:
            pair = Pair(label=_key(told[0]), value=told[1], line=number, headings=self.trail)
            self.found.pairs.append(pair)
        self.keep(Sort.ROW, [(number, " | ".join(told))])

    def words(self, number: int, text: str) -> None:
        item = _ITEM.match(text)
        if item:
            self.flush()
            self.pair(number, item[1])
            self.add(Sort.ITEM, number, item[1])
            self.indent = len(text) - len(text.lstrip())
            return
        plain = text.strip().lstrip("> ").rstrip("\\")
        self.pair(number, plain)
        self.add(
            self.sort if self.run and self.sort is Sort.ITEM else Sort.PARAGRAPH, number, plain
        )

    def pair(self, number: int, words: str) -> None:
        found = _PAIR.match(_BOX.sub("", words, count=1)[:LONGEST_PASSAGE])
        if found:
            label, value = _key(found[1]), found[2].strip()
            pair = Pair(label=label, value=value, line=number, headings=self.trail)
            self.found.pairs.append(pair)

    def add(self, sort: Sort, number: int, text: str) -> None:
        if self.run and self.sort is not sort:
            self.flush()
        self.columns = self.before = None
        self.sort = sort
        self.run.append((number, text))

    def flush(self) -> None:
        if self.before is not None and self.columns is None:  # bars without a table below
            self.keep(Sort.PARAGRAPH, [self.before])
        self.columns = self.before = None
        if self.run:
            self.keep(self.sort, self.run)
        self.run = []

    def keep(self, sort: Sort, run: Sequence[tuple[int, str]]) -> None:
        text, starts = "", []
        for number, words in run:
            plain = words.strip() if sort is not Sort.CODE else words.rstrip()
            text = f"{text}{chr(10) if sort is Sort.CODE else ' '}" if text else text
            starts.append((len(text), number))
            text += plain
            if len(text) > LONGEST_PASSAGE:
                break
        passage = Passage(
            sort=sort,
            text=text[:LONGEST_PASSAGE],
            starts=tuple(starts),
            headings=self.trail,
            indent=self.indent if sort is Sort.ITEM else 0,
        )
        self.found.passages.append(passage)


def read(lines: Iterator[tuple[int, str]] | Sequence[tuple[int, str]]) -> Text:
    """Headings, passages, pairs and rows of numbered lines, each in the order of the text."""
    reader = _Reader()
    for number, text in lines:
        reader.line(number, text)
    reader.flush()
    return reader.found


def cells(line: str) -> list[str]:
    """The cells of a table's row."""
    told = _BAR.split(line.strip())[: MOST_CELLS + 2]
    told = told[1:] if told and not told[0].strip() else told
    told = told[:-1] if told and not told[-1].strip() else told
    return [one.replace("\\|", "|").strip()[:LONGEST_PASSAGE] for one in told[:MOST_CELLS]]


def _key(label: str) -> str:
    return " ".join(label.replace("*", " ").replace("`", " ").split()).rstrip(":").casefold()
