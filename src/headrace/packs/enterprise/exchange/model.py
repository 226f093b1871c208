"""The words of exchange: what was read from outside, piece by piece, and what a rule found in it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from headrace.kernel.errors import Invalid


class Severity(StrEnum):
    """How much a finding matters: an error contradicts or is refused, a warning asks to look."""

    ERROR = "error"
    WARNING = "warning"


class Sort(StrEnum):
    """What a passage is in Markdown."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"
    CODE = "code"


@dataclass(frozen=True, kw_only=True, order=True)
class Place:
    """A line of a file, counted from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One fault that a rule found, with every place that it speaks of."""

    code: str
    severity: Severity
    message: str
    places: tuple[Place, ...]


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A heading above a passage."""

    level: int
    text: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Passage:
    """Words that belong together: a paragraph, an item, a row, with the line of each character run.

    `starts` are (offset in `text`, line), ascending.
    """

    sort: Sort
    text: str
    starts: tuple[tuple[int, int], ...]
    headings: tuple[Heading, ...] = ()
    indent: int = 0
    """How far an item stands to the right."""

    @property
    def line(self) -> int:
        return self.starts[0][1]

    def line_at(self, offset: int) -> int:
        """The line on which the character at `offset` stands."""
        found = self.line
        for begin, line in self.starts:
            if begin > offset:
                break
            found = line
        return found


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A label and its value: `- **Label:** value`, `## Label: value`, or a row of a table of fields."""

    label: str  # in small letters
    value: str
    line: int
    headings: tuple[Heading, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of a table: cells by the small letters of their column."""

    cells: Mapping[str, str] = field(hash=False)
    line: int
    headings: tuple[Heading, ...] = ()

    def get(self, *columns: str) -> str:
        """The first cell that is there, of the columns named; "" when none is."""
        return next((self.cells[one] for one in columns if self.cells.get(one)), "")


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A work product, or the prose of a document (`kind` is ""), as it was read.

    `path` is where it says it belongs; `file` is what it was read from; `source` its text.
    """

    path: str
    kind: str
    file: str
    line: int
    source: str
    headings: tuple[Heading, ...]
    passages: tuple[Passage, ...]
    pairs: tuple[Pair, ...]
    rows: tuple[Row, ...]
    around: tuple[Heading, ...] = ()
    """Headings of the document that stand above it."""

    def value(self, label: str) -> Pair | None:
        """The first pair of that label."""
        return next((one for one in self.pairs if one.label == label), None)

    def at(self, line: int) -> Place:
        """A line of it as a place."""
        return Place(file=self.file, line=line)


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A path that a document says is written, made or filed."""

    path: str
    place: Place
    in_artifact: bool
    made: bool = False
    """Whether it stands as the address of a work product: "Artifact created"."""


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """Everything that was read together: work products, the prose around them, promised paths.

    `present` are paths that are known to be there besides; `refused` is what was not read at all.
    `whole` says that it claims to be complete, so that what is promised has to be in it.
    """

    pieces: tuple[Piece, ...]
    promises: tuple[Promise, ...] = ()
    present: frozenset[str] = frozenset()
    refused: tuple[Finding, ...] = ()

    def of(self, *kinds: str) -> Iterator[Piece]:
        """The work products of these kinds, in the order read."""
        return (one for one in self.pieces if one.kind in kinds)

    @property
    def prose(self) -> Iterator[Piece]:
        """The prose of documents."""
        return (one for one in self.pieces if not one.path)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One kind of fault: its code, how much it matters, what it says in general, and how it is found."""

    code: str
    severity: Severity
    summary: str
    run: Callable[[Corpus], "Found"]


Found: TypeAlias = Iterator[tuple[str, tuple[Place, ...]]]
"""What a rule finds: a message and the places that it speaks of."""


def error(code: str, summary: str, run: Callable[[Corpus], Found]) -> Rule:
    """A rule whose findings contradict each other, or are refused."""
    return Rule(code=code, severity=Severity.ERROR, summary=summary, run=run)


def warning(code: str, summary: str, run: Callable[[Corpus], Found]) -> Rule:
    """A rule whose findings a person should look at."""
    return Rule(code=code, severity=Severity.WARNING, summary=summary, run=run)


class TooLarge(Invalid):
    """What was handed in is larger than is read."""

    code = "exchange.too_large"
