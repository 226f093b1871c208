"""Which part a heading opens."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from headrace.capabilities.artifacts.layout import (
    ArtifactType,
    Body,
    Each,
    Field,
    Section,
    label_key,
    line,
)
from headrace.capabilities.record.markdown.blocks import Block
from headrace.capabilities.record.markdown.lines import labelled, read_heading

_BRACKET = re.compile(r"\s*\([^()]*\)\s*$")
_GROUPS = {"{name}": r"(?P<name>.*?)", "{title}": r"(?P<title>.*?)", "{number}": r"\d+"}


@dataclass(frozen=True, kw_only=True)
class Heading:
    """What a heading opens: a section, an item of a repeated one, a field by its label, the
    header's fields, or nothing."""

    section: Section | None = None
    item: Mapping[str, str] | None = None
    field: Field | None = None
    value: str = ""
    header: bool = False


def known_heading(body: Body, head: Block) -> Heading:
    """What `head` opens in `body`."""
    words = line(read_heading(head.text))
    section = section_titled(body, words)
    if section is not None:
        return Heading(section=section)
    for part in body.sections:
        item = item_named(part, head) if isinstance(part, Each) and not part.headed else None
        if item is not None:
            return Heading(section=part, item=item)
    if isinstance(body, ArtifactType) and label_key(words) in map(label_key, body.header_titles):
        return Heading(header=True)
    found = labelled(words.strip("*_ "))
    field = field_labelled(body, found[0]) if found else None
    return Heading(field=field, value=found[1]) if field and found else Heading()


def section_titled(body: Body, words: str) -> Section | None:
    """The section of `body` that is titled so, with or without a remark in brackets."""
    titles = dict(_titles(body))
    key = label_key(words)
    return titles.get(key) or titles.get(label_key(_BRACKET.sub("", words)))


def field_labelled(body: Body, words: str) -> Field | None:
    """The field of `body` that is labelled so."""
    labels = {
        label_key(label): field for field in body.fields for label in (field.label, *field.aliases)
    }
    return labels.get(label_key(words)) or labels.get(label_key(_BRACKET.sub("", words)))


def item_named(section: Each, head: Block) -> dict[str, str] | None:
    """{"name", "title"?} of the item that `head` opens, None when it opens none."""
    words = line(read_heading(head.text))
    return item_in(section.item, words) or item_in(section.item.replace(" {number}", ""), words)


def item_in(shape: str, words: str) -> dict[str, str] | None:
    """The same for words that have the `shape` of an item's heading."""
    found = _shape(shape).fullmatch(words)
    return {name: value or "" for name, value in found.groupdict().items()} if found else None


def _titles(body: Body) -> Iterator[tuple[str, Section]]:
    for section in body.sections:
        if not (isinstance(section, Each) and not section.headed):
            yield from ((label_key(t), section) for t in (section.title, *section.aliases))


@cache
def _shape(shape: str) -> re.Pattern[str]:
    pattern = "".join(
        _GROUPS.get(piece) or r"\s*".join(re.escape(word) for word in piece.split(" "))
        for piece in re.split(r"(\{\w+\})", shape)
    )
    if pattern.endswith(r":\s*(?P<title>.*?)"):
        pattern = pattern.removesuffix(r":\s*(?P<title>.*?)") + r"(?::\s*(?P<title>.*))?"
    return re.compile(pattern, re.IGNORECASE)
