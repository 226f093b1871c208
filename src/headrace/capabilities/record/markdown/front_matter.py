"""The YAML block before a document; what a person adds to it, words and comments, is kept."""

import re
from collections.abc import Mapping
from io import StringIO

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import RoundTripRepresenter

_BLOCK = re.compile(r"---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_RARE = re.compile("[\x85\u2028\u2029]")
_WIDEST = 1_000_000
"""No line is folded: a folded one makes noise in a comparison."""


def split_front_matter(source: str) -> tuple[str | None, str]:
    """The YAML before a document and the document; None when there is no such block."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    found = _BLOCK.match(source)
    return (found[1], source[found.end() :]) if found else (None, source)


def read_front_matter(source: str) -> dict[str, object]:
    """`source` as a dictionary that keeps order and comments; ValueError tells why it cannot be."""
    try:
        loaded = _yaml().load(source)
    except (YAMLError, ValueError) as error:
        raise ValueError(_first_line(error)) from error
    if loaded is None:
        loaded = CommentedMap()
    if not isinstance(loaded, dict):
        raise ValueError("it is no list of names and values")
    return loaded


def write_front_matter(values: Mapping[str, object]) -> str:
    """`values` as a block of YAML between its rules, "" when there are none."""
    if not values:
        return ""
    written = StringIO()
    _yaml().dump(values if isinstance(values, dict) else dict(values), written)
    return f"---\n{written.getvalue()}---\n\n"


class _Representer(RoundTripRepresenter):
    """Writes rare line ends as escapes: YAML would read them as line ends of its own."""


def _text(representer: _Representer, value: str) -> ScalarNode:
    style = '"' if _RARE.search(value) else None
    return representer.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Representer.add_representer(str, _text)


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.Representer = _Representer
    yaml.width = _WIDEST
    yaml.allow_unicode = True
    yaml.preserve_quotes = True
    return yaml


def _first_line(error: Exception) -> str:
    problem = getattr(error, "problem", None)
    mark = getattr(error, "problem_mark", None)
    place = f" (line {mark.line + 2})" if mark is not None else ""
    return f"{problem or str(error).splitlines()[0]}{place}"
