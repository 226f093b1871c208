"""Advice: what a sentence of the house tells its reader to run, read from it as operation and input.

A message says what helps in one notation, that of the command line, in backticks: "No flag 'x'; `headrace
flag list` shows them". A terminal shows it as it stands. A door whose readers have no terminal reads it
here and says it in its own way: the console as a link to the page or the form, filled in; REST and MCP as
operations beside the sentence. So there is one sentence for every door, and nobody gives advice twice.

What a message quotes of others is no advice: a text that brings a backtick is told whole, as text. And
what is read here is an address to look at and nothing else; what it leads to is asked for by a person.
"""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from headrace.kernel.capability import Operation
from headrace.kernel.form import input_fields, placed
from headrace.kernel.json import Json

_COMMAND = re.compile(r"`([a-z][^`\n]*)`")
_LEFT_OPEN = re.compile(r"[A-Z]+|…|\.\.\.")
"""What stands in a command for a value that the reader has to know: HANDLE, or dots."""


@dataclass(frozen=True, kw_only=True)
class Advice:
    """An operation, and what is known of its input. `command` is how the sentence writes it."""

    operation: Operation
    input: Mapping[str, str]
    command: str


def parts(
    text: str, operations: Mapping[str, Operation], *, quotes: Json = None
) -> tuple[str | Advice, ...]:
    """The sentence in order: its text, and the advice that it names. `quotes` are the values behind
    it, as an error's details hold them; where one of them brings a backtick, all of it is text."""
    if any("`" in one for one in _texts(quotes)):
        return (text,)
    return tuple(one for one in _parts(text, operations) if one != "")


def _parts(text: str, operations: Mapping[str, Operation]) -> Iterator[str | Advice]:
    done = 0
    for found in _COMMAND.finditer(text):
        advice = _advice(found[1], operations)
        if advice is not None:
            yield text[done : found.start()]
            yield advice
            done = found.end()
    yield text[done:]


def _advice(command: str, operations: Mapping[str, Operation]) -> Advice | None:
    """The operation of a command; None where it is none, or one that only a machine's owner can give."""
    try:
        words = shlex.split(command)
    except ValueError:
        return None
    is_whole = words[:1] == ["headrace"]
    words = words[1:] if is_whole else words
    for length in (2, 1) if is_whole else (2,):
        operation = operations.get(".".join(words[:length]))
        if operation is not None and len(words) >= length:
            given = dict(_given(operation, words[length:]))
            return Advice(operation=operation, input=given, command=" ".join(words))
    return None


def _given(operation: Operation, words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Names and values, as the command line reads them; what is left open is left out."""
    named = {f"--{one.name.replace('_', '-')}": one for one in input_fields(operation)}
    places = iter(placed(operation))
    rest = iter(words)
    for word in rest:
        field = named.get(word) if word.startswith("--") else next(places, None)
        value = word
        if word.startswith("--"):
            value = "true" if field is not None and field.kind == "boolean" else next(rest, "")
        if field is not None and value and not _LEFT_OPEN.fullmatch(value):
            yield field.name, value


def _texts(value: Json) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, Sequence):
        for inner in value:
            yield from _texts(inner)
