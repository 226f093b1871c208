"""Stages: the rollout plan that a contract's table says in words, as the value that is carried out. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from headrace.capabilities.releases.model import Criterion, Measure, Stage
from headrace.kernel.json import Json
from headrace.packs.enterprise.discover.contents import Content, told

ONGOING = timedelta(hours=12)
"""How long a stage is watched at least whose contract gives it no end: it reaches everybody then."""

_UNITS: Mapping[str, timedelta] = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*-?\s*(m|h|d|w)(?:in|our|ay|eek)?", re.IGNORECASE)
_OPEN_END = re.compile(r"ongoing|permanent|for good|until", re.IGNORECASE)
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_QUANTILE = re.compile(r"\bp(\d{2}(?:\.\d+)?)\b", re.IGNORECASE)
_ERRORS = re.compile(r"error|failure|failed", re.IGNORECASE)
_LATENCY = re.compile(r"latenc|response time|duration|\bp\d{2}", re.IGNORECASE)
_AGAINST = re.compile(r"baseline|control|others|than before", re.IGNORECASE)
_TIMES = re.compile(r"(\d+(?:\.\d+)?)\s*(?:x|times)(?!\w)", re.IGNORECASE)
_POINTS = re.compile(r"(\d+(?:\.\d+)?)\s*(?:%|points?|percent(?:age points?)?)", re.IGNORECASE)
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|milliseconds?|s|secs?|seconds?)\b", re.IGNORECASE)
_ROUTE = re.compile(r"`([^`]+)`")
_APART = re.compile(r"[;,]\s+|\s+and\s+")


def stages(
    rows: Iterable[Content], segments: Sequence[str] = (), *, requests: int = 600
) -> tuple[Stage, ...]:
    """The stages of a contract's rollout plan; what cannot be read is told by `faults`.

    A stage reaches the segments besides that its target names. It is watched for its duration and
    until `requests` requests of the cohort were seen, whichever is later.
    """
    return tuple(
        Stage(
            name=told(row, "stage"),
            percent=share(row) or 0.0,
            also=tuple(one for one in segments if one in told(row, "target")),
            lasts=duration(told(row, "duration")) or ONGOING,
            requests=requests,
        )
        for row in rows
    )


def share(row: Content) -> float | None:
    """The percentage of users that a row reaches: its share, or what its target says."""
    given = row.get("share")
    if isinstance(given, int | float) and not isinstance(given, bool):
        return float(given)
    found = _PERCENT.search(told(row, "target"))
    return float(found[1]) if found else None


def duration(text: str) -> timedelta | None:
    """How long a stage lasts: "24 hours", "2 days", "1 d 12 h"; None where no length is given."""
    found = [float(number) * _UNITS[unit.lower()] for number, unit in _DURATION.findall(text)]
    return sum(found, timedelta()) if found else None


def criteria(rows: Iterable[Content]) -> tuple[Criterion, ...]:
    """Every promise that the plan's health criteria make; where two name one metric, the stricter one."""
    kept: dict[str, Criterion] = {}
    for row in rows:
        for clause in clauses(told(row, "health_criteria")):
            one = criterion(clause)
            if one is not None:
                former = kept.get(one.name)
                kept[one.name] = one if former is None else _stricter(former, one)
    return tuple(kept.values())


def with_always(planned: Sequence[Criterion], always: Sequence[Criterion]) -> tuple[Criterion, ...]:
    """A plan's criteria, and those that hold in every plan.

    What a plan says of the same metric counts instead, also where it says it of one route alone.
    """
    named = {_metric(one) for one in planned}
    return (*planned, *(one for one in always if _metric(one) not in named))


def _metric(one: Criterion) -> tuple[Measure, float, bool]:
    quantile = one.quantile if one.measure is Measure.LATENCY else 0.0
    return one.measure, quantile, one.worse_by is not None


def clauses(text: str) -> tuple[str, ...]:
    """What a cell of criteria lists."""
    return tuple(one.strip() for one in _APART.split(text) if one.strip())


def criterion(clause: str) -> Criterion | None:
    """The criterion that a clause names: metric, comparison and limit; None where it names none.

    "error rate < baseline + 0.5%", "error rate at most 1 %", "p99 latency < 2x baseline",
    "p95 latency on `POST /exports` under 800 ms". Points of a share for errors, a part of the
    control's quantile for latency.
    """
    measure = Measure.ERRORS if _ERRORS.search(clause) else Measure.LATENCY
    if measure is Measure.LATENCY and not _LATENCY.search(clause):
        return None
    route = _ROUTE.search(clause)
    words = _ROUTE.sub(" ", clause)
    limits = _of_errors(words) if measure is Measure.ERRORS else _of_latency(words)
    if limits == (None, None):
        return None
    quantile = _QUANTILE.search(words)
    part = float(quantile[1]) / 100 if quantile else 0.95
    made = Criterion(
        name="",
        measure=measure,
        worse_by=limits[0],
        at_most=limits[1],
        quantile=part,
        route=route[1] if route else "",
    )
    return replace(made, name=_name(made))


def _of_errors(words: str) -> tuple[float | None, float | None]:
    """(worse by so many points, at most such a share)"""
    found = _POINTS.search(words)
    if found is None:
        return None, None
    limit = float(found[1]) / 100
    relative = _AGAINST.search(words) or "point" in found[0].lower()
    return (limit, None) if relative else (None, limit)


def _of_latency(words: str) -> tuple[float | None, float | None]:
    """(worse by such a part, at most so many seconds)"""
    words = _QUANTILE.sub(" ", words)
    times, part, bound = (one.search(words) for one in (_TIMES, _POINTS, _SECONDS))
    if times is not None:
        return (float(times[1]) - 1, None) if float(times[1]) > 1 else (None, None)
    if part is not None:
        return float(part[1]) / 100, None
    if bound is not None:
        scale = 0.001 if bound[2].lower().startswith("m") else 1.0
        return None, float(bound[1]) * scale
    return None, None


def _name(one: Criterion) -> str:
    what = "errors" if one.measure is Measure.ERRORS else f"p{one.quantile * 100:g}"
    kind = " against the others" if one.worse_by is not None else ""
    return f"{what}{kind}{f' of {one.route}' if one.route else ''}"


def _stricter(one: Criterion, other: Criterion) -> Criterion:
    def lower(a: float | None, b: float | None) -> float | None:
        given = [value for value in (a, b) if value is not None]
        return min(given) if given else None

    return replace(
        one,
        worse_by=lower(one.worse_by, other.worse_by),
        at_most=lower(one.at_most, other.at_most),
    )


def faults(rows: Sequence[Content]) -> Iterator[str]:
    """What of a contract's plan nobody could carry out or judge, every reason."""
    for row in rows:
        name = told(row, "stage")
        if share(row) is None:
            yield f"stage {name}: its target says no percentage of users"
        length = told(row, "duration")
        if duration(length) is None and not (row is rows[-1] and _OPEN_END.search(length)):
            yield f"stage {name}: {length!r} is no duration; say hours or days"
        if not any(criterion(one) for one in clauses(told(row, "health_criteria"))):
            yield (
                f"stage {name}: {told(row, 'health_criteria')!r} names no metric with a limit; "
                "write one as in 'error rate < baseline + 0.5%'"
            )
    if rows and not any(one.worse_by is not None for one in criteria(rows)):
        yield "no criterion compares those who are reached with the others"


def length(rows: Iterable[Content]) -> timedelta:
    """From the beginning of the first stage to that of the last, which reaches everybody."""
    given = [duration(told(row, "duration")) or timedelta() for row in rows]
    return sum(given[:-1], timedelta())


def plan_rows(
    percents: Sequence[float], lasts: Sequence[str], criteria: str, *, early: str = ""
) -> list[Json]:
    """A plan to begin with, for whoever drafts a contract: stages of growing share.

    `early` is the segment of those who asked for the work; the second stage reaches them besides.
    """
    names = ("Canary", "Early Adopters", "General Availability")
    return [
        {
            "stage": name,
            "target": f"{percent:g}%{f', and {early}' if early and place == 1 else ''}",
            "share": percent,
            "duration": long,
            "health_criteria": criteria,
            "rollback_trigger": "a breached criterion, a paging alert or a failing service: by itself",
        }
        for place, (name, percent, long) in enumerate(zip(names, percents, lasts, strict=True))
    ]
