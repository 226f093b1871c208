"""Targets: what an outcome contract promises, and what budgets, rollouts and reports make of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from headrace.capabilities.missions import service as missions
from headrace.packs.enterprise.exchange.figures import (
    Interval,
    day,
    duration,
    share,
    told,
    words,
    written,
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
from headrace.packs.enterprise.exchange.rules.dates import stages

_LIMIT = re.compile(
    r"(<=|<|≤|>=|>|≥|under|below|less than|at least|at most)\s*(\d[\d,]*(?:\.\d+)?)\s*"
    r"(ms|milliseconds?|s|secs?|seconds?|mins?|minutes?|hours?|h|%)?(?![\w%])",
    re.I,
)
_FIGURE = re.compile(
    r"(?<![\w.])(-?\d[\d,]*(?:\.\d+)?)\s*(ms|s|seconds?|mins?|minutes?|hours?|h|%)?(?![\w%])", re.I
)
_SCALE = {"ms": 0.001, "millisecond": 0.001, "s": 1.0, "sec": 1.0, "second": 1.0}
_SCALE |= {"min": 60.0, "minute": 60.0, "h": 3600.0, "hour": 3600.0}
_LESS = ("<", "<=", "≤", "under", "below", "less than", "at most")
_PERCENTILE = re.compile(r"\bp(\d{2,3})\b", re.I)
_STATED = re.compile(
    r"\bp(\d{2,3})\b[^.;,|]{0,20}?(?:<|≤|under|below)\s*(\d+(?:\.\d+)?)\s*(ms|s|seconds?)\b", re.I
)
_VARIANCE = re.compile(r"([+−-]?\s?\d+(?:\.\d+)?)\s*(%|days?)")
_STAGE = re.compile(r"Stage\s+\d+:\s*(.+?)\s*\((\d+(?:\.\d+)?)%\)\s*(?:[—–-]+\s*(.+))?$")
_TRAFFIC = re.compile(r"\b(\d+(?:\.\d+)?)% (?:of traffic|of users|of requests|cohort)")
_AFTER = re.compile(r"results? after ([^:*]+)", re.I)
_RATE = re.compile(r"error rate:\s*(\d+(?:\.\d+)?)%\s*\(baseline:\s*(\d+(?:\.\d+)?)%\)", re.I)
_RATE_LIMIT = re.compile(r"error rate\s*<\s*baseline\s*\+\s*(\d+(?:\.\d+)?)\s*%", re.I)
_LATENCY = re.compile(
    r"\bp(?P<percentile>\d{2,3}):?\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>ms|s|seconds?)\b",
    re.I,
)
_DELIVERY = re.compile(
    r"\b(\d{1,2})-week (?:delivery )?(?:target|timeline)\b|~(\d{1,2}) weeks\b", re.I
)
_AHEAD = re.compile(
    r"\bin (\d{1,2}(?:\.\d)?) weeks \((\d{1,2}(?:\.\d)?) weeks ahead of the\s+(\d{1,2}(?:\.\d)?)-week",
    re.I,
)
LIKE = 0.6
"""Share of a row's words that an outcome's metric has, for the two to be the same."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One outcome of a contract: what is measured, what is promised, until when."""

    metric: str
    target: str
    deadline: str
    place: Place


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A number that a value has to stay on one side of; times in seconds."""

    less: bool
    number: float
    unit: str


def outcomes(corpus: Corpus) -> list[Outcome]:
    """The outcomes of the contracts, in the order written."""
    found = []
    for piece in corpus.of("outcome-contract"):
        for metric in piece.pairs:
            if metric.label != "metric":
                continue
            own = {p.label: p for p in piece.pairs if p.headings == metric.headings}
            target, deadline = own.get("target"), own.get("deadline")
            found.append(
                Outcome(
                    metric=metric.value,
                    target=target.value if target else "",
                    deadline=deadline.value if deadline else "",
                    place=piece.at((target or metric).line),
                )
            )
    return found


def budget_looser(corpus: Corpus) -> Found:
    """A performance budget of the design allows what the outcome contract forbids."""
    places: dict[str, Place] = {}
    promised, bounds = [], []
    for one in outcomes(corpus):
        places[str(one.place)] = one.place
        promised.append(missions.promise(str(one.place), one.metric, one.target))
        bounds.append(missions.bound(str(one.place), one.metric, one.target))
    allowed, limits = [], []
    for piece in corpus.of("technical-design"):
        for row in piece.rows:
            if row.get("budget"):
                subject, at = f"{row.get('component')} {row.get('metric')}", piece.at(row.line)
                places[str(at)] = at
                allowed.append(missions.promise(str(at), subject, row.get("budget")))
                limits.append(missions.bound(str(at), subject, row.get("budget")))
    found = (
        *missions.contradictions(filter(None, promised), filter(None, allowed)),
        *missions.looser(filter(None, bounds), filter(None, limits)),
    )
    for pair in found:
        yield (
            f"{pair.loose.text!r} does not keep {pair.strict.text!r}",
            (places[pair.strict.place], places[pair.loose.place]),
        )


def target_differs(corpus: Corpus) -> Found:
    """A report, a brief or a release tells another target than the outcome contract."""
    known = outcomes(corpus)
    for piece, row in _measured(corpus):
        one = _outcome(row, known)
        if one is None:
            continue
        target, again = _limit(one.target), _limit(row.get("target"))
        due, due_again = day(one.deadline), day(row.get("target"))
        places = (one.place, piece.at(row.line))
        if target and again and target != again:
            yield f"the target of {one.metric!r} is {one.target}, then {row.get('target')}", places
        elif not again and due and due_again and due != due_again:
            yield f"{one.metric!r} is due on {due}, then by {due_again}", places
    yield from _stated(corpus, known)


def _stated(corpus: Corpus, known: list[Outcome]) -> Found:
    """Limits on a percentile that one outcome alone promises: "p99 < 200ms"."""
    for piece in corpus.of("mission-brief", "release-contract"):
        for passage in piece.passages:
            for found in _STATED.finditer(passage.text):
                own = _promised(known, found[1])
                target = _limit(own.target) if own else None
                number = float(found[2]) * _SCALE[_singular(found[3])]
                if own is None or target is None or target.unit != "s":
                    continue
                if abs(target.number - number) > 1e-9:
                    yield (
                        f"{found[0]!r} is not what is promised: {own.target}",
                        (own.place, piece.at(passage.line_at(found.start()))),
                    )


def variance_differs(corpus: Corpus) -> Found:
    """A variance is not the difference of its target and actual."""
    for piece, row in _measured(corpus):
        target, actual = row.get("target"), row.get("actual")
        told_variance = row.get("variance")
        found = _VARIANCE.match(told_variance)
        if found is None:
            continue
        said = found[1].replace("−", "-").replace(" ", "")
        due, on = day(target), day(actual)
        limit, value = _limit(target), _value(actual)
        right: Interval | None = None
        if found[2].startswith("day") and due and on:
            right = Interval(low=(on - due).days, high=(on - due).days)
        elif found[2] == "%" and limit and value is not None and limit.number:
            right = Interval(low=_percent(value.low, limit), high=_percent(value.high, limit))
        if right is not None and not right.meets(_cut_or_rounded(said)):
            middle = (right.low + right.high) / 2
            yield (
                f"the variance of {actual} from {target} is {middle:+.0f}, and is told as {told_variance}",
                (piece.at(row.line),),
            )


def _percent(value: float, limit: Limit) -> float:
    return 100 * (value - limit.number) / limit.number


def _cut_or_rounded(digits: str) -> Interval:
    """What a told difference may stand for: people round it, or cut it off."""
    rounded, number = written(digits), float(digits)
    unit = rounded.high - rounded.low
    return Interval(low=number - unit, high=number + unit)


def target_missed(corpus: Corpus) -> Found:
    """A metric is told as met although its actual does not keep its target, or the reverse."""
    for piece, row in _measured(corpus):
        limit, value = _limit(row.get("target")), _value(row.get("actual"))
        verdict = row.get("verdict", "status").casefold()
        due, on = day(row.get("target")), day(row.get("actual"))
        kept: bool | None = None
        if limit is not None and value is not None:
            kept = _keeps(value, limit)
        elif due is not None and on is not None:
            kept = on <= due
        if kept is False and verdict in ("met", "exceeded"):
            said = (
                f"{row.get('actual')} does not keep {row.get('target')}, and is told as {verdict}"
            )
            yield said, (piece.at(row.line),)
        elif kept is True and verdict in ("not-met", "not met", "missed"):
            said = f"{row.get('actual')} keeps {row.get('target')}, and is told as {verdict}"
            yield said, (piece.at(row.line),)


def _keeps(value: Interval, limit: Limit) -> bool | None:
    """Whether a figure keeps a limit; None where that hangs on the digits that were rounded away."""
    if value.low < limit.number < value.high:
        return None
    return value.high <= limit.number if limit.less else value.low >= limit.number


def _measured(corpus: Corpus) -> Iterator[tuple[Piece, Row]]:
    for piece in corpus.of("outcome-report", "release-contract"):
        for row in piece.rows:
            if row.get("metric") and row.get("target") and row.get("actual"):
                yield piece, row


def _outcome(row: Row, known: list[Outcome]) -> Outcome | None:
    """The outcome that a row of a report is about, by the words of its metric."""
    own = words(row.get("metric"))
    scored = [(len(own & words(one.metric)) / max(len(own), 1), n) for n, one in enumerate(known)]
    best = max(scored, default=(0.0, 0))
    return known[best[1]] if best[0] >= LIKE else None


def _limit(text: str) -> Limit | None:
    found = _LIMIT.search(text)
    if found is None:
        return None
    less, unit = found[1].casefold() in _LESS, _singular(found[3] or "")
    number = float(found[2].replace(",", "")) * _SCALE.get(unit, 1.0)
    return Limit(less=less, number=number, unit="s" if unit in _SCALE else unit)


def _value(text: str) -> Interval | None:
    """The first number of a text as what it may stand for, times in seconds; None for a date.

    A whole number without a unit of measure was counted, and is exact.
    """
    if day(text) is not None:
        return None
    found = _FIGURE.search(text)
    if found is None:
        return None
    if not found[2] and "." not in found[1]:
        number = float(found[1].replace(",", ""))
        return Interval(low=number, high=number)
    return written(found[1], scale=_SCALE.get(_singular(found[2] or ""), 1.0))


def _singular(unit: str) -> str:
    word = unit.casefold()
    return word if word in _SCALE else word.rstrip("s")


def stage_differs(corpus: Corpus) -> Found:
    """A stage of the rollout is told with another share or duration than its contract plans."""
    for plan, row, prose, heading, found in _told_stages(corpus):
        share_planned = share(row.get("share %") + "%") or share(row.get("target"))
        lasts = duration(row.get("duration"))
        place, at = plan.at(row.line), prose.at(heading.line)
        for text, line in [(f"{found[2]}% of traffic", heading.line), *_below(prose, heading)]:
            if (again := _TRAFFIC.search(text)) and share_planned not in (None, float(again[1])):
                yield (
                    f"{row.get('stage')} reaches {share_planned:g}% by its contract, and {again[1]}%",
                    (place, prose.at(line)),
                )
            if (after := _AFTER.search(text)) and lasts and duration(after[1]) not in (None, lasts):
                yield (
                    f"{row.get('stage')} lasts {told(lasts)}, and is judged after {after[1].strip()}",
                    (place, prose.at(line)),
                )
        again_lasts = duration(found[3] or "")
        if lasts and again_lasts and lasts != again_lasts:
            yield (
                f"{row.get('stage')} lasts {told(lasts)} by its contract, and {told(again_lasts)}",
                (place, at),
            )


def criterion_broken(corpus: Corpus) -> Found:
    """A stage went on although its results do not keep its criteria, or the outcome's target."""
    known = outcomes(corpus)
    for plan, row, prose, heading, _ in _told_stages(corpus):
        allowed = _RATE_LIMIT.search(row.get("health criteria"))
        for text, line in _below(prose, heading):
            rate = _RATE.search(text)
            places = (plan.at(row.line), prose.at(line))
            if rate and allowed and float(rate[1]) >= float(rate[2]) + float(allowed[1]):
                yield f"{rate[0]} does not keep: {row.get('health criteria')}", places
            latency = _LATENCY.search(text)
            target = _promised(known, latency["percentile"]) if latency else None
            if latency is None or target is None:
                continue
            seconds = float(latency["number"]) * _SCALE[_singular(latency["unit"])]
            limit = _limit(target.target)
            if limit is not None and limit.less and seconds >= limit.number:
                yield f"{latency[0]} does not keep: {target.target}", (target.place, places[1])


def _promised(known: list[Outcome], percentile: str) -> Outcome | None:
    """The one outcome that promises something of a percentile."""
    own = [one for one in known if f"p{percentile}" in words(one.metric)]
    return own[0] if len(own) == 1 else None


def _told_stages(corpus: Corpus) -> Iterator[tuple[Piece, Row, Piece, Heading, re.Match[str]]]:
    """Each stage of a plan with the section of prose that tells how it went."""
    for plan in corpus.of("release-contract"):
        for row in stages(plan):
            for prose in corpus.prose:
                for heading in prose.headings:
                    found = _STAGE.match(heading.text)
                    if found and words(found[1]) == words(row.get("stage")):
                        yield plan, row, prose, heading, found


def _below(prose: Piece, heading: Heading) -> list[tuple[str, int]]:
    return [
        (one.text, one.line)
        for one in prose.passages
        if heading in one.headings and one.sort != "heading"
    ]


def delivery_differs(corpus: Corpus) -> Found:
    """The weeks that a mission may take are told differently, or are counted wrongly."""
    first: tuple[int, Place] | None = None
    for piece in corpus.pieces:
        for passage in piece.passages:
            for found in _DELIVERY.finditer(passage.text):
                weeks, place = int(found[1] or found[2]), piece.at(passage.line_at(found.start()))
                first = first or (weeks, place)
                if weeks != first[0]:
                    yield (
                        f"{first[0]} weeks are told for the mission, then {weeks}",
                        (first[1], place),
                    )
            for found in _AHEAD.finditer(passage.text):
                took, ahead, target = float(found[1]), float(found[2]), float(found[3])
                if abs(took + ahead - target) > 0.05:
                    place = piece.at(passage.line_at(found.start()))
                    yield f"{took:g} weeks are not {ahead:g} ahead of {target:g}", (place,)


RULES = (
    error("budget-looser", "a budget allows what the outcome contract forbids", budget_looser),
    error("target-differs", "a target is told differently", target_differs),
    error("variance-differs", "a variance is not target against actual", variance_differs),
    error("target-missed", "a verdict on a metric is not what its figures say", target_missed),
    error("stage-differs", "a stage is told other than it was planned", stage_differs),
    error("criterion-broken", "a stage went on against its criteria", criterion_broken),
    error(
        "delivery-differs", "the time that a mission takes is told differently", delivery_differs
    ),
)
