"""From text to a corpus: a prose document with work products in it, or the files of a tree.

What comes in is text and stays text: nothing is followed, run or believed for standing in it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from headrace.packs.enterprise.exchange.model import (
    Corpus,
    Finding,
    Heading,
    Piece,
    Place,
    Promise,
    Severity,
    TooLarge,
)
from headrace.packs.enterprise.exchange.passages import read
from headrace.packs.enterprise.exchange.places import kind_of, path_fault

LARGEST_FILE = 2_000_000
"""Characters of one file."""

LARGEST_TREE = 20_000_000
"""Characters of all files together."""

MOST_FILES = 5_000

PATH_REFUSED, HIDDEN, TWICE = "path-refused", "hidden-characters", "artifact-twice"

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*([^`]*)$")
_ADDRESS = re.compile(r"\*\*Artifact (created|updated):\*\*[ \t]*`([^`\n]+)`", re.IGNORECASE)
_HEADING = re.compile(r"(#{1,6})[ \t]+(.*)$")
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_NAMED_FILE = re.compile(r"\b([A-Za-z-]+\.md)\b")
_TEMPLATE = re.compile(r"_TEMPLATE|\*\*Template:", re.IGNORECASE)
PATH = re.compile(
    r"(?<![\w/.-])((?:work|org)/[A-Za-z0-9_./-]{1,280}?\.md)(?![A-Za-z0-9_/-])", re.IGNORECASE
)
"""A path of the public layout, wherever it stands in words."""


@dataclass(kw_only=True)
class _Document:
    """What was read of a document so far."""

    name: str
    pieces: list[Piece] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    refused: list[Finding] = field(default_factory=list)
    prose: list[tuple[int, str]] = field(default_factory=list)
    trail: tuple[Heading, ...] = ()
    address: str = ""
    """The path that the next block of Markdown stands at."""

    def line(self, number: int, text: str) -> None:
        self.prose.append((number, text))
        if heading := _HEADING.match(text):
            level = len(heading[1])
            own = Heading(level=level, text=heading[2].strip(), line=number)
            self.trail = (*(one for one in self.trail if one.level < level), own)
            self.address = ""
        elif address := _ADDRESS.search(text):
            self.addressed(number, address[1].casefold() == "created", address[2].strip())
        elif not _TEMPLATE.search(text):
            self.promise(number, text)

    def addressed(self, number: int, created: bool, path: str) -> None:
        place = Place(file=self.name, line=number)
        self.address = ""
        if fault := path_fault(path):
            self.refuse(
                PATH_REFUSED, f"{path[:80]!r} is no path for a work product: {fault}", place
            )
            return
        self.address = path if created else ""
        self.promises.append(Promise(path=path, place=place, in_artifact=False, made=True))

    def promise(self, number: int, text: str) -> None:
        place = Place(file=self.name, line=number)
        for path in dict.fromkeys(PATH.findall(text)):
            self.promises.append(Promise(path=path, place=place, in_artifact=False))

    def block(self, start: int, lines: Sequence[str]) -> None:
        """A block of Markdown: the work product announced above it, or a part of an earlier one."""
        path, self.address = self.address, ""
        numbered = list(enumerate(lines, start))
        if path and any(one.path == path for one in self.pieces):
            place = Place(file=self.name, line=start)
            self.refuse(TWICE, f"{path} is written down a second time", place)
        made = piece(path or self._part_of(), self.name, numbered, around=self.trail)
        self.pieces.append(made)
        self.promises += promised(made)

    def _part_of(self) -> str:
        """The earlier work product that the heading above names: "(appended to STATUS.md)"."""
        words = self.trail[-1].text if self.trail else ""
        for name in _NAMED_FILE.findall(words):
            for one in self.pieces:
                if one.path.rpartition("/")[2] == name:
                    return one.path
        return ""

    def refuse(self, code: str, message: str, place: Place) -> None:
        self.refused.append(
            Finding(code=code, severity=Severity.ERROR, message=message, places=(place,))
        )


def read_document(name: str, text: str) -> Corpus:
    """A document of prose with work products in blocks of Markdown, each under its address.

    Raises TooLarge.
    """
    lines, hidden = _lines(name, text)
    document = _Document(name=name, refused=hidden)
    inside: list[str] = []
    fence, info, begin = "", "", 0
    for number, line in enumerate(lines, 1):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not mark[2].strip():
                if info == "markdown":
                    document.block(begin + 1, inside)
                fence, inside = "", []
            else:
                inside.append(line)
        elif mark:
            fence, info, begin = mark[1], mark[2].strip().casefold(), number
        else:
            document.line(number, line)
    if fence and info == "markdown":  # never closed: what stands in it is read all the same
        document.block(begin + 1, inside)
    prose = piece("", name, document.prose)
    return Corpus(
        pieces=(prose, *document.pieces),
        promises=tuple(document.promises),
        refused=tuple(document.refused),
    )


def read_tree(files: Mapping[str, str], present: frozenset[str] = frozenset()) -> Corpus:
    """The work products among the files of a tree, by their paths.

    `present` are further paths that are there. Raises TooLarge.
    """
    if len(files) > MOST_FILES or sum(map(len, files.values())) > LARGEST_TREE:
        raise TooLarge(
            f"A tree of at most {MOST_FILES} files and {LARGEST_TREE} characters is read; "
            "hand in a part of it"
        )
    pieces: list[Piece] = []
    promises: list[Promise] = []
    refused: list[Finding] = []
    for path, text in sorted(files.items()):
        place = Place(file=path, line=1)
        if fault := path_fault(path):
            message = f"{path[:80]!r} is no path for a work product: {fault}"
            refused.append(
                Finding(
                    code=PATH_REFUSED, severity=Severity.ERROR, message=message, places=(place,)
                )
            )
            continue
        if not kind_of(path):
            continue
        lines, hidden = _lines(path, text)
        made = piece(path, path, list(enumerate(lines, 1)))
        refused += hidden
        pieces.append(made)
        promises += promised(made)
    return Corpus(
        pieces=tuple(pieces),
        promises=tuple(promises),
        present=present | files.keys(),
        refused=tuple(refused),
    )


def piece(
    path: str,
    file: str,
    lines: Sequence[tuple[int, str]],
    around: tuple[Heading, ...] = (),
) -> Piece:
    """Numbered lines as one piece; front matter is passed over."""
    told = read(_without_front_matter(lines))
    return Piece(
        path=path,
        kind=kind_of(path),
        file=file,
        line=lines[0][0] if lines else 1,
        source="\n".join(line for _, line in lines),
        headings=tuple(told.headings),
        passages=tuple(told.passages),
        pairs=tuple(told.pairs),
        rows=tuple(told.rows),
        around=around,
    )


def promised(made: Piece) -> Iterator[Promise]:
    """Every path that a work product names outside of code, but its own."""
    for passage in made.passages:
        if passage.sort == "code":
            continue
        for found in PATH.finditer(passage.text):
            if found[1] != made.path and not _TEMPLATE.search(found[1]):
                place = made.at(passage.line_at(found.start()))
                yield Promise(path=found[1], place=place, in_artifact=True)


def _without_front_matter(lines: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    if lines and lines[0][1].rstrip() == "---":
        for place, (_, line) in enumerate(lines[1:], 1):
            if line.rstrip() == "---":
                return iter(lines[place + 1 :])
    return iter(lines)


def _lines(name: str, text: str) -> tuple[list[str], list[Finding]]:
    """The lines of a file without what nobody sees; each line with such characters is a finding."""
    if len(text) > LARGEST_FILE:
        raise TooLarge(f"{name} has more than {LARGEST_FILE} characters; hand in a part of it")
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    hidden = []
    for number, line in enumerate(lines, 1):
        if _HIDDEN.search(line):
            place = Place(file=name, line=number)
            message = "holds characters that nobody sees; they are left out"
            hidden.append(
                Finding(code=HIDDEN, severity=Severity.WARNING, message=message, places=(place,))
            )
            lines[number - 1] = _HIDDEN.sub("", line)
    return lines, hidden
