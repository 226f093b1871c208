"""Patience with the database: which faults pass by themselves, and doing work again until one has."""

import time
from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa

T = TypeVar("T")

PATIENCE = 60.0
"""Real seconds for which a database that is away is waited for."""

_AGAIN = frozenset({"40001", "40P01"})  # the database itself asks for the same work again
_LONGEST_PAUSE = 2.0


def is_away(fault: BaseException) -> bool:
    """Whether the connection was lost or could not be made: nothing in the work is to blame."""
    if not isinstance(fault, sa.exc.DBAPIError):
        return isinstance(fault, sa.exc.TimeoutError)  # no connection of the pool came free
    state = getattr(fault.orig, "sqlstate", None)
    refused = isinstance(fault, sa.exc.OperationalError) and state is None
    # Classes of SQLSTATE: 08 lost connections, 57P a server that stops or starts.
    return fault.connection_invalidated or refused or str(state).startswith(("08", "57P"))


def is_passing(fault: BaseException) -> bool:
    """Whether the same work may succeed later: the database is away, or two transactions collided."""
    if not isinstance(fault, sa.exc.DBAPIError):
        return is_away(fault)
    away = isinstance(fault, sa.exc.InterfaceError | sa.exc.OperationalError)
    return away or is_away(fault) or getattr(fault.orig, "sqlstate", None) in _AGAIN


def patiently(
    work: Callable[[], T],
    *,
    passes: Callable[[BaseException], bool] = is_passing,
    seconds: float = PATIENCE,
    told: Callable[[BaseException], None] | None = None,
) -> T:
    """The result of `work`, done again while its faults pass, for so many real seconds at most.

    The work must be harmless to repeat: a lost connection may have committed. `told` hears of each
    fault. Raises the last fault when the time is over, and every other at once.
    """
    until = time.monotonic() + seconds
    pause = 0.05
    while True:
        try:
            return work()
        except (sa.exc.DBAPIError, sa.exc.TimeoutError) as fault:
            if not passes(fault) or time.monotonic() > until:
                raise
            if told is not None:
                told(fault)
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)


def tried(work: Callable[[], T], otherwise: T) -> T:
    """The result of `work`, or `otherwise` when the database gives none: for looks that come again."""
    try:
        return work()
    except (sa.exc.DBAPIError, sa.exc.TimeoutError):
        return otherwise
