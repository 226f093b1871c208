"""What `lint`, `import` and `export` say in a terminal: each finding and each file, whole, at any width."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from headrace.app.trees import Caller
from headrace.kernel.json import Json
from headrace.surfaces.cli.output import show

WITH_ERRORS = 1
"""The exit code when a finding is an error."""

_WIDE = 150
"""Columns where no terminal tells how many there are: in a file, in a pipe."""

_COLOURS = {"error": "red", "warning": "yellow"}
_BELOW = 2
"""How far what belongs to a line stands to the right of it."""


def tell(answer: Mapping[str, Json], caller: Caller) -> int:
    """Show findings, errors first; the exit code: 1 when one is an error, else 0."""
    findings = _mappings(answer, "items")
    errors = sum(one["severity"] == "error" for one in findings)
    if caller.as_json:
        show(answer, as_json=True)
        return WITH_ERRORS if errors else 0
    console = _console()
    for one in sorted(findings, key=lambda one: str(one["severity"])):
        _finding(console, one)
    read = _counted(len(_list(answer, "pieces")), "work product")
    warnings = _counted(len(findings) - errors, "warning")
    console.print(f"{read} read, {_counted(errors, 'error')}, {warnings}.", highlight=False)
    return WITH_ERRORS if errors else 0


def _finding(console: Console, one: Mapping[str, Json]) -> None:
    severity = str(one["severity"])
    console.print(
        Text.assemble((severity, _COLOURS.get(severity, "")), (f"  {one['code']}", "bold"))
    )
    _below(console, Text(str(one["message"])))
    places = one["places"] if isinstance(one["places"], list) else []
    for place in places_told(map(str, places)):
        _below(console, Text(place, style="dim"))
    console.print()


def places_told(places: Iterable[str]) -> list[str]:
    """Places (`file:line`) with the lines of one file behind each other: `a.md:3, 7`."""
    parted = [place.rpartition(":") for place in places]
    return [
        f"{file}:{', '.join(line for _, _, line in lines)}" if file else lines[0][2]
        for file, found in groupby(parted, key=lambda one: one[0])
        for lines in (list(found),)
    ]


def files_of(answer: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    """The files of an export."""
    return _mappings(answer, "items")


def tell_export(answer: Mapping[str, Json], changed: int, folder: Path, caller: Caller) -> None:
    """Show how much was written, and why versions were left out."""
    if caller.as_json:
        paths = [one["path"] for one in files_of(answer)]
        told: Json = {"items": paths, "left_out": answer["left_out"], "changed": changed}
        show(told, as_json=True)
        return
    console = _console()
    for one in _list(answer, "left_out"):
        console.print(Text(f"Left out: {one}", overflow="fold"))
    total = _counted(len(files_of(answer)), "file")
    words = f"{total} in {folder}, {changed} of them new or different."
    console.print(Text(words, overflow="fold"))


def tell_import(answer: Mapping[str, Json], *, dry_run: bool) -> None:
    """Show what became, or would become, of each file, and what it claims that counts nowhere here."""
    console = _console()
    for one in _mappings(answer, "taken"):
        head = (f"{one['outcome']}", "bold"), f"  {one['path']}"
        console.print(Text.assemble(*head, overflow="fold"))
        standing = ", ".join(filter(None, (str(one["type"]), str(one["standing"]))))
        claim = f"; it says {one['claims']!r} of itself" if one["claims"] else ""
        for words in (f"{standing}{claim}", str(one["why"])):
            if words:
                _below(console, Text(words, style="dim"))
    change = answer.get("change")
    if dry_run:
        console.print("Rehearsed; nothing was taken in.")
    elif change:
        console.print(f"They wait for a person in {change}: headrace change show {change}")
    else:
        console.print("Nothing new.")


def _console() -> Console:
    told = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(width=None if told else _WIDE)


def _below(console: Console, words: Text) -> None:
    """Words that belong to the line above, wrapped and never cut off."""
    words.overflow = "fold"
    console.print(Padding(words, (0, 0, 0, _BELOW), expand=False))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _mappings(answer: Mapping[str, Json], name: str) -> list[Mapping[str, Json]]:
    return [one for one in _list(answer, name) if isinstance(one, Mapping)]


def _list(answer: Mapping[str, Json], name: str) -> Sequence[Json]:
    found = answer.get(name)
    return found if isinstance(found, list) else []
