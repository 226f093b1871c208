"""Tables: as many columns as a line holds, ids and dates in one piece, texts broken between words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap

from headrace.kernel.json import Json
from headrace.surfaces.cli.cells import cell

_HASH = re.compile(r"[0-9a-f]{40,}")
_WIDEST = 72  # a cell that is wider is no fact for a table
_WHOLE = 40  # a word up to this length is never broken: ids, dates, handles
_TEXT = 18  # columns below which a text cannot be read
_GAP = 3


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its heading, its cells, and how many characters of a line it gets."""

    name: str
    cells: tuple[str, ...]
    width: int

    @property
    def least(self) -> int:
        """The fewest characters that it needs: its longest word, if words there are not too long."""
        words = [word for one in (self.heading, *self.cells) for word in one.split()]
        longest = max((len(word) for word in words if len(word) <= _WHOLE), default=0)
        if all(" " not in one and len(one) <= _WHOLE for one in self.cells):
            return max(longest, 1)
        return min(self.width, max(_TEXT, longest))

    @property
    def heading(self) -> str:
        return self.name.replace("_", " ")


def laid_out(
    rows: Sequence[Mapping[str, Json]], wanted: Sequence[str], room: int
) -> tuple[list[Column], list[str]]:
    """The columns that fit into so many characters, and the names of those that do not.

    Columns without a fact are given up first, then from the last one on. Where none are wanted, those
    of short texts are taken in their order; hashes, long texts and what is empty throughout are not.
    """
    if wanted:
        return _narrowed([_column(rows, name) for name in wanted], room)
    found = [_column(rows, name) for name in dict.fromkeys(name for row in rows for name in row)]
    short = [column for column in found if _is_short(column)] or found
    return _narrowed(short, room)


def print_table(columns: Sequence[Column], *, width: int) -> None:
    """Print the rows under their headings."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(Text(column.heading), width=column.width, overflow="fold")
    for row in zip(*(column.cells for column in columns), strict=True):
        told = zip(row, columns, strict=True)
        table.add_row(*(Text(_broken(text, column.width)) for text, column in told))
    Console(width=width, highlight=False).print(table)


def _column(rows: Sequence[Mapping[str, Json]], name: str) -> Column:
    cells = tuple(" ".join(cell(row.get(name)).split()) for row in rows)
    column = Column(name=name, cells=cells, width=0)
    return replace(column, width=max(len(one) for one in (column.heading, *cells)))


def _is_short(column: Column) -> bool:
    told = [one for one in column.cells if one]
    longest = max((len(one) for one in told), default=0)
    return 0 < longest <= _WIDEST and not all(_HASH.fullmatch(one) for one in told)


def _narrowed(columns: list[Column], room: int) -> tuple[list[Column], list[str]]:
    kept = list(columns)
    if _needed([column.least for column in kept]) > room:
        kept = [column for column in kept if any(column.cells)]
    dropped: list[str] = []
    while len(kept) > 1 and _needed([column.least for column in kept]) > room:
        dropped.insert(0, kept.pop().name)
    over = _needed([column.width for column in kept]) - room
    while over > 0:
        widest = max(kept, key=lambda column: column.width - column.least)
        spare = widest.width - widest.least
        if spare <= 0:
            break
        # A quarter at a time, so that two long columns share what is missing.
        less = min(over, max(1, spare // 4))
        kept[kept.index(widest)] = replace(widest, width=widest.width - less)
        over -= less
    return kept, dropped


def _needed(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)


def _broken(text: str, width: int) -> str:
    """Broken between words and at hyphens; a word that is longer than a line wherever it must."""
    return "\n".join(wrap(text, max(width, 1), break_on_hyphens=len(text.split()) == 1)) or text
