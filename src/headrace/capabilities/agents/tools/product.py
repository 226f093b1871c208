"""What a product says about itself in `.headrace/product.yaml`: its checks, and which files are closed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from headrace.capabilities.agents.cards import DataClass
from headrace.capabilities.agents.declarations import DeclarationsInvalid, Fault, Node, plain, read
from headrace.capabilities.agents.model import ProductCheck

FILE = ".headrace/product.yaml"

AT_MOST = timedelta(minutes=10)
"""How long a check may run where the product does not say otherwise."""


@dataclass(frozen=True, kw_only=True)
class Product:
    """The part of a product's own description that agents work by."""

    checks: Mapping[str, ProductCheck] = field(default_factory=dict)
    classified: tuple[tuple[str, str], ...] = ()


def product_at(root: Path) -> Product:
    """The product in a worktree; without a description it has no checks. Raises DeclarationsInvalid."""
    file = root / FILE
    if file.is_symlink() or not file.is_file():
        return Product()
    return _read(file, file.read_bytes())


@lru_cache(maxsize=100)
def _read(file: Path, _: bytes) -> Product:
    """Read once for each content: every tool call of a run asks for it."""
    faults: list[Fault] = []
    node = read(file, faults)
    if node is None:
        raise DeclarationsInvalid(faults)
    checks = {check.name: check for check in _checks(node.child("checks"))}
    classified = tuple(_classified(node))
    if faults:
        raise DeclarationsInvalid(faults)
    return Product(checks=checks, classified=classified)


def _checks(node: Node) -> Iterator[ProductCheck]:
    for name in node.values:
        check = node.child(name)
        check.only("run", "evaluates", "meaning", "not-evaluated", "at-most-seconds")
        argv = check.texts("run") if not _repeats(check) else _argv(check)
        if not argv:
            check.fault("run", "The check has no command.", "Give a list: program and arguments.")
        code = plain(check.values.get("not-evaluated"))
        seconds = check.count("at-most-seconds", default=int(AT_MOST.total_seconds()))
        yield ProductCheck(
            name=name,
            argv=argv,
            evaluates=check.texts("evaluates"),
            meaning=check.text("meaning", default=""),
            not_evaluated=code if isinstance(code, int) else None,
            at_most=timedelta(seconds=seconds),
        )


def _repeats(check: Node) -> bool:
    """A command may say one word twice, which a list of names may not."""
    words = plain(check.values.get("run"))
    return isinstance(words, list) and len(words) != len({str(word) for word in words})


def _argv(check: Node) -> tuple[str, ...]:
    words = plain(check.values.get("run"))
    return tuple(str(word) for word in words) if isinstance(words, list) else ()


def _classified(node: Node) -> Iterator[tuple[str, str]]:
    for rule in node.children("classified"):
        rule.only("class", "paths")
        named = rule.choice("class", DataClass)
        for pattern in rule.texts("paths"):
            yield pattern, named.value
