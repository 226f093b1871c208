"""Delivery: what a change makes hard to take back."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from headrace.capabilities.coding.rules.python import Module, dotted

_ONE_WAY = re.compile(
    r"\b(DROP\s+(TABLE|COLUMN|INDEX|SCHEMA)|TRUNCATE|ALTER\s+TABLE\s+\S+\s+(DROP|RENAME)"
    r"|RENAME\s+(COLUMN|TO))\b",
    re.IGNORECASE,
)
_NOT_NULL = re.compile(
    r"ALTER\s+TABLE\s+\S+\s+ADD\s+(COLUMN\s+)?(?:(?!DEFAULT).)*NOT\s+NULL(?!.*DEFAULT)",
    re.IGNORECASE | re.DOTALL,
)
_CALLS = frozenset({"op.drop_table", "op.drop_column", "op.alter_column", "op.rename_table"})
_FLAG = re.compile(
    r"(^|[._])(flags?|is_on|is_enabled|variation|get_boolean_value|feature_flag)", re.I
)


@dataclass(frozen=True, kw_only=True)
class OneWay:
    """A step that going back to the former version cannot undo."""

    path: str
    line: int
    what: str


def one_way(read: Sequence[Module], others: Mapping[str, str]) -> tuple[OneWay, ...]:
    """Statements that remove or rename what the former version still needs. `others` are SQL files."""
    found = [step for module in read for step in _in_python(module)]
    found += [step for path, text in others.items() for step in _in_text(path, text, 0)]
    return tuple(sorted(found, key=lambda step: (step.path, step.line)))


def _in_python(module: Module) -> Iterator[OneWay]:
    for function in ast.walk(module.tree) if module.tree else ():
        if isinstance(function, ast.FunctionDef) and function.name == "downgrade":
            return
    for node in ast.walk(module.tree) if module.tree else ():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _in_text(module.path, node.value, node.lineno - 1)
        if isinstance(node, ast.Call) and dotted(node.func) in _CALLS:
            yield OneWay(path=module.path, line=node.lineno, what=ast.unparse(node)[:80])


def _in_text(path: str, text: str, offset: int) -> Iterator[OneWay]:
    for pattern in (_ONE_WAY, _NOT_NULL):
        for match in pattern.finditer(text):
            line = offset + text[: match.start()].count("\n") + 1
            yield OneWay(path=path, line=line, what=" ".join(match[0].split())[:80])


def asks_a_flag(read: Sequence[Module]) -> bool:
    """Whether these files ask for a feature flag anywhere."""
    return any(
        _FLAG.search(dotted(node.func))
        for module in read
        for node in (ast.walk(module.tree) if module.tree else ())
        if isinstance(node, ast.Call)
    )
