"""What a benchmark is here: our way and a floor or peer, doing the same amount of work."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two ways. `ready` prepares, untimed, and yields what is timed."""

    name: str
    ready: Callable[[], AbstractContextManager[Callable[[], object]]]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Ours beside the other; one call of either does `units` units of the same work.

    `counted` says in words what a unit is. The two are timed in turns, `rounds` times each, so
    that a busy machine slows both alike.
    """

    name: str
    counted: str
    ours: Side
    other: Side
    units: int = 1
    rounds: int = 11
