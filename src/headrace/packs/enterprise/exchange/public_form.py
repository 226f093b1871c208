"""The public form: how a file of ours reads where the public project's tools look at it. Pure.

Words and figures stay; only labels, boxes and references take the form that those tools know. Where they
know no word for what holds here, the nearest stands there, and beside it what holds here.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

DISPOSITIONS = {
    "proceed": "Proceed to opportunity validation",
    "defer": "Defer to next planning cycle",
    "monitor": "Monitor",
    "archive": "Archive",
}
"""What the boxes of a signal say, by our word for each."""

STATUSES = {"planning": "approved", "cancelled": "paused"}
"""Statuses of a mission that the public project's schema does not know, and the nearest that it does."""

WAITS = "**Disposition here:** proceed; no mission brief has taken it up yet."
"""What a signal tells that is to proceed and waits.

There, whoever ticks "proceed" names the signal in a brief in the same breath, and a tick without a brief
counts as lost work; until then such a signal is told as deferred to the next cycle, which it waits for.
"""

_DISPOSITION = re.compile(r"- \*\*Disposition:\*\* (proceed|defer|monitor|archive)$")
_RELEASE = re.compile(r"work/releases/[^/]+\.md")
_STATUS = re.compile(r"- \*\*Status:\*\* (planning|cancelled)$")
_ELSEWHERE = re.compile(r"(?<![\w/.-])((?:docs|process|examples)/[\w./-]+?\.md)\b")
_REFERENCE = re.compile(r"(?<![\w/.-])([a-z]+(?:-[a-z]+)*/[\w.-]*\w)(?:@\d+)?(?:#[\w.\[\]-]+)?")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a file has to know of the rest: where each artifact stands, and what its product is called.

    `renamed` gives releases and designs the names that the public validators look for.
    """

    paths: Mapping[str, str]
    product: str = "product"
    renamed: bool = False


def public_path(path: str, *, renamed: bool) -> str:
    """Where a file of ours stands in the public layout."""
    if not renamed:
        return path
    if _RELEASE.fullmatch(path) and not path.endswith("-release-contract.md"):
        return path.removesuffix(".md") + "-release-contract.md"
    return re.sub(r"/TECHNICAL-DESIGN\.md$", "/technical-design.md", path)


def public_text(kind: str, text: str, around: Surroundings, *, waits: bool = False) -> str:
    """The text of a file of that type in the public form; front matter and code stay as they are.

    `waits` says of a signal that no mission brief has taken it up.
    """
    matter, body = _parted(text)
    change = _waiting_signal if waits and kind == "signal" else _OF_KIND.get(kind)
    lines: list[str] = []
    for line, is_code in _lines(body):
        if is_code:
            lines.append(line)
            continue
        told = change(line) if change else (line,)
        lines += [_references(one, around) for one in told]
    return matter + "\n".join(lines)


def _signal(line: str) -> Iterator[str]:
    found = _DISPOSITION.match(line)
    return _boxes(found[1]) if found else iter((line,))


def _waiting_signal(line: str) -> Iterator[str]:
    found = _DISPOSITION.match(line)
    if found is None or found[1] != "proceed":
        yield from _signal(line)
        return
    yield from _boxes("defer")
    yield ""
    yield WAITS


def _boxes(ticked: str) -> Iterator[str]:
    for word, box in DISPOSITIONS.items():
        yield f"- [{'x' if word == ticked else ' '}] {box}"


def _brief(line: str) -> Iterator[str]:
    found = _STATUS.match(line)
    if found is None:
        yield line
        return
    yield f"- **Status:** {STATUSES[found[1]]}"
    yield f"- **Status here:** {found[1]}"


_EXCEPTION = {
    "## Reason": ("## Summary",),
    "## Risk": ("## Details", "", "**Risk:**"),
    "## Mitigation": ("**Mitigation:**",),
}
"""Sections of a governance exception, as the two that the public project knows."""


def _exception(line: str) -> Iterator[str]:
    yield from _EXCEPTION.get(line, (line,))


_OF_KIND: Mapping[str, Callable[[str], Iterator[str]]] = {
    "signal": _signal,
    "mission-brief": _brief,
    "governance-exception": _exception,
}


def _references(line: str, around: Surroundings) -> str:
    """Our ids as paths, and paths of a product under the product's name."""
    line = _REFERENCE.sub(
        lambda found: (
            public_path(around.paths[found[1]], renamed=around.renamed)
            if found[1] in around.paths
            else found[0]
        ),
        line,
    )
    if around.renamed:
        for path in set(re.findall(r"work/[\w./-]+\.md", line)) & set(around.paths.values()):
            line = line.replace(path, public_path(path, renamed=True))
    return _ELSEWHERE.sub(rf"{around.product}/\1", line)


def _parted(text: str) -> tuple[str, str]:
    """The front matter, and what follows it."""
    if not text.startswith("---\n"):
        return "", text
    end = text.find("\n---\n", 4)
    return (text[: end + 5], text[end + 5 :]) if end >= 0 else ("", text)


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it is code."""
    fence = ""
    for line in text.split("\n"):
        found = _FENCE.match(line)
        if fence:
            closes = found is not None and line.strip().startswith(fence) and not line.strip("`~ ")
            yield line, True
            fence = "" if closes else fence
        else:
            fence = found[1] if found else ""
            yield line, bool(found)
