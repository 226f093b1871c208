"""Finds runs of code lines that stand in two places: `python -m tools.duplicates src`.

A run counts from LEAST lines on. Blank lines, comments, docstrings, imports and lines of brackets
alone are no code here; everything else is compared as it stands, indentation aside.
"""

import ast
import io
import sys
import tokenize
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

LEAST = 12


@dataclass(frozen=True, order=True)
class Line:
    """One line of code: where it stands and what it says."""

    path: Path
    number: int
    text: str


@dataclass(frozen=True)
class Copy:
    """A run that stands twice: its first lines in both places and its length in code lines."""

    first: Line
    second: Line
    length: int

    def __str__(self) -> str:
        places = (
            f"{self.first.path}:{self.first.number} and {self.second.path}:{self.second.number}"
        )
        return f"{self.length} lines stand in {places}"


def copies(files: Iterable[Path], least: int = LEAST) -> list[Copy]:
    """Every longest run of at least `least` code lines that occurs in two places, longest first."""
    sources = [code_lines(path) for path in sorted(files)]
    windows: dict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
    for index, lines in enumerate(sources):
        for start in range(len(lines) - least + 1):
            window = tuple(line.text for line in lines[start : start + least])
            windows[window].append((index, start))
    found = [
        run
        for places in windows.values()
        for first, second in _pairs(places)
        if (run := _grown(sources, first, second, least)) is not None
    ]
    return sorted(found, key=lambda copy: (-copy.length, copy.first, copy.second))


def code_lines(path: Path) -> list[Line]:
    """The lines of a file that are code, in order."""
    text = path.read_text()
    left_out = _without_code(ast.parse(text))
    kept: dict[int, str] = {}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.NAME, tokenize.NUMBER, tokenize.STRING):
            for number in range(token.start[0], token.end[0] + 1):
                kept[number] = ""
    rows = text.splitlines()
    return [
        Line(path, number, rows[number - 1].strip())
        for number in sorted(kept)
        if number not in left_out and rows[number - 1].strip()
    ]


def _without_code(tree: ast.Module) -> set[int]:
    """Line numbers of imports and docstrings."""
    numbers: set[int] = set()
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if is_text or isinstance(node, ast.Import | ast.ImportFrom):
            assert isinstance(node, ast.stmt)  # each of the three is one
            numbers.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return numbers


def _pairs(
    places: list[tuple[int, int]],
) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Each later place beside the first one; more pairs would say the same again."""
    for later in places[1:]:
        yield places[0], later


def _grown(
    sources: list[list[Line]], first: tuple[int, int], second: tuple[int, int], least: int
) -> Copy | None:
    """The whole run that starts at two places; None when it starts earlier or overlaps itself."""
    (one, start), (two, other) = first, second
    left, right = sources[one], sources[two]
    starts_earlier = start and other and left[start - 1].text == right[other - 1].text
    if starts_earlier or (one == two and other - start < least):
        return None
    length = 0
    while (
        start + length < len(left)
        and other + length < len(right)
        and left[start + length].text == right[other + length].text
    ):
        length += 1
    return Copy(left[start], right[other], length)


def main(folders: list[str]) -> int:
    """Prints every copy below the folders; 1 when there is one."""
    found = copies(path for folder in folders for path in Path(folder).rglob("*.py"))
    for copy in found:
        print(copy)
    if found:
        print("Say it once: move the run to the lowest place that both know.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["src"]))
