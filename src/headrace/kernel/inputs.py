"""Inputs: what an operation declares of a field beside its type: which kind of thing it names, in which
unit it counts. And of a kind of thing, which query lists it, so that a door can offer what there is.

A field says `Annotated[str, Names("mission")]`; the room that keeps missions says, once, in its
capability's `declares`, `Listing(kind="mission", operation="mission.list", …)`. The doors put the two
together: the REST description and the MCP tools carry the kind as `x-names`, the console's forms
offer what the listing answers to this reader. What is offered is a help and no limit: the room
judges what is named when it is named.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema

from headrace.kernel.json import Json

NAMES, UNIT = "x-names", "x-unit"
"""The words of our own in the JSON Schema of an input."""

_PLACE = re.compile(r"\{([a-z_.]+)\}")


@dataclass(frozen=True)
class Names:
    """Beside the type of a text: it names a thing of this kind, for which there is a Listing."""

    kind: str

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> Mapping[str, Any]:
        return {**handler(core), NAMES: self.kind}


@dataclass(frozen=True)
class Unit:
    """Beside the type of a number: what it counts, as people write it behind the number."""

    word: str

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> Mapping[str, Any]:
        return {**handler(core), UNIT: self.word}


@dataclass(frozen=True)
class OneOf:
    """Beside the type of a text: the words that are taken. Whoever takes them judges them, so that all
    that is wrong with an input is told at once."""

    words: tuple[str, ...]

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> Mapping[str, Any]:
        return {**handler(core), "enum": list(self.words)}


@dataclass(frozen=True, kw_only=True)
class Listing:
    """The query that lists things of a kind; a kind may have several, each with things of its own.

    `value` is what an input takes, `title` what people call it, both written over one item of the
    answer: "{slug}", "mission:{slug}", "{definition.owner}". `input` is what the query is asked
    with, besides the `limit` of a query that has one: nobody loads all of a long list. `within`
    names fields of the same form without which there is nothing to list, and that the query takes.
    `words` is the field of the query that narrows what it lists by words, `each` the field of its
    answer that holds the items. A `is_closed` kind has few things, and nothing else is ever meant.
    """

    kind: str
    operation: str
    value: str
    title: str = ""
    input: Mapping[str, Json] = field(default_factory=dict)
    within: tuple[str, ...] = ()
    words: str = ""
    each: str = "items"
    is_closed: bool = False

    def offered(self, answer: Json) -> Iterator[tuple[str, str]]:
        """Value and title of each item of the query's answer, in its order."""
        items = _part(answer, self.each)
        for item in items if isinstance(items, Sequence) and not isinstance(items, str) else ():
            if value := _written(self.value, item):
                yield value, _written(self.title, item)


def _written(pattern: str, item: Json) -> str:
    """The pattern with its places filled from the item; empty where the first of them is."""
    found = [_text(_part(item, place)) for place in _PLACE.findall(pattern)]
    filled = iter(found)
    return _PLACE.sub(lambda _: next(filled), pattern).strip(" ·") if any(found) else ""


def _part(item: Json, place: str) -> Json:
    for name in place.split("."):
        item = item.get(name) if isinstance(item, Mapping) else None
    return item


def _text(value: Json) -> str:
    return "" if value is None or isinstance(value, Mapping) else str(value)
