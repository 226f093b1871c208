"""The three wire protocols of the fake provider: reading a request, writing an answer whole or as events."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from headrace.capabilities.agents.brains.tokens import estimated

Body: TypeAlias = dict[str, object]
Event: TypeAlias = tuple[str, Body]
"""The event's name (empty where the protocol has none) and its data."""

PIECE = 12
"""Characters in one streamed piece: small, so that words and JSON are torn apart as they really are."""


@dataclass(frozen=True, kw_only=True)
class FakeCall:
    """A tool call of the fake model. `arguments` is text, so that it can be malformed."""

    tool: str
    arguments: str = "{}"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the fake model says. Tokens that are left out are estimated from the text."""

    text: str = ""
    calls: tuple[FakeCall, ...] = ()
    cut_by_length: bool = False
    refused: bool = False
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int = 0


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request as the fake provider understood it."""

    protocol: str
    model: str
    streamed: bool
    tools: tuple[str, ...]
    call_ids: tuple[str, ...]
    result_ids: tuple[str, ...]
    body: Body

    @property
    def text(self) -> str:
        """Everything the model was shown."""
        return json.dumps(self.body, ensure_ascii=False)


@dataclass(frozen=True, kw_only=True)
class Said:
    """An answer with its tokens counted and its calls numbered."""

    answer: Answer
    model: str
    number: int
    input_tokens: int
    output_tokens: int

    @property
    def calls(self) -> Sequence[tuple[str, FakeCall]]:
        return [(f"call_{self.number}_{n}", call) for n, call in enumerate(self.answer.calls)]


def say(asked: Asked, answer: Answer, number: int) -> Said:
    """The answer with its tokens counted: as given, or estimated from the text."""
    written = answer.text + "".join(call.tool + call.arguments for call in answer.calls)
    given_in, given_out = answer.input_tokens, answer.output_tokens
    return Said(
        answer=answer,
        model=asked.model,
        number=number,
        input_tokens=estimated(asked.text) if given_in is None else given_in,
        output_tokens=estimated(written) if given_out is None else given_out,
    )


class WireProtocol(Protocol):
    """One provider's way to write."""

    name: str

    def read(self, body: Body) -> Asked: ...
    def whole(self, said: Said) -> Body: ...
    def events(self, said: Said) -> Iterator[Event]: ...
    def error(self, kind: str, message: str) -> Body: ...


def pieces(text: str) -> Iterator[str]:
    """The text in the pieces in which it is streamed."""
    for start in range(0, len(text), PIECE):
        yield text[start : start + PIECE]


def rows(value: object) -> list[Body]:
    """The objects in a list of the request; anything else is skipped, as a tolerant server does."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def field(row: Mapping[str, object], name: str) -> str:
    """A text of the request; nothing where it is missing or of another type."""
    value = row.get(name)
    return value if isinstance(value, str) else ""
