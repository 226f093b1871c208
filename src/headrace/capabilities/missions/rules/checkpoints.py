"""Checkpoints: when each is due, and which of those that are due is measured. Pure."""

import calendar
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from headrace.capabilities.missions.model.measurements import (
    Checkpoint,
    CheckpointKind,
    CheckpointState,
)

_WORDS = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]
_TIMING = re.compile(
    rf"\b(?P<number>\d+|an?|{'|'.join(_WORDS)})\s*[- ]?(?P<unit>hour|day|week|month|quarter)s?\b",
    re.I,
)
_MONTHS = {"month": 1, "quarter": 3}
OPEN = frozenset({CheckpointState.WAITING, CheckpointState.PENDING})
"""States in which a checkpoint has not been begun."""


def due(timing: str, available: datetime) -> datetime | None:
    """When a timing such as "two weeks after GA" is due; None when it names no time."""
    found = _TIMING.search(timing)
    if found is None:
        return None
    word, unit = found["number"].casefold(), found["unit"].casefold()
    number = int(word) if word.isdigit() else 1 if word in {"a", "an"} else _WORDS.index(word) + 1
    if unit in _MONTHS:
        return _months_later(available, number * _MONTHS[unit])
    return available + timedelta(**{f"{unit}s": number})


def _months_later(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.month - 1 + months, 12)
    last = calendar.monthrange(moment.year + year, month + 1)[1]
    return moment.replace(year=moment.year + year, month=month + 1, day=min(moment.day, last))


def overtaken(one: Checkpoint, every: Sequence[Checkpoint], now: datetime) -> Checkpoint | None:
    """The later checkpoint that is due too, so that this one's time is over; None while it is not."""
    assert one.due is not None  # only what is due is overtaken
    later = [
        other
        for other in every
        if other.id != one.id
        and other.kind is not CheckpointKind.BASELINE
        and other.due is not None
        and one.due < other.due <= now
        and other.state is not CheckpointState.SKIPPED
    ]
    return min(later, key=lambda other: other.due or now, default=None)
