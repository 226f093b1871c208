"""Tables: one row to a line, whatever a cell holds."""

import re
from collections.abc import Iterable, Sequence

_WRITTEN = re.compile(r"<(br[ \t]*/?>)|&((?:amp;)*lt;br[ \t]*/?>)", re.IGNORECASE)
_READ = re.compile(
    r"<br[ \t]*/?>|&(?:lt;(br[ \t]*/?>)|amp;((?:amp;)*lt;br[ \t]*/?>))", re.IGNORECASE
)


def write_table(rows: Sequence[Sequence[str]]) -> str:
    """`rows` as a Markdown table; the first is the header."""
    header, *rest = [_row(row) for row in rows]
    return "\n".join([header, "|" + "---|" * len(rows[0]), *rest])


def write_cell(words: str) -> str:
    """`words` on one line, a break for each new one; a break in the words themselves is spelt out."""
    kept = _WRITTEN.sub(lambda found: f"&lt;{found[1]}" if found[1] else f"&amp;{found[2]}", words)
    return kept.replace("\n", "<br>")


def read_cell(words: str) -> str:
    """The words that `write_cell` was given; a table's reader has freed the bars already."""
    return _READ.sub(_read, words)


def _read(found: re.Match[str]) -> str:
    if found[1]:
        return f"<{found[1]}"
    return f"&{found[2]}" if found[2] else "\n"


def _row(cells: Iterable[str]) -> str:
    return "".join(["|", *(f" {cell.replace('|', chr(92) + '|')} |" for cell in cells)])
