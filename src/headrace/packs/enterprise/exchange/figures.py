"""Figures as people write them: numbers in words, dates, durations, shares, sums of money. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

NUMBER_WORDS = {
    "zero": 0,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
    "twenty": 20,
}

NUMBER = r"\d{1,9}(?:,\d{3})*|" + "|".join(NUMBER_WORDS)
"""A count, in digits or in words, for use within a pattern."""

DAY = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)")

_UNITS = {
    "minute": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "h": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
DURATION = re.compile(
    rf"(?<![\w.])({NUMBER}|\d{{1,6}}\.\d{{1,3}})[- ]?(minutes?|mins?|hours?|h|days?|weeks?)\b",
    re.IGNORECASE,
)
SHARE = re.compile(r"(?<![\w.])(\d{1,3}(?:\.\d{1,4})?)\s?%")


def count(word: str) -> int:
    """The number that digits or a word tell."""
    plain = word.casefold().replace(",", "")
    return NUMBER_WORDS[plain] if plain in NUMBER_WORDS else int(plain)


def day(text: str) -> date | None:
    """The first date in a text that is one, None when there is none."""
    return next(days(text), None)


def days(text: str) -> Iterator[date]:
    """Every date in a text that is one."""
    for found in DAY.findall(text):
        try:
            yield date.fromisoformat(found)
        except ValueError:
            continue


def duration(text: str) -> timedelta | None:
    """The first duration in a text: "24 hours", "15-minute", "two weeks"; None when there is none."""
    found = DURATION.search(text)
    if found is None:
        return None
    amount, unit = found[1], found[2].casefold()
    number = float(amount) if "." in amount else count(amount)
    return number * (_UNITS.get(unit) or _UNITS[unit.rstrip("s")])


def share(text: str) -> float | None:
    """The first percentage in a text."""
    found = SHARE.search(text)
    return float(found[1]) if found else None


@dataclass(frozen=True, kw_only=True)
class Interval:
    """What a written figure may stand for: every value that would be written so."""

    low: float
    high: float

    def meets(self, other: "Interval") -> bool:
        """Whether the two have a value in common."""
        return self.low <= other.high + 1e-9 and other.low <= self.high + 1e-9


def written(digits: str, *, scale: float = 1.0) -> Interval:
    """The values that are rounded to these digits, each times `scale`: "110" is 109.5 to 110.5."""
    number = float(digits.replace(",", ""))
    half = 0.5 * 10 ** -len(digits.partition(".")[2])
    return Interval(low=scale * (number - half), high=scale * (number + half))


def told(amount: timedelta) -> str:
    """A duration in the largest unit of which there are several, and no rest: "24 hours"."""
    seconds = amount.total_seconds()
    for unit, size in (("weeks", 604_800), ("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} seconds"


def words(text: str) -> frozenset[str]:
    """The words of a text in small letters, without plural endings: what two tellings may share."""
    found = re.findall(r"[a-z0-9]+", text.casefold())
    return frozenset(one[:-1] if len(one) > 3 and one.endswith("s") else one for one in found)
