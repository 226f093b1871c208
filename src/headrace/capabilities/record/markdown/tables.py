"""Tables as rows of a section, and tables of labels and values."""

from headrace.capabilities.artifacts.layout import Content, Field, Table, label_key, line
from headrace.capabilities.record.markdown.blocks import Block
from headrace.capabilities.record.markdown.cells import read_cell
from headrace.capabilities.record.markdown.words import read_cell_value


def known_columns(section: Table, block: Block) -> float:
    """The share of a block's headers that are columns of `section`; 0 for what is no table."""
    if block.sort != "table":
        return 0
    known = [_column(section, header) for header in block.rows[0]]
    return sum(column is not None for column in known) / len(known)


def read_rows(section: Table, block: Block) -> list[Content]:
    """The rows of a table; columns that a person added stand under "extra"."""
    header, *rows = block.rows
    taken: set[str] = set()
    columns: list[Field | str] = []
    width = max(len(row) for row in block.rows)
    for place, words in enumerate([*header, *[""] * (width - len(header))], 1):
        column = _column(section, words)
        if column is None or column.name in taken:
            columns.append(_unlike(line(read_cell(words)) or f"Column {place}", taken))
        else:
            columns.append(column)
        last = columns[-1]
        taken.add(last if isinstance(last, str) else last.name)
    return [_row(columns, cells) for cells in rows]


def _row(columns: list[Field | str], cells: tuple[str, ...]) -> Content:
    row: Content = {}
    extra: Content = {}
    for column, cell in zip(columns, cells, strict=False):
        words = read_cell(cell)
        if isinstance(column, str):
            extra[column] = words
        else:
            row[column.name] = read_cell_value(column, words)
    return row | {"extra": extra} if extra else row


def _column(section: Table, words: str) -> Field | None:
    key = label_key(read_cell(words))
    for column in section.columns:
        if key in map(label_key, (column.label, *column.aliases)):
            return column
    return None


def _unlike(name: str, taken: set[str]) -> str:
    """`name`, with a number behind it while another column is called so."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} {number}"
    return free
