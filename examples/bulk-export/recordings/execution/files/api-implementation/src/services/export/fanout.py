"""Fan-out and fan-in: one reader feeds several converters, and results come back as they are ready.

A job of the framework runs in one thread from start to end. Chunks are converted outside the
process that answers, so several are converted side by side. What is in flight is bounded: whatever
the size of the dataset, no more than `ahead` chunks are begun.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from queue import SimpleQueue
from typing import TypeVar

Piece = TypeVar("Piece")
Made = TypeVar("Made")


def fan_out(
    pieces: Iterable[Piece], make: Callable[[Piece], Made], *, workers: int, ahead: int
) -> Iterator[Made]:
    """What `make` gives for each piece, in the order in which it is ready.

    Leaving the loop early, or an error in any worker, drops what has not started and waits for
    what has: when this ends, nobody writes any more.
    """
    pool = ThreadPoolExecutor(workers, thread_name_prefix="export-fan-out")
    ready: SimpleQueue[Future[Made]] = SimpleQueue()
    try:
        flying: set[Future[Made]] = set()
        for piece in pieces:
            # A copy of the context for each worker carries the trace id into its log lines.
            future = pool.submit(copy_context().run, make, piece)
            future.add_done_callback(ready.put)
            flying.add(future)
            if len(flying) >= ahead:
                _, flying = wait(flying, return_when=FIRST_COMPLETED)
            yield from _landed(ready)
        wait(flying)
        yield from _landed(ready)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _landed(ready: "SimpleQueue[Future[Made]]") -> Iterator[Made]:
    while not ready.empty():
        yield ready.get().result()
