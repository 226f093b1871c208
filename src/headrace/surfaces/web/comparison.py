"""Comparison: two versions of an artifact side by side, line by line. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

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
