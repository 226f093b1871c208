"""Verdicts: told once by an evaluation, carried over by others, and dated against status and merges."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from headrace.packs.enterprise.exchange.evaluations import attempt, reports_on
from headrace.packs.enterprise.exchange.figures import day
from headrace.packs.enterprise.exchange.model import (
    Corpus,
    Found,
    Piece,
    Place,
    Row,
    error,
)
from headrace.packs.enterprise.exchange.streams import (
    Stream,
    is_about,
    likely_stream,
    stream_of,
    streams,
)

PASSED = ("PASS", "PASS WITH NOTES")
_WORST = ("PASS", "PASS WITH NOTES", "ESCALATE", "FAIL")
_VERDICT = re.compile(r"\b(PASS WITH NOTES|PASS|FAIL|ESCALATE)\b")
_BOLD = re.compile(r"\*\*(?:Verdict:\s*)?(PASS WITH NOTES|PASS|FAIL|ESCALATE)\*\*")
_OPEN = re.compile(
    r"\brework|\bin (?:quality )?eval|\bawait|\bunder (?:review|evaluation)|\bafter FAIL\b", re.I
)
_MERGED = re.compile(r"\bmerged\b", re.I)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A verdict on a stream: by whom told (`about` groups what replaces one another), when, where."""

    stream: str
    verdict: str
    day: date | None
    about: str
    order: tuple[str, int]
    place: Place
    path: str = ""


def _overall(piece: Piece) -> tuple[str, int] | None:
    """The overall verdict of a report and its line."""
    pair = piece.value("overall verdict") or piece.value("verdict")
    found = _VERDICT.search(pair.value) if pair else None
    return (found[1], pair.line) if found and pair else None


def _reports(corpus: Corpus, known: Sequence[Stream]) -> Iterator[Verdict]:
    for piece in corpus.of("quality-evaluation"):
        overall = _overall(piece)
        name = piece.path.rpartition("/")[2].removesuffix(".md")
        title = piece.headings[0].text if piece.headings else ""
        stream = stream_of(name, known) or stream_of(title, known)
        if overall is None or stream is None or "decide" in name:
            continue
        policies = sorted(
            row.get("policy").casefold() for row in piece.rows if "policy" in row.cells
        )
        yield Verdict(
            stream=stream.name,
            verdict=overall[0],
            day=day(name),
            about=",".join(policies),
            order=(name[:10], attempt(piece)),
            place=piece.at(overall[1]),
            path=piece.path,
        )


def _told(corpus: Corpus, known: Sequence[Stream]) -> Iterator[Verdict]:
    """The last verdict that the prose tells of a stream, in the section about its evaluation."""
    for stream in known:
        told = [
            (found[1], prose.at(passage.line_at(found.start())))
            for prose in corpus.prose
            for passage in prose.passages
            if any(
                "evaluation" in one.text.casefold() and is_about(one.text, stream.name)
                for one in passage.headings[1:]
            )
            for found in _BOLD.finditer(passage.text)
        ]
        if told:
            verdict, place = told[-1]
            yield Verdict(
                stream=stream.name, verdict=verdict, day=None, about="", order=("", 0), place=place
            )


def _summed_up(corpus: Corpus, known: Sequence[Stream]) -> Iterator[Verdict]:
    """Verdicts that an outcome report repeats."""
    for piece in corpus.of("outcome-report"):
        for row in piece.rows:
            verdict = _VERDICT.search(row.get("verdict"))
            subject = row.get("evaluation", "subject", "stream")
            stream = stream_of(subject, known) if subject else None
            if verdict and stream and not reports_on(corpus, subject):
                yield Verdict(
                    stream=stream.name,
                    verdict=verdict[1],
                    day=day(row.get("date")),
                    about="summary",
                    order=(row.get("date"), 0),
                    place=piece.at(row.line),
                )


def _newest(told: Sequence[Verdict]) -> list[Verdict]:
    """The last verdict of each group."""
    last: dict[tuple[str, str], Verdict] = {}
    for one in sorted(told, key=lambda one: one.order):
        last[one.stream, one.about] = one
    return list(last.values())


def verdict_differs(corpus: Corpus) -> Found:
    """A release or an outcome report repeats another verdict than was given."""
    yield from _of_changes(corpus)
    known = streams(corpus)
    reports = _newest([*_reports(corpus, known)])
    given = reports or []
    given += [one for one in _told(corpus, known) if all(one.stream != r.stream for r in reports)]
    for stream, verdict, place in _repeated(corpus, known):
        truth = [one for one in given if one.stream == stream]
        if truth and verdict not in {one.verdict for one in truth}:
            right = max(truth, key=lambda one: _WORST.index(one.verdict))
            yield (
                f"{verdict} is told of {stream}, and its evaluation says {right.verdict}",
                (right.place, place),
            )


def _of_changes(corpus: Corpus) -> Found:
    """Rows of an outcome report that name the change which was judged: its newest report is meant."""
    for piece in corpus.of("outcome-report"):
        for row in piece.rows:
            subject = row.get("evaluation", "subject", "stream")
            said = _VERDICT.search(row.get("verdict"))
            reports = sorted(reports_on(corpus, subject), key=lambda one: (attempt(one), one.path))
            given = _overall(reports[-1]) if reports else None
            if said and given and said[1] != given[0]:
                yield (
                    f"{said[1]} is told of {subject}, and its evaluation says {given[0]}",
                    (reports[-1].at(given[1]), piece.at(row.line)),
                )


def _repeated(corpus: Corpus, known: Sequence[Stream]) -> Iterator[tuple[str, str, Place]]:
    for one in _summed_up(corpus, known):
        yield one.stream, one.verdict, one.place
    for piece in corpus.of("release-contract"):
        for row in piece.rows:
            verdict = _VERDICT.search(row.get("quality verdict", "verdict"))
            if verdict and row.get("change"):
                stream = _of_change(corpus, row, known)
                if stream is not None:
                    yield stream.name, verdict[1], piece.at(row.line)


def _of_change(corpus: Corpus, row: Row, known: Sequence[Stream]) -> Stream | None:
    named = row.get("evaluation")
    return (stream_of(named, known) if named else None) or likely_stream(row.get("change"), known)


def overall_differs(corpus: Corpus) -> Found:
    """A report's overall verdict is better or worse than what it says of the policies."""
    for piece in corpus.of("quality-evaluation"):
        overall = _overall(piece)
        judged = [
            (found[1], row.line)
            for row in piece.rows
            if "policy" in row.cells and row.get("applicable").casefold() != "no"
            if (found := _VERDICT.fullmatch(row.get("verdict").strip("* ")))
        ]
        if overall is None or not judged:
            continue
        worst, line = max(judged, key=lambda one: _WORST.index(one[0]))
        if overall[0] in PASSED and _WORST.index(worst) > _WORST.index(overall[0]):
            yield (
                f"the overall verdict is {overall[0]}, and a policy has {worst}",
                (piece.at(line), piece.at(overall[1])),
            )
        elif overall[0] == "FAIL" and worst == "PASS":
            yield (
                "the overall verdict is FAIL, and every policy has PASS",
                (piece.at(line), piece.at(overall[1])),
            )


def status_behind(corpus: Corpus) -> Found:
    """A status report says that a stream is still being judged or mended after it had passed."""
    known = streams(corpus)
    told = [*_reports(corpus, known), *_summed_up(corpus, known)]
    for piece, row, on in _progress(corpus):
        stream = row.get("stream")
        own = [one for one in told if one.stream == stream and one.day is not None]
        before = _newest([one for one in own if one.day is not None and one.day < on])
        notes = row.get("notes")
        if before and all(one.verdict in PASSED for one in before) and _OPEN.search(notes):
            last = max(before, key=lambda one: (one.day or on, one.about == "summary"))
            yield (
                f"{stream} had {last.verdict} on {last.day}, and on {on} is told as: {notes}",
                (piece.at(row.line), last.place),
            )
        passed = [one for one in own if one.verdict in PASSED and one.day is not None]
        if passed and _MERGED.search(notes) and all(one.day > on for one in passed if one.day):
            first = min(passed, key=lambda one: one.day or on)
            yield (
                f"{stream} is merged on {on}, and passed on {first.day} only",
                (piece.at(row.line), first.place),
            )


def _progress(corpus: Corpus) -> Iterator[tuple[Piece, Row, date]]:
    """Each row about a stream in a dated status report."""
    for piece in corpus.of("mission-status"):
        for row in piece.rows:
            dated = [day(one.text) for one in row.headings if day(one.text)]
            if row.get("stream") and dated and dated[-1] is not None:
                yield piece, row, dated[-1]


RULES = (
    error("verdict-differs", "a verdict is carried over as another one", verdict_differs),
    error(
        "overall-differs",
        "an overall verdict does not follow from the verdicts on the policies",
        overall_differs,
    ),
    error(
        "status-behind",
        "a status report and the date of a verdict contradict each other",
        status_behind,
    ),
)
