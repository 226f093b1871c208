"""Pages of documentation: their type, their examples, their links, and what they claim."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from posixpath import dirname, join, normpath

from markdown_it import MarkdownIt

from headrace.capabilities.coding.rules.python import HTTP_METHODS, Texts
from headrace.capabilities.coding.rules.routes import shape
from headrace.capabilities.governance.model import Severity

TYPES = ("tutorial", "how-to", "reference", "explanation")
"""The kinds of pages; a page is one of them (content policy)."""

TYPE, AUTHENTICATION, CLAIMS = "one-type", "current-authentication", "claims-hold"

_DEPRECATED = (
    (
        re.compile(r"[?&](api[_-]?key|access[_-]?token|auth[_-]?token|token)=", re.IGNORECASE),
        "sends a key in the address",
    ),
    (re.compile(r"https?://[^\s/:@'\"]+:[^\s/@'\"]+@"), "sends a password in the address"),
    (
        re.compile(r"--insecure\b|\bcurl\b.*\s-k\b|verify\s*=\s*False|rejectUnauthorized:\s*false"),
        "switches off the check of the certificate",
    ),
)
_WRITTEN_TOKEN = re.compile(r"Bearer\s+(?![<{$\"'])[A-Za-z0-9_\-.]{16,}")
_ROUTE = re.compile(rf"`({'|'.join(m.upper() for m in HTTP_METHODS)})\s+(/[^\s`]*)`")
_STEP = re.compile(r"^\d+\.\s")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault of a page."""

    clause: str
    severity: Severity
    path: str
    line: int
    what: str
    evidence: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Block:
    """A block of code: the line of its first line of code, its language, its lines."""

    line: int
    language: str
    lines: tuple[str, ...]


def faults(
    path: str, text: str, everything: Collection[str], known: Collection[str], *, typed: bool
) -> tuple[Fault, ...]:
    """Every fault of a page. `known` are the routes that there are or are agreed, as `GET /x/{}`.

    `typed` says whether the product's pages name their type, so that one without it is a fault.
    """
    found = [
        *(_type(path, text) if typed else ()),
        *_authentication(path, text),
        *_links(path, text, everything),
        *(_claims(path, text, known) if known else ()),
    ]
    return tuple(sorted(found, key=lambda fault: (fault.line, fault.clause)))


def page_type(text: str) -> str:
    """What a page says in its front matter that it is, or an empty text."""
    lines = text.splitlines()
    if not lines or lines[0] != "---":
        return ""
    for line in lines[1:20]:
        if line == "---":
            return ""
        if line.startswith("type:"):
            return line.removeprefix("type:").strip().strip("\"'")
    return ""


def routes_of_contracts(texts: Texts) -> frozenset[str]:
    """The routes in the machine-readable contracts (OpenAPI in JSON) of a tree."""
    found = set()
    for path, text in texts.items():
        if path.endswith(".json") and '"paths"' in text:
            found |= _in_contract(text)
    return frozenset(found)


def _in_contract(text: str) -> set[str]:
    try:
        paths = json.loads(text).get("paths", {})
    except (ValueError, AttributeError):
        return set()
    if not isinstance(paths, Mapping):
        return set()
    return {
        f"{method.upper()} {shape(path)}"
        for path, operations in paths.items()
        if isinstance(operations, Mapping)
        for method in operations
        if method in HTTP_METHODS
    }


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark")


def blocks(text: str) -> Iterator[Block]:
    """Every block of code of a page."""
    body = _without_front_matter(text)
    for token in _markdown().parse(body):
        if token.type in ("fence", "code_block") and token.map:
            first = token.map[0] + (2 if token.type == "fence" else 1)
            words = token.info.split()
            yield Block(
                line=first,
                language=words[0] if words else "",
                lines=tuple(token.content.splitlines()),
            )


def _without_front_matter(text: str) -> str:
    """The body with its lines where they were, so that numbers stay true."""
    lines = text.split("\n")
    if lines[0] != "---" or "---" not in lines[1:]:
        return text
    end = lines.index("---", 1)
    return "\n".join([""] * (end + 1) + lines[end + 1 :])


def _type(path: str, text: str) -> Iterator[Fault]:
    kind = page_type(text)
    if kind not in TYPES:
        yield Fault(
            clause=TYPE,
            severity=Severity.MAJOR,
            path=path,
            line=1,
            what="The page does not say which one kind of page it is",
            evidence=f"type: {kind or 'none'}",
            remedy=f"Name in the front matter one 'type:' of {', '.join(TYPES)}.",
        )
    if kind == "reference":
        for number, line in enumerate(text.splitlines(), start=1):
            if _STEP.match(line):
                yield _step(path, number, line)
                return


def _step(path: str, number: int, line: str) -> Fault:
    return Fault(
        clause=TYPE,
        severity=Severity.MINOR,
        path=path,
        line=number,
        what="A reference page gives steps",
        evidence=line,
        remedy="Describe here; lead through steps on a how-to page.",
    )


def _authentication(path: str, text: str) -> Iterator[Fault]:
    for block in blocks(text):
        for number, line in enumerate(block.lines, start=block.line):
            for pattern, what in _DEPRECATED:
                if pattern.search(line):
                    yield Fault(
                        clause=AUTHENTICATION,
                        severity=Severity.CRITICAL,
                        path=path,
                        line=number,
                        what=f"The {block.language or 'unnamed'} example {what}",
                        evidence=line.strip(),
                        remedy="Send a Bearer token in the header Authorization, over a checked "
                        "connection.",
                    )
            if _WRITTEN_TOKEN.search(line):
                yield _token(path, number, block.language)


def _token(path: str, number: int, language: str) -> Fault:
    return Fault(
        clause=AUTHENTICATION,
        severity=Severity.CRITICAL,
        path=path,
        line=number,
        what=f"A token is written in the {language or 'unnamed'} example",
        evidence="Bearer …",  # the token itself is repeated nowhere
        remedy="Read the token from the environment; withdraw the one that was written.",
    )


def _links(path: str, text: str, everything: Collection[str]) -> Iterator[Fault]:
    folders = {dirname(known) for known in everything}
    code = {n for b in blocks(text) for n in range(b.line, b.line + len(b.lines))}
    for number, line in enumerate(text.splitlines(), start=1):
        for target in [] if number in code else _LINK.findall(line):
            bare = target.partition("#")[0]
            if not bare or ":" in bare or bare.startswith("/"):
                continue
            place = normpath(join(dirname(path), bare))
            if place not in everything and place not in folders:
                yield Fault(
                    clause=CLAIMS,
                    severity=Severity.MAJOR,
                    path=path,
                    line=number,
                    what=f"The link leads nowhere: {target}",
                    evidence=f"there is no {place}",
                    remedy="Correct the link, or add what it promises.",
                )


def _claims(path: str, text: str, known: Collection[str]) -> Iterator[Fault]:
    for number, line in enumerate(text.splitlines(), start=1):
        for method, route in _ROUTE.findall(line):
            name = f"{method} {shape(route)}"
            if name not in known:
                yield Fault(
                    clause=CLAIMS,
                    severity=Severity.MAJOR,
                    path=path,
                    line=number,
                    what=f"The page claims {method} {route}, which neither code nor contract has",
                    evidence=line.strip(),
                    remedy="Describe what there is, or agree on the route in the design first.",
                )
