"""Targets: what a promise asks of a figure, read from the contract's own words. Pure."""

import re
from dataclasses import dataclass
from datetime import date

from headrace.capabilities.missions.model.measurements import Outcome
from headrace.capabilities.missions.rules.bounds import LEAST, MOST, UNITS

SHARES = ("share", "ratio", "fraction")
"""Units of a figure that is a share of one already."""

_SCALES = {"": 1.0, "k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "b": 1e9, "billion": 1e9}
_UNIT = r"%|percent|ms|milliseconds?|s|secs?|seconds?|mins?|minutes?|h|hrs?|hours?|[kmgt]b"
_FIGURE = (
    rf"(?P<number>\d[\d,]*(?:\.\d+)?)\s*(?:(?P<unit>{_UNIT})(?![\w/])"
    r"|(?P<scale>[kmb]|thousand|million|billion)?(?!\w))"
)
_COMPARED = re.compile(rf"(?:(?P<most>{MOST})|(?P<least>{LEAST}))\s*[$€£]?\s*{_FIGURE}", re.I)
_OR_MORE = re.compile(rf"{_FIGURE}\s*(?:\+|or (?P<more>more)|or (?:less|fewer))", re.I)
_BARE = re.compile(rf"[$€£]?\s*{_FIGURE}", re.I)
_STRICT = re.compile(r"^(?:<|>|under|below|above|over|less than|more than)$", re.I)
_PERCENT = r"(?P<number>\d[\d,]*(?:\.\d+)?)\s*(?:%|percent)"
_CHANGE = re.compile(
    r"^(?:(?P<down>reduc\w*|decreas\w*|cut|lower)|(?P<up>increas\w*|rais\w*|grow\w*|improv\w*))\b"
    rf".*?\bby\b[^\d]*{_PERCENT}",
    re.I,
)
_AGAINST = re.compile(
    rf"(?:(?P<most>{MOST})|(?P<least>{LEAST}))?\s*{_PERCENT}\s*"
    r"(?:(?P<down>below|under|lower than|less than|fewer than|faster than)"
    r"|above|over|higher than|more than|worse than|slower than|of)\s+(?:the |its )?baseline",
    re.I,
)
_SPAN = re.compile(r"\s*(?:days?|weeks?|months?|quarters?|years?)\b", re.I)
_NONE = re.compile(r"^(?:n/?a\b.*|none|no\b.*|unknown|-|)$", re.I)


@dataclass(frozen=True, kw_only=True)
class Amount:
    """A figure in the one unit of its kind: time in seconds, data in bytes, a share of one, or a count."""

    value: float
    kind: str  # time, data, share, count


@dataclass(frozen=True, kw_only=True)
class Target:
    """The most (`at_most`) or the least that a figure may be; `strict` where the limit itself is too much.

    With `of_baseline`, the limit is that many times the baseline, in whatever unit that has.
    """

    limit: Amount
    at_most: bool
    strict: bool = False
    of_baseline: bool = False


def deadline(outcome: Outcome) -> date | None:
    """The day by which the outcome is promised; None for one that is ongoing."""
    try:
        return date.fromisoformat(outcome.deadline)
    except ValueError:
        return None


def target(outcome: Outcome) -> Target | None:
    """What the promise asks of a figure; None where its target names none, but a state to reach."""
    text = outcome.target
    change = _CHANGE.match(text.strip()) or _AGAINST.search(text)
    if change is not None:
        return _relative(change)
    compared = next((one for one in _COMPARED.finditer(text) if not _is_time_limit(one)), None)
    if compared is not None:
        words = compared["most"] or compared["least"]
        return Target(
            limit=_amount(compared),
            at_most=compared["most"] is not None,
            strict=_STRICT.match(words) is not None,
        )
    found = _OR_MORE.search(text)
    if found is not None:
        at_most = found["more"] is None and "+" not in found[0]
        return Target(limit=_amount(found), at_most=at_most)
    bare = _BARE.match(text.strip())
    return Target(limit=_amount(bare), at_most=False) if bare is not None else None


def _is_time_limit(found: re.Match[str]) -> bool:
    """Whether it says by when ("within 2 weeks of GA"), not how much."""
    return _SPAN.match(found.string, found.end()) is not None


def _relative(found: re.Match[str]) -> Target:
    """So many percent from the baseline: a change that is asked for, or how much of one is allowed.

    "Reduce by 20 %" and "at least 20 % below the baseline" ask for a fall; "at most 10 % above the
    baseline" allows a rise.
    """
    part = float(found["number"].replace(",", "")) / 100
    falls = found["down"] is not None
    allows = "most" in found.re.groupindex and found["most"] is not None
    factor = 1 - part if falls else 1 + part
    limit = Amount(value=factor, kind="share")
    return Target(limit=limit, at_most=falls is not allows, of_baseline=True)


def baseline(outcome: Outcome) -> Amount | None:
    """The contract's own baseline, or None where there was none."""
    text = outcome.baseline.strip()
    found = None if _NONE.match(text) else _BARE.search(text)
    return _amount(found) if found is not None else None


def amount(value: float, unit: str) -> Amount:
    """A figure of that unit; an unknown unit counts things ("customers")."""
    word = unit.strip().casefold()
    if word in SHARES:
        return Amount(value=value, kind="share")
    known = UNITS.get(word) or UNITS.get(word.rstrip("s"))
    return (
        Amount(value=value * known[1], kind=known[0])
        if known
        else Amount(value=value, kind="count")
    )


def _amount(found: re.Match[str]) -> Amount:
    number = float(found["number"].replace(",", ""))
    if found["unit"]:
        return amount(number, found["unit"])
    return Amount(value=number * _SCALES[(found["scale"] or "").casefold()], kind="count")
