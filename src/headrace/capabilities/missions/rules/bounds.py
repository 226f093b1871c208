"""Bounds told in prose: a measure and the most or the least that it may be. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

SECONDS = {
    "ms": 0.001,
    "millisecond": 0.001,
    "s": 1.0,
    "sec": 1.0,
    "second": 1.0,
    "min": 60.0,
    "minute": 60.0,
    "h": 3600.0,
    "hr": 3600.0,
    "hour": 3600.0,
}
"""How many seconds a unit of time has."""

UNITS: Mapping[str, tuple[str, float]] = {
    **{unit: ("time", seconds) for unit, seconds in SECONDS.items()},
    "%": ("share", 0.01),
    "percent": ("share", 0.01),
    "kb": ("data", 1e3),
    "mb": ("data", 1e6),
    "gb": ("data", 1e9),
    "tb": ("data", 1e12),
}
"""For a unit: what kind of thing it measures, and how many of that kind's own unit it is."""

MOST = r"<=|<|≤|under|below|within|less than|at most|no more than|not more than|up to|max(?:imum)?"
LEAST = r">=|>|≥|above|over|more than|at least|no less than|not less than|min(?:imum)?(?:\s+of)?"
_BOUND = re.compile(
    rf"(?:(?P<most>{MOST})|(?P<least>{LEAST}))\s*(?P<number>\d[\d,]*(?:\.\d+)?)\s*"
    r"(?P<unit>%|percent|ms|milliseconds?|s|secs?|seconds?|mins?|minutes?|h|hrs?|hours?|[kmgt]b)(?![\w/])",
    re.I,
)
_STATISTIC = re.compile(r"\b(p\d{2,3}|median|mean|average|maximum|max)\b", re.I)
_WORD = re.compile(r"[a-z][a-z-]+", re.I)
_SMALL = re.compile(
    r"\b(?:a|an|and|any|as|at|be|by|each|every|for|from|in|is|it|must|no|of|on|or|per|remains?|stays?|"
    r"than|that|the|time|to|under|with|within)\b"
)


@dataclass(frozen=True, kw_only=True)
class Bound:
    """The most (or, with `at_most` false, the least) that a measure may be, in one unit for its kind."""

    place: str
    measure: frozenset[str]  # the words that name it
    statistic: str  # p95, mean; empty where none is named
    kind: str  # time in seconds, data in bytes, or a share
    limit: float
    at_most: bool
    text: str


def bound(place: str, subject: str, limit: str) -> Bound | None:
    """The bound that a measure and its limit make together, or None when they make none.

    `bound("Guardrail", "Existing API p99 latency", "must remain < 200ms")` is at most 0.2 seconds.
    """
    found = _BOUND.search(limit)
    statistic = _STATISTIC.search(subject)
    measure = _words(_STATISTIC.sub(" ", subject))
    if found is None or not measure:
        return None
    unit = found["unit"].casefold()
    kind, factor = UNITS.get(unit) or UNITS[unit.rstrip("s")]
    return Bound(
        place=place,
        measure=measure,
        statistic=statistic[0].casefold() if statistic else "",
        kind=kind,
        limit=float(found["number"].replace(",", "")) * factor,
        at_most=found["most"] is not None,
        text=" ".join(f"{subject} {limit}".split()),
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(_SMALL.sub(" ", text.casefold())))


def is_looser(one: Bound, than: Bound) -> bool:
    """Whether a bound on the same measure, or on a part of what it covers, allows more than another."""
    if (one.kind, one.at_most, one.statistic) != (than.kind, than.at_most, than.statistic):
        return False
    if not than.measure <= one.measure:
        return False
    return one.limit > than.limit if one.at_most else one.limit < than.limit
