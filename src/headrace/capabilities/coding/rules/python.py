"""Reading Python without running it: modules of a tree, imports, names, constants."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

Texts = Mapping[str, str]
"""Text by path, from the root of the repository."""

_KEPT = 1_000
"""How many files are kept as read: an evaluation reads each of them ten times, before and after the
change, and the next evaluator reads nearly the same ones."""

HTTP_METHODS = ("get", "post", "put", "patch", "delete", "head", "options")


@dataclass(frozen=True)
class Module:
    """One Python file. `tree` is None when it cannot be read as Python; `fault` says why."""

    path: str
    text: str
    tree: ast.Module | None = field(compare=False)
    fault: str = ""

    @cached_property
    def imports(self) -> Mapping[str, str]:
        """The dotted name that each imported local name stands for, at any depth."""
        found: dict[str, str] = {}
        for node in ast.walk(self.tree) if self.tree else ():
            if isinstance(node, ast.Import):
                for alias in node.names:
                    name = alias.asname or alias.name.partition(".")[0]
                    found[name] = alias.name if alias.asname else name
            elif isinstance(node, ast.ImportFrom) and not node.level:
                for alias in node.names:
                    found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        return found

    @cached_property
    def constants(self) -> Mapping[str, str]:
        """The texts assigned to names at the top of the module."""
        return {
            target.id: node.value.value
            for node in (self.tree.body if self.tree else ())
            if isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
            for target in node.targets
            if isinstance(target, ast.Name)
        }


@lru_cache(maxsize=_KEPT)
def module(path: str, text: str) -> Module:
    """A Python file as read. The same text is read once: nobody changes a tree."""
    try:
        return Module(path, text, ast.parse(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as fault:
        return Module(path, text, None, f"{type(fault).__name__}: {fault}")


def modules(texts: Texts) -> tuple[Module, ...]:
    """Every Python file of these texts, by path."""
    return tuple(module(path, texts[path]) for path in sorted(texts) if path.endswith(".py"))


def is_test(path: str) -> bool:
    """Whether a file tests, by the usual names."""
    parts = path.split("/")
    name = parts[-1]
    return (
        bool({"tests", "test", "spec", "__tests__"} & set(parts[:-1]))
        or name.startswith("test_")
        or name.rpartition(".")[0].endswith(("_test", ".test", ".spec"))
        or name == "conftest.py"
    )


def source(texts: Texts) -> dict[str, str]:
    """The texts without tests."""
    return {path: text for path, text in texts.items() if not is_test(path)}


def dotted(node: ast.AST) -> str:
    """`a.b.c` as written, or an empty text for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def resolved(node: ast.AST, imports: Mapping[str, str]) -> str:
    """The dotted name behind an expression when it begins with an imported name, else as written."""
    name = dotted(node)
    first, _, rest = name.partition(".")
    known = imports.get(first, first)
    return f"{known}.{rest}" if rest else known


def calls(tree: ast.AST | None) -> Iterator[ast.Call]:
    """Every call."""
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Call):
            yield node


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """The argument given by this keyword."""
    return next((k.value for k in call.keywords if k.arg == name), None)


def text_of(node: ast.AST | None, constants: Mapping[str, str]) -> str | None:
    """The text that an expression is, as far as it can be read: a constant, a name, pieces joined."""
    match node:
        case ast.Constant(value=str() as value):
            return value
        case ast.Name(id=name):
            return constants.get(name)
        case ast.JoinedStr(values=parts):
            return "".join(_piece(part, constants) for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return (text_of(left, constants) or "{}") + (text_of(right, constants) or "{}")
        case _:
            return None


def _piece(part: ast.expr, constants: Mapping[str, str]) -> str:
    inner = part.value if isinstance(part, ast.FormattedValue) else part
    return text_of(inner, constants) or "{}"


def names_of_modules(paths: Iterable[str]) -> dict[str, str]:
    """The path by the dotted name under which the product's own modules import each other.

    A folder at the top that is no package itself (`src`, `lib`) is a root beside the repository's.
    """
    everything = [path for path in paths if path.endswith(".py")]
    packages = {path.rpartition("/")[0] for path in everything if path.endswith("/__init__.py")}
    found: dict[str, str] = {}
    for path in sorted(everything):
        for name in _names(path, packages):
            found.setdefault(name, path)
    return found


def _names(path: str, packages: set[str]) -> Iterator[str]:
    stem = path.removesuffix(".py").removesuffix("/__init__")
    yield stem.replace("/", ".")
    top, _, rest = stem.partition("/")
    if rest and top not in packages and top not in ("tests", "test"):
        yield rest.replace("/", ".")


def own(name: str, index: Mapping[str, str]) -> str | None:
    """The path of the product's own module that a dotted name lies in, or None."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        found = index.get(".".join(parts[:length]))
        if found is not None:
            return found
    return None


def constants_of(
    read: Module, every: Mapping[str, Module], index: Mapping[str, str]
) -> dict[str, str]:
    """The texts behind names in a module, its own and those it imports from the product's others."""
    found = {}
    for local, name in read.imports.items():
        path = own(name, index)
        if path is not None and path in every:
            value = every[path].constants.get(name.rpartition(".")[2])
            if value is not None:
                found[local] = value
    return found | dict(read.constants)
