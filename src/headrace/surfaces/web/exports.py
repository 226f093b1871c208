"""Exports: the journal as a file, asked for page by page in the reader's name while it is sent.

Each page passes the gate like any other question. What goes wrong before the first line becomes an
error page; later it breaks the answer off, so that half a file is never taken for a whole one.
"""

import csv
import io
import json
from collections.abc import AsyncIterator, Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from headrace.kernel.json import Json, to_json
from headrace.surfaces.web.answers import Events, Happened
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import Client
from headrace.surfaces.web.door import HEADERS, Door, Endpoint

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


def journal(door: Door, form: str) -> Endpoint:
    """The journal as a file, newest first, of a type or about one thing where the address says so."""
    kind, head, told = FORMS[form]

    async def export(request: Request) -> Response:
        try:
            visitor = await door.work(door.guard.visitor, request)
            client = door.client(visitor)
            asked = Asked(client=client, path={}, query=request.query_params)
            first = await door.work(_page, asked, asked.number("before"))
        except Exception as fault:  # noqa: BLE001 - an edge: a request ends here, whatever went wrong
            return await door.failed(request, fault)

        async def rest() -> AsyncIterator[str]:
            yield head + told(first.items)
            page = first
            while page.next is not None:
                page = await door.work(_page, asked, page.next)
                yield told(page.items)

        return StreamingResponse(
            rest(),
            media_type=kind,
            headers={**HEADERS, "Content-Disposition": f'attachment; filename="journal.{form}"'},
        )

    return export


def _page(asked: Asked, before: int | None) -> Events:
    client: Client = asked.client
    return client.ask(
        Events,
        "journal.list",
        type=asked.word("type"),
        lineage=asked.word("lineage"),
        before=before,
        limit=_PAGE,
    )
