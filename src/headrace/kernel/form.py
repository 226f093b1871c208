"""Form: what an operation's input looks like at the doors, read from its JSON Schema."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, TypeAlias, cast

from pydantic import Field

from headrace.kernel.capability import Operation
from headrace.kernel.errors import Invalid
from headrace.kernel.inputs import NAMES, UNIT
from headrace.kernel.json import Json, schema

_DEEPEST = 32  # levels of lists and objects within one input

Schema = Mapping[str, Any]

_SECRET = "password"  # noqa: S105 - JSON Schema's word for a text that is not to be shown
Secret: TypeAlias = Annotated[str, Field(json_schema_extra={"format": _SECRET})]
"""A text of an output that is shown once and kept nowhere."""


@dataclass(frozen=True, kw_only=True)
class InputField:
    """One field of an input. `kind` is the JSON type of its value; lists and objects nest.

    `names` is the kind of thing that its text, or each text of its list, names; `format` tells a
    date and a moment from other texts; `unit` is what a number counts, `example` one it may be.
    """

    name: str
    title: str  # what people call it, in words
    kind: str  # "string", "integer", "number", "boolean", "array", "object"
    help: str
    required: bool
    default: Json
    choices: tuple[str, ...] | None
    in_path: bool
    simple_items: bool  # for an array: its items are no lists and no objects
    names: str | None
    format: str  # "date", "date-time"; empty: a text like any other
    unit: str
    example: str


@cache
def input_fields(operation: Operation) -> tuple[InputField, ...]:
    """The fields of the operation's input, in their written order; those of its path are marked."""
    whole = schema(operation.input)
    in_path = path_fields(operation)
    return tuple(
        _field(name, part, whole, in_path) for name, part in whole.get("properties", {}).items()
    )


def nests(field: InputField) -> bool:
    """Whether its value is more than a text, a number or a list of them: it is written as JSON."""
    return field.kind in {"object", "any"} or (field.kind == "array" and not field.simple_items)


@cache
def placed(operation: Operation) -> tuple[InputField, ...]:
    """The fields that a command takes by their place: those of the path, then what else is required."""
    fields = sorted(input_fields(operation), key=lambda one: (not one.in_path, not one.required))
    return tuple(one for one in fields if one.required and not nests(one) and one.kind != "boolean")


@cache
def tells_secret(operation: Operation) -> bool:
    """Whether its answer holds a `Secret`, so that nobody may keep it to give it again."""
    fields = schema(operation.output).get("properties", {}).values()
    return any(field.get("format") == _SECRET for field in fields)


def path_fields(operation: Operation) -> tuple[str, ...]:
    """The names in braces of the operation's path, in order."""
    parts = operation.http.path.split("/")
    return tuple(part[1:-1] for part in parts if part.startswith("{") and part.endswith("}"))


def _field(name: str, part: Schema, whole: Schema, in_path: Sequence[str]) -> InputField:
    core = _core(part, whole)
    items = _core(core.get("items", {}), whole)
    return InputField(
        name=name,
        title=_title(name, str(part.get("title", ""))),
        kind=_kind(core),
        help=str(part.get("description") or ""),
        required=name in whole.get("required", ()),
        default=part.get("default"),
        choices=tuple(map(str, core["enum"])) if "enum" in core else None,
        in_path=name in in_path,
        simple_items=items.get("type") in {"string", "integer", "number", "boolean"},
        names=_beside(NAMES, part, core, items) or None,
        format=_beside("format", core),
        unit=_beside(UNIT, part, core),
        example=str(next(iter(part.get("examples") or core.get("examples") or ()), "")),
    )


def _title(name: str, declared: str) -> str:
    """The title declared, else the name in words; the schema gives every field one, in capitals."""
    spoken = name.replace("_", " ")
    return declared if declared.lower() not in {"", spoken} else spoken[:1].upper() + spoken[1:]


def _kind(core: Schema) -> str:
    """A number that may be written as a text, to keep its digits, is a number."""
    if any(one.get("type") == "number" for one in core.get("anyOf", ())):
        return "number"
    return str(core.get("type", "object" if "properties" in core else "any"))


def _beside(word: str, *parts: Schema) -> str:
    """What the first of the parts that has it says under a word."""
    return str(next((part[word] for part in parts if word in part), ""))


def _core(part: Schema, whole: Schema) -> Schema:
    """The schema behind references, and behind an "or null"."""
    if "$ref" in part:
        name = str(part["$ref"]).rpartition("/")[2]
        return _core(cast(Schema, whole["$defs"][name]), whole)
    choices = [one for one in part.get("anyOf", ()) if one.get("type") != "null"]
    return _core(choices[0], whole) if len(choices) == 1 else part


@cache
def _schema(kind: type) -> Schema:
    """Kept: an operation's form does not change, and every call is checked against it."""
    return schema(kind)


def check(kind: type, data: Mapping[str, Json]) -> None:
    """Raises Invalid, with every fault, when `data` names what the form does not have, or holds text
    that no row can keep. Types and missing fields are judged when the input is made of it."""
    whole = _schema(kind)
    faults = [*_unknown(whole, whole, data, ""), *_unstorable(data, "", 0)]
    if faults:
        raise Invalid("The input is not of the form asked for: " + "; ".join(faults), faults=faults)


def _unknown(part: Schema, whole: Schema, data: Json, place: str) -> Iterator[str]:
    core = _core(part, whole)
    if isinstance(data, Mapping) and "properties" in core:
        for name, value in data.items():
            if name in core["properties"]:
                yield from _unknown(core["properties"][name], whole, value, f"{place}{name}.")
            elif not core.get("additionalProperties"):
                there = ", ".join(core["properties"]) or "none"
                yield f"{place}{name}: no such field; there are: {there}"
    elif isinstance(data, list) and "items" in core:
        for number, item in enumerate(data):
            yield from _unknown(core["items"], whole, item, f"{place}{number}.")


def _unstorable(data: Json, place: str, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        yield f"{place or 'input'}: nested more than {_DEEPEST} deep"
    elif isinstance(data, str):
        if not _is_text(data):
            yield f"{place.rstrip('.')}: holds a character that is no text (NUL, or half a pair)"
    elif isinstance(data, Mapping):
        for name, value in data.items():
            if not _is_text(name):
                yield f"{place}: a name holds a character that is no text"
            yield from _unstorable(value, f"{place}{name}.", depth + 1)
    elif isinstance(data, list):
        for number, item in enumerate(data):
            yield from _unstorable(item, f"{place}{number}.", depth + 1)


def _is_text(text: str) -> bool:
    """Whether PostgreSQL can keep it: no NUL, no lone surrogate."""
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False
