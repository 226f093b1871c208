"""Reads docs/coverage.md and finds what is not true in it; run as a program, it counts.

A row stands for one promised feature. What it names as proof must exist and must be able to fail:
a test that is there and not skipped, or a command that a person can run.
"""

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "coverage.md"
STATUSES = ("works", "partly", "not yet")
COMMANDS = ("make ", "headrace ", "python -m ", ".ci/run")
_ROW = re.compile(
    r"^\| (?P<id>[A-Z]{2}-\d+) \| (?P<status>[^|]+) \| (?P<feature>[^|]+) \|(?P<note>.*)\|$"
)


@dataclass(frozen=True)
class Row:
    """One line of the page."""

    id: str
    status: str
    feature: str
    note: str

    @property
    def proofs(self) -> list[str]:
        """What stands in backticks: node ids of tests, and commands."""
        return re.findall(r"`([^`]+)`", self.note)


def expected_ids() -> list[str]:
    """The ids of every promised feature, in order: 466."""
    tables = (("AE", 80), ("OP", 33), ("TX", 75), ("AR", 24), ("MA", 254))
    return [f"{name}-{n:02}" for name, count in tables for n in range(1, count + 1)]


def rows(text: str) -> list[Row]:
    """The lines of the page that are rows, in order."""
    found = (_ROW.match(line) for line in text.splitlines())
    return [
        Row(m["id"], m["status"].strip(), m["feature"].strip(), m["note"].strip())
        for m in found
        if m
    ]


def faults(row: Row) -> Iterator[str]:
    """Everything untrue or unproven about one row."""
    if row.status not in STATUSES:
        yield f"{row.id}: {row.status!r} is none of {', '.join(STATUSES)}"
    if row.status == "works" and not row.proofs:
        yield f"{row.id}: says `works` and names no proof"
    if row.status == "partly" and not row.note:
        yield f"{row.id}: says `partly` and not what is missing"
    for proof in row.proofs:
        if proof.startswith("tests/"):
            yield from (f"{row.id}: {fault}" for fault in node_faults(proof))
        elif row.status == "works" and not proof.startswith(COMMANDS):
            yield f"{row.id}: `{proof}` is neither a test nor a command"


def node_faults(node: str) -> Iterator[str]:
    """Why a pytest node id proves nothing: no file, no such test, or it is skipped."""
    path, *names = node.partition("[")[0].split("::")
    file = ROOT / path
    if not (file.is_file() and names):
        yield f"`{node}` is no test of a file that exists"
        return
    scope: list[ast.stmt] = ast.parse(file.read_text()).body
    if any(_is_left_out(statement) for statement in scope if isinstance(statement, ast.Assign)):
        yield f"`{node}` stands in a file that is skipped"
    for name in names:
        found = next((d for d in scope if isinstance(d, _DEFINITIONS) and d.name == name), None)
        if found is None:
            yield f"`{node}`: {path} holds no {name}"
            return
        if _is_left_out(found):
            yield f"`{node}` is skipped or expected to fail"
        scope = found.body


_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _is_left_out(node: ast.AST) -> bool:
    """Whether a decorator, a call or `pytestmark = …` takes a test out of the run."""
    names = {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
    return bool(names & {"skip", "skipif", "xfail"})


def main() -> int:
    """Prints how many rows stand where, by table."""
    counts = Counter((row.id[:2], row.status) for row in rows(PAGE.read_text()))
    for table in dict.fromkeys(table for table, _ in counts):
        told = ", ".join(f"{status} {counts[table, status]}" for status in STATUSES)
        print(f"{table}: {told}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
