"""Processes that a test has had ended: whether they are gone."""

import time
from contextlib import suppress

import psutil

PATIENCE = 10.0
"""Seconds; what was killed is buried when the kernel comes to it."""


def is_gone(number: int) -> bool:
    """Whether a process has ended, now or within the patience of a busy machine."""
    until = time.monotonic() + PATIENCE
    while _lives(number) and time.monotonic() < until:
        time.sleep(0.05)
    return not _lives(number)


def _lives(number: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(number).status() != psutil.STATUS_ZOMBIE
    return False
