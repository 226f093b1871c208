"""Tells whether a process id from a file really is the server that wrote it."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from headrace.kernel.postgres.private_files import read_if_there

_PROC = Path("/proc")
_PS_SECONDS = 10
_DEAD_STATES = frozenset("ZXx")
"""Linux and ps: a zombie has ended and only waits for its parent to notice."""


@dataclass(frozen=True, kw_only=True)
class PidFile:
    """What PostgreSQL writes to postmaster.pid when it starts."""

    pid: int
    port: int


def pid_file(cluster: Path) -> Path:
    """Where PostgreSQL notes its process."""
    return cluster / "postmaster.pid"


def read_pid_file(cluster: Path) -> PidFile | None:
    """The noted process, alive or not; None when there is none or it is still being written."""
    lines = (read_if_there(pid_file(cluster)) or "").splitlines()
    with contextlib.suppress(IndexError, ValueError):
        return PidFile(pid=abs(int(lines[0])), port=int(lines[3]))
    return None


def serving(cluster: Path) -> PidFile | None:
    """The noted process if it lives and is the PostgreSQL server of this very cluster."""
    noted = read_pid_file(cluster)
    return noted if noted is not None and is_server_of(noted.pid, cluster) else None


def is_server_of(pid: int, cluster: Path) -> bool:
    """Whether `pid` runs PostgreSQL on `cluster`: not a zombie, not a stranger with the same number.

    Backends of the cluster do not count: they rewrite their command line, the server does not.
    """
    command = _command_line(pid)
    if command is None or "postgres" not in command:
        return False
    return any(f" -D {place} " in f"{command} " for place in {cluster, cluster.resolve()})


def exists(pid: int) -> bool:
    """Whether the number is taken by any process, be it a zombie or another user's."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return pid > 0


def is_alive(pid: int) -> bool:
    """Whether `pid` exists and has not ended."""
    return _command_line(pid) is not None


def working_in(cluster: Path) -> Sequence[int]:
    """Processes that still work in the cluster, such as backends whose server was killed.

    Empty where the system does not tell (not Linux); PostgreSQL's own check of shared memory
    then stands alone.
    """
    return [int(entry.name) for entry in _PROC.glob("[0-9]*") if _works_in(entry, cluster)]


def _works_in(entry: Path, cluster: Path) -> bool:
    try:
        return os.path.samefile(entry / "cwd", cluster) and is_alive(int(entry.name))
    except OSError:  # ended meanwhile, or another user's
        return False


def _command_line(pid: int) -> str | None:
    """The command line of a living process, words joined by blanks; None when it has ended."""
    if pid <= 0:
        return None
    return _from_proc(pid) if sys.platform == "linux" else _from_ps(pid)


def _from_proc(pid: int) -> str | None:
    try:
        facts = (_PROC / str(pid) / "stat").read_text(errors="replace")
        command = (_PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return None
    state = facts.rpartition(")")[2].split()[0]  # the name before it may hold blanks and brackets
    return None if state in _DEAD_STATES else command.replace(b"\0", b" ").decode(errors="replace")


def _from_ps(pid: int) -> str | None:
    shown = subprocess.run(
        ["ps", "-ww", "-o", "stat=,command=", "-p", str(pid)],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=_PS_SECONDS,
        check=False,
    )
    state, _, command = shown.stdout.strip().partition(" ")
    return command.strip() if state and state[0] not in _DEAD_STATES else None
