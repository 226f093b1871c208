"""Exports: the journal as a file, asked for page by page in the reader's name while it is sent.

Each page passes the gate like any other question. What goes wrong before the first line becomes an
error page; later it breaks the answer off, so that half a file is never taken for a whole one.
"""

import csv
import io
import json
from collections.abc import AsyncIterator, Callable, Sequence

from headrace.kernel.json import Json, to_json
from headrace.surfaces.web.answers import Events, Happened
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.door import Door
from headrace.surfaces.web.pages import journal

_PAGE = 500
COLUMNS = ("position", "at", "type", "lineage", "actor", "payload")

Told = Callable[[Sequence[Happened]], str]


def lines(items: Sequence[Happened]) -> str:
    """A JSON object on each line, every fact of an event in it."""
    return "".join(f"{json.dumps(to_json(one), ensure_ascii=False)}\n" for one in items)


def table(items: Sequence[Happened]) -> str:
    """Rows of comma-separated values without a head; what an event says is JSON in its last cell."""
    written = io.StringIO()
    sheet = csv.writer(written, lineterminator="\n")
    for one in items:
        facts = to_json(one)
        assert isinstance(facts, dict)
        sheet.writerow([_cell(facts[name]) for name in COLUMNS])
    return written.getvalue()


def _cell(value: Json) -> str:
    """As text; a spreadsheet is kept from taking one for a formula."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


FORMS: dict[str, tuple[str, str, Told]] = {
    "jsonl": ("application/jsonl", "", lines),
    "csv": ("text/csv; charset=utf-8", ",".join(COLUMNS) + "\n", table),
}
"""What a file may be: its media type, what stands before the first event, how events are written."""


def journal_page(asked: Asked, before: int | None) -> Events:
    """A part of the journal as the address names it, as much of it as is asked for at once."""
    return journal.ask(asked, before=before, limit=_PAGE)


async def journal_file(door: Door, asked: Asked, first: Events, form: str) -> AsyncIterator[str]:
    """The file piece by piece, from a first page that was let through already."""
    _, head, told = FORMS[form]
    yield head + told(first.items)
    page = first
    while page.next is not None:
        page = await door.work(journal_page, asked, page.next)
        yield told(page.items)
