"""Routes that Python code offers (FastAPI, Starlette-like routers, Flask), and who may ask them."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from headrace.capabilities.coding.rules.python import (
    HTTP_METHODS,
    Module,
    calls,
    constants_of,
    dotted,
    keyword,
    names_of_modules,
    own,
    text_of,
)

_GUARD = re.compile(
    r"auth|sign(ed)?_?in|current_?(user|principal|account)|principal|require|verif|permission"
    r"|log(ged)?_?in|identity|api_?key|bearer|oauth",
    re.IGNORECASE,
)
_SIGNATURE = frozenset({"signature", "sig", "hmac"})
_PARAMETER = re.compile(r"\{[^}]*\}|<[^>]*>|:[A-Za-z_]\w*")
_RAW = re.compile(r"^(typing\.)?(Any|dict|Dict|Mapping|list|List)\b")
_READS = frozenset({"json", "body", "form", "get_json"})


@dataclass(frozen=True, kw_only=True)
class Route:
    """One operation over HTTP. `path` has every parameter as `{}`; `guards` say who checks the caller."""

    method: str
    path: str
    file: str
    line: int
    function: str
    guards: tuple[str, ...]
    signed: bool  # a signature in the address is the permission
    unchecked: tuple[str, ...]  # input that nothing validates, each as told to a person

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class _Reading:
    """A module while its routes are read."""

    module: Module
    constants: Mapping[str, str]
    aliases: Mapping[str, str]  # Annotated[…] aliases of the whole product, as source text
    routers: Mapping[str, "_Router"]


@dataclass(frozen=True)
class _Router:
    prefix: str
    guards: tuple[str, ...]


def routes(read: Sequence[Module], of: Sequence[str] | None = None) -> tuple[Route, ...]:
    """Every route of the files named in `of` (all, when left out), by file and line.

    `read` are all modules of the product: prefixes and guards may stand in others. What cannot be read
    from the text (a path that is computed) is shown as `{}`.
    """
    index = names_of_modules([module.path for module in read])
    every = {module.path: module for module in read}
    aliases = {name: text for module in read for name, text in _aliases(module)}
    included = _included(read, index)
    found: list[Route] = []
    for module in read:
        if of is None or module.path in of:
            routers = _routers(module, constants_of(module, every, index), included)
            reading = _Reading(module, constants_of(module, every, index), aliases, routers)
            found += _routes(reading)
    return tuple(sorted(found, key=lambda route: (route.file, route.line, route.method)))


def shape(path: str) -> str:
    """A path with every parameter as `{}`, whatever its name and spelling."""
    return _PARAMETER.sub("{}", path.partition("?")[0]).rstrip("/") or "/"


def _aliases(module: Module) -> Iterator[tuple[str, str]]:
    for node in module.tree.body if module.tree else ():
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            text = ast.unparse(node.value)
            if "Depends" in text or "Security" in text:
                yield node.targets[0].id, text


def _included(read: Sequence[Module], index: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Guards that a file's router gets where it is mounted: `include_router(x, dependencies=…)`."""
    found: dict[str, tuple[str, ...]] = {}
    for module in read:
        for call in calls(module.tree):
            if dotted(call.func).endswith("include_router") and call.args:
                guards = _guards_in(keyword(call, "dependencies"))
                name = module.imports.get(dotted(call.args[0]).partition(".")[0], "")
                path = own(name, index)
                if guards and path:
                    found[path] = guards
    return found


def _routers(
    module: Module, constants: Mapping[str, str], included: Mapping[str, tuple[str, ...]]
) -> dict[str, _Router]:
    found: dict[str, _Router] = {}
    for node in ast.walk(module.tree) if module.tree else ():
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call):
                made = dotted(call.func).rpartition(".")[2]
                if made in ("APIRouter", "FastAPI", "Flask", "Blueprint", "Router", "Starlette"):
                    prefix = keyword(call, "prefix") or keyword(call, "url_prefix")
                    found[name] = _Router(
                        text_of(prefix, constants) or "",
                        (
                            *_guards_in(keyword(call, "dependencies")),
                            *included.get(module.path, ()),
                        ),
                    )
    return found


def _guards_in(node: ast.expr | None) -> tuple[str, ...]:
    text = ast.unparse(node) if node is not None else ""
    return (text,) if _GUARD.search(text) else ()


def _routes(reading: _Reading) -> Iterator[Route]:
    for node in ast.walk(reading.module.tree) if reading.module.tree else ():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call):
                    yield from _route(reading, node, decorator)


def _route(
    reading: _Reading, function: ast.FunctionDef | ast.AsyncFunctionDef, decorator: ast.Call
) -> Iterator[Route]:
    owner, _, verb = dotted(decorator.func).rpartition(".")
    if not owner or verb not in (*HTTP_METHODS, "route", "api_route"):
        return
    given = decorator.args[0] if decorator.args else keyword(decorator, "path")
    router = reading.routers.get(owner)
    if router is None and (given is None or verb not in HTTP_METHODS):
        return
    path = text_of(given, reading.constants)
    if path is None or (router is None and not path.startswith("/")):
        return
    for method in _methods(verb, decorator):
        yield Route(
            method=method,
            path=shape((router.prefix if router else "") + path),
            file=reading.module.path,
            line=function.lineno,
            function=function.name,
            guards=_guards(reading, function, decorator, router),
            signed=_is_signed(function),
            unchecked=tuple(_unchecked(function)) if method in _WRITING else (),
        )


_WRITING = frozenset({"POST", "PUT", "PATCH"})


def _methods(verb: str, decorator: ast.Call) -> Iterator[str]:
    if verb in HTTP_METHODS:
        yield verb.upper()
        return
    named = keyword(decorator, "methods")
    values = named.elts if isinstance(named, ast.List | ast.Tuple | ast.Set) else []
    texts = [v.value for v in values if isinstance(v, ast.Constant) and isinstance(v.value, str)]
    yield from (text.upper() for text in texts or ["GET"])


def _guards(
    reading: _Reading,
    function: ast.FunctionDef | ast.AsyncFunctionDef,
    decorator: ast.Call,
    router: _Router | None,
) -> tuple[str, ...]:
    found = [*(router.guards if router else ()), *_guards_in(keyword(decorator, "dependencies"))]
    found += [
        ast.unparse(other)
        for other in function.decorator_list
        if other is not decorator and _GUARD.search(ast.unparse(other))
    ]
    found += [text for text in _asked(reading, function) if _GUARD.search(text)]
    return tuple(dict.fromkeys(found))


def _asked(reading: _Reading, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """What the parameters depend on, aliases followed; a plain parameter depends on nothing."""
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    for argument in arguments:
        if argument.annotation is not None:
            text = ast.unparse(argument.annotation)
            text = reading.aliases.get(text, text)
            yield from _dependencies(text)
    defaults = [*function.args.defaults, *(d for d in function.args.kw_defaults if d is not None)]
    for default in defaults:
        yield from _dependencies(ast.unparse(default))


def _dependencies(text: str) -> Iterator[str]:
    if "Depends(" in text or "Security(" in text:
        yield text[text.index("(" if text.startswith(("Depends", "Security")) else "[") :]


def _is_signed(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a signature comes with the request and is handed to somebody who can check it."""
    given = {argument.arg for argument in [*function.args.args, *function.args.kwonlyargs]}
    wanted = given & _SIGNATURE
    return bool(wanted) and any(
        isinstance(value, ast.Name) and value.id in wanted
        for call in calls(function)
        for value in [*call.args, *(k.value for k in call.keywords)]
    )


def _unchecked(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for argument in [*function.args.args, *function.args.kwonlyargs]:
        text = ast.unparse(argument.annotation) if argument.annotation else ""
        if _RAW.match(text):
            yield f"parameter {argument.arg!r} is taken as {text}"
    for call in calls(function):
        name = dotted(call.func)
        owner, _, verb = name.rpartition(".")
        if owner in ("request", "flask.request") and verb in _READS:
            yield f"{name}() is read as it comes"
