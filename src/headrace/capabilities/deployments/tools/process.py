"""A service's process: started in a group of its own, found again after a crash, ended whole.

Which process it is, is told by two files of a run. `lock` is held by the process itself: it inherits
the open file, and the kernel frees it when the process is gone, however that came; no number of a
process that was used again can deceive anybody. `pid` is written by the process before it becomes the
service, so that there is no moment in which one lives that nobody could find. This works without the
host, which may be killed at any time.
"""

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

# The shell becomes the service: the number it writes is the service's own.
_BECOME = 'echo "$$" > "$0.draft" && mv "$0.draft" "$0" && exec "$@"'
_PID_WITHIN = 5.0


@dataclass
class Process:
    """One process of a service, ours or one that a former host of this machine started."""

    run: Path  # its folder, with `lock` and `pid`
    child: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def pid(self) -> int | None:
        """Its number, which is that of its group too; None before it has told it."""
        try:
            return int((self.run / "pid").read_text())
        except (FileNotFoundError, ValueError):
            return None

    def lives(self) -> bool:
        """Whether it still runs."""
        if self.child is not None:
            return not _has_ended(self.child)
        return _is_held(self.run / "lock")

    def how_it_ended(self) -> str:
        """In words, for the history; only whose child it is can tell exactly."""
        code = None if self.child is None else self.child.poll()
        if code is None:
            return "its process is gone"
        if code < 0:
            return f"its process was ended by {signal.Signals(-code).name}"
        return f"its process ended with exit code {code}"

    def end(self, *, patience: float = 10.0) -> None:
        """Ask the whole group to end, and end what does not. Repeats do nothing."""
        pid = self._known_pid()
        if pid is None:
            return
        self._signal(pid, signal.SIGTERM)
        until = time.monotonic() + patience
        while self.lives() and time.monotonic() < until:
            time.sleep(0.05)
        # A child of ours that nobody has waited for keeps its number, so the group is still its own.
        if self.child is not None or self.lives():
            self._signal(pid, signal.SIGKILL)
        if self.child is not None:
            self.child.wait()

    def _known_pid(self) -> int | None:
        """Its number while it lives; one that has just been started tells it in a moment."""
        until = time.monotonic() + _PID_WITHIN
        while self.lives():
            if self.pid is not None or time.monotonic() > until:
                return self.pid
            time.sleep(0.01)
        return self.child.pid if self.child is not None else None

    @staticmethod
    def _signal(pid: int, number: signal.Signals) -> None:
        try:
            os.killpg(pid, number)
        except (ProcessLookupError, PermissionError):
            return


def start(
    command: Sequence[str],
    *,
    run: Path,
    folder: Path,
    environment: Mapping[str, str],
    output: Path,
) -> Process:
    """A new process of a command, in a folder, with this environment and no other.

    Raises OSError when the run's lock cannot be made. A command that does not exist ends at once.
    """
    run.mkdir(parents=True, exist_ok=True)
    (run / "pid").unlink(missing_ok=True)
    lock = os.open(run / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with output.open("ab") as written:
            child = subprocess.Popen(
                ["/bin/sh", "-c", _BECOME, str(run / "pid"), *command],
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(lock,),
            )
    finally:
        os.close(lock)  # ours; the child's keeps it held
    return Process(run=run, child=child)


def _has_ended(child: subprocess.Popen[bytes]) -> bool:
    """Without laying it to rest, which would give its number away."""
    if child.returncode is not None:
        return True
    ended = os.WEXITED | os.WNOHANG | os.WNOWAIT
    return os.waitid(os.P_PID, child.pid, ended) is not None


def _is_held(lock: Path) -> bool:
    try:
        descriptor = os.open(lock, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
