"""JSON as typed data: one way to write a value, one canonical text to hash."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypeAliasType

from headrace.kernel.errors import Invalid

Json = TypeAliasType(
    "Json", "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"
)
"""Plain JSON data. Named, not spelled out, so that a schema of it can refer to itself."""

T = TypeVar("T")


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - any type may be asked for
    return TypeAdapter(kind)


def to_json(value: object, kind: object = None) -> Json:
    """`value` (dataclass, enum, datetime, mapping, sequence or scalar) as plain JSON data."""
    return cast(Json, _adapter(cast(Any, kind or type(value))).dump_python(value, mode="json"))


def from_json(kind: type[T], data: Any) -> T:  # noqa: ANN401 - the door where data gets its type
    """`data` as a `kind`. Raises Invalid with every fault and the place of each."""
    try:
        return cast(T, _adapter(cast(Any, kind)).validate_python(data))
    except ValidationError as fault:
        raise Invalid(
            "The input is not of the form asked for: " + "; ".join(faults(fault)),
            faults=faults(fault),
        ) from None


def faults(error: ValidationError) -> list[str]:
    """One line per fault: where, and what is wrong there. Never repeats the input's content."""
    return [
        f"{'.'.join(str(part) for part in fault['loc']) or 'input'}: {fault['msg']}"
        for fault in error.errors(include_url=False, include_input=False)
    ]


def schema(kind: object) -> dict[str, Any]:
    """The JSON Schema of a kind, as OpenAPI, MCP and models read it."""
    return _adapter(cast(Any, kind)).json_schema()


def canonical(value: Json) -> bytes:
    """The one text of `value`: sorted keys, no spaces, UTF-8. Equal data gives equal bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(value: Json) -> str:
    """SHA-256 over the canonical text, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()
