"""Dates: against the calendar, against each other, against durations and words such as "week 3"."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from headrace.packs.enterprise.exchange.evaluations import reports_on
from headrace.packs.enterprise.exchange.figures import (
    DAY,
    NUMBER,
    count,
    day,
    days,
    duration,
    share,
    told,
)
from headrace.packs.enterprise.exchange.model import (
    Corpus,
    Found,
    Heading,
    Piece,
    Place,
    Row,
    error,
)
from headrace.packs.enterprise.exchange.streams import stream_of, streams

_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_GENERAL = re.compile(r"\bGA\b|general availability", re.I)
_GA_DAY = re.compile(
    r"(\d{4}-\d{2}-\d{2})\s*\(GA\)|\bGA(?:\s+(?:on|at|date|reached))?:?\s+(\d{4}-\d{2}-\d{2})"
)
_IN_WEEK = re.compile(rf"\b(?:in|during)\s+week\s+({NUMBER})\b", re.I)
_WEEK_FOR = re.compile(rf"\bweek\s+({NUMBER})\b[^.]*?\bfor\s+({NUMBER})\s+weeks\b", re.I)
_WITHIN_GA = re.compile(rf"within\s+({NUMBER})\s+(weeks?|days?)\s+of\s+GA\b", re.I)
_PATH_DAY = re.compile(r"work/[\w/-]*/(\d{4}-\d{2}-\d{2})-([\w-]+)\.md")
_SIGNAL_DAY = re.compile(r"\bsignals?/(?:archive/)?(\d{4}-\d{2}-\d{2})-")
"""The day of a signal that is named as a path or as an id of ours."""

_PERIOD = re.compile(r"(\d{4}-\d{2}-\d{2})\s*(?:→|->|to|–|-)\s*(\d{4}-\d{2}-\d{2})")
_VERDICT_ROW = re.compile(r"PASS|FAIL|ESCALATE")


def digest_week(corpus: Corpus) -> Found:
    """A digest of a week lists signals of other weeks."""
    for piece in corpus.of("signal-digest"):
        week = _WEEK.search(piece.path)
        if week is None:
            continue
        outside = [
            (row, on)
            for row in piece.rows
            if row.get("signal")
            and (on := day(row.get("date"))) is not None
            and on.isocalendar()[:2] != (int(week[1]), int(week[2]))
        ]
        if outside:
            shown = ", ".join(
                f"{on} (W{on.isocalendar()[1]:02})" for on in dict.fromkeys(on for _, on in outside)
            )
            yield (
                f"the digest of {week[0]} lists signals of other ISO weeks: {shown}",
                (piece.at(piece.line), *(piece.at(row.line) for row, _ in outside)),
            )


def week_named(corpus: Corpus) -> Found:
    """A digest's title and path name different weeks."""
    for piece in corpus.of("signal-digest"):
        week, title = _WEEK.search(piece.path), piece.headings[:1]
        other = _WEEK.search(title[0].text) if title else None
        if week and other and week[0] != other[0]:
            yield f"{piece.path} is titled {other[0]}", (piece.at(piece.line),)


def general_availability(corpus: Corpus) -> Iterator[tuple[date, Place]]:
    """When everybody had it, as told."""
    for piece in corpus.pieces:
        for passage in piece.passages:
            for found in _GA_DAY.finditer(passage.text):
                on = day(found[1] or found[2])
                if on is not None:
                    yield on, piece.at(passage.line_at(found.start()))


def stages(piece: Piece) -> list[Row]:
    """The rows of a rollout plan."""
    return [row for row in piece.rows if row.get("stage") and row.get("duration")]


def rollout_shorter(corpus: Corpus) -> Found:
    """Everybody had it earlier than the release contract's date and its stages allow."""
    for piece in corpus.of("release-contract"):
        begun = day(piece.path.rpartition("/")[2]) or _of_label(piece, "created")
        before = [row for row in stages(piece) if not _reaches_all(row)]
        lasts = [amount for row in before if (amount := duration(row.get("duration")))]
        if begun is None or not lasts:
            continue
        earliest = begun + sum(lasts, timedelta())
        for on, place in general_availability(corpus):
            if begun <= on < earliest:
                steps = " + ".join(told(one) for one in lasts)
                yield (
                    f"general availability on {on}, but {begun} + {steps} is {earliest}",
                    (*(piece.at(row.line) for row in before), place),
                )


def _reaches_all(row: Row) -> bool:
    return share(row.get("share %") + "%") == 100 or "100%" in row.get("target")


def _of_label(piece: Piece, label: str) -> date | None:
    pair = piece.value(label)
    return day(pair.value) if pair else None


def ordinal_week(corpus: Corpus) -> Found:
    """Something told of "week 3" is dated in another week after general availability."""
    available = next(general_availability(corpus), None)
    for piece in corpus.prose:
        for passage in piece.passages:
            for found in _WEEK_FOR.finditer(passage.text):
                if count(found[2]) > count(found[1]):
                    place = piece.at(passage.line_at(found.start()))
                    yield f"in week {found[1]} nothing has lasted {found[2]} weeks", (place,)
            week = _IN_WEEK.search(passage.text)
            if week is None or available is None or not passage.headings:
                continue
            for on, place in _dated_below(piece, passage.headings[-1], passage.line):
                number = (on - available[0]).days // 7 + 1
                if number != count(week[1]):
                    yield (
                        f"told of week {count(week[1])}, and {on} is day "
                        f"{(on - available[0]).days} after general availability: week {number}",
                        (piece.at(passage.line), place, available[1]),
                    )
                break


def _dated_below(piece: Piece, heading: Heading, line: int) -> Iterator[tuple[date, Place]]:
    """Dates of files named below a line, in the same section."""
    for passage in piece.passages:
        if passage.line >= line and heading in passage.headings:
            for found in _PATH_DAY.finditer(passage.text):
                on = day(found[1])
                if on is not None:
                    yield on, piece.at(passage.line_at(found.start()))


def date_differs(corpus: Corpus) -> Found:
    """One thing has two dates: in a row and in the path of what the row names."""
    yield from _row_and_path(corpus)
    yield from _row_and_signal(corpus)
    yield from _row_and_report(corpus)


def _row_and_path(corpus: Corpus) -> Found:
    for piece in corpus.pieces:
        for row in piece.rows:
            on, path = day(row.get("date")), _PATH_DAY.search(row.get("link", "path"))
            if on is not None and path and path[1] != on.isoformat():
                yield f"dated {on}, and it names {path[0]}", (piece.at(row.line),)


def _row_and_signal(corpus: Corpus) -> Found:
    signals = {
        found[2]: (found[1], piece)
        for piece in corpus.of("signal")
        if (found := _PATH_DAY.search(piece.path))
    }
    for piece in corpus.of("signal-digest"):
        for row in piece.rows:
            on, name = day(row.get("date")), _slug(row.get("signal"))
            if on is None or name not in signals:
                continue
            filed, signal = signals[name]
            if filed != on.isoformat():
                places = (signal.at(signal.line), piece.at(row.line))
                yield f"the digest dates {name} {on}, its file {filed}", places


def _row_and_report(corpus: Corpus) -> Found:
    known = streams(corpus)
    reports: dict[str, list[Piece]] = {}
    for piece in corpus.of("quality-evaluation"):
        stream = stream_of(piece.path.rpartition("/")[2], known)
        if stream is not None:
            reports.setdefault(stream.name, []).append(piece)
    for piece in corpus.of("outcome-report"):
        for row in piece.rows:
            subject = row.get("evaluation")
            on = day(row.get("date"))
            stream = stream_of(subject, known) if subject else None
            of_stream = reports.get(stream.name, []) if stream else []
            own = reports_on(corpus, subject) or of_stream
            if on is None or not own or not _VERDICT_ROW.search(row.get("verdict")):
                continue
            dated = {day(one.path.rpartition("/")[2]) for one in own}
            if on not in dated:
                yield (
                    f"the evaluation of {subject} is dated {on}, its report "
                    f"{', '.join(str(one) for one in sorted(filter(None, dated)))}",
                    (own[0].at(own[0].line), piece.at(row.line)),
                )


def _slug(text: str) -> str:
    return re.sub(r"[\W_]+", "-", text.casefold()).strip("-")


def period_differs(corpus: Corpus) -> Found:
    """A period ends before it begins, or a report's date does not lie in its period."""
    for piece in corpus.pieces:
        for pair in piece.pairs:
            found = _PERIOD.search(pair.value) if "period" in pair.label else None
            begin, end = (day(found[1]), day(found[2])) if found else (None, None)
            if begin is None or end is None:
                continue
            place = piece.at(pair.line)
            if end < begin:
                yield f"the period ends on {end}, before it begins on {begin}", (place,)
            dated = [(one, on) for one in pair.headings for on in days(one.text)]
            for heading, on in dated[-1:]:
                if on < begin or on > end:
                    yield f"dated {on}, about {begin} to {end}", (piece.at(heading.line), place)


def alert_dates(corpus: Corpus) -> Found:
    """A pattern alert's first signal is later than its latest, or not the first of its signals.

    Its signals are those that it names; where it names none and involves as many as the digest
    lists, they are those. An alert may name signals of earlier weeks.
    """
    for piece in corpus.of("signal-digest"):
        listed = sorted(
            on for row in piece.rows if row.get("signal") for on in days(row.get("date"))
        )
        first = [p for p in piece.pairs if p.label == "first signal" and day(p.value)]
        last = [p for p in piece.pairs if p.label == "latest signal" and day(p.value)]
        for begin, end in zip(first, last, strict=False):
            own = {p.label: p.value for p in piece.pairs if p.headings == begin.headings}
            named = sorted(
                on
                for told_day in _SIGNAL_DAY.findall(own.get("signals", ""))
                for on in days(told_day)
            )
            all_of_them = own.get("signals involved", "").strip() == str(len(listed))
            meant = named or (listed if all_of_them else [])
            places = (piece.at(begin.line), piece.at(end.line))
            if begin.value > end.value:
                yield f"the first signal is of {begin.value}, the latest of {end.value}", places
            elif meant and (day(begin.value), day(end.value)) != (meant[0], meant[-1]):
                yield (
                    f"first and latest signal are told as {begin.value} and {end.value}, and the "
                    f"signals listed are of {meant[0]} to {meant[-1]}",
                    places,
                )


def deadline_differs(corpus: Corpus) -> Found:
    """An outcome due "within 2 weeks of GA" has a deadline that is not so long after that of GA."""
    for piece in corpus.of("outcome-contract"):
        due = [p for p in piece.pairs if p.label == "deadline" and day(p.value)]
        by_heading = {p.headings: p for p in due}
        targets = [p for p in piece.pairs if p.label == "target"]
        available = [
            by_heading[p.headings]
            for p in targets
            if _GENERAL.search(p.value)
            and not _WITHIN_GA.search(p.value)
            and p.headings in by_heading
        ]
        for target in targets:
            within, own = _WITHIN_GA.search(target.value), by_heading.get(target.headings)
            if within is None or own is None or not available:
                continue
            lasts = (
                timedelta(weeks=count(within[1]))
                if within[2][0] in "wW"
                else timedelta(days=count(within[1]))
            )
            start, end = day(available[0].value), day(own.value)
            if start is not None and end is not None and start + lasts != end:
                yield (
                    f"{within[0]} ({start}) is {start + lasts}, and the deadline is {end}",
                    (piece.at(available[0].line), piece.at(own.line)),
                )


def day_impossible(corpus: Corpus) -> Found:
    """A date that no calendar has."""
    for piece in corpus.pieces:
        for passage in piece.passages:
            for found in DAY.finditer(passage.text):
                if day(found[1]) is None:
                    yield f"{found[1]} is no date", (piece.at(passage.line_at(found.start())),)


RULES = (
    error("digest-week", "a digest lists signals of another ISO week", digest_week),
    error("week-named", "a digest's title and path name different weeks", week_named),
    error(
        "rollout-shorter",
        "general availability comes earlier than the stages of the rollout last",
        rollout_shorter,
    ),
    error("ordinal-week", "a week told by number is not the week of its date", ordinal_week),
    error("date-differs", "one thing has two dates", date_differs),
    error("period-differs", "a period does not hold the date that it is told for", period_differs),
    error("alert-dates", "an alert's first and latest signal are not those listed", alert_dates),
    error("deadline-differs", "a deadline is not the date that its words give", deadline_differs),
    error("day-impossible", "a date that no calendar has", day_impossible),
)
