"""One writer at a time; what a dead one left is removed, what a living one holds is not."""

import os
import subprocess
import sys
import threading
from datetime import timedelta

import pytest

from headrace.capabilities.record.git import locks
from headrace.capabilities.record.git.errors import GitTimedOut, RepositoryBusy
from headrace.kernel.errors import Conflict

AT_ONCE = timedelta(0)

DIES_HOLDING = """
import os, signal, sys
from pathlib import Path
from headrace.capabilities.record.git import locks
folder = Path(sys.argv[1])
with locks.exclusive(folder, [folder / "main.lock"]):
    (folder / "main.lock").touch()
    (folder / "other.lock").touch()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def is_refused(folder):
    """Whether a writer that does not wait is turned away."""
    try:
        with locks.exclusive(folder, [], patience=AT_ONCE):
            return False
    except RepositoryBusy:
        return True


def dies_with(error, folder):
    """Ends a guarded piece of work with `error` while a lock file of Git is there."""
    with locks.exclusive(folder, [folder / "main.lock"]):
        (folder / "main.lock").touch()
        raise error


def test_a_second_writer_waits_and_is_then_told(tmp_path):
    with locks.exclusive(tmp_path, []):
        refused = is_refused(tmp_path)

    assert refused
    assert not is_refused(tmp_path)


def test_threads_of_one_process_exclude_each_other_too(tmp_path):
    inside, most = [], []

    def write():
        for _ in range(20):
            with locks.exclusive(tmp_path, []):
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(most) == 80
    assert set(most) == {1}


def test_what_a_killed_writer_left_is_removed_and_nothing_else(tmp_path):
    ended = subprocess.run([sys.executable, "-c", DIES_HOLDING, str(tmp_path)])
    assert ended.returncode == -9
    assert (tmp_path / "main.lock").exists()

    with locks.exclusive(tmp_path, [], patience=AT_ONCE):
        assert not (tmp_path / "main.lock").exists()
        assert (tmp_path / "other.lock").exists()


def test_the_lock_of_another_git_is_left_alone_until_it_is_surely_dead(tmp_path):
    foreign = tmp_path / "main.lock"
    foreign.touch()

    with locks.exclusive(tmp_path, [foreign]):
        assert foreign.exists()
    age = locks.FOREIGN_LOCK_DEAD_AFTER.total_seconds() + 60
    os.utime(foreign, (foreign.stat().st_mtime - age,) * 2)
    with locks.exclusive(tmp_path, [foreign]):
        assert not foreign.exists()


@pytest.mark.parametrize(
    ("error", "kept"),
    [(Conflict("refused"), True), (GitTimedOut("hung"), False), (KeyboardInterrupt(), False)],
    ids=["an ordinary refusal", "a git that was stopped", "a crash"],
)
def test_only_after_an_unclean_end_does_the_next_writer_clean_up(tmp_path, error, kept):
    with pytest.raises(type(error)):
        dies_with(error, tmp_path)

    with locks.exclusive(tmp_path, []):
        assert (tmp_path / "main.lock").exists() is kept


@pytest.mark.parametrize(
    "name", ["../victim.lock", "config", "/etc/victim.lock", "link/victim.lock"]
)
def test_a_forged_intent_deletes_nothing_outside(tmp_path, name):
    folder, outside = tmp_path / "git", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    victims = [tmp_path / "victim.lock", folder / "config", outside / "victim.lock"]
    for victim in victims:
        victim.touch()
    (folder / "link").symlink_to(outside)
    (folder / locks.LOCK_NAME).write_text(name)

    with locks.exclusive(folder, []):
        pass

    assert all(victim.exists() for victim in victims)


@pytest.mark.parametrize("content", ["/", "\0", "\0\0", "refs/he", "x" * 5000, "a.lock/b.lock"])
def test_a_torn_intent_does_not_stop_the_next_writer(tmp_path, content):
    (tmp_path / locks.LOCK_NAME).write_text(content)

    assert not is_refused(tmp_path)


def test_the_child_holds_the_lock_on_when_its_parent_is_gone(tmp_path):
    with locks.exclusive(tmp_path, []) as lock:
        child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, pass_fds=(lock,))

    refused = is_refused(tmp_path)
    child.communicate()

    assert refused
    assert not is_refused(tmp_path)


def test_a_lock_whose_file_was_deleted_is_none(tmp_path):
    with locks.exclusive(tmp_path, []):
        (tmp_path / locks.LOCK_NAME).unlink()
        with locks.exclusive(tmp_path, [], patience=AT_ONCE):
            assert (tmp_path / locks.LOCK_NAME).exists()
