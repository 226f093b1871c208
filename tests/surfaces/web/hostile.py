"""Hostile pages: a context of any page, made of its declaration, with an attack in every text."""

import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Literal, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

from jinja2 import nodes

from headrace.surfaces.web.rendering import environment

ATTACKS = (
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "[here](javascript:alert(1)) ![p](https://elsewhere.example/p.png)",
    "<style>*{display:none}</style><iframe srcdoc='<b>x</b>'></iframe>",
    "</textarea></title></svg><svg onload=alert(1)><a xlink:href='javascript:alert(1)'>x</a>",
    "{{ 7 * 7 }}{% raw %}${7*7}",
    "javascript:alert(1)",
    "../../who?x=<b>\u202egpj.exe",
)
"""What authors, tools and models may write: into Markdown, titles, file names, answers, comments."""

_ADDRESSES = frozenset({"address", "back", "data"})
"""Fields that hold an address of these pages, which our code makes: it begins with a slash."""

_SIMPLE = {
    int: 3,
    float: 1.5,
    bool: True,
    date: date(2026, 3, 20),
    datetime: datetime(2026, 3, 20, 9, tzinfo=UTC),
    timedelta: timedelta(hours=3),
    bytes: b"x",
    type(None): None,
}


@cache
def compared() -> Mapping[str, tuple[str, ...]]:
    """The words that templates compare a field with, by the field's name: each opens a branch."""
    found: dict[str, set[str]] = {}
    environ = environment()
    for template in environ.list_templates(filter_func=lambda name: name.endswith(".html")):
        source, _, _ = environ.loader.get_source(environ, template)
        for node in environ.parse(source).find_all(nodes.Compare):
            name = getattr(node.expr, "attr", None) or getattr(node.expr, "name", None)
            if name is not None:
                words = {word for one in node.ops for word in _words(one.expr)}
                found.setdefault(name, set()).update(words)
    return {name: tuple(sorted(words)) for name, words in found.items() if words}


def _words(node: nodes.Node) -> Iterator[str]:
    constants = [node] if isinstance(node, nodes.Const) else list(node.find_all(nodes.Const))
    return (one.value for one in constants if isinstance(one.value, str))


class _Whole(dict[str, Any]):
    """A mapping that has every key, so that a template finds whatever it looks up."""

    def __init__(self, value: Any) -> None:
        super().__init__({ATTACKS[0]: value})
        self._value = value

    def __missing__(self, key: str) -> Any:
        return self._value


class Maker:
    """Makes a value of any declared type. `branch` chooses what a compared field says; `attack` is
    what every other text says; an absent one leaves out whatever may be left out."""

    def __init__(self, attack: str, branch: int, *, absent: bool) -> None:
        self._attack = attack
        self._branch = branch
        self._absent = absent
        self._compared = compared()

    def value(self, kind: Any, name: str = "") -> Any:
        """A value of the kind, for a field of that name."""
        if isinstance(kind, NewType):
            return self.value(kind.__supertype__, name)
        if isinstance(kind, TypeVar) or kind in {Any, object} or hasattr(kind, "__value__"):
            return self._attack
        if get_origin(kind) in {Union, types.UnionType}:
            return self._either(get_args(kind), name)
        if get_origin(kind) is Literal:
            return get_args(kind)[0]
        if get_origin(kind) is not None:
            return self._several(get_origin(kind), get_args(kind), name)
        return self._single(kind, name)

    def _either(self, kinds: Sequence[Any], name: str) -> Any:
        if self._absent and type(None) in kinds:
            return None
        return self.value(next(one for one in kinds if one is not type(None)), name)

    def _several(self, origin: Any, kinds: Sequence[Any], name: str) -> Any:
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return _Whole(self.value(kinds[1])) if not self._absent else {}
        if origin is tuple and (len(kinds) != 2 or kinds[1] is not Ellipsis):
            return tuple(self.value(one, name) for one in kinds)
        return () if self._absent else (self.value(kinds[0], name), self.value(kinds[0], name))

    def _single(self, kind: Any, name: str) -> Any:
        if kind is str:
            if name in _ADDRESSES:
                return f"/{self._attack}"
            branches = self._compared.get(name, ())
            return branches[self._branch] if self._branch < len(branches) else self._attack
        if isinstance(kind, type) and issubclass(kind, Enum):
            every = list(kind)
            return every[self._branch % len(every)]
        if is_dataclass(kind):
            hints = get_type_hints(kind)
            return kind(
                **{f.name: self.value(hints[f.name], f.name) for f in fields(kind) if f.init}
            )
        if kind is bool:
            return not self._absent
        return _SIMPLE[kind]


class Judge(HTMLParser):
    """Reads a page as a browser does and notes whatever is not ours."""

    FORBIDDEN = frozenset({"script", "img", "iframe", "style", "object", "embed", "base", "link"})

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        place = given.get("src") or given.get("href") or ""
        if tag in self.FORBIDDEN and not Path(place).is_relative_to("/static"):
            self.faults.append(f"<{tag} {place}>")
        for name, value in given.items():
            if name.startswith("on") or name == "style" or name == "srcdoc":
                self.faults.append(f"<{tag} {name}={value!r}>")
            is_address = name in {"href", "src", "action", "formaction", "xlink:href"}
            if is_address and "".join(value.split()).lower().startswith(("javascript:", "data:")):
                self.faults.append(f"<{tag} {name}={value!r}>")

    handle_startendtag = handle_starttag


def faults(html: str) -> list[str]:
    """What runs, loads or dresses up in a page though it is not ours."""
    judge = Judge()
    judge.feed(html)
    judge.close()
    return judge.faults
