"""Output: answers as tables for people, or as JSON for programs; errors as one calm line."""

import json
import re
import shutil
import sys
from collections.abc import Mapping, Sequence

from headrace.kernel.failures import Failure
from headrace.kernel.json import Json

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_HASH = re.compile(r"[0-9a-f]{40,}")
_WIDEST = 72  # a cell that is wider is no fact for a table
_WIDTH = 160  # columns where no terminal says how many it has


def show(answer: Json, *, as_json: bool, columns: Sequence[str] = ()) -> None:
    """Print an answer; of a list, these columns, or those that fit best."""
    if as_json:
        print(json.dumps(answer, indent=2, ensure_ascii=False))
    elif answer is None:
        print("Done.")
    elif isinstance(answer, Mapping):
        _mapping(answer, columns)
    else:
        print(_cell(answer))


def tell(failure: Failure, *, as_json: bool) -> None:
    """Print a failure where errors go."""
    if as_json:
        print(json.dumps(failure.problem, ensure_ascii=False), file=sys.stderr)
    else:
        print(f"error: {_clean(failure.message)}", file=sys.stderr)


def note(text: str) -> None:
    """Print a remark that is not part of the answer."""
    print(text, file=sys.stderr)


def _mapping(answer: Mapping[str, Json], columns: Sequence[str]) -> None:
    rows = answer.get("items")
    if not isinstance(rows, list):
        _facts(answer)
        return
    _table(rows, columns)
    if answer.get("next") is not None:
        note(f"There is more; go on with {_cell(answer['next'])}")


def _facts(answer: Mapping[str, Json]) -> None:
    """One line for each fact, never folded, so that a secret can be copied whole; tables below."""
    flat = _flat(answer)
    tables = {name: rows for name, rows in flat.items() if _is_table(rows)}
    facts = {name: fact for name, fact in flat.items() if name not in tables}
    width = max((len(name) for name in facts), default=0)
    for name, fact in facts.items():
        print(f"{name:<{width}}  {_cell(fact)}".rstrip())
    for name, rows in tables.items():
        print(f"\n{name}")
        _table(rows if isinstance(rows, list) else [])


def _is_table(value: Json) -> bool:
    return isinstance(value, list) and any(isinstance(item, Mapping) for item in value)


def _table(rows: Sequence[Json], wanted: Sequence[str] = ()) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not rows:
        print("Nothing.")
        return
    flat = [_flat(row) if isinstance(row, Mapping) else {"": row} for row in rows]
    columns = list(wanted) or _fitting(flat)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        table.add_column(Text(name))
    for row in flat:
        table.add_row(*(Text(_cell(row.get(name)), overflow="fold") for name in columns))
    Console(width=_width(), highlight=False).print(table)


def _fitting(rows: Sequence[Mapping[str, Json]]) -> list[str]:
    """As many columns as a line holds, in their order: those first whose values are short texts.

    Hashes, texts of many words and columns that are empty throughout are left to `--json`.
    """
    room = _width()
    kept = []
    for name in dict.fromkeys(name for row in rows for name in row):
        cells = [_cell(row.get(name)) for row in rows]
        widest = max((len(cell) for cell in cells), default=0)
        if widest == 0 or widest > _WIDEST or all(_HASH.fullmatch(cell) for cell in cells if cell):
            continue
        room -= max(widest, len(name)) + 2
        if room < 0:
            break
        kept.append(name)
    return kept or list(rows[0])


def _width() -> int:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDTH


def _flat(row: Mapping[str, Json]) -> dict[str, Json]:
    """Facts within facts get a name with a dot: `right.pattern`."""
    flat: dict[str, Json] = {}
    for name, value in row.items():
        if isinstance(value, Mapping) and value:
            flat |= {f"{name}.{inner}": fact for inner, fact in _flat(value).items()}
        else:
            flat[name] = value
    return flat


def _cell(value: Json) -> str:
    if value is None or value == {} or value == []:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and not _is_table(value):
        return ", ".join(_cell(item) for item in value)
    if isinstance(value, Mapping | list):
        return _clean(json.dumps(value, ensure_ascii=False))
    return _clean(str(value))


def _clean(text: str) -> str:
    """The text without what would steer a terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
