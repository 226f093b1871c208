"""Running one command with all its children: bounded in time and output, and gone afterwards."""

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import IO

from headrace.capabilities.agents.brains.cancellation import Cancellation

CHUNK = 65_536


@dataclass(frozen=True, kw_only=True)
class Command:
    """What to run, where, with which environment (nothing is inherited), how long at most."""

    argv: Sequence[str]
    place: Path
    environment: Mapping[str, str]
    at_most: timedelta
    grace: timedelta
    output_bytes: int


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command ended. `output` is the end of what it wrote; `output_cut` says that the start is lost."""

    exit_code: int
    over_time: bool
    output: str
    output_cut: bool
    duration: timedelta


def run(command: Command, cancellation: Cancellation) -> Ended:
    """Run to the end, or to the limit of time, or to a stop; then nothing of its group is alive.

    A child that makes itself a session of its own leaves the group; only a sandbox holds such a one.
    Raises OSError when the command cannot be started, Cancelled when a stop was asked for.
    """
    cancellation.check()
    began = monotonic()
    process = subprocess.Popen(
        list(command.argv),
        cwd=command.place,
        env=dict(command.environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    tail = _Tail(limit=command.output_bytes)
    reader = threading.Thread(target=tail.read, args=(process.stdout,), daemon=True)
    reader.start()
    over_time = _wait(process, command, cancellation)
    reader.join(command.grace.total_seconds())
    cancellation.check()
    return Ended(
        exit_code=process.returncode,
        over_time=over_time,
        output=tail.text(),
        output_cut=tail.cut,
        duration=timedelta(seconds=monotonic() - began),
    )


def _wait(process: "subprocess.Popen[bytes]", command: Command, cancellation: Cancellation) -> bool:
    """Wait for the end and clear up; whether the time ran out."""
    woken = threading.Event()
    waiter = threading.Thread(target=_wake_at_exit, args=(process.pid, woken), daemon=True)
    waiter.start()
    with cancellation.watched_by(woken.set):
        in_time = woken.wait(command.at_most.total_seconds())
    if waiter.is_alive():
        _signal(process.pid, signal.SIGTERM)
        waiter.join(command.grace.total_seconds())
    # The leader is not reaped yet, so its number still names this group and no other.
    _signal(process.pid, signal.SIGKILL)
    waiter.join()
    process.wait()
    return not in_time


def _wake_at_exit(pid: int, woken: threading.Event) -> None:
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    woken.set()


def _signal(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return


@dataclass(kw_only=True)
class _Tail:
    """The last bytes of a stream, read to its end so that the writer never blocks."""

    limit: int
    kept: bytes = b""
    cut: bool = False

    def read(self, stream: IO[bytes]) -> None:
        with stream:
            while chunk := stream.read1(CHUNK):  # type: ignore[attr-defined]  # a pipe is buffered
                self.kept += chunk
                if len(self.kept) > self.limit:
                    self.cut = True
                    self.kept = self.kept[-self.limit :]

    def text(self) -> str:
        return self.kept.decode("utf-8", errors="replace")
