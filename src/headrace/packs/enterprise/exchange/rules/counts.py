"""Counts: the same things counted twice, sums that do not add up, one figure with two meanings."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from headrace.packs.enterprise.exchange.figures import NUMBER, count
from headrace.packs.enterprise.exchange.model import (
    Corpus,
    Found,
    Heading,
    Passage,
    Piece,
    Place,
    Sort,
    error,
)
from headrace.packs.enterprise.exchange.streams import streams

_NOUN = "customer|export|format|language|division|touchpoint|checkpoint"
_QUALIFIED = re.compile(
    rf"(?<![\w.$/-])({NUMBER})\s+((?:[a-z][a-z-]*\s+){{0,3}}?)({_NOUN})s?\b", re.I
)
_IN_STATE = re.compile(
    rf"(?<![\w.$/-])({NUMBER})\s+(?:of\s+(?:these|those|them)\s+|)(?:[a-z-]+\s+)?(?:customers\s+)?"
    r"(?:are\s+|were\s+|)in\s+(?:active\s+)?(renewals?)\b",
    re.I,
)
_GENERIC = frozenset(
    [
        "a",
        "all",
        "and",
        "any",
        "are",
        "as",
        "at",
        "been",
        "enterprise",
        "existing",
        "export",
        "for",
        "has",
        "have",
        "is",
        "more",
        "new",
        "of",
        "on",
        "only",
        "or",
        "our",
        "other",
        "per",
        "such",
        "than",
        "that",
        "the",
        "their",
        "them",
        "these",
        "this",
        "those",
        "to",
        "up",
        "used",
        "using",
        "who",
        "with",
        "existing",
        "active",
        "affected",
        "current",
        "same",
        "each",
        "every",
        "first",
        "last",
        "next",
    ]
)
"""Words that do not tell which things are counted."""

_STREAMS = re.compile(
    rf"(?<![\w.$/×-])({NUMBER})\s+(?:concurrent\s+|parallel\s+|execution\s+|work\s*)?streams\b"
    r"(?!\s+(?:are|were|is|have|had|remain|wait|need|completed|blocked|active|merged|passed))|"
    r"\(\d+/(\d+)\s+streams\)",
    re.I,
)
_OTHER = re.compile(r"\b(?:other|remaining|first|last|of the)\s*$", re.I)
_POOLED = re.compile(r"`([a-z-]+)`\s*\(×(\d+)\s+streams?\)")
_TIMES = re.compile(r"^(.*?)\s*\(×(\d+)\)")
_ENUMERATED = re.compile(
    rf"(?<![\w.$/-])({NUMBER})\s+((?:[a-z-]+\s+){{0,3}})\(([^()\n]{{3,200}})\)", re.I
)
_LISTED = re.compile(
    rf"(?<!\ball )(?<!\band )(?<!\bthe )\b({NUMBER})\s+(?:[a-z-]+\s+){{0,3}}[a-z]+s:$", re.I
)
_FRACTION = re.compile(r"(\d{1,3}(?:\.\d{1,2})?)%\s*\((\d{1,6})/(\d{1,6})\)")
_PART = re.compile(r"([a-z][a-z ]*?):\s*(\d{1,6})", re.I)
_SEVERITIES = re.compile(r"(\d{1,4})\s+(critical|major|minor)\b", re.I)
_INDEPENDENT = re.compile(rf"\b({NUMBER})\s+independent\s+signals\b", re.I)
_MONEY = re.compile(r"\$\s?(\d{1,9}(?:\.\d{1,3})?)\s?([kmb])?(?![\w.])", re.I)
_BEFORE_MONEY = re.compile(
    rf"(?<![\w.$/-])({NUMBER})\s+(?:[\w-]+\s+){{0,3}}?([a-z]+s)(?:\s+[a-z]+){{0,2}}\s+\([^()$]{{0,40}}$",
    re.I,
)
_AFTER_MONEY = re.compile(
    rf"^[^.;$()]{{0,30}}?\b(?:across|of|from|for|by)\s+({NUMBER})\s+(?:[\w-]+\s+){{0,2}}?([a-z]+s)\b",
    re.I,
)


@dataclass(frozen=True, kw_only=True)
class Count:
    """So many of a thing, and where that is told."""

    number: int
    of: str
    place: Place


def count_differs(corpus: Corpus) -> Found:
    """The same things, by the words that tell which, are counted differently."""
    told: dict[str, list[Count]] = {}
    for one in _qualified(corpus):
        told.setdefault(one.of, []).append(one)
    for of, counts in told.items():
        yield from _apart(counts, f"{{}} {of} are told, then {{}}")


def _apart(counts: Sequence[Count], say: str) -> Found:
    """One finding for each number that is not the first one, with every place of both."""
    numbers = dict.fromkeys(one.number for one in counts)
    first = next(iter(numbers))
    for number in numbers:
        if number != first:
            places = [next(one.place for one in counts if one.number == first)]
            places += [one.place for one in counts if one.number == number]
            yield say.format(first, number), tuple(dict.fromkeys(places))


def _qualified(corpus: Corpus) -> Iterator[Count]:
    for piece, passage in _told(corpus):
        for found in _QUALIFIED.finditer(passage.text):
            which = sorted(set(found[2].casefold().split()) - _GENERIC)
            if which:
                of = f"{' '.join(which)} {found[3].casefold()}s"
                place = piece.at(passage.line_at(found.start()))
                yield Count(number=count(found[1]), of=of, place=place)
        for found in _IN_STATE.finditer(passage.text):
            place = piece.at(passage.line_at(found.start()))
            yield Count(number=count(found[1]), of="customers in renewal", place=place)


def _told(corpus: Corpus) -> Iterator[tuple[Piece, Passage]]:
    return (
        (piece, passage)
        for piece in corpus.pieces
        for passage in piece.passages
        if passage.sort is not Sort.CODE
    )


def streams_differ(corpus: Corpus) -> Found:
    """The streams that are told of are more or fewer than the fleet configuration has."""
    known = streams(corpus)
    if not known:
        return
    for piece, passage in _told(corpus):
        for found in _STREAMS.finditer(passage.text):
            number = count(found[1] or found[2])
            if number != len(known) and not _OTHER.search(passage.text[: found.start()]):
                place = piece.at(passage.line_at(found.start()))
                yield (
                    f"{number} streams are told of, and the fleet has {len(known)}",
                    (place, known[0].place),
                )
        for found in _POOLED.finditer(passage.text):
            own = [one for one in known if one.pool.startswith(found[1])]
            if own and len(own) != int(found[2]):
                place = piece.at(passage.line_at(found.start()))
                yield (
                    f"{found[1]} is told to work in {found[2]} streams, and works in {len(own)}",
                    (place, own[0].place),
                )


def divisions_differ(corpus: Corpus) -> Found:
    """The divisions told of are more or fewer than the mission brief names."""
    rows = [
        piece.at(row.line)
        for piece in corpus.of("mission-brief")
        for row in piece.rows
        if row.get("division") and row.get("role")
    ]
    for piece, passage in _told(corpus):
        for found in re.finditer(rf"\(({NUMBER})\s+divisions\b", passage.text, re.I):
            if rows and count(found[1]) != len(rows):
                place = piece.at(passage.line_at(found.start()))
                yield (
                    f"{count(found[1])} divisions are told of, and the brief names {len(rows)}",
                    (place, *rows[:1]),
                )


def enumeration_differs(corpus: Corpus) -> Found:
    """A number stands before a list, in brackets or below, of more or fewer things."""
    for piece, passage in _told(corpus):
        for found in _ENUMERATED.finditer(passage.text):
            items = [one for one in re.split(r",\s*(?:and\s+|or\s+)?|\s+and\s+", found[3]) if one]
            plain = not re.search(r"\d|e\.g\.|such as|incl|etc|see\b", found[3])
            if plain and not _counts(found, passage.text[: found.start()]):
                continue
            if plain and len(items) > 1 and count(found[1]) != len(items):
                place = piece.at(passage.line_at(found.start()))
                yield f"{found[1]} are told, and {len(items)} are named: {found[3]}", (place,)
    for piece in corpus.pieces:
        yield from _lists(piece)


def _counts(found: re.Match[str], before: str) -> bool:
    """Whether a number counts things: "in 3 languages (", "touchpoints: 3 (", but no "Step 3 ("."""
    things = found[2].split()
    if not things:
        return re.search(r"(?:^|:)\W*$", before) is not None
    return things[-1].endswith("s") and not {"are", "is", "was", "were", "has", "have"} & set(
        things
    )


def _lists(piece: Piece) -> Found:
    for place, passage in enumerate(piece.passages):
        found = _LISTED.search(passage.text) if passage.sort is Sort.PARAGRAPH else None
        if found is None:
            continue
        items = []
        for one in piece.passages[place + 1 :]:
            if one.sort is not Sort.ITEM:
                break
            items.append(one)
        own = [one for one in items if one.indent <= items[0].indent]
        if own and count(found[1]) != len(own):
            at = piece.at(passage.line_at(found.start()))
            yield f"{found[0]} {len(own)} are listed", (at, piece.at(own[0].line))


def sum_differs(corpus: Corpus) -> Found:
    """A summary's parts do not add up, or it counts other than the rows that it sums up."""
    for piece in corpus.of("signal-digest"):
        yield from _dispositions(piece)
        yield from _themes(piece)
    for piece in corpus.of("quality-evaluation"):
        yield from _severities(piece)
    for piece, passage in _told(corpus):
        for found in _FRACTION.finditer(passage.text):
            part, whole = int(found[2]), int(found[3])
            place = piece.at(passage.line_at(found.start()))
            if whole == 0 or part > whole or abs(100 * part / whole - float(found[1])) > 1:
                yield f"{found[0]} does not add up", (place,)


def _dispositions(piece: Piece) -> Found:
    total, fresh = piece.value("total signals this period"), piece.value("new signals")
    whole = _whole(total.value) if total else None
    if total is None or whole is None:
        return
    parts = {}
    for pair in piece.pairs:
        if pair.label == "signals by disposition":
            parts = {name: (int(number), pair.line) for name, number in _PART.findall(pair.value)}
    own = {"proceed", "defer", "monitor", "archive", "pending"}
    for pair in piece.pairs if not parts else ():
        number = _whole(pair.value)
        if pair.label in own and pair.headings == total.headings and number is not None:
            parts[pair.label] = (number, pair.line)
    added = sum(number for number, _ in parts.values())
    if parts and added != whole:
        lines = dict.fromkeys(line for _, line in parts.values())
        yield (
            f"{whole} signals are told in all, and their dispositions add up to {added}",
            (piece.at(total.line), *(piece.at(line) for line in lines)),
        )
    new = _whole(fresh.value) if fresh else None
    if fresh is not None and new is not None and new > whole:
        yield f"{new} new signals of {whole} in all", (piece.at(total.line), piece.at(fresh.line))


def _themes(piece: Piece) -> Found:
    for heading in piece.headings:
        if not heading.text.casefold().startswith("theme"):
            continue
        rows = [row for row in piece.rows if heading in row.headings and row.get("signal")]
        for number, line in _counted(piece, heading):
            if rows and number != len(rows):
                yield (
                    f"{number} signals are counted, and {len(rows)} are listed",
                    (piece.at(line), piece.at(rows[0].line)),
                )


def _counted(piece: Piece, heading: Heading) -> Iterator[tuple[int, int]]:
    """Numbers of signals told within a theme, each with its line."""
    for pair in piece.pairs:
        number = _whole(pair.value)
        if pair.label == "signal count" and heading in pair.headings and number is not None:
            yield number, pair.line
    for passage in piece.passages:
        if heading in passage.headings:
            for found in _INDEPENDENT.finditer(passage.text):
                yield count(found[1]), passage.line_at(found.start())


def _severities(piece: Piece) -> Found:
    given = [(p.value.casefold().strip("* "), p.line) for p in piece.pairs if p.label == "severity"]
    given += [
        (row.get("severity").casefold(), row.line) for row in piece.rows if row.get("severity")
    ]
    for label in ("blocking issues", "advisory notes"):
        pair = piece.value(label)
        for number, severity in _SEVERITIES.findall(pair.value) if pair else ():
            lines = [line for one, line in given if one == severity.casefold()]
            if pair is not None and int(number) != len(lines):
                yield (
                    f"{number} {severity} findings are counted, and {len(lines)} are described",
                    (piece.at(pair.line), *(piece.at(line) for line in lines)),
                )


def _whole(text: str) -> int | None:
    found = re.match(r"\d{1,6}(?![\w.])", text)
    return int(found[0]) if found else None


def registry_differs(corpus: Corpus) -> Found:
    """A registry counts other than is delivered: "Asset registry entries (×4)"."""
    for piece in corpus.prose:
        for row in piece.rows:
            counted = _TIMES.match(row.get("artifact"))
            if counted is None or not row.get("template"):
                continue
            listed = list(_of_template(corpus, row.get("template")))
            if listed and len(listed) != int(counted[2]):
                yield (
                    f"{counted[0]} are registered, and {len(listed)} are listed",
                    (piece.at(row.line), listed[0]),
                )


def _of_template(corpus: Corpus, template: str) -> Iterator[Place]:
    """Where the things made by a template are listed one by one."""
    if "asset" in template:
        for piece in corpus.of("outcome-report"):
            yield from (piece.at(row.line) for row in piece.rows if row.get("asset"))
    elif "evaluation" in template:
        yield from (one.place for one in streams(corpus))
    elif "_TEMPLATE-signal.md" in template:
        for piece in corpus.prose:
            yield from (
                piece.at(row.line)
                for row in piece.rows
                if row.get("signal") and row.get("filed by")
            )


def figure_twice(corpus: Corpus) -> Found:
    """One sum of money is told of so many, and then of so many others."""
    told: dict[str, list[Count]] = {}
    for piece, passage in _told(corpus):
        for found in _MONEY.finditer(passage.text):
            before = _BEFORE_MONEY.search(passage.text[: found.start()][-160:])
            after = _AFTER_MONEY.search(passage.text[found.end() :][:120])
            near = before or after
            if near is not None:
                money = f"${float(found[1]):g}{(found[2] or '').upper()}"
                place = piece.at(passage.line_at(found.start()))
                of = Count(number=count(near[1]), of=near[2].casefold(), place=place)
                told.setdefault(money, []).append(of)
    for money, counts in told.items():
        yield from _apart(counts, f"{money} is told of {{}}, then of {{}}")
    yield from _two_sums(told)


def _two_sums(told: dict[str, list[Count]]) -> Found:
    sums: dict[tuple[int, str], list[tuple[str, Place]]] = {}
    for money, counts in told.items():
        for one in counts:
            sums.setdefault((one.number, one.of), []).append((money, one.place))
    for (number, of), given in sums.items():
        different = dict(reversed(given))
        if len(different) > 1:
            yield (
                f"{number} {of} stand for {' and for '.join(sorted(different))}",
                tuple(different.values()),
            )


RULES = (
    error("count-differs", "the same things are counted differently", count_differs),
    error("streams-differ", "more or fewer streams are told of than the fleet has", streams_differ),
    error("divisions-differ", "more or fewer divisions than the brief names", divisions_differ),
    error("enumeration-differs", "a number before a list is not its length", enumeration_differs),
    error("sum-differs", "the parts of a summary do not add up", sum_differs),
    error("registry-differs", "a registry counts other than is listed", registry_differs),
    error("figure-twice", "one figure is told of different things", figure_twice),
)
