"""How text is brought to the one form that is stored, hashed and compared."""

import re

_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufeff]")
"""Control characters, halves of surrogate pairs, byte order marks: no file or database keeps them."""

_HINT = re.compile(r"<!-- hint:.*?-->", re.DOTALL)
_EDGES = re.compile(r"\A(?:[^\S\n]*\n)+|\s+\Z")
_SPLIT = re.compile(r"[,;]\s+(?![^()]*\))")

NOTHING = frozenset({"", "-", "–", "—", "n/a", "none", "(none)"})
"""What people write in a list or a choice to say that there is nothing."""


def hint(words: str) -> str:
    """Advice in a template: an HTML comment that is never content."""
    return f"<!-- hint: {words.replace('-->', '->')} -->"


def text(value: str) -> str:
    """`value` with Unix line ends, no blank lines at its edges, nothing unprintable, no hints.

    Lines of only spaces become empty; all other words and spaces stay as they were written.
    """
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    before = None
    while before != value:  # taking a hint out can join the halves of another
        before, value = value, _HINT.sub("", _NOT_TEXT.sub("", value))
    value = "\n".join("" if line.isspace() else line for line in value.split("\n"))
    return _EDGES.sub("", value)


def line(value: str) -> str:
    """`value` on one line, its words parted by single spaces."""
    return " ".join(text(value).split())


def slug(value: str) -> str:
    """`value` as part of a path or an id: small letters of any script, digits and hyphens."""
    return re.sub(r"[\W_]+", "-", value.casefold()).strip("-") or "item"


def label_key(value: str) -> str:
    """What two spellings of a label or a heading share: no emphasis, case or closing mark."""
    return line(re.sub(r"[*`_]+", " ", value)).rstrip(" :?").casefold()


def split_list(value: str) -> list[str]:
    """The items of a list written in running text: one a line, else parted by commas.

    A comma inside brackets parts nothing; a word for "nothing" gives an empty list.
    """
    value = text(value)
    if value.casefold() in NOTHING:
        return []
    pieces = value.split("\n") if "\n" in value else _SPLIT.split(value)
    return [piece.strip() for piece in pieces if piece.strip()]
