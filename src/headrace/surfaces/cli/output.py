"""Output: answers as tables and facts for people, or as JSON for programs; errors as one calm line."""

import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from textwrap import wrap

from headrace.kernel.failures import Failure
from headrace.kernel.json import Json
from headrace.surfaces.cli.cells import NOTHING, Names, cell, clean, named
from headrace.surfaces.cli.tables import laid_out, print_table

_WIDTH = 160  # columns where no terminal says how many it has

Shown = Callable[[Mapping[str, Json]], Mapping[str, Json]]


def show(
    answer: Json,
    *,
    as_json: bool,
    columns: Sequence[str] = (),
    shown: Shown | None = None,
    names: Names | None = None,
) -> None:
    """Print an answer; of a list, these columns, or those that fit best.

    `shown` chooses what of one thing a terminal tells; JSON has everything. `names` gives handles
    for the ids of principals.
    """
    if as_json:
        print(json.dumps(answer, indent=2, ensure_ascii=False))
        return
    if shown is not None and isinstance(answer, Mapping):
        answer = shown(answer)
    told = answer if names is None else named(answer, names)
    if told is None:
        print("Done.")
    elif isinstance(told, Mapping):
        _mapping(told, columns)
    else:
        print(cell(told))


def tell(failure: Failure, *, as_json: bool) -> None:
    """Print a failure where errors go."""
    if as_json:
        print(json.dumps(failure.problem, ensure_ascii=False), file=sys.stderr)
    else:
        print(f"error: {clean(failure.message)}", file=sys.stderr)


def preview(details: Mapping[str, object]) -> None:
    """Print what would happen and what it costs at most, where questions go: before anything is done."""
    changes = details.get("changes")
    lines = [f"[{details['alarm']}] {details['effect']}", *_listed(details.get("says"))]
    if details.get("at_most_tokens") is not None:
        lines.append(f"At most {details['at_most_tokens']:,} tokens.")
    micro_usd = details.get("at_most_micro_usd")
    if isinstance(micro_usd, int):
        lines.append(f"At most ${micro_usd / 1_000_000:,.2f}.")
    lines += [f"It would record: {change}" for change in _listed(changes)]
    for line in [*lines, "Nothing is done yet."]:
        print(_hung(clean(line), 2), file=sys.stderr)


def _listed(given: object) -> list[str]:
    return [str(one) for one in given] if isinstance(given, list | tuple) else []


def note(text: str) -> None:
    """Print a remark that is not part of the answer, after it."""
    sys.stdout.flush()
    print(_hung(text, 0), file=sys.stderr)


def _mapping(answer: Mapping[str, Json], columns: Sequence[str]) -> None:
    rows = answer.get("items")
    if isinstance(rows, list):
        _table(rows, columns)
    else:
        _facts(answer)


def _facts(answer: Mapping[str, Json]) -> None:
    """One line for each fact, words folded under it and never a word itself, so that a secret can be
    copied whole; then texts of several lines, then tables."""
    flat = _without_prefix(_flat(answer))
    tables = {name: rows for name, rows in flat.items() if _is_table(rows)}
    texts = {name: text for name, text in flat.items() if isinstance(text, str) and "\n" in text}
    facts = {name: flat[name] for name in flat if name not in tables and name not in texts}
    width = max((len(name) for name in facts), default=0)
    for name, fact in facts.items():
        print(f"{_label(name):<{width}}  {_hung(cell(fact) or NOTHING, width + 2)}")
    for name, text in texts.items():
        print(f"\n{_label(name)}\n\n{cell(text).strip()}")
    for name, rows in tables.items():
        print(f"\n{_label(name)}\n")
        _table(rows if isinstance(rows, list) else [])


def _label(name: str) -> str:
    return name.replace("_", " ").replace(".", " ")


def _hung(text: str, indent: int) -> str:
    """Folded between words, the following lines below the first."""
    room = max(_width() - indent, 20)
    lines = wrap(text, room, break_long_words=False, break_on_hyphens=False)
    return f"\n{' ' * indent}".join(lines)


def _without_prefix(flat: Mapping[str, Json]) -> Mapping[str, Json]:
    """Facts of the one thing that tables belong to, `mission.slug` beside `steps`, without its name."""
    facts = [name for name, value in flat.items() if not _is_table(value) and value != []]
    first = {name.partition(".")[0] for name in facts}
    if len(facts) == len(flat) or len(first) != 1 or not all("." in name for name in facts):
        return flat
    begin = f"{first.pop()}."
    return {name.removeprefix(begin): value for name, value in flat.items()}


def _is_table(value: Json) -> bool:
    return isinstance(value, list) and any(isinstance(item, Mapping) for item in value)


def _table(rows: Sequence[Json], wanted: Sequence[str] = ()) -> None:
    if not rows:
        print("Nothing.")
        return
    flat = [_flat(row) if isinstance(row, Mapping) else {"": row} for row in rows]
    columns, left_out = laid_out(flat, wanted, _width())
    print_table(columns, width=_width())
    if left_out:
        told = ", ".join(name.replace("_", " ") for name in left_out)
        note(f"Too narrow for: {told}. --json has everything.")


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
