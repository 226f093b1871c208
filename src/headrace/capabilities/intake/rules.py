"""What intake decides without a model. Pure."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from headrace.capabilities.intake.model import (
    Alert,
    Anomaly,
    Digest,
    Disposition,
    Grade,
    Signal,
    Stale,
    Theme,
    Trend,
    Triage,
    Urgency,
)
from headrace.kernel.errors import Refusal
from headrace.kernel.json import Json

PATTERN_WINDOW = timedelta(weeks=4)
"""How far back related signals count. Source: digest template, rolling four-week window."""

PATTERN_LEAST = 3
"""Related signals that make a pattern alert. Source: steering's evolution rules."""

WEEK_MOST = 20
"""Signals in a week above which an interim digest is made. Source: steering's instructions."""

STALE_AFTER = timedelta(days=14)
"""Age at which a signal without a consequence is a finding. Source: agents' rule 20."""

_TABLE = {
    (Urgency.NEXT_CYCLE, Grade.HIGH): Disposition.PROCEED,
    (Urgency.NEXT_CYCLE, Grade.MEDIUM): Disposition.DEFER,
    (Urgency.NEXT_CYCLE, Grade.LOW): Disposition.DEFER,
}
"""Urgency and impact to disposition; immediate always proceeds, monitor is always monitored."""


def triage(urgency: Urgency, impact: Grade) -> Triage:
    """The disposition of a signal by the table of urgency and impact."""
    if urgency is Urgency.IMMEDIATE:
        return Triage(disposition=Disposition.PROCEED, reason="immediate signals proceed")
    if urgency is Urgency.MONITOR:
        return Triage(disposition=Disposition.MONITOR, reason="monitor signals are watched")
    return Triage(disposition=_TABLE[urgency, impact], reason=f"{urgency} with {impact} impact")


_APART = re.compile(r"[\W_]+")


def topic(text: str) -> str:
    """A topic as topics are compared: "Bulk-Export " and "bulk export" are one."""
    return " ".join(_APART.sub(" ", text.casefold()).split())


def duplicate(signal: Signal, earlier: Iterable[Signal]) -> Signal | None:
    """The first earlier signal of the same source and topic that repeats none itself, or None.

    One that was superseded is repeated by nobody: what corrects it is no repetition.
    """
    same = [
        one
        for one in earlier
        if one.signal != signal.signal
        and (topic(one.source), one.topic) == (topic(signal.source), signal.topic)
        and one.filed_at <= signal.filed_at
        and one.superseded_by is None
    ]
    originals = [one for one in same if one.duplicate_of is None] or same
    return min(originals, key=lambda one: (one.filed_at, one.signal), default=None)


def digest(signals: Iterable[Signal], begin: datetime, end: datetime) -> Digest:
    """Count the signals of [begin, end) against those before.

    `total` takes in the open ones carried over; `new` only those filed in the period. A duplicate,
    or one that was corrected, counts in the total and makes no theme stronger.
    """
    known = [one for one in signals if one.filed_at < end]
    new = [one for one in known if one.filed_at >= begin]
    carried = [one for one in known if one.filed_at < begin and one.is_open]
    counted = [*carried, *new]
    counts = Counter(one.disposition for one in counted)
    return Digest(
        total=len(counted),
        new=len(new),
        by_disposition=tuple((one, counts[one]) for one in Disposition),
        themes=themes(new, known, begin),
        alerts=alerts(known, end),
    )


def _speaks(signal: Signal) -> bool:
    """Whether a signal is an observation of its own that still holds."""
    return signal.duplicate_of is None and signal.superseded_by is None


def themes(new: Sequence[Signal], known: Sequence[Signal], begin: datetime) -> tuple[Theme, ...]:
    """The period's signals by topic, strongest first: most signals, then most urgent, then by name."""
    topics = Counter(one.topic for one in new if _speaks(one))
    found = [_theme(topic, new, known, begin) for topic in topics]
    return tuple(sorted(found, key=lambda t: (-len(t.signals), _rank(t.urgency), t.topic)))


def _theme(topic: str, new: Sequence[Signal], known: Sequence[Signal], begin: datetime) -> Theme:
    now = tuple(
        sorted(
            (one for one in new if one.topic == topic and _speaks(one)),
            key=lambda one: (one.filed_at, one.signal),
        )
    )
    before = [
        one
        for one in known
        if one.topic == topic and begin - PATTERN_WINDOW <= one.filed_at < begin
    ]
    return Theme(
        topic=topic,
        signals=now,
        history=len(before),
        trend=trend(len(now), len(before)),
        urgency=_urgency(now),
    )


def trend(now: int, four_weeks_before: int) -> Trend:
    """This week's count against the weekly mean of the four weeks before."""
    mean = four_weeks_before / 4
    if now > mean:
        return Trend.RISING
    return Trend.STABLE if now == mean else Trend.DECLINING


def _urgency(signals: Sequence[Signal]) -> Grade:
    if any(one.urgency is Urgency.IMMEDIATE or one.impact is Grade.HIGH for one in signals):
        return Grade.HIGH
    watched = all(one.urgency is Urgency.MONITOR for one in signals)
    return Grade.LOW if watched else Grade.MEDIUM


def _rank(grade: Grade) -> int:
    return list(Grade).index(grade)


def alerts(signals: Iterable[Signal], end: datetime) -> tuple[Alert, ...]:
    """Topics on which at least three signals were filed in the four weeks up to `end`.

    A duplicate repeats an observation, and what was corrected is none any more; neither counts.
    """
    recent: dict[str, list[Signal]] = {}
    for one in signals:
        if end - PATTERN_WINDOW <= one.filed_at < end and _speaks(one):
            recent.setdefault(one.topic, []).append(one)
    return tuple(
        Alert(topic=topic, signals=tuple(sorted(found, key=lambda s: (s.filed_at, s.signal))))
        for topic, found in sorted(recent.items())
        if len(found) >= PATTERN_LEAST
    )


def anomaly(metric: str, baseline: float, current: float, *, least: float = 0.2) -> Anomaly | None:
    """The deviation of a figure from its baseline when it is at least `least` (a share), else None.

    A baseline of nothing has no share: any figure beside it deviates, by no figure.
    """
    deviation = (current - baseline) / abs(baseline) if baseline else None
    if current == baseline or (deviation is not None and abs(deviation) < least):
        return None
    return Anomaly(metric=metric, baseline=baseline, current=current, deviation=deviation)


def stale(signals: Iterable[Signal], now: datetime) -> tuple[Stale, ...]:
    """Signals to which nothing has happened for more than fourteen days, oldest first.

    An archived, deferred or watched signal was decided; one that proceeds or waits was not. A
    duplicate goes the way of the one that it repeats.
    """
    undecided = {Disposition.PROCEED, Disposition.PENDING}
    found = [
        Stale(signal=one, days=(now - one.filed_at).days)
        for one in signals
        if one.is_open
        and one.duplicate_of is None
        and one.disposition in undecided
        and now - one.filed_at > STALE_AFTER
    ]
    return tuple(sorted(found, key=lambda s: (s.signal.filed_at, s.signal.signal)))


def records(text: str) -> tuple[Mapping[str, Json], ...] | Refusal:
    """The records of a source's text: a JSON list of objects, or CSV with a header of unique names.

    CSV values stay text, so that what is counted is decided by whoever counts.
    """
    plain = text.removeprefix("\ufeff")
    if plain.lstrip().startswith(("[", "{")):
        return _json_records(plain)
    return _csv_records(plain)


def _json_records(text: str) -> tuple[Mapping[str, Json], ...] | Refusal:
    try:
        found = json.loads(text, parse_constant=_no_number)
    except ValueError as fault:
        return Refusal((f"the JSON cannot be read: {fault}",))
    if not isinstance(found, list):
        return Refusal(("the JSON is one object; a source is a list of them",))
    wrong = [n for n, one in enumerate(found, start=1) if not isinstance(one, dict)]
    if wrong:
        return Refusal((f"record {wrong[0]} is no object",))
    return tuple(found)


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number")


def _csv_records(text: str) -> tuple[Mapping[str, Json], ...] | Refusal:
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        rows = [row for row in reader if row]
    except csv.Error as fault:
        return Refusal((f"the CSV cannot be read: {fault}",))
    if not rows:
        return Refusal(("it is empty; a CSV begins with a header",))
    header = [name.strip() for name in rows[0]]
    reasons = [
        f"line {n} has {len(row)} values for {len(header)} columns"
        for n, row in enumerate(rows[1:], start=2)
        if len(row) != len(header)
    ]
    if len(set(header)) != len(header) or "" in header:
        reasons.insert(0, "the header's names are not all there and different")
    if reasons:
        return Refusal(tuple(reasons[:20]))
    return tuple(dict(zip(header, row, strict=True)) for row in rows[1:])


def overflowed(count: int) -> bool:
    """Whether a week's signals may not wait for the weekly digest."""
    return count > WEEK_MOST
