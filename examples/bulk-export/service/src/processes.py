"""Processes beside the one that answers, for work that would hold Python's lock too long."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, TypeVar

Given = TypeVar("Given")
POLITENESS = 5
"""How far they stand back (`nice`): whoever waits for an answer is served first."""


class ProcessLost(Exception):
    """A process ended amid its work; the work may be tried again, in another one."""


class Processes:
    """Up to `count` processes, each started when it is first needed and kept for the next work.

    With 0 of them, work is done where it is asked for. They end with whoever started them.
    """

    def __init__(self, count: int) -> None:
        self._free = threading.BoundedSemaphore(count) if count else None
        self._idle: list[_Process] = []

    def run(self, work: Callable[..., Given], *values: object) -> Given:
        """What `work` gives or raises. It is found by its module and name, and gets copies."""
        if self._free is None:
            return work(*values)
        with self._free:
            process = self._taken()
            try:
                given, error = process.do(work, values)
            except BaseException:
                process.end()
                raise
            self._idle.append(process)
        if error is not None:
            raise error
        return given

    def _taken(self) -> "_Process":
        try:
            return self._idle.pop()
        except IndexError:
            return _Process()

    def close(self) -> None:
        """End those that have nothing to do."""
        while self._idle:
            self._idle.pop().end()


class _Process:
    def __init__(self) -> None:
        self._line, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())], pass_fds=[theirs.fileno()]
            )

    def do(self, work: Callable[..., Any], values: tuple[object, ...]) -> tuple[Any, Exception]:
        try:
            self._line.send((work, values))
            return self._line.recv()
        except (EOFError, OSError) as cause:
            raise ProcessLost("The process that did this ended; try again.") from cause

    def end(self) -> None:
        self._line.close()
        self._process.terminate()
        self._process.wait()


def _serve(line: Connection) -> None:
    """Do what is asked until nobody can ask any more: then the other end of the line is closed."""
    os.nice(POLITENESS)
    while True:
        try:
            work, values = line.recv()
        except EOFError:
            return
        line.send(_done(work, values))


def _done(work: Callable[..., Any], values: tuple[object, ...]) -> tuple[Any, Exception | None]:
    try:
        return work(*values), None
    except Exception as error:  # noqa: BLE001 -- whoever asked is told
        return None, error


if __name__ == "__main__":
    _serve(Connection(int(sys.argv[1])))
