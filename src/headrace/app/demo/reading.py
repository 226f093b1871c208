"""How the tables of a demonstration read what it made, and how they look."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from rich.box import SIMPLE_HEAD
from rich.table import Table

from headrace.app.demo.driver import Office

Row = Mapping[str, Any]

_NUMBERS = frozenset(
    {
        "No.",
        "Versions",
        "Links",
        "Decided",
        "Calls",
        "Tokens in",
        "Tokens out",
        "USD",
        "Minutes",
        "Requests",
    }
)


def table(title: str, *columns: str) -> Table:
    """An empty table with a title; columns of figures stand at the right."""
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        header_style="dim",
        box=SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
    )
    for column in columns:
        table.add_column(column, justify="right" if column in _NUMBERS else "left")
    return table


def ask(office: Office, operation: str, **given: Any) -> Row:  # noqa: ANN401 - an operation's input
    """An operation's answer, as the operator gets it."""
    return cast(Row, office.perform(operation, given))


def items(office: Office, operation: str, **given: Any) -> list[Row]:  # noqa: ANN401
    """The items of a list, its first page."""
    return list(ask(office, operation, **given)["items"])


def every(office: Office, operation: str) -> list[Row]:
    """Every item of a paged list."""
    found: list[Row] = []
    after = None
    while True:
        page = ask(office, operation, limit=200, **({"after": after} if after else {}))
        found.extend(page["items"])
        after = page["next"]
        if after is None:
            return found


def listed(names: Sequence[str], most: int = 4) -> str:
    """Names in a row; those past the most are counted."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")


def moment(text: str) -> datetime:
    """An instant as an answer tells it."""
    return datetime.fromisoformat(text)
