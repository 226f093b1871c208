"""Patience with the database: what an act does in rows waits a minute for it, as a flow's verbs do."""

import time
from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa

T = TypeVar("T")

_PATIENCE = 60.0  # real seconds
_AGAIN = frozenset({"40001", "40P01"})  # the database asks for the same work again


def patiently(work: Callable[[], T]) -> T:
    """The result of `work`, done again while the database is away or two transactions collide."""
    until = time.monotonic() + _PATIENCE
    pause = 0.05
    while True:
        try:
            return work()
        except sa.exc.DBAPIError as fault:
            if not _passing(fault) or time.monotonic() > until:
                raise
            time.sleep(pause)
            pause = min(pause * 2, 2.0)


def tried(work: Callable[[], T], otherwise: T) -> T:
    """The result of `work`, or `otherwise` when the database does not give one: for looks that come again."""
    try:
        return work()
    except sa.exc.DBAPIError:
        return otherwise


def _passing(fault: sa.exc.DBAPIError) -> bool:
    away = isinstance(fault, sa.exc.InterfaceError | sa.exc.OperationalError)
    return away or fault.connection_invalidated or getattr(fault.orig, "sqlstate", None) in _AGAIN
