"""Quantities told in prose: one figure promised twice, differently, is a contradiction. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from headrace.capabilities.missions.rules.bounds import SECONDS, Bound, is_looser

_SCALE = {
    "": 1,
    "k": 1_000,
    "thousand": 1_000,
    "m": 1_000_000,
    "million": 1_000_000,
    "b": 1_000_000_000,
    "billion": 1_000_000_000,
}
_BYTES = {"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "kib": 2**10, "mib": 2**20, "gib": 2**30}
_UNIT = r"ms|milliseconds?|s|secs?|seconds?|mins?|minutes?|h|hrs?|hours?"
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_AMOUNT = re.compile(
    rf"(?<![\w.])(?P<number>{_NUMBER})\s*(?:(?P<bytes>[kmgt]i?b)\b|"
    r"(?P<scale>[kmb]|thousand|million|billion)?\s+(?P<thing>[a-z]+))",
    re.I,
)
_LIMIT = re.compile(
    r"(?:<=|<|≤|under|below|within|in|less than|at most|no more than|not more than|up to|max(?:imum)?)"
    rf"\s*(?P<number>{_NUMBER})\s*(?P<unit>{_UNIT})\b",
    re.I,
)
_RATE = re.compile(
    rf"(?<![\w.])(?P<number>{_NUMBER})\s*(?:(?P<bytes>[kmgt]i?b)|"
    r"(?P<scale>[kmb]|thousand|million|billion)?\s*(?P<thing>[a-z]+))"
    rf"\s*(?:/|per)\s*(?:a\s+)?(?P<unit>{_UNIT})\b",
    re.I,
)
_FLOW = re.compile(r"throughput|\brate\b|per (?:second|minute|hour)|/s\b", re.I)


@dataclass(frozen=True, kw_only=True)
class Promise:
    """So much of a thing within so many seconds, and where that stands."""

    place: str
    amount: float
    thing: str
    seconds: float
    text: str

    @property
    def is_flow(self) -> bool:
        """Whether it speaks of a rate, that holds for any amount."""
        return _FLOW.search(self.text) is not None


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    """Two statements about the same; the looser one does not keep the stricter one."""

    strict: Promise | Bound
    loose: Promise | Bound

    @property
    def message(self) -> str:
        """Both, with what they differ by, in one sentence."""
        return (
            f"{self.loose.place} allows {self.loose.text!r}, which does not keep "
            f"{self.strict.place}: {self.strict.text!r}"
        )


def promise(place: str, subject: str, limit: str) -> Promise | None:
    """The promise that a metric and its limit make together, or None when they name no such thing.

    `promise("Outcome 2", "p95 export latency for 1M records", "< 30 seconds")` is a million records
    in thirty seconds; so is "2M records per minute".
    """
    text = " ".join(f"{subject} {limit}".split())
    rate = _RATE.search(text)
    if rate is not None:
        return _promise(place, text, rate, SECONDS[_singular(rate["unit"])])
    bound = _LIMIT.search(text)
    if bound is None:
        return None
    amount = _AMOUNT.search(text[: bound.start()]) or _AMOUNT.search(text[bound.end() :])
    if amount is None or _singular(amount["thing"] or "") in SECONDS:
        return None
    return _promise(place, text, amount, _figure(bound) * SECONDS[_singular(bound["unit"])])


def _promise(place: str, text: str, amount: re.Match[str], seconds: float) -> Promise:
    data = (amount["bytes"] or "").casefold()
    scale = _BYTES[data] if data else _SCALE[(amount["scale"] or "").casefold()]
    return Promise(
        place=place,
        amount=_figure(amount) * scale,
        thing="byte" if data else (amount["thing"] or "").casefold().rstrip("s"),
        seconds=seconds,
        text=text,
    )


def _figure(found: re.Match[str]) -> float:
    return float(found["number"].replace(",", ""))


def _singular(unit: str) -> str:
    word = unit.casefold()
    return word if word in SECONDS else word.rstrip("s")


def contradictions(
    outcomes: Iterable[Promise], budgets: Iterable[Promise]
) -> tuple[Contradiction, ...]:
    """Every budget that is looser than an outcome promised for the same thing.

    A budget for as much, or less, may not take longer; one that is a rate may not be slower.
    """
    allowed = tuple(budgets)
    return tuple(
        Contradiction(strict=outcome, loose=budget)
        for outcome in outcomes
        for budget in allowed
        if _kind(budget.thing) == _kind(outcome.thing) and _breaks(budget, outcome)
    )


def _kind(thing: str) -> str:
    return "record" if thing == "row" else thing


def _breaks(budget: Promise, outcome: Promise) -> bool:
    if budget.amount <= outcome.amount and budget.seconds > outcome.seconds * 1.000001:
        return True
    # Multiplied out, because a quotient of floats hardly ever equals another.
    slower = budget.amount * outcome.seconds < outcome.amount * budget.seconds * 0.999999
    return budget.is_flow and slower


def looser(outcomes: Iterable[Bound], limits: Iterable[Bound]) -> Iterator[Contradiction]:
    """Every limit on a measure that allows more than an outcome promises of that measure."""
    allowed = tuple(limits)
    for outcome in outcomes:
        for limit in allowed:
            if is_looser(limit, outcome):
                yield Contradiction(strict=outcome, loose=limit)
