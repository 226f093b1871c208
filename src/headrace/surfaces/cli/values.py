"""Values: from the words of a command line to the JSON of an input."""

import json
import sys
from pathlib import Path

from headrace.kernel.errors import Invalid
from headrace.kernel.form import InputField, nests
from headrace.kernel.json import Json

HOW = "A text may come from a file (@notes.md, @./notes) or from standard input (@-)."


def value(field: InputField, word: object) -> Json:
    """What the word stands for. Raises Invalid when a file cannot be read, or JSON is none."""
    if isinstance(word, list):
        return [_text(field, item) for item in word]
    if isinstance(word, bool) or not isinstance(word, str):
        return bool(word)
    if nests(field):
        return _json(field, _text(field, word))
    return _text(field, word)


def _text(field: InputField, word: str) -> str:
    """The word itself, or the content of the file that it names.

    `@vp-product` is a handle and stays one: a file's name has a dot or a slash in it. `@@` begins a
    text that really begins with `@`.
    """
    name = word[1:]
    if not word.startswith("@"):
        return word
    if name.startswith("@"):
        return name
    if name == "-":
        return sys.stdin.read()
    return _content(field, name) if "." in name or "/" in name else word


def _content(field: InputField, name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else "it is no text in UTF-8"
        raise Invalid(
            f"--{field.name}: cannot read {name}: {why}. Begin with @@ for a text that begins with @"
        ) from None


def _json(field: InputField, text: str) -> Json:
    try:
        read: Json = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise Invalid(f"--{field.name} takes JSON, or @file.json: {fault}") from None
    return read
