"""Runbooks as machines read them: how to recognise a failure, and what is allowed within which limits."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Deed(StrEnum):
    """What operations may change. There is no other way to touch a running service from here."""

    SET_PARAMETER = "set-parameter"
    SCALE = "scale"  # a parameter that says how much of the machine is used
    RESTART = "restart"
    ROLL_BACK = "roll-back"
    KILL_FLAG = "kill-flag"


SAFETY = frozenset({Deed.ROLL_BACK, Deed.KILL_FLAG})
"""Deeds that only take something new away: nobody can be harmed more than before it was there."""

SHARE_LIMIT = 0.25
"""The largest share of a service's requests that a deed may touch without a person's yes."""


@dataclass(frozen=True, kw_only=True)
class Match:
    """Signs that a runbook knows. `signal` and `dimension` are patterns as in a shell, "" is any.

    `error` is a piece of text that the service's own log must hold, in any case.
    """

    signal: str = ""
    dimension: str = ""
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One deed of a remedy, with its authorised range.

    `subject` names the parameter or the flag; a restart and a roll-back need none. `change` says the
    new value from the present one: `=512`, `*2`, `+1`. `low` and `high` bound it. `affects` is the
    dimension that it touches, "" the whole service. `most` is how often it may be done in a day.
    """

    deed: Deed
    subject: str = ""
    change: str = ""
    low: float | None = None
    high: float | None = None
    affects: str = ""
    most: int | None = None


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """One way to make it well. What is not `automatic` is proposed to a person.

    `within` is how long the figure may take to come back, in the world's time, like all windows of
    metrics. `share` is the largest share of requests it may touch without a person.
    """

    name: str
    when: str = ""
    automatic: bool
    steps: tuple[Step, ...]
    within: timedelta
    share: float = SHARE_LIMIT

    @property
    def is_safety(self) -> bool:
        """Whether it only takes something away."""
        return bool(self.steps) and all(step.deed in SAFETY for step in self.steps)


@dataclass(frozen=True, kw_only=True)
class Runbook:
    """A runbook as it was approved. `version` is the artifact version whose limits these are."""

    name: str
    version: str
    service: str
    title: str
    matches: tuple[Match, ...]
    remedies: tuple[Remedy, ...]
    diagnosis: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Matched:
    """A runbook that knows an incident, and by which of its matches."""

    runbook: Runbook
    match: Match
    exactness: tuple[int, ...]
