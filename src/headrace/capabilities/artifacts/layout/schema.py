"""The JSON Schema of a type's content, for a model's typed answer and for anyone's client."""

from collections.abc import Iterable

from headrace.capabilities.artifacts.layout.artifact_type import ArtifactType
from headrace.capabilities.artifacts.layout.parts import (
    LISTS,
    Bullets,
    Checklist,
    Code,
    Each,
    Field,
    Group,
    Kind,
    Section,
    Table,
)

Schema = dict[str, object]

_TEXT: Schema = {"type": "string"}
_FORMATS = {Kind.DATE: "date", Kind.DATETIME: "date-time"}
_TYPES = {Kind.INTEGER: "integer", Kind.NUMBER: "number", Kind.BOOLEAN: "boolean"}


def json_schema(layout: ArtifactType) -> Schema:
    """JSON Schema (draft 2020-12) of what an author of this type gives: {"title", "fields",
    "sections"}; no projected part is asked for, and no other name is taken."""
    header = [field for field in layout.fields if not field.projected]
    parts = [section for section in layout.sections if not section.projected]
    properties: Schema = {"title": {**_TEXT, "minLength": 1}}
    if header:
        properties["fields"] = _object({}, header, [], "")
    if parts:
        properties["sections"] = _object({}, [], parts, "")
    summary = {"description": layout.summary} if layout.summary else {}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": layout.title,
        **summary,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _object(
    own: Schema, fields: Iterable[Field], sections: Iterable[Section], summary: str
) -> Schema:
    shown = [field for field in fields if not field.projected]
    parts = [section for section in sections if not section.projected]
    properties = own | {field.name: _value(field) for field in shown}
    properties |= {section.name: _part(section) for section in parts}
    required = [
        *own,
        *(field.name for field in shown if field.required),
        *(part.name for part in parts if part.required),
    ]
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    schema |= {"required": required} if required else {}
    return schema | ({"description": summary} if summary else {})


def _value(field: Field) -> Schema:
    schema = _one(field)
    if field.kind in LISTS:
        schema = {"type": "array", "items": schema} | ({"minItems": 1} if field.required else {})
    words = field.summary or field.label
    return schema | {"description": words}


def _one(field: Field) -> Schema:
    if field.kind in _TYPES:
        low = {} if field.minimum is None else {"minimum": field.minimum}
        high = {} if field.maximum is None else {"maximum": field.maximum}
        return {"type": _TYPES[field.kind], **low, **high}
    schema = dict(_TEXT)
    if field.choices:
        return schema | {"enum": list(field.choices)}
    if field.kind in _FORMATS:
        return schema | {"format": _FORMATS[field.kind]}
    if field.pattern:
        return schema | {"pattern": f"^(?:{field.pattern})$"}
    return schema | ({"minLength": 1} if field.required else {})


def _part(section: Section) -> Schema:
    words = section.summary or section.title
    match section:
        case Group():
            return _object({}, section.fields, section.sections, words)
        case Code():
            code: Schema = {"language": _TEXT, "text": _TEXT}
            return _object(code, (), (), words)
        case Bullets() | Checklist() | Table() | Each():
            schema: Schema = {"type": "array", "items": _item(section), "description": words}
            return schema | ({"minItems": 1} if section.required else {})
    return {**_TEXT, "description": words}


def _item(section: Section) -> Schema:
    match section:
        case Table():
            return _object({}, section.columns, (), "")
        case Checklist():
            identity: Schema = {"id": _TEXT} if section.ids else {}
            return _object({**identity, "text": _TEXT, "checked": {"type": "boolean"}}, (), (), "")
        case Each():
            named: Schema = {"name": {**_TEXT, "minLength": 1}}
            if "{title}" in section.item:
                named["title"] = _TEXT
            return _object(named, section.fields, section.sections, "")
    return _TEXT
