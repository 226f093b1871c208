"""Single lines that carry structure: headings, labels, and the lines of a list's item."""

import re

_TRAILING = re.compile(r"(^|[ \t])(\\*)(#+)$")
_RULE = re.compile(r"\\*-[- \t]*")
_DELIMITER = re.compile(r"\\*[|:\- \t]*-[|:\- \t]*")
_BOLD = re.compile(
    r"(\*\*|__)(?P<label>[^*_\n][^*\n]*?)(?::\1|\1\s*:)[ \t]*(?P<rest>.*)", re.DOTALL
)
_PLAIN = re.compile(r"(?P<label>[^\W_][^:*|\n]{0,60}?):(?:[ \t]+|$)(?P<rest>.*)", re.DOTALL)


def write_heading(level: int, words: str) -> str:
    """A heading; closing number signs in its words are kept from being taken for decoration."""
    return f"{'#' * level} {_TRAILING.sub(_with_backslash, words)}".rstrip()


def read_heading(words: str) -> str:
    """A heading's words as they were before `write_heading`."""
    return _TRAILING.sub(_without_backslash, words)


def write_lines(first: str, *rest: str) -> list[str]:
    """The lines of a list's item so that no reader takes them for something else.

    A first line of hyphens alone would be a rule across the page; a second line like the one
    under a table's header would, to some readers, make a table of the two.
    """
    first = "\\" + first if _RULE.fullmatch(first) else first
    if rest and "|" in first and _DELIMITER.fullmatch(rest[0]):
        rest = ("\\" + rest[0], *rest[1:])
    return [first, *rest]


def read_lines(first: str, *rest: str) -> list[str]:
    """The lines that `write_lines` was given."""
    if rest and "|" in first and rest[0].startswith("\\") and _DELIMITER.fullmatch(rest[0]):
        rest = (rest[0][1:], *rest[1:])
    first = first[1:] if first.startswith("\\") and _RULE.fullmatch(first) else first
    return [first, *rest]


def labelled(words: str) -> tuple[str, str, bool] | None:
    """(label, what follows, whether the label is bold) of "**Label:** words" or "Label: words"."""
    found = _BOLD.match(words)
    if found:
        return found["label"], found["rest"], True
    found = _PLAIN.match(words)
    return (found["label"], found["rest"], False) if found else None


def _with_backslash(found: re.Match[str]) -> str:
    return f"{found[1]}\\{found[2]}{found[3]}"


def _without_backslash(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2][1:]}{found[3]}"
