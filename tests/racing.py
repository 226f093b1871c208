"""Racing: the same act in several threads that begin together."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from headrace.kernel.errors import HeadraceError

T = TypeVar("T")


def at_once(count: int, act: Callable[[int], T]) -> Sequence[T | HeadraceError]:
    """What each of `count` threads gives, by its number; a refusal is given, a defect raised."""
    start = Barrier(count)

    def one(number: int) -> T | HeadraceError:
        start.wait()
        try:
            return act(number)
        except HeadraceError as refusal:
            return refusal

    with ThreadPoolExecutor(max_workers=count) as threads:
        return list(threads.map(one, range(count)))
