"""Errors that an API answers: whoever gets one must be told what to do."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from headrace.capabilities.coding.rules.python import Module, dotted, keyword

TOO_MANY = 429
_STATUS = ("status_code", "status", "code", "http_status")


@dataclass(frozen=True, kw_only=True)
class BareError:
    """An error that leaves its reader alone."""

    path: str
    line: int
    what: str
    remedy: str


def bare_errors(read: Sequence[Module], of: Sequence[str]) -> tuple[BareError, ...]:
    """Errors raised or returned in the files `of` without what their reader needs.

    A 429 without `Retry-After` does not say when to try again; an HTTPException without a detail says
    nothing at all. `read` are all modules: an error's class, with its status, may stand in another.
    """
    limits = _classes(read)
    found = [
        error
        for module in read
        if module.path in of and module.tree
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        for error in _judged(module, node, limits)
    ]
    return tuple(sorted(found, key=lambda error: (error.path, error.line, error.what)))


def _classes(read: Sequence[Module]) -> dict[str, bool]:
    """Classes of errors that answer 429, and whether they bring `Retry-After` by themselves."""
    found: dict[str, bool] = {}
    parents: dict[str, list[str]] = {}
    bodies: dict[str, str] = {}
    for module in read:
        for node in ast.walk(module.tree) if module.tree else ():
            if isinstance(node, ast.ClassDef):
                parents[node.name] = [dotted(parent).rpartition(".")[2] for parent in node.bases]
                bodies[node.name] = ast.unparse(node)
                if _status_of(node) == TOO_MANY:
                    found[node.name] = _says_when(bodies[node.name])
    for _ in range(len(parents)):
        for name, above in parents.items():
            if name not in found and any(parent in found for parent in above):
                inherits = any(found.get(parent, False) for parent in above)
                found[name] = inherits or _says_when(bodies[name])
    return found


def _status_of(node: ast.ClassDef) -> int | None:
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=int() as value)):
                if name in _STATUS:
                    return value
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                for target, value_node in zip(names, values, strict=False):
                    if dotted(target) in _STATUS and isinstance(value_node, ast.Constant):
                        return value_node.value if isinstance(value_node.value, int) else None
    return None


def _judged(module: Module, call: ast.Call, limits: Mapping[str, bool]) -> Iterator[BareError]:
    name = dotted(call.func).rpartition(".")[2]
    status = _given_status(call)
    text = ast.unparse(call)
    if ((name in limits and not limits[name]) or status == TOO_MANY) and not _says_when(text):
        yield BareError(
            path=module.path,
            line=call.lineno,
            what=f"{name} answers 429 without the header Retry-After",
            remedy="Add Retry-After with the seconds until another try can succeed.",
        )
    if name == "HTTPException" and keyword(call, "detail") is None and len(call.args) < 2:
        yield BareError(
            path=module.path,
            line=call.lineno,
            what="HTTPException without a detail",
            remedy="Say in `detail` what is wrong and what to do about it.",
        )


def _given_status(call: ast.Call) -> int | None:
    node = keyword(call, "status_code") or keyword(call, "status")
    if node is None and dotted(call.func).endswith("HTTPException") and call.args:
        node = call.args[0]
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    return TOO_MANY if node is not None and "429" in ast.unparse(node) else None


def _says_when(text: str) -> bool:
    return "retry-after" in text.lower() or "retry_after" in text.lower()
