"""Live values on an authored content: what is shown, and counts neither for hash nor drift."""

import re
from collections.abc import Iterable, Mapping

from headrace.capabilities.artifacts.layout.artifact_type import ArtifactType
from headrace.capabilities.artifacts.layout.content import Content, item_keys, normal
from headrace.capabilities.artifacts.layout.identity import authored, key_names
from headrace.capabilities.artifacts.layout.parts import Body, Each, Field, Group, Section, Table
from headrace.kernel.errors import Invalid

_STEP = re.compile(r"([^.\[\]]+)(?:\[([^\]]*)\])?")


def project(
    layout: ArtifactType, content: Mapping[str, object], values: Mapping[str, object]
) -> Content:
    """The authored part of `content` with live `values` in its projected places.

    Keys are paths: "fields.status", "sections.updates", "sections.outcomes[api-latency].status".
    Former projections go, so nothing stale is shown. Raises Invalid for a path that is not
    projected; a path into an item that is gone is passed over.
    """
    result = authored(layout, content)
    for path, value in values.items():
        part, _, rest = path.partition(".")
        steps: list[tuple[str, str]] = _STEP.findall(rest)
        known = part in ("fields", "sections") and steps
        if not known or not _put(layout, part, result[part], steps, value):
            raise Invalid(
                f"{path} of a {layout.title.lower()} is not projected: change it by an edit, "
                "or declare it projected.",
                path=path,
            )
    return normal(layout, result)


def _put(
    layout: ArtifactType, part: str, holder: object, steps: list[tuple[str, str]], value: object
) -> bool:
    """Sets the place that `steps` lead to; False when it is no projected place."""
    if part == "fields":
        return _put_field(layout.fields, holder, steps, value)
    return _put_section(layout, holder, steps, value)


def _put_field(
    fields: Iterable[Field], holder: object, steps: list[tuple[str, str]], value: object
) -> bool:
    name, key = steps[0]
    if key or len(steps) > 1 or name not in {field.name for field in fields if field.projected}:
        return False
    if isinstance(holder, dict):
        holder[name] = value
    return True


def _put_section(body: Body, holder: object, steps: list[tuple[str, str]], value: object) -> bool:
    (name, key), rest = steps[0], steps[1:]
    section = {part.name: part for part in body.sections}.get(name)
    if section is not None and section.projected and not key and not rest:
        if isinstance(holder, dict):
            holder[name] = value
        return True
    if section is None or not rest:
        inner = () if isinstance(body, ArtifactType) else body.fields
        return section is None and _put_field(inner, holder, steps, value)
    here = _inside(section, holder, key)
    match section:
        case Table() if key:
            return _put_field(section.columns, here, rest, value)
        case Each() if key:
            return _put_section(section, here, rest, value)
        case Group() if not key:
            return _put_section(section, here, rest, value)
    return False


def _inside(section: Section, holder: object, key: str) -> object:
    """The group of that name, made when absent, or the item of that key, None when it is gone."""
    if not isinstance(holder, dict):
        return None
    if not key:
        return holder.setdefault(section.name, {})
    items = holder.get(section.name)
    if not isinstance(items, list):
        return None
    return dict(zip(item_keys(items, key_names(section)), items, strict=True)).get(key)
