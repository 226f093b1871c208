"""The fence: what a process would still do to the world after its work was given to another is refused.

A process may be frozen for minutes in the middle of an act and wake up where it stood. Whoever is
about to touch the world for good (move a branch, put a file) asks here first, under the lock that
makes the touch exclusive where there is one: then no other can have been at work in between.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Fenced(Exception):
    """This process lost its lease: another has its work, and whatever it does now is refused."""


_CHECK: ContextVar[Callable[[], None] | None] = ContextVar("fence", default=None)


def check() -> None:
    """Raises Fenced when the act that runs here belongs to another by now; outside acts, nothing."""
    refuse = _CHECK.get()
    if refuse is not None:
        refuse()


@contextmanager
def guarded(refuse: Callable[[], None]) -> Iterator[None]:
    """Let `refuse` be asked by every check within the block, on this thread."""
    before = _CHECK.set(refuse)
    try:
        yield
    finally:
        _CHECK.reset(before)
