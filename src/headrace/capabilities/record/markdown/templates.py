"""The empty document of a type, with advice in comments that are never content."""

from collections.abc import Iterable

from headrace.capabilities.artifacts.layout import (
    ArtifactType,
    Content,
    Each,
    Group,
    Section,
    empty_value,
)
from headrace.capabilities.record.markdown.front_matter import write_front_matter
from headrace.capabilities.record.markdown.writing import write_document


def template(layout: ArtifactType) -> str:
    """The Markdown a person fills in by hand: every heading, field and column, and what each takes."""
    content: Content = {
        "title": "",
        "fields": {},
        "sections": _blank(layout.sections),
        "extra": {},
    }
    front_matter = {"type": layout.name, "layout": layout.version}
    return write_front_matter(front_matter) + write_document(layout, content, hints=True)


def _blank(sections: Iterable[Section]) -> Content:
    blank: Content = {}
    for section in sections:
        match section:
            case Group():
                blank[section.name] = _blank(section.sections)
            case Each():
                blank[section.name] = [{"name": ""} | _blank(section.sections)]
            case _:
                blank[section.name] = empty_value(section)
    return blank
