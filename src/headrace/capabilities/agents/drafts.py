"""Plain drafts: filling the form of a result from structured facts, with no language model. Pure.

Nothing is invented: what the facts do not hold stays a gap, and the draft says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

NOTE = "Draft from facts, no model configured."
GAP = "Not in the facts."

FACT_HINT = "x-fact"
"""In a schema: the dotted name of the fact that fills a field, where names differ."""

NARRATIVE = frozenset(
    {"summary", "observation", "context", "body", "description", "notes", "note", "text"}
)
"""Free text that may list the facts where no fact has its name."""

Form = Mapping[str, JsonValue]
Scopes = Sequence[Mapping[str, JsonValue]]


@dataclass(frozen=True, kw_only=True)
class Draft:
    """`content` in the schema's form, as far as the facts reach; `gaps` are the required fields they lack."""

    content: JsonValue
    gaps: tuple[str, ...]

    @property
    def note(self) -> str:
        """What a reader must know of this draft."""
        return f"{NOTE} {GAP[:-1]}: {', '.join(self.gaps)}." if self.gaps else NOTE


@dataclass(frozen=True)
class _Missing:
    """There is no value; not even null."""


MISSING = _Missing()
Found = JsonValue | _Missing


def draft(schema: Form, facts: Mapping[str, JsonValue]) -> Draft:
    """A draft in the form of a JSON Schema, from facts of the same names (case and dashes aside)."""
    drafting = _Drafting(root=schema)
    content = drafting.fill(schema, "", (facts,))
    return Draft(
        content={} if isinstance(content, _Missing) else content, gaps=tuple(drafting.gaps)
    )


@dataclass(frozen=True)
class _Drafting:
    root: Form
    gaps: list[str] = field(default_factory=list)

    def fill(self, schema: Form, path: str, scopes: Scopes) -> Found:
        """The value of one place, or MISSING where neither facts nor schema give one."""
        schema = self._chosen(schema)
        if "const" in schema:
            return schema["const"]
        found = _fact(schema, path, scopes) if path else MISSING
        if not isinstance(found, _Missing):
            taken = self._taken(schema, path, found)
            if not isinstance(taken, _Missing):
                return taken
        if _properties(schema):
            return self._object(schema, path, scopes)
        return schema.get("default", MISSING)

    def _object(self, schema: Form, path: str, scopes: Scopes) -> dict[str, JsonValue]:
        required = schema.get("required")
        needed = required if isinstance(required, list) else []
        content: dict[str, JsonValue] = {}
        for name, below in _properties(schema).items():
            place = f"{path}.{name}" if path else name
            value = self.fill(below, place, scopes)
            if isinstance(value, _Missing) and name in needed:
                value = self._stopgap(below, name, place, scopes)
            if not isinstance(value, _Missing):
                content[name] = value
        return content

    def _stopgap(self, schema: Form, name: str, place: str, scopes: Scopes) -> Found:
        """What stands in a required field without a fact: a listing, an honest text, an empty list."""
        schema = self._chosen(schema)
        free_text = schema.get("type") == "string" and not schema.keys() & {"enum", "format"}
        if free_text and name.lower() in NARRATIVE and scopes[0]:
            return listing(scopes[0])
        self.gaps.append(place)
        if free_text:
            return GAP
        return [] if schema.get("type") == "array" else MISSING

    def _taken(self, schema: Form, path: str, value: JsonValue) -> Found:
        """A fact in the type the schema asks for; MISSING where it has another."""
        options = schema.get("enum")
        if isinstance(options, list):
            return value if value in options else MISSING
        match schema.get("type"):
            case "string":
                return _as_text(value) if value is not None else MISSING
            case "integer":
                return value if isinstance(value, int) and not isinstance(value, bool) else MISSING
            case "number":
                is_number = isinstance(value, int | float) and not isinstance(value, bool)
                return value if is_number else MISSING
            case "boolean":
                return value if isinstance(value, bool) else MISSING
            case "array":
                return self._array(schema, path, value if isinstance(value, list) else [value])
            case "object":
                return self._mapping(schema, path, value)
        return value

    def _array(self, schema: Form, path: str, values: list[JsonValue]) -> list[JsonValue]:
        items = schema.get("items")
        if not isinstance(items, dict):
            return values
        form = self._chosen(items)
        taken = (self._taken(form, f"{path}[{n}]", value) for n, value in enumerate(values))
        return [value for value in taken if not isinstance(value, _Missing)]

    def _mapping(self, schema: Form, path: str, value: JsonValue) -> Found:
        if not isinstance(value, dict):
            return MISSING
        # Only its own facts: what holds for the whole must not slip into every part.
        return self._object(schema, path, (value,)) if _properties(schema) else value

    def _chosen(self, schema: Form) -> Form:
        """The schema behind a local reference; of several, the first that is not null."""
        reference = schema.get("$ref")
        if isinstance(reference, str) and reference.startswith("#/"):
            found: JsonValue = dict(self.root)
            for part in reference.removeprefix("#/").split("/"):
                found = found.get(part) if isinstance(found, dict) else None
            return self._chosen(found) if isinstance(found, dict) else {}
        for several in ("anyOf", "oneOf"):
            options = schema.get(several)
            if isinstance(options, list):
                forms = [o for o in options if isinstance(o, dict) and o.get("type") != "null"]
                return self._chosen(forms[0]) if forms else {}
        return schema


def _properties(schema: Form) -> dict[str, Form]:
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return {}
    return {name: form for name, form in properties.items() if isinstance(form, dict)}


def _fact(schema: Form, path: str, scopes: Scopes) -> Found:
    hint = schema.get(FACT_HINT)
    wanted = hint.split(".") if isinstance(hint, str) else [path.rsplit(".", 1)[-1]]
    for scope in scopes:
        found = _dotted(scope, wanted)
        if not isinstance(found, _Missing):
            return found
    return MISSING


def _dotted(scope: Mapping[str, JsonValue], names: Sequence[str]) -> Found:
    found: Found = dict(scope)
    for name in names:
        if not isinstance(found, dict):
            return MISSING
        by_name = {_bare(key): value for key, value in found.items()}
        found = by_name.get(_bare(name), MISSING)
    return found


def _bare(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")


def _as_text(value: JsonValue) -> str:
    if isinstance(value, list):
        return ", ".join(_as_text(item) for item in value)
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_as_text(item)}" for name, item in value.items())
    return str(value)


def listing(facts: Mapping[str, JsonValue]) -> str:
    """The facts as lines to read: single values in full, lists by their length."""
    lines = []
    for name, value in facts.items():
        label = name.replace("_", " ").replace("-", " ")
        told = f"{len(value)}" if isinstance(value, list | dict) else _as_text(value)
        lines.append(f"- {label}: {told}")
    return "\n".join([NOTE, *lines])
