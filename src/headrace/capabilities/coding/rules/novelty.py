"""Novelty: how much of a change is unlike anything that the code base or an accepted decision knows.

Counted are constructs: imports of outside modules, calls of what they offer, and concurrency, each name
once, and of a file that was there before only those on lines that the change added. The share of a part
is the weight of those constructs that neither the code before the change nor an accepted decision uses,
divided by the weight of all (of at least `FEWEST`, so that one new import is no new pattern).

The score of a change is the highest of two shares, for a pattern can be new in two ways:

- concentrated: the share of the most novel file. A mean would fall with every ordinary file committed
  beside it, although the pattern is as new as before; so one file of a stream may score 0.97 where
  the others score 0.44, and 0.97 is what a person must look at;
- spread: the share of the whole change. A pattern cut into many files, each too small to say much, is
  as new as in one.

So nothing that is added to a change makes what was new in it less so. Both shares are told beside the
score, with the file, for the person who is asked.
"""

import ast
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from headrace.capabilities.coding.rules.changes import added
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
    """How novel a change is: by its most novel file, or as a `whole`, whichever is more.

    `score` is None when there was nothing to compare with, or in.
    """

    score: float | None
    whole: float = 0.0
    files: tuple[FileNovelty, ...] = ()

    def above(self, threshold: float) -> tuple[FileNovelty, ...]:
        """The files that make the score exceed a threshold, most novel first; none when it does not."""
        found = [file for file in self.files if file.score > threshold]
        if self.whole > threshold:
            found = [file for file in self.files if file.unknown]
        return tuple(sorted(found, key=lambda file: (-file.score, file.path)))

    def told(self) -> str:
        """The score with the two shares that it is the higher of."""
        if self.score is None:
            return "novelty not computed"
        first = min(self.files, key=lambda file: (-file.score, file.path), default=None)
        most = f"{first.score:.2f} in {first.path}" if first is not None else "no file"
        return f"novelty {self.score:.2f} ({most}, {self.whole:.2f} in the whole change)"


def novelty(before: Texts, changed: Texts, patterns: Collection[str]) -> Novelty:
    """How novel `changed` (files as they are now) is against all files `before` the change.

    Tests count on neither side: what only a test does is no pattern of the product.
    """
    known_modules = modules(source(before))
    if not known_modules or not any(path.endswith(".py") for path in source(changed)):
        return Novelty(score=None)
    index = names_of_modules([*before, *changed])
    known = {(c.kind, c.name) for read in known_modules for c in constructs(read, index)}
    accepted = {_plain(pattern) for pattern in patterns}
    declared = dependencies(before)

    def is_known(one: Construct) -> bool:
        return (
            (one.kind, one.name) in known
            or bool(accepted & _words_of(one.name))
            or (one.kind is Kind.IMPORT and one.name.partition(".")[0].lower() in declared)
        )

    found = {
        read.path: tuple(constructs(read, index, added(before.get(read.path), changed[read.path])))
        for read in modules(source(changed))
    }
    files = tuple(
        FileNovelty(
            path=path,
            score=_share(made, is_known),
            unknown=tuple(one for one in made if not is_known(one)),
        )
        for path, made in found.items()
    )
    once = {(one.kind, one.name): one for made in found.values() for one in made}
    whole = _share(once.values(), is_known)
    most = max((file.score for file in files), default=0.0)
    return Novelty(score=max(most, whole), whole=whole, files=files)


def _share(found: Iterable[Construct], is_known: Callable[[Construct], bool]) -> float:
    """The unknown weight of constructs, as a share of their whole weight or of the least that counts."""
    listed = tuple(found)
    whole = sum(WEIGHTS[one.kind] for one in listed)
    unknown = sum(WEIGHTS[one.kind] for one in listed if not is_known(one))
    return round(unknown / max(whole, FEWEST), 2)


def constructs(
    read: Module, index: Mapping[str, str], lines: Collection[int] | None = None
) -> Iterator[Construct]:
    """Every construct of a file, or of these lines of it, each name once per kind, by line."""
    seen: set[tuple[Kind, str]] = set()
    for one in sorted(_constructs(read, index), key=lambda c: (c.line, c.kind, c.name)):
        if (one.kind, one.name) not in seen and (lines is None or one.line in lines):
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
