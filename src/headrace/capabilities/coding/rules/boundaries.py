"""Boundaries and promises: which parts of a product import which, and what a change promised to others."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from headrace.capabilities.coding.rules.python import (
    HTTP_METHODS,
    Module,
    Texts,
    is_test,
    modules,
    names_of_modules,
    own,
)
from headrace.capabilities.coding.rules.routes import routes, shape

Divisions = Mapping[str, Sequence[str]]
"""The folders of each division of a product."""


@dataclass(frozen=True, kw_only=True)
class Crossing:
    """An import from one division's files into another's, of a package not imported so before."""

    path: str
    line: int
    module: str
    source: str
    target: str


def crossings(
    before: Texts, after: Texts, changed: Sequence[str], divisions: Divisions
) -> tuple[Crossing, ...]:
    """New arrows between divisions: one into a package that the division did not import before."""
    known = {(c.source, c.module) for c in _crossings(before, divisions, None)}
    found = _crossings(after, divisions, changed)
    return tuple(one for one in found if (one.source, one.module) not in known)


def _crossings(texts: Texts, divisions: Divisions, of: Sequence[str] | None) -> list[Crossing]:
    index = names_of_modules(texts)
    found: list[Crossing] = []
    for read in modules({path: text for path, text in texts.items() if not is_test(path)}):
        here = division(read.path, divisions)
        if here and (of is None or read.path in of):
            found += _out_of(read, here, divisions, index)
    return sorted(found, key=lambda one: (one.path, one.line))


def _out_of(
    read: Module, here: str, divisions: Divisions, index: Mapping[str, str]
) -> Iterator[Crossing]:
    for node in ast.walk(read.tree) if read.tree else ():
        for name in _named(node):
            path = own(name, index)
            there = division(path, divisions) if path else ""
            if path and there and there != here:
                folder = path.rpartition("/")[0]
                line = getattr(node, "lineno", 1)
                yield Crossing(path=read.path, line=line, module=folder, source=here, target=there)


def _named(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def division(path: str, divisions: Divisions) -> str:
    """The division that owns a path: the one with the longest folder that holds it, or an empty text."""
    owners = [
        (len(folder), name)
        for name, folders in divisions.items()
        for folder in folders
        if path.startswith(folder)
    ]
    return max(owners)[1] if owners else ""


_ROUTE = re.compile(rf"^({'|'.join(HTTP_METHODS)})\s+(/\S*)", re.IGNORECASE)


def missing(names: Sequence[str], after: Texts, changed: Sequence[str]) -> tuple[str, ...]:
    """The promised names that the changed files do not have, in their order."""
    read = modules(after)
    offered = {route.name for route in routes(read, changed)}
    words = {word for path in changed if path in after for word in _words(path, after[path])}
    return tuple(name for name in names if not _is_there(name, offered, words))


def is_promise_of_route(name: str) -> str:
    """The route that a promised name is, as routes are named; empty when it is none."""
    route = _ROUTE.match(name.strip())
    return f"{route[1].upper()} {shape(route[2])}" if route else ""


def _is_there(name: str, offered: set[str], words: set[str]) -> bool:
    route = is_promise_of_route(name)
    if route:
        return route in offered
    return name.strip().strip("\"'`") in words


def _words(path: str, text: str) -> Iterator[str]:
    """What a file defines: names of classes, functions and values, fields, and every text in it."""
    if not path.endswith(".py"):
        yield from re.findall(r"[\w.$/{}-]+", text)
        return
    for read in modules({path: text}):
        for node in ast.walk(read.tree) if read.tree else ():
            match node:
                case (
                    ast.ClassDef(name=name)
                    | ast.FunctionDef(name=name)
                    | ast.AsyncFunctionDef(name=name)
                ):
                    yield name
                case ast.Name(id=name, ctx=ast.Store()):
                    yield name
                case ast.Constant(value=str() as value):
                    yield value
