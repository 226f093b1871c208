"""The description: OpenAPI 3.1 of everything the house offers, from its declarations alone."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import TypeAdapter

from headrace.kernel.access import NotSignedIn
from headrace.kernel.capability import Operation, OperationKind
from headrace.kernel.confirmation import ConfirmationNeeded
from headrace.kernel.errors import Conflict, HeadraceError, Invalid, NotAllowed, NotFound
from headrace.kernel.failures import family
from headrace.kernel.form import input_fields
from headrace.kernel.house import House

BELOW = "/api/v1"
_REFERENCE = "#/components/schemas/{model}"
_FAMILIES = (Invalid, NotSignedIn, NotAllowed, NotFound, Conflict)
_ALL_FAMILIES = (*_FAMILIES, ConfirmationNeeded)

Schema = dict[str, Any]

_PROBLEM: Schema = {
    "type": "object",
    "description": "What went wrong (RFC 9457). `code` is stable; `details` holds the values "
    "behind `detail`.",
    "required": ["type", "title", "status", "detail", "code", "details"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "details": {"type": "object"},
        "advice": {
            "type": "array",
            "description": "What `detail` tells to run, with what is known of its input.",
            "items": {
                "type": "object",
                "required": ["operation", "input"],
                "properties": {"operation": {"type": "string"}, "input": {"type": "object"}},
            },
        },
    },
}

_KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "One key, one deed: a repeat gives the first answer again.",
    "schema": {"type": "string", "maxLength": 200},
}
_CONFIRMATION: Schema = {
    "name": "Headrace-Confirmation",
    "in": "header",
    "required": False,
    "description": "The `confirmation` of the preview that a call without it is answered with "
    "(428): it is good for ten minutes, for this very call, once.",
    "schema": {"type": "string", "maxLength": 300},
}


def describe(house: House, *, version: str) -> Schema:
    """The OpenAPI document."""
    operations = list(house.operations.values())
    schemas, parts = _schemas(operations)
    paths: dict[str, Schema] = {}
    for operation in operations:
        entry = paths.setdefault(f"{BELOW}{operation.http.path}", {})
        entry[operation.http.method.lower()] = _entry(operation, schemas, parts)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Headrace",
            "version": version,
            "description": "Every operation of the house. A reference in a path is one part of it: "
            "write its slashes as %2F. A command may carry an Idempotency-Key.",
        },
        "paths": paths,
        "components": {
            "schemas": {**parts, "Problem": _PROBLEM},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _schemas(operations: Sequence[Operation]) -> tuple[Mapping[tuple[str, str], Schema], Schema]:
    """The schema of each input and output, and the named parts that they refer to."""
    asked: list[tuple[str, Literal["validation", "serialization"], TypeAdapter[Any]]] = []
    for operation in operations:
        asked.append((f"{operation.name}.input", "validation", TypeAdapter(operation.input)))
        asked.append((f"{operation.name}.output", "serialization", TypeAdapter(operation.output)))
    found, whole = TypeAdapter.json_schemas(asked, ref_template=_REFERENCE)
    return {(key, mode): schema for (key, mode), schema in found.items()}, whole.get("$defs", {})


def _entry(
    operation: Operation, schemas: Mapping[tuple[str, str], Schema], parts: Schema
) -> Schema:
    whole = _resolved(schemas[f"{operation.name}.input", "validation"], parts)
    entry: Schema = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": f"{operation.help}\n\nNeeds the right `{operation.permission}`.",
        "tags": [operation.name.partition(".")[0]],
        "parameters": _parameters(operation, whole),
        "responses": {
            **_success(operation, schemas[f"{operation.name}.output", "serialization"]),
            **_problems(_FAMILIES if operation.must_be_confirmed is None else _ALL_FAMILIES),
        },
    }
    if operation.http.method not in {"GET", "DELETE"}:
        entry["requestBody"] = _body(operation, whole)
    return entry


def _resolved(schema: Schema, parts: Schema) -> Schema:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Schema = parts[name] if name else schema
    return found


def _parameters(operation: Operation, whole: Schema) -> list[Schema]:
    in_query = operation.http.method in {"GET", "DELETE"}
    found = [
        {
            "name": field.name,
            "in": "path" if field.in_path else "query",
            "required": field.in_path or field.required,
            "description": field.help,
            "schema": whole["properties"][field.name],
        }
        for field in input_fields(operation)
        if field.in_path or in_query
    ]
    return [*found, *_headers(operation)]


def _headers(operation: Operation) -> list[Schema]:
    if operation.http.method != "GET":
        return [_KEY, _CONFIRMATION] if operation.must_be_confirmed is not None else [_KEY]
    if operation.kind is not OperationKind.STREAM:
        return []
    return [
        {
            "name": "Last-Event-ID",
            "in": "header",
            "required": False,
            "description": "Go on after this event.",
            "schema": {"type": "integer"},
        }
    ]


def _body(operation: Operation, whole: Schema) -> Schema:
    in_path = {field.name for field in input_fields(operation) if field.in_path}
    required = [name for name in whole.get("required", ()) if name not in in_path]
    properties = {n: s for n, s in whole.get("properties", {}).items() if n not in in_path}
    schema: Schema = {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
    if required:
        schema["required"] = required
    return {"required": bool(required), "content": {"application/json": {"schema": schema}}}


def _success(operation: Operation, schema: Schema) -> Schema:
    if operation.kind is OperationKind.STREAM:
        content: Schema = {"text/event-stream": {"schema": {"type": "string"}}}
        return {"200": {"description": "Server-sent events, without end.", "content": content}}
    if operation.output is type(None):
        return {"204": {"description": "Done."}}
    status = "202" if operation.kind is OperationKind.JOB else "200"
    return {status: {"description": "Done.", "content": {"application/json": {"schema": schema}}}}


def _problems(families: Sequence[type[HeadraceError]]) -> Schema:
    reference = {"$ref": "#/components/schemas/Problem"}
    content = {"application/problem+json": {"schema": reference}}
    return {
        str(int(family(kind).status)): {
            "description": (kind.__doc__ or "").partition("\n")[0],
            "content": content,
        }
        for kind in families
    }
