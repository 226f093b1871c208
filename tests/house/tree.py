"""What the rules about the code look at: files, functions and handlers of this repository."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Function:
    """A function as it stands in a file; `name` includes the classes around it."""

    file: str
    name: str
    node: ast.FunctionDef | ast.AsyncFunctionDef

    @property
    def key(self) -> str:
        return f"{self.file}::{self.name}"

    @property
    def lines(self) -> int:
        return self.node.end_lineno - self.node.lineno + 1


def python_files(*folders: str) -> list[Path]:
    """Every Python file below the folders, generated migrations included."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def told(path: Path) -> str:
    """The path as people write it."""
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[Function]:
    """The functions and methods of a file, not those inside a function."""
    yield from _below(told(path), (), parsed(path).body)


def _below(file: str, outer: tuple[str, ...], body: list[ast.stmt]) -> Iterator[Function]:
    for node in body:
        if isinstance(node, FUNCTIONS):
            yield Function(file, ".".join((*outer, node.name)), node)
        elif isinstance(node, ast.ClassDef):
            yield from _below(file, (*outer, node.name), node.body)


def tracked_files() -> list[Path]:
    """Every file that Git keeps or would keep."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    return sorted(ROOT / name for name in listed if name and (ROOT / name).is_file())


def tracked_texts() -> Iterator[tuple[Path, str]]:
    """Every tracked file that is text, with its text."""
    for path in tracked_files():
        content = path.read_bytes()
        if b"\0" not in content:
            yield path, content.decode()
