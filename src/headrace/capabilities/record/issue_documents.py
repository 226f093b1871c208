"""Issue documents: versions as they stand in issues and in comments below them, written and read. Pure."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping

from headrace.capabilities.record.markdown.front_matter import (
    read_front_matter,
    split_front_matter,
    write_front_matter,
)
from headrace.capabilities.record.provenance import Provenance, read

LONGEST = 65_000
"""GitHub takes 65,536 characters."""
CUT = "… cut here: a tracker takes no longer text."
_ORIGIN = "<details><summary>Where this comes from</summary>"
_END = "</details>"
_NONE: Mapping[str, int] = {}
_PATHS = re.compile(r"(?<![\w./-])(?:[\w.-]+/)+[\w.-]+\.md(?![\w/])")
_MARK = re.compile(r"\A\s*<!-- headrace:([0-9a-f]+)(?: (\S+))? -->[ \t]*\n?")
_YAML = re.compile(r"```yaml\n(.*?)\n```", re.DOTALL)
_FORMER = re.compile(
    rf"<details><summary>Version \d+</summary>\n(.*?{re.escape(_ORIGIN)}.*?{_END})", re.DOTALL
)


def key(organisation: str, id: str) -> str:
    """What marks an issue as that of an artifact, or a part: nobody outside can guess it."""
    return hashlib.sha256(f"{organisation}\n{id}".encode()).hexdigest()[:32]


def mark(key: str, part: str = "") -> str:
    """The mark as it stands before a text; that of a part names the part."""
    return f"<!-- headrace:{key}{f' {part}' if part else ''} -->"


def marked(body: str) -> tuple[str, str]:
    """The key and the part that a body's mark names; "" for what is not there."""
    found = _MARK.match(body)
    return (found[1], found[2] or "") if found else ("", "")


def document(text: str, origin: Mapping[str, object], named: Mapping[str, int] = _NONE) -> str:
    """A version's text, and folded below it where it comes from, as a file's front matter says it.

    `named` are the issues of what the text names by path, so that readers find them and the tracker
    links both ways.
    """
    lines = write_front_matter(origin).strip().removeprefix("---").removesuffix("---").strip()
    # Nothing that somebody wrote there may end the block early.
    lines = lines.replace("```", "'''").replace("<details>", "<d>").replace(_END, "</d>")
    listed = "".join(f"- {path}: #{number}\n" for path, number in named.items())
    beside = f"Named above:\n\n{listed}\n" if listed else ""
    return f"{text.strip()}\n\n{_ORIGIN}\n\n{beside}```yaml\n{lines}\n```\n\n{_END}\n"


def paths_in(text: str) -> tuple[str, ...]:
    """The paths of documents that a text names, in their order, each once."""
    return tuple(dict.fromkeys(_PATHS.findall(text)))


def cut(text: str) -> str:
    """As much of a text as a tracker takes."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n\n{CUT}"


def former(said: str, documents: Iterable[tuple[int, str]]) -> str:
    """A comment with former versions folded below it, as many as there is place for."""
    for number, text in documents:
        folded = f"\n\n<details><summary>Version {number}</summary>\n\n{text}\n{_END}"
        if len(said) + len(folded) > LONGEST:
            return f"{said}\n\n{CUT}"
        said += folded
    return said


def written(body: str) -> str | None:
    """The document that people read in an issue's body; None when it was too long to stand there whole."""
    text = _MARK.sub("", body)
    before, found, rest = text.rpartition(_ORIGIN)
    if found:
        _, _, after = rest.partition(_END)
        text = f"{before.rstrip()}\n\n{after.strip()}\n"
    return None if CUT in body else text


def versions_in(body: str, comments: Iterable[str]) -> Iterator[str]:
    """Each version that an issue holds, as a file with its front matter; that of the body comes last."""
    folded = [found for comment in comments for found in _FORMER.findall(comment)]
    for text in (*folded, body):
        origin = _YAML.search(text.rpartition(_ORIGIN)[2])
        plain = written(text)
        if origin is not None and plain is not None and _ORIGIN in text:
            yield f"---\n{origin[1]}\n---\n\n{plain.strip()}\n"


def origin_of(document: str) -> Provenance | None:
    """Where a version comes from by its front matter; None when that does not say it."""
    matter, _ = split_front_matter(document)
    try:
        return read(read_front_matter(matter or ""))
    except ValueError:
        return None
