"""Comparison: two versions of an artifact, or of a file, side by side, line by line. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from headrace.surfaces.web.answers import Line
from headrace.surfaces.web.content import Block

_AROUND = 3  # unchanged lines that are kept around a difference


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of each side; None where a side has none. `kind` is "same", "changed" or "gap"."""

    kind: str
    old_number: int | None = None
    old: str | None = None
    new_number: int | None = None
    new: str | None = None


def lines(blocks: Sequence[Block]) -> tuple[str, ...]:
    """A version's content as the lines that people compare."""
    return tuple(line for block in blocks for line in _lines(block))


def beside(old: Sequence[str], new: Sequence[str]) -> tuple[Row, ...]:
    """The rows of both sides; long equal parts are folded into a gap."""
    rows: list[Row] = []
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    for tag, a, a_end, b, b_end in matcher.get_opcodes():
        if tag == "equal":
            rows += _equal(old, a, a_end, b, is_first=a == 0, is_last=a_end == len(old))
        else:
            rows += _changed(old, new, (a, a_end), (b, b_end))
    return tuple(rows)


def _equal(
    old: Sequence[str], a: int, end: int, b: int, *, is_first: bool, is_last: bool
) -> Iterator[Row]:
    head = a if is_first else min(end, a + _AROUND)
    tail = end if is_last else max(head, end - _AROUND)
    kept = [*range(a, head), *range(tail, end)]
    for place in kept:
        if place == tail and tail > head:
            yield Row(kind="gap")
        yield Row(
            kind="same",
            old_number=place + 1,
            old=old[place],
            new_number=b + place - a + 1,
            new=old[place],
        )
    if tail > head and tail == end:
        yield Row(kind="gap")


def _changed(
    old: Sequence[str], new: Sequence[str], left: tuple[int, int], right: tuple[int, int]
) -> Iterator[Row]:
    for offset in range(max(left[1] - left[0], right[1] - right[0])):
        a, b = left[0] + offset, right[0] + offset
        has_old, has_new = a < left[1], b < right[1]
        yield Row(
            kind="changed",
            old_number=a + 1 if has_old else None,
            old=old[a] if has_old else None,
            new_number=b + 1 if has_new else None,
            new=new[b] if has_new else None,
        )


def _lines(block: Block) -> Iterator[str]:
    if block.title:
        yield f"{'#' * block.level} {block.title}"
    yield from block.text.splitlines()
    yield from (f"{fact.word}: {fact.value}" for fact in block.facts)
    yield from (f"- {item}" for item in block.items)
    if block.columns:
        yield " | ".join(block.columns)
    yield from (" | ".join(row) for row in block.rows)


def paired(parts: Sequence[Sequence[Line]]) -> tuple[Row, ...]:
    """The lines of a file's changed parts as rows of both sides: what was taken out beside what came."""
    rows: list[Row] = []
    for part in parts:
        if rows:
            rows.append(Row(kind="gap"))
        out: list[Line] = []
        come: list[Line] = []
        for line in part:
            if line.kind == "removed":
                out.append(line)
            elif line.kind == "added":
                come.append(line)
            else:
                rows += _exchanged(out, come)
                out, come = [], []
                rows.append(_kept(line))
        rows += _exchanged(out, come)
    return tuple(rows)


def _exchanged(out: Sequence[Line], come: Sequence[Line]) -> Iterator[Row]:
    for old, new in zip_longest(out, come):
        yield Row(
            kind="changed",
            old_number=old.old_number if old else None,
            old=old.text if old else None,
            new_number=new.new_number if new else None,
            new=new.text if new else None,
        )


def _kept(line: Line) -> Row:
    return Row(
        kind="same",
        old_number=line.old_number,
        old=line.text,
        new_number=line.new_number,
        new=line.text,
    )
