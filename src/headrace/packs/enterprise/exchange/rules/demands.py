"""Demands: what a behaviour requires, against how lightly an evaluation takes its absence; and ids."""

import re
from collections.abc import Iterator

from headrace.packs.enterprise.exchange.figures import words
from headrace.packs.enterprise.exchange.model import Corpus, Found, Piece, Place, error

_LIGHT = re.compile(r"\b(?:minor|advisory)\b", re.I)
_LACKS = re.compile(
    r"\b(?:lacks?|lacking|missing|without|absent|not|no|never|nor|fails? to|omits?|omitted|left|leaves?)\b",
    re.I,
)
_STEP = re.compile(r"(?:\*\*)?(?:Then|And|But)\b:?(?:\*\*)?:?\s+(.+)$")
_SPECIAL = re.compile(
    r"`[^`\n]{2,60}`|\b[A-Z][A-Za-z]+(?:-[A-Z][A-Za-z]+)+\b|\b[a-z]+_[a-z_]+\b|/[\w/{}-]{4,}"
)
"""Words that name one thing exactly: a header, a path, a name in code."""

_SMALL = words(
    "a an and any are as at be been by each every for from has have in into is it its must no not of on or "
    "per that the their they to was when which with includes include receives receive then user customer"
)
ENOUGH = 0.6
"""Share of a step's words that a finding repeats, for the two to speak of the same."""

_ID = re.compile(r"\b(MISSION|DR|REL|INC|EVO|EXC)-(\d{4})-(\d{3,})\b")
_OF_A_MISSION = ("work/missions/", "work/releases/", "org/2-orchestration/fleet-configs/")
_DEFINES = {
    "MISSION": ("mission-brief", "mission id"),
    "DR": ("decision-record", "decision id"),
    "REL": ("release-contract", "release id"),
    "INC": ("postmortem", "incident id"),
    "EVO": ("evolution-proposal", "proposal id"),
    "EXC": ("governance-exception", "exception id"),
}


def finding_too_light(corpus: Corpus) -> Found:
    """An evaluation rates as minor the absence of what a scenario of the design demands."""
    steps = list(_steps(corpus))
    for piece in corpus.of("quality-evaluation"):
        for text, place in _minor(piece):
            for step, at in steps:
                if _LACKS.search(text) and _same(text, step):
                    yield f"rated as minor: {text}; and the design demands: {step}", (at, place)


def _minor(piece: Piece) -> Iterator[tuple[str, Place]]:
    for passage in piece.passages:
        above = " ".join(one.text for one in passage.headings)
        if passage.sort == "item" and _LIGHT.search(above):
            first = re.split(r"\s+(?:Policy|Severity|Recommendation):", passage.text)[0]
            if first:
                yield first, piece.at(passage.line)
    for row in piece.rows:
        if row.get("severity").casefold() == "minor" and row.get("finding"):
            yield row.get("finding"), piece.at(row.line)


def _steps(corpus: Corpus) -> Iterator[tuple[str, Place]]:
    """What a scenario of a design says has to be so, step by step."""
    for piece in corpus.of("technical-design"):
        for number, line in enumerate(piece.source.split("\n"), piece.line):
            found = _STEP.match(line.strip().lstrip("-* "))
            if found:
                yield found[1].strip(), piece.at(number)


def _same(finding: str, step: str) -> bool:
    special = {one.strip("`").casefold() for one in _SPECIAL.findall(step)}
    if any(one in finding.casefold() for one in special):
        return True
    own = words(step) - _SMALL
    return len(own) >= 3 and len(own & words(finding)) / len(own) >= ENOUGH


def id_unknown(corpus: Corpus) -> Found:
    """A work product of a mission names a mission or a release that no document of its kind has.

    Prose, signals and digests may speak of other missions.
    """
    defined: dict[str, dict[str, Place]] = {}
    for prefix, (kind, label) in _DEFINES.items():
        for piece in corpus.of(kind):
            pair = piece.value(label) or piece.value("reference")
            found = _ID.search(pair.value) if pair else None
            if pair and found and found[1] == prefix:
                defined.setdefault(prefix, {})[found[0]] = piece.at(pair.line)
    told: set[tuple[str, str]] = set()
    for piece in corpus.pieces:
        if not piece.path.startswith(_OF_A_MISSION):
            continue
        for passage in piece.passages:
            for found in _ID.finditer(passage.text):
                known = defined.get(found[1], {})
                if known and found[0] not in known and (found[0], piece.path) not in told:
                    told.add((found[0], piece.path))
                    yield (
                        f"{found[0]} is named, and there is {', '.join(sorted(known))}",
                        (next(iter(known.values())), piece.at(passage.line_at(found.start()))),
                    )


RULES = (
    error("finding-too-light", "what a scenario demands is rated as minor", finding_too_light),
    error("id-unknown", "an id is named that no document of its kind has", id_unknown),
)
