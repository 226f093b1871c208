"""Quantities told in prose: one figure promised twice, differently, is a contradiction."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_SCALE = {
    "": 1,
    "k": 1_000,
    "thousand": 1_000,
    "m": 1_000_000,
    "million": 1_000_000,
    "b": 1_000_000_000,
    "billion": 1_000_000_000,
}
_SECONDS = {
    "ms": 0.001,
    "millisecond": 0.001,
    "s": 1.0,
    "sec": 1.0,
    "second": 1.0,
    "min": 60.0,
    "minute": 60.0,
    "h": 3600.0,
    "hour": 3600.0,
}
_AMOUNT = re.compile(
    r"(?<![\w.])(?P<number>\d[\d,]*(?:\.\d+)?)\s*(?P<scale>[kmb]|thousand|million|billion)?\s+(?P<thing>[a-z]+)",
    re.I,
)
_LIMIT = re.compile(
    r"(?:<|≤|<=|under|within|less than|at most)\s*(?P<number>\d+(?:\.\d+)?)\s*"
    r"(?P<unit>ms|milliseconds?|s|secs?|seconds?|mins?|minutes?|h|hours?)\b",
    re.I,
)


@dataclass(frozen=True, kw_only=True)
class Promise:
    """So much of a thing within so many seconds, and where that stands."""

    place: str
    amount: float
    thing: str
    seconds: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    """Two promises of the same amount; the looser one does not keep the stricter one."""

    strict: Promise
    loose: Promise

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
    in thirty seconds.
    """
    text = f"{subject} {limit}"
    bound = _LIMIT.search(text)
    if bound is None:
        return None
    amount = _AMOUNT.search(text[: bound.start()]) or _AMOUNT.search(text[bound.end() :])
    if amount is None or amount["thing"].casefold() in _SECONDS:
        return None
    number = float(amount["number"].replace(",", "")) * _SCALE[(amount["scale"] or "").casefold()]
    unit = bound["unit"].casefold()
    seconds = float(bound["number"]) * (_SECONDS.get(unit) or _SECONDS[unit.rstrip("s")])
    return Promise(
        place=place,
        amount=number,
        thing=amount["thing"].casefold().rstrip("s"),
        seconds=seconds,
        text=" ".join(text.split()),
    )


def contradictions(
    outcomes: Iterable[Promise], budgets: Iterable[Promise]
) -> tuple[Contradiction, ...]:
    """Every budget that is looser than an outcome promised for as much, or less, of the same thing."""
    allowed = tuple(budgets)
    return tuple(
        Contradiction(strict=outcome, loose=budget)
        for outcome in outcomes
        for budget in allowed
        if budget.thing == outcome.thing
        and budget.amount <= outcome.amount
        and budget.seconds > outcome.seconds
    )
