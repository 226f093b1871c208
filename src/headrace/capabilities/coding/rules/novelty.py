"""Novelty: how much of a change is unlike anything that the code base or an accepted decision knows.

The score of a file is the weighted share of its constructs (imports of outside modules, calls of what
they offer, concurrency) that neither the code before the change nor an accepted decision uses. The score
of a change is that of its most novel file: a pattern is not less new for what is committed beside it.
"""

import ast
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from headrace.capabilities.coding.rules.python import (
    Module,
    Texts,
    dotted,
    modules,
    names_of_modules,
    own,
    resolved,
    source,
)

FEWEST = 8.0
"""Weight below which a file is too small for its share to say much: one new import is no new pattern."""

VOCABULARY = frozenset(
    {
        *("__future__", "abc", "builtins", "collections.abc", "dataclasses", "enum"),
        *("typing", "typing_extensions", "types"),
    }
)
"""Modules that only describe shapes: using them is no pattern."""

CONCURRENT = frozenset(
    {
        *("_thread", "asyncio", "concurrent", "contextvars", "multiprocessing", "queue", "sched"),
        *("selectors", "signal", "socketserver", "threading"),
        *("anyio", "celery", "dask", "eventlet", "gevent", "joblib", "ray", "trio"),
    }
)
"""Modules whose use is concurrency."""

_REQUIREMENT = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_PART = re.compile(r"[^a-z0-9]+")


class Kind(StrEnum):
    """What sort of construct it is."""

    IMPORT = "import"
    CALL = "call"
    CONCURRENCY = "concurrency"


WEIGHTS = {Kind.IMPORT: 1.0, Kind.CALL: 1.0, Kind.CONCURRENCY: 3.0}
"""How concurrency is woven decides more about an architecture than which function is called."""


@dataclass(frozen=True, kw_only=True)
class Construct:
    """One thing that a file uses of the world outside the product."""

    kind: Kind
    name: str
    line: int


@dataclass(frozen=True, kw_only=True)
class FileNovelty:
    """How novel one file is: its share, and its unknown constructs in the order of their lines."""

    path: str
    score: float
    unknown: tuple[Construct, ...]


@dataclass(frozen=True, kw_only=True)
class Novelty:
    """How novel a change is. `score` is None when there was nothing to compare with, or in."""

    score: float | None
    files: tuple[FileNovelty, ...] = ()

    def above(self, threshold: float) -> tuple[FileNovelty, ...]:
        """The files whose score is above a threshold, most novel first."""
        found = [file for file in self.files if file.score > threshold]
        return tuple(sorted(found, key=lambda file: (-file.score, file.path)))


def novelty(before: Texts, changed: Texts, patterns: Collection[str]) -> Novelty:
    """How novel `changed` (files as they are now) is against all files `before` the change.

    Tests count on neither side: what only a test does is no pattern of the product.
    """
    known_modules = modules(source(before))
    if not known_modules or not any(path.endswith(".py") for path in source(changed)):
        return Novelty(score=None)
    index = names_of_modules([*before, *changed])
    known = {(c.kind, c.name) for read in known_modules for c in constructs(read, index)}
    declared = dependencies(before)
    files = tuple(
        _of_file(read, tuple(constructs(read, index)), known, declared, patterns)
        for read in modules(source(changed))
    )
    return Novelty(score=max((file.score for file in files), default=0.0), files=files)


def _of_file(
    read: Module,
    found: tuple[Construct, ...],
    known: Collection[tuple[Kind, str]],
    declared: Collection[str],
    patterns: Collection[str],
) -> FileNovelty:
    accepted = {_plain(pattern) for pattern in patterns}
    unknown = tuple(
        one
        for one in found
        if (one.kind, one.name) not in known
        and not accepted & _words_of(one.name)
        and not (one.kind is Kind.IMPORT and one.name.partition(".")[0].lower() in declared)
    )
    whole = sum(WEIGHTS[one.kind] for one in found)
    share = sum(WEIGHTS[one.kind] for one in unknown) / max(whole, FEWEST)
    return FileNovelty(path=read.path, score=round(share, 2), unknown=unknown)


def constructs(read: Module, index: Mapping[str, str]) -> Iterator[Construct]:
    """Every construct of a file, each name once per kind, by line."""
    seen: set[tuple[Kind, str]] = set()
    for one in sorted(_constructs(read, index), key=lambda c: (c.line, c.kind, c.name)):
        if (one.kind, one.name) not in seen:
            seen.add((one.kind, one.name))
            yield one


def _constructs(read: Module, index: Mapping[str, str]) -> Iterator[Construct]:
    if read.tree is None:
        return
    outside = {k: v for k, v in read.imports.items() if own(v, index) is None}
    made = _made(read.tree, outside)
    for node in ast.walk(read.tree):
        yield from _imported(node, index)
        yield from _used(node, outside)
        yield from _language(node)
        if isinstance(node, ast.Call):
            yield from _called(node, outside, made)


def _imported(node: ast.AST, index: Mapping[str, str]) -> Iterator[Construct]:
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        if all(own(f"{node.module}.{alias.name}", index) for alias in node.names):
            return  # its modules are the product's, though the folder is no package
        names = [node.module]
    elif isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    else:
        return
    for name in names:
        if name not in VOCABULARY and own(name, index) is None:
            yield Construct(kind=Kind.IMPORT, name=name, line=node.lineno)


def _used(node: ast.AST, outside: Mapping[str, str]) -> Iterator[Construct]:
    """A name of a concurrent module, wherever it is used, in annotations too."""
    if not isinstance(node, ast.Name | ast.Attribute) or not isinstance(node.ctx, ast.Load):
        return
    name = resolved(node, outside) if dotted(node).partition(".")[0] in outside else ""
    if "." in name and name.partition(".")[0] in CONCURRENT:
        yield Construct(kind=Kind.CONCURRENCY, name=name, line=node.lineno)


def _language(node: ast.AST) -> Iterator[Construct]:
    kinds = {ast.AsyncFunctionDef: "async def", ast.AsyncFor: "async for", ast.Await: "await"}
    word = kinds.get(type(node))
    if word:
        line = getattr(node, "lineno", 1)
        yield Construct(kind=Kind.CONCURRENCY, name=word, line=line)


def _called(
    call: ast.Call, outside: Mapping[str, str], made: Mapping[str, str]
) -> Iterator[Construct]:
    first = dotted(call.func).partition(".")[0]
    if first in outside:
        name = resolved(call.func, outside)
    elif first in made and isinstance(call.func, ast.Attribute):
        name = resolved(call.func, made)
    else:
        return
    if not any(name == plain or name.startswith(f"{plain}.") for plain in VOCABULARY):
        yield Construct(kind=Kind.CALL, name=name, line=call.lineno)


def _made(tree: ast.Module, outside: Mapping[str, str]) -> dict[str, str]:
    """Local names that hold what an outside class or function made, with its name."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=func)):
                _keep(found, name, func, outside)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Call(func=func)):
                _keep(found, name, func, outside)
            case ast.withitem(context_expr=ast.Call(func=func), optional_vars=ast.Name(id=name)):
                _keep(found, name, func, outside)
    return found


def _keep(found: dict[str, str], name: str, func: ast.expr, outside: Mapping[str, str]) -> None:
    if dotted(func).partition(".")[0] in outside:
        found[name] = resolved(func, outside)


def dependencies(texts: Texts) -> frozenset[str]:
    """The distributions that a product says it needs, as module names would be spelt."""
    found: set[str] = set()
    for path, text in texts.items():
        name = path.rpartition("/")[2]
        if name == "pyproject.toml":
            found.update(_of_pyproject(text))
        elif name.startswith("requirements") and name.endswith(".txt"):
            found.update(_names(text.splitlines()))
    return frozenset(found)


def _of_pyproject(text: str) -> Iterator[str]:
    try:
        project = tomllib.loads(text).get("project", {})
    except tomllib.TOMLDecodeError:
        return
    yield from _names(project.get("dependencies", ()))
    for extra in project.get("optional-dependencies", {}).values():
        yield from _names(extra)


def _names(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        match = _REQUIREMENT.match(line)
        if match:
            yield match[1].lower().replace("-", "_").replace(".", "_")


def _words_of(name: str) -> set[str]:
    """The spellings under which a decision may name a construct: whole, its module, its last parts."""
    parts = name.split(".")
    return {_plain(".".join(parts[:end])) for end in range(1, len(parts) + 1)} | {_plain(parts[-1])}


def _plain(name: str) -> str:
    return _PART.sub("", name.lower())
