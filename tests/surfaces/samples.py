"""Samples: an input for any operation, made of its JSON Schema."""

from collections.abc import Mapping
from typing import Any

from headrace.kernel.capability import Operation
from headrace.kernel.json import schema


def a_sample(operation: Operation, known: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A legal input with what is required, and with the known values where a field has that name."""
    whole = schema(operation.input)
    values = known or {}
    return {
        name: values.get(name, _value(part, whole))
        for name, part in whole.get("properties", {}).items()
        if name in whole.get("required", ())
    }


def _value(part: Mapping[str, Any], whole: Mapping[str, Any]) -> Any:
    if "$ref" in part:
        return _value(whole["$defs"][part["$ref"].rpartition("/")[2]], whole)
    if "anyOf" in part or "oneOf" in part:
        return _value((part.get("anyOf") or part["oneOf"])[0], whole)
    if "const" in part:
        return part["const"]
    if "enum" in part:
        return part["enum"][0]
    return _OF_TYPE[part.get("type", "null")](part, whole)


def _object(part: Mapping[str, Any], whole: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _value(inner, whole)
        for name, inner in part.get("properties", {}).items()
        if name in part.get("required", ())
    }


def _text(part: Mapping[str, Any], _whole: object) -> str:
    formats = {
        "date-time": "2026-03-20T09:00:00+00:00",
        "date": "2026-03-20",
        "duration": "PT1H",
        "uuid": "00000000-0000-4000-8000-000000000000",
        "uri": "https://example.test/",
    }
    return formats.get(part.get("format", ""), "x" * max(1, part.get("minLength", 1)))


def _list(part: Mapping[str, Any], whole: Mapping[str, Any]) -> list[Any]:
    return [_value(part["items"], whole)] * max(1, part.get("minItems", 1))


def _number(part: Mapping[str, Any], _whole: object) -> int:
    return part.get("minimum", part.get("exclusiveMinimum", 0) + 1)


_OF_TYPE = {
    "object": _object,
    "array": _list,
    "string": _text,
    "integer": _number,
    "number": _number,
    "boolean": lambda _part, _whole: False,
    "null": lambda _part, _whole: None,
}
