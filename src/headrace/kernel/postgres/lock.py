"""One starter, stopper or destroyer at a time for each data directory."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from headrace.kernel.postgres.model import DirectoryBusy, DirectoryUnreachable
from headrace.kernel.postgres.private_files import give_to

PATIENCE = timedelta(seconds=120)
"""Longer than a start may take, so that waiting for another's start ends well."""

_POLL_SECONDS = 0.05


@contextlib.contextmanager
def held(path: Path, patience: timedelta = PATIENCE) -> Iterator[None]:
    """Hold the lock file `path` while the block runs. Raises DirectoryBusy after `patience`.

    The system lets go of it when the holder dies, however it dies; children do not inherit it.
    """
    handle = _acquire(path, time.monotonic() + patience.total_seconds())
    try:
        yield
    finally:
        os.close(handle)


def _acquire(path: Path, deadline: float) -> int:
    while True:
        handle = _open(path)
        if _try(handle) and _is_still(path, handle):
            _note_holder(handle)
            return handle
        holder = os.pread(handle, 32, 0).decode(errors="replace").strip()
        os.close(handle)
        if time.monotonic() > deadline:
            raise DirectoryBusy(
                f"Process {holder or 'unknown'} has been starting or stopping the database in "
                f"{path.parent} for too long. Wait for it or end it, then try again.",
                holder=holder,
            )
        time.sleep(_POLL_SECONDS)


def _open(path: Path) -> int:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise DirectoryUnreachable(
            f"Cannot open the lock {path}: {error.strerror}. Run Headrace as the user who owns "
            "this directory.",
            path=str(path),
        ) from error
    parent = path.parent.stat()
    give_to(handle, parent.st_uid, parent.st_gid)
    return handle


def _try(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_still(path: Path, handle: int) -> bool:
    """Whether the locked file is the one at `path`: a destroyer removes it while others wait."""
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(path.stat(), os.fstat(handle))
    return False


def _note_holder(handle: int) -> None:
    os.ftruncate(handle, 0)
    os.pwrite(handle, str(os.getpid()).encode(), 0)
