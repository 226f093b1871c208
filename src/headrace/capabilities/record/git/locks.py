"""Mutual exclusion between processes that survives `kill -9`, and the removal of lock files the dead left.

Git's own lock files say neither who made them nor whether that process lives, so a killed process
leaves a branch that nobody can move. Here every writer first takes a `flock`, which the kernel frees
when its holder dies (Git's child process holds it too, so it outlives a killed parent), and writes
into it which of Git's lock files it may create. Who takes it next removes what a dead holder left.
"""

import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from headrace.capabilities.record.git.errors import GitTimedOut, RepositoryBusy
from headrace.kernel import fence
from headrace.kernel.errors import HeadraceError

LOCK_NAME = "headrace-writer"
"""The file, in a repository's or worktree's Git folder, that carries the flock and the intent."""

PATIENCE = timedelta(seconds=30)
"""How long to wait for another writer; moving a branch takes it milliseconds."""

FOREIGN_LOCK_DEAD_AFTER = timedelta(minutes=10)
"""Age at which a lock file of a Git that does not know our flock counts as left by a dead process."""


@contextmanager
def exclusive(
    git_dir: Path,
    guarded: Sequence[Path],
    *,
    patience: timedelta = PATIENCE,
    name: str = LOCK_NAME,
) -> Iterator[int]:
    """Holds the writer's lock of `git_dir`; gives its descriptor for Git's child to keep open.

    `guarded` are the lock files that the block may make Git create. RepositoryBusy when another
    writer does not finish within `patience`. Fenced when the act that writes belongs to another
    process by now: asked under the lock, so a writer that froze before it writes nothing any more,
    and one that froze behind it keeps everybody else from writing.
    """
    descriptor = _acquired(git_dir / name, patience)
    try:
        fence.check()
        _remove_what_a_dead_holder_left(descriptor, git_dir)
        _remove_ancient(guarded)
        _write_intent(descriptor, guarded)
        try:
            yield descriptor
        except HeadraceError as error:
            # Git has ended by itself and taken its lock files along; a Git that was stopped has not,
            # and for that the intent stays and the next holder cleans up.
            if not isinstance(error, GitTimedOut):
                _write_intent(descriptor, ())
            raise
        _write_intent(descriptor, ())
    finally:
        os.close(descriptor)


def _acquired(place: Path, patience: timedelta) -> int:
    deadline = time.monotonic() + patience.total_seconds()
    pause_seconds = 0.001
    while True:
        descriptor = os.open(place, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        if _try_lock(descriptor, place):
            return descriptor
        os.close(descriptor)
        if time.monotonic() > deadline:
            raise RepositoryBusy(
                f"another process has been writing to {place.parent} for {patience}; try again"
            )
        time.sleep(pause_seconds)
        pause_seconds = min(pause_seconds * 2, 0.05)


def _try_lock(descriptor: int, place: Path) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # A holder may delete the file with what it guarded; a lock on a file without a name is none.
        return os.path.samestat(os.fstat(descriptor), os.stat(place))
    except (BlockingIOError, FileNotFoundError):
        return False


def _remove_what_a_dead_holder_left(descriptor: int, git_dir: Path) -> None:
    # A torn line was written by one that was killed before it began.
    written = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
    for name in written.decode("utf-8", "surrogateescape").split("\0"):
        place = git_dir / name
        # The file lies where an agent might write: it must not become a way to delete anything.
        if place.suffix == ".lock" and place.resolve().is_relative_to(git_dir.resolve()):
            place.unlink(missing_ok=True)


def _remove_ancient(guarded: Sequence[Path]) -> None:
    for place in guarded:
        try:
            age_seconds = time.time() - place.stat().st_mtime
        except (FileNotFoundError, NotADirectoryError):
            continue
        if age_seconds > FOREIGN_LOCK_DEAD_AFTER.total_seconds():
            place.unlink(missing_ok=True)


def _write_intent(descriptor: int, guarded: Sequence[Path]) -> None:
    os.ftruncate(descriptor, 0)
    if guarded:
        os.pwrite(descriptor, b"\0".join(map(os.fsencode, guarded)), 0)
