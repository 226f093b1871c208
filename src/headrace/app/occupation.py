"""Whether a home is in use: whoever works in one occupies it, and who begins it anew must have it alone."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from headrace.kernel.errors import Conflict


class HomeInUse(Conflict):
    """Somebody works in this home."""

    code = "home_in_use"


class Occupied:
    """A home that is held; alone at first, and together with others once it is shared."""

    def __init__(self, home: Path, descriptor: int) -> None:
        self._home, self._descriptor = home, descriptor

    def share(self) -> None:
        """Let others work here too. Raises HomeInUse if somebody took it in that moment."""
        _lock(self._descriptor, fcntl.LOCK_SH, self._home)


@contextmanager
def occupied(home: Path, *, alone: bool) -> Iterator[Occupied]:
    """Hold a home, which is made if it is missing, while working in it. Raises HomeInUse.

    The directory itself is locked: a process that dies holds nothing, and nothing is left behind.
    """
    home.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _lock(descriptor, fcntl.LOCK_EX if alone else fcntl.LOCK_SH, home)
        yield Occupied(home, descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def the_only_player(mark: Path) -> Iterator[None]:
    """Play a demonstration in the home that this file marks; two would decide for the same people.

    Raises HomeInUse.
    """
    with mark.open("rb") as file:
        _lock(file.fileno(), fcntl.LOCK_EX, mark.parent)
        yield


def _lock(descriptor: int, how: int, home: Path) -> None:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        raise HomeInUse(
            f"{home} is in use: a demonstration is played or a server runs there. Stop it first, or "
            "name another home with --home",
            home=str(home),
        ) from None
    except OSError:
        return  # a file system without locks, where nobody can be told
