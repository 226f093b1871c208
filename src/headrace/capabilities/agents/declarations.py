"""Reading YAML that people write: every fault is told, each with its file, line, field and remedy."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from pydantic import JsonValue
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from headrace.kernel.errors import Invalid

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that is wrong in a file, and what to do about it. `line` counts from 1."""

    file: Path
    line: int
    field: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field}: {self.problem} {self.remedy}"


class DeclarationsInvalid(Invalid):
    """Files that people wrote cannot be used; `faults` is every reason, told in the message too."""

    code = "agents.declarations_invalid"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        lines = [str(fault) for fault in self.faults]
        super().__init__("\n".join(lines), faults=lines)


@dataclass(frozen=True, kw_only=True)
class Node:
    """One mapping of a document, read field by field. Faults gather in `faults`; reading goes on.

    A reader that finds a fault returns an empty value of its type, so that one reading tells all.
    """

    file: Path
    line: int
    path: str
    values: Mapping[str, object]
    lines: Mapping[str, int]
    faults: list[Fault] = field(repr=False)

    def fault(self, name: str, problem: str, remedy: str) -> None:
        place = f"{self.path}.{name}" if self.path and name else name or self.path or "document"
        line = self.lines.get(name, self.line)
        self.faults.append(
            Fault(file=self.file, line=line, field=place, problem=problem, remedy=remedy)
        )

    def only(self, *known: str) -> None:
        """Tell every field that is not one of `known`."""
        for name in self.values:
            if name not in known:
                self.fault(name, "This field is not known.", f"Known are: {', '.join(known)}.")

    def text(self, name: str, default: str | None = None) -> str:
        """A text; without `default` it must be there and not be empty."""
        value = self.values.get(name)
        if value is None and default is not None:
            return default
        if isinstance(value, str) and (value.strip() or default is not None):
            return str(value)
        self._missing_or_wrong(name, "a text")
        return ""

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; left out it is empty."""
        value = self.values.get(name, [])
        if isinstance(value, list) and all(isinstance(item, str) and item for item in value):
            self._tell_repeats(name, value)
            return tuple(str(item) for item in value)
        self._missing_or_wrong(name, "a list of texts")
        return ()

    def count(self, name: str, default: int | None = None, least: int = 1) -> int:
        value = self.values.get(name, default)
        if isinstance(value, int) and not isinstance(value, bool) and value >= least:
            return int(value)
        self._missing_or_wrong(name, f"a whole number from {least}")
        return least

    def choice(self, name: str, kind: type[Choice], default: Choice | None = None) -> Choice:
        value = self.values.get(name, default)
        allowed = [member.value for member in kind]
        if isinstance(value, str) and value in allowed:
            return kind(value)
        self._missing_or_wrong(name, f"one of {', '.join(allowed)}")
        return next(iter(kind))

    def mapping(self, name: str) -> dict[str, JsonValue]:
        """Free data under `name`; left out it is empty."""
        value = plain(self.values.get(name, {}))
        if isinstance(value, dict):
            return value
        self._missing_or_wrong(name, "a mapping")
        return {}

    def child(self, name: str) -> "Node":
        value = self.values.get(name, CommentedMap())
        if not isinstance(value, CommentedMap):
            self._missing_or_wrong(name, "a mapping")
            value = CommentedMap()
        place = f"{self.path}.{name}" if self.path else name
        return _node(self.file, value, place, self.lines.get(name, self.line), self.faults)

    def children(self, name: str) -> Iterator["Node"]:
        """The mappings in the list under `name`; left out there are none."""
        value = self.values.get(name, CommentedSeq())
        if not isinstance(value, CommentedSeq):
            self._missing_or_wrong(name, "a list of mappings")
            return
        for index, item in enumerate(value):
            place = f"{self.path}.{name}[{index}]" if self.path else f"{name}[{index}]"
            line = value.lc.item(index)[0] + 1
            if isinstance(item, CommentedMap):
                yield _node(self.file, item, place, line, self.faults)
            else:
                self.fault(name, f"Entry {index + 1} is no mapping.", "Write it as 'name: value'.")

    def _missing_or_wrong(self, name: str, wanted: str) -> None:
        if self.values.get(name) is None:
            self.fault(name, "This field is missing.", f"Give {wanted}.")
        else:
            self.fault(name, f"This is not {wanted}.", f"Give {wanted}.")

    def _tell_repeats(self, name: str, items: Sequence[str]) -> None:
        for item in sorted({item for item in items if items.count(item) > 1}):
            self.fault(name, f"{item!r} stands here twice.", "Keep one.")


def read(file: Path, faults: list[Fault]) -> Node | None:
    """The document of one file, or None with the reason added to `faults`."""
    try:
        root = YAML(typ="rt", pure=True).load(file.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        faults.append(_unreadable(file, error))
        return None
    if isinstance(root, CommentedMap):
        return _node(file, root, "", 1, faults)
    faults.append(
        Fault(
            file=file,
            line=1,
            field="document",
            problem="This is no mapping.",
            remedy="Write 'field: value' lines.",
        )
    )
    return None


def _unreadable(file: Path, error: Exception) -> Fault:
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    problem = error.problem if isinstance(error, MarkedYAMLError) else str(error)
    return Fault(
        file=file,
        line=mark.line + 1 if mark else 1,
        field="document",
        problem=f"This cannot be read as YAML: {str(problem).splitlines()[0]}.",
        remedy="Correct the syntax.",
    )


def _node(file: Path, value: CommentedMap, path: str, line: int, faults: list[Fault]) -> Node:
    lines = {str(key): value.lc.key(key)[0] + 1 for key in value}
    return Node(
        file=file,
        line=line,
        path=path,
        values={str(key): item for key, item in value.items()},
        lines=lines,
        faults=faults,
    )


def plain(value: object) -> JsonValue:
    """Plain JSON data in place of the parser's own classes, which remember comments and styles."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if value is None or isinstance(value, bool):
        return value
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return str(value)
