"""Markdown as safe HTML. What an author wrote is never trusted: raw HTML is shown as its text."""

from dataclasses import dataclass
from itertools import pairwise

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_TAGS = {
    *("p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}

_LONG = 300  # letters of a section that is folded


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of a text: `whole` with its heading, `text` without it. What stands before the first heading
    has no `title`."""

    title: str
    whole: str
    text: str
    is_long: bool


def sections(text: str) -> tuple[Section, ...]:
    """A text parted at its headings of the second level."""
    tokens = MarkdownIt("commonmark").parse(text)
    begins = {
        token.map[0]: (token.map[1], tokens[index + 1].content)
        for index, token in enumerate(tokens)
        if token.type == "heading_open" and token.tag == "h2" and token.level == 0 and token.map
    }
    lines = text.splitlines(keepends=True)
    edges = [0, *(line for line in begins if line), len(lines)]
    return tuple(
        _section(lines, start, end, begins) for start, end in pairwise(edges) if end > start
    )


def _section(lines: list[str], start: int, end: int, begins: dict[int, tuple[int, str]]) -> Section:
    behind, title = begins.get(start, (start, ""))
    text = "".join(lines[behind:end])
    return Section(
        title=title,
        whole="".join(lines[start:end]),
        text=text,
        is_long=bool(title) and len(text) > _LONG,
    )


def render(text: str) -> Markup:
    """The HTML of a Markdown text: no images, no styles, no scripts, links that tell nobody where from."""
    reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    html = nh3.clean(
        reader.render(text),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(html)  # noqa: S704 - the line above is what makes it safe
