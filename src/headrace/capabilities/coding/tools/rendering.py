"""Renders templates of an unknown product into HTML: run as a program of its own, under a time limit.

Reads nothing but the files it is told; a template runs in Jinja's sandbox. What a template is not given
stands in as a placeholder that is there (first pass) and is not (second pass), so that both sides of a
condition are seen.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from jinja2 import ChainableUndefined, FunctionLoader, TemplateError
from jinja2.sandbox import SandboxedEnvironment

KINDS = (".html", ".htm", ".jinja", ".jinja2", ".j2")


class Present(ChainableUndefined):
    """A value that is there, whatever a template asks of it."""

    def __str__(self) -> str:
        return "text"

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[object]:
        return iter((("text", "text"),))

    def __call__(self, *_: object, **__: object) -> "Present":  # type: ignore[override]  # Jinja's own raises
        return Present()

    def __len__(self) -> int:
        return 1


class Absent(ChainableUndefined):
    """A value that is not there."""

    def __call__(self, *_: object, **__: object) -> "Absent":  # type: ignore[override]  # as above, it answers
        return Absent()


def rendered(root: Path, path: str) -> tuple[list[str], str]:
    """The HTML of a template in both passes, and what went wrong."""
    pages, fault = [], ""
    for kind in (Present, Absent):
        environment = SandboxedEnvironment(
            loader=FunctionLoader(lambda name: _source(root, path, name)),
            autoescape=True,
            undefined=kind,
            trim_blocks=True,
        )
        try:
            pages.append(environment.get_template(f"/{path}").render())
        except (TemplateError, TypeError, ValueError, AttributeError, OverflowError) as error:
            fault = f"{type(error).__name__}: {error}"
    return pages, fault


def _source(root: Path, asking: str, name: str) -> str | None:
    """The text of a template by the name that another one uses: the nearest file that ends in it."""
    if name.startswith("/"):
        return _text(root / name[1:], root)
    found = [
        path
        for path in root.rglob(Path(name).name)
        if f"/{path.relative_to(root).as_posix()}".endswith(f"/{name}") and ".git" not in path.parts
    ]
    near = sorted(
        found, key=lambda path: (-_shared(path.relative_to(root).as_posix(), asking), path)
    )
    return _text(near[0], root) if near else None


def _shared(one: str, other: str) -> int:
    """How many folders two paths have in common."""
    count = 0
    for a, b in zip(one.split("/"), other.split("/"), strict=False):
        if a != b:
            break
        count += 1
    return count


def _text(path: Path, root: Path) -> str | None:
    inside = path.resolve().is_relative_to(root.resolve())
    return path.read_text(encoding="utf-8") if inside and path.is_file() else None


def main() -> None:
    """Write as JSON into the file named first, for each template named after it, its pages and its fault."""
    report, *paths = sys.argv[1:]
    told = {path: rendered(Path.cwd(), path) for path in paths}
    shaped = {path: {"pages": pages, "fault": fault} for path, (pages, fault) in told.items()}
    Path(report).write_text(json.dumps(shaped))


if __name__ == "__main__":
    main()
