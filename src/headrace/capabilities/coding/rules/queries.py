"""Work without a bound: queries that may answer everything, queries in loops, pools and waits without end."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from headrace.capabilities.coding.rules.python import (
    Module,
    calls,
    dotted,
    keyword,
    resolved,
    text_of,
)

_SELECT = re.compile(r"^\s*(WITH\b.*\bSELECT\b|SELECT\b)", re.IGNORECASE | re.DOTALL)
_BOUND = re.compile(r"\b(LIMIT|FETCH\s+(FIRST|NEXT)|TOP\s*\(?\d)", re.IGNORECASE)
_AGGREGATE = re.compile(r"^\s*SELECT\s+(count|sum|min|max|avg|exists|coalesce)\s*\(", re.IGNORECASE)
_BY_KEY = re.compile(r"\bWHERE\b.*?\b(\w+\.)?id\s*=", re.IGNORECASE | re.DOTALL)
_CHANGES = re.compile(r"^\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
_LITERAL_ROWS = frozenset({"fetchone", "first", "one", "one_or_none", "scalar", "scalar_one"})
_EVERYTHING = frozenset({"all", "fetchall", "scalars"})

_POOLS = frozenset({"ThreadPoolExecutor", "ProcessPoolExecutor"})
_PROCESSES = frozenset({"subprocess.run", "subprocess.check_output", "subprocess.check_call"})


class Sort(StrEnum):
    """What sort of unbounded work it is."""

    EVERYTHING = "everything"  # no filter and no limit
    FILTERED = "filtered"  # a filter, and no limit
    LOOP = "loop"  # a query for each row: N+1
    RESOURCE = "resource"  # threads or waits without a limit


@dataclass(frozen=True, kw_only=True)
class Unbounded:
    """One place where work has no bound."""

    sort: Sort
    path: str
    line: int
    what: str


def unbounded(read: Sequence[Module]) -> tuple[Unbounded, ...]:
    """Every place of these files, by path and line."""
    found = [one for module in read if module.tree for one in _of(module, module.tree)]
    return tuple(sorted(found, key=lambda one: (one.path, one.line, one.sort)))


def _of(module: Module, tree: ast.Module) -> Iterator[Unbounded]:
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for call in calls(tree):
        yield from _sql(module, call, parents)
        yield from _mapper(module, call)
        yield from _resources(module, call)


def _sql(module: Module, call: ast.Call, parents: Mapping[ast.AST, ast.AST]) -> Iterator[Unbounded]:
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "execute" or not call.args:
        return
    text = _statement(module, call, parents)
    if text is None:
        return
    if _in_loop(call, parents) and (_SELECT.match(text) or _CHANGES.match(text)):
        words = " ".join(text.split())[:80]
        yield _told(module, call, Sort.LOOP, f"a statement for each round of a loop: {words}")
    elif _SELECT.match(text) and not _is_bounded(text) and not _reads_one(call, parents):
        yield _unlimited(module, call, text)


def _statement(module: Module, call: ast.Call, parents: Mapping[ast.AST, ast.AST]) -> str | None:
    """The SQL of a call, also where a local name holds it."""
    first = call.args[0]
    if isinstance(first, ast.Call) and dotted(first.func).endswith("text") and first.args:
        first = first.args[0]
    text = text_of(first, module.constants)
    if text is None and isinstance(first, ast.Name):
        around = _function(call, parents)
        for node in ast.walk(around) if around else ():
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if name == first.id:
                    return text_of(value, module.constants)
    return text


def _function(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> ast.AST | None:
    while node in parents:
        node = parents[node]
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return node
    return None


def _unlimited(module: Module, call: ast.Call, text: str) -> Unbounded:
    filtered = re.search(r"\bWHERE\b", text, re.IGNORECASE) is not None
    words = " ".join(text.split())[:80]
    sort = Sort.FILTERED if filtered else Sort.EVERYTHING
    return _told(module, call, sort, f"a query without LIMIT: {words}")


def _is_bounded(text: str) -> bool:
    return bool(_BOUND.search(text) or _AGGREGATE.match(text) or _BY_KEY.search(text))


def _reads_one(call: ast.Call, parents: Mapping[ast.AST, ast.AST]) -> bool:
    above = parents.get(call)
    return isinstance(above, ast.Attribute) and above.attr in _LITERAL_ROWS


def _in_loop(call: ast.Call, parents: Mapping[ast.AST, ast.AST]) -> bool:
    """Whether the call is made again for each item; what a loop goes over is asked for once."""
    node: ast.AST = call
    while node in parents:
        above = parents[node]
        if isinstance(above, ast.For | ast.AsyncFor) and node is not above.iter:
            return not _is_literal(above.iter)
        if isinstance(above, ast.comprehension) and node is above.iter:
            return False
        if isinstance(above, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            return not _is_literal(above.generators[0].iter)
        if isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return False
        node = above
    return False


def _is_literal(node: ast.expr) -> bool:
    """A loop over a few things written down has a bound that can be read."""
    if isinstance(node, ast.Name):
        return node.id.isupper()
    return isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Constant)


def _mapper(module: Module, call: ast.Call) -> Iterator[Unbounded]:
    """Queries of an object mapper: `session.query(X).all()`, `scalars(select(X)).all()`."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _EVERYTHING:
        return
    text = ast.unparse(call.func.value)
    if not re.search(r"\.query\(|\bselect\(|\.objects\b", text) or call.func.attr == "scalars":
        return
    if re.search(r"\.limit\(|\.paginate\(|\.get\(|\[:", text):
        return
    filtered = re.search(r"\.(where|filter|filter_by)\(", text) is not None
    sort = Sort.FILTERED if filtered else Sort.EVERYTHING
    yield _told(module, call, sort, f"a query without a limit: {text[:80]}.{call.func.attr}()")


def _resources(module: Module, call: ast.Call) -> Iterator[Unbounded]:
    name = resolved(call.func, module.imports)
    last = name.rpartition(".")[2]
    if last in _POOLS and not call.args and keyword(call, "max_workers") is None:
        yield _told(module, call, Sort.RESOURCE, f"{last} without max_workers")
    if name in _PROCESSES and keyword(call, "timeout") is None:
        yield _told(module, call, Sort.RESOURCE, f"{name} without timeout")
    if name == "asyncio.gather" and any(isinstance(one, ast.Starred) for one in call.args):
        yield _told(module, call, Sort.RESOURCE, "asyncio.gather over as many as there are")


def _told(module: Module, call: ast.Call, sort: Sort, what: str) -> Unbounded:
    return Unbounded(sort=sort, path=module.path, line=call.lineno, what=what)
