"""Marks: the files of a product that say how its changes are judged."""

import tomllib
from collections.abc import Collection, Mapping

from headrace.capabilities.coding.rules.python import Texts

_MARKS = frozenset(
    {
        ".headrace/product.yaml",
        *("pytest.ini", "tox.ini", "setup.cfg", "mypy.ini", ".coveragerc"),
        *("ruff.toml", ".ruff.toml", ".flake8", ".pylintrc"),
        *(".eslintrc", ".eslintrc.json", "jest.config.js"),
    }
)
_PROJECT = "pyproject.toml"


def own_marks(
    touched: Collection[str], before: Texts, now: Texts, commands: Collection[str]
) -> tuple[str, ...]:
    """The touched files that decide by what the change is judged, sorted.

    Declarations, settings of tools (in pyproject.toml only its tables of tools), and scripts that a check
    runs. What was not there before took nothing away, unless a check runs it.
    """
    found = {path for path in touched if path in _MARKS or path in commands}
    if _PROJECT in touched and _tools(before) != _tools(now):
        found.add(_PROJECT)
    return tuple(sorted(path for path in found if path in before or path in commands))


def _tools(texts: Texts) -> Mapping[str, object]:
    try:
        found = tomllib.loads(texts.get(_PROJECT, "")).get("tool", {})
    except tomllib.TOMLDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
