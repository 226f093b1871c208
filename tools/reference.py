"""Writes docs/reference/ from the code, so that what is public is documented by being declared.

`python -m tools.reference` writes the pages, and the nouns of the command line beside them; with
`--check` it writes nothing and says which of them no longer equals the code. Settings come from
`headrace.settings`, everything else from the composed house of `headrace.app`.
"""

import dataclasses
import importlib
import importlib.util
import inspect
import json
import sys
import typing
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from headrace.kernel.capability import Capability, Operation
from headrace.kernel.events import Event
from headrace.surfaces.cli.tree import outline_of

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "reference"
NOUNS = ROOT / "src" / "headrace" / "app" / "nouns.py"
MADE = "<!-- Made by `make reference` from the code; change the code, not this page. -->"


def pages() -> dict[str, str]:
    """File name and text of every page; a part of the house that is not built yet has none."""
    made: dict[str, str] = {}
    if importlib.util.find_spec("headrace.settings"):
        made["settings.md"] = settings_page(importlib.import_module("headrace.settings").Settings)
    if importlib.util.find_spec("headrace.app"):
        house = importlib.import_module("headrace.app").HOUSE
        made["operations.md"] = operations_page(house.capabilities)
        made["events.md"] = events_page(house.capabilities)
    return made


def nouns_module(nouns: Mapping[str, str]) -> str:
    """The outline of the command line, which `headrace --help` tells without composing the house."""
    lines = [f"    {json.dumps(name)}: {json.dumps(told)}," for name, told in nouns.items()]
    return "\n".join(
        [
            '"""The nouns of the command line. Made by `make reference` from the code; change the code."""',
            "",
            "from collections.abc import Mapping",
            "",
            "# fmt: off",
            "# ruff: noqa: E501",
            "NOUNS: Mapping[str, str] = {",
            *lines,
            "}",
            "",
        ]
    )


def settings_page(settings: type) -> str:
    """Every setting with its default and meaning, in the order of the class.

    `settings` is a pydantic-settings class: each field's description is its meaning, unit included.
    """
    prefix = settings.model_config.get("env_prefix", "")  # type: ignore[attr-defined]  # see above
    rows = [
        (
            f"`{(field.alias or prefix + name).upper()}`",
            f"`{_shown(field.annotation)}`",
            _default(field),
            _cell(field.description),
        )
        for name, field in settings.model_fields.items()  # type: ignore[attr-defined]  # see above
    ]
    intro = "Every setting. Each is read from the environment under the name given."
    return _page("Settings", intro, [_table(("Name", "Type", "Default", "Meaning"), rows)])


def operations_page(capabilities: Iterable[Capability]) -> str:
    """Every operation as the three doors offer it, by room in the order of the house."""
    parts = []
    for capability in capabilities:
        if capability.operations:
            parts.append(f"## {capability.name}")
            parts += [_operation(operation) for operation in capability.operations]
    intro = "What can be done, alike on the command line, over REST and as an MCP tool."
    return _page("Operations", intro, parts)


def events_page(capabilities: Iterable[Capability]) -> str:
    """Every event of the journal with its fields."""
    rows = [
        (f"`{event.type}`", capability.name, _cell(_first_line(event)), _fields(event))
        for capability in capabilities
        for event in capability.events
    ]
    intro = "What the journal can hold. Subscribers get each event at least once."
    return _page("Events", intro, [_table(("Event", "Room", "Meaning", "Fields"), rows)])


def _operation(operation: Operation) -> str:
    where = f"{operation.http.method} /api/v1{operation.http.path}"
    lines = [
        f"### {operation.name}",
        "",
        inspect.cleandoc(operation.help),
        "",
        f"- Command line: `headrace {operation.name.replace('.', ' ')}`",
        f"- REST: `{where}`",
        f"- Needs `{operation.permission}`; {operation.kind.value}, effect {operation.effect.value}"
        + (f"; confirmed in {alarm.value}" if (alarm := operation.must_be_confirmed) else ""),
    ]
    fields = _fields(operation.input)
    return "\n".join([*lines, f"- Input: {fields}"] if fields else lines)


def _fields(kind: type) -> str:
    """The fields of a dataclass with their types, in order; empty when it has none."""
    if not dataclasses.is_dataclass(kind):
        return f"`{_shown(kind)}`" if kind is not type(None) else ""
    hints = typing.get_type_hints(kind)
    return _cell(
        ", ".join(f"`{f.name}: {_shown(hints[f.name])}`" for f in dataclasses.fields(kind))
    )


def _shown(kind: object) -> str:
    """A type as people write it: without the modules it comes from."""
    if typing.get_args(kind):
        origin = typing.get_origin(kind)
        inner = [_shown(argument) for argument in typing.get_args(kind)]
        if isinstance(origin, type) and origin.__name__ not in {"UnionType", "Union"}:
            return f"{origin.__name__}[{', '.join(inner)}]"
        return " or ".join(inner)
    if kind is type(None):
        return "none"
    if kind is Ellipsis:
        return "…"
    return getattr(kind, "__name__", None) or str(kind)


def _default(field: object) -> str:
    """The default of a pydantic field in words."""
    if getattr(field, "default_factory", None) is not None:
        return "computed at start"
    value = getattr(field, "default", None)
    return "none" if value in (None, "") else f"`{value}`"


def _first_line(kind: type[Event]) -> str:
    return inspect.cleandoc(kind.__doc__ or "").partition("\n")[0]


def _cell(text: str | None) -> str:
    return " ".join((text or "").replace("|", "\\|").split())


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _page(title: str, intro: str, parts: Iterable[str]) -> str:
    return "\n\n".join([f"# {title}", MADE, intro, *parts]) + "\n"


def outdated(made: dict[str, str]) -> list[str]:
    """Names of pages that differ from the code, are missing, or have nothing behind them."""
    there = {path.name for path in FOLDER.glob("*.md")}
    wrong = [n for n, text in made.items() if n not in there or (FOLDER / n).read_text() != text]
    return sorted([*wrong, *(there - made.keys())])


def main(arguments: list[str]) -> int:
    """Writes the pages, or checks them; 1 when a page does not equal the code."""
    made = pages()
    nouns = nouns_module(outline_of(importlib.import_module("headrace.app").HOUSE))
    if "--check" in arguments:
        wrong = [f"docs/reference/{name}" for name in outdated(made)]
        wrong += [str(NOUNS.relative_to(ROOT))] if NOUNS.read_text() != nouns else []
        for name in wrong:
            print(f"{name} does not equal the code: run `make reference`")
        return 1 if wrong else 0
    NOUNS.write_text(nouns)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in outdated(made):
        path = FOLDER / name
        path.write_text(made[name]) if name in made else path.unlink()
        print(f"docs/reference/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
