"""Runs an operation again and again, killed a little later each time, and looks at what is left.

A program of its own, since it forks: `crash_points.py OPERATION FOLDER`. Before every call that
Python makes to the system on behalf of the operation, one attempt dies by SIGKILL. After each death
the repository must be sound and hold the old state or the new one; then the operation is repeated
and must reach the same end as if nothing had happened. Prints how many deaths there were.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from headrace.capabilities.record.git import commits, reading, repository, trailers
from headrace.capabilities.record.git.merging import Merged, merge
from headrace.capabilities.record.git.model import CommitNote, Person
from headrace.capabilities.record.git.repository import Repository
from headrace.capabilities.record.git.worktree_changes import commit_worktree
from headrace.capabilities.record.git.worktrees import find_worktree, worktree_add, worktree_remove

ADA = Person(name="Ada", email="ada@example.org")
CHANGE = trailers.change("CR-1")


def note(message):
    return CommitNote(
        message=message, author=ADA, committer=ADA, when=datetime(2026, 3, 15, tzinfo=UTC)
    )


def prepare(folder):
    """A repository with main, a branch to merge, and a worktree with work in it."""
    repo = repository.create(folder / "record.git")
    first = commits.commit_files(repo, "main", {"a": b"1\n", "b/c": b"2\n"}, note("One"), base=None)
    commits.commit_files(repo, "side", {"b/c": b"3\n"}, note("Two"), base=first, new_branch=True)
    commits.commit_files(repo, "main", {"a": b"4\n"}, note("Three"), base=first)
    tree = worktree_add(repo, folder / "work", "exec/m/work", base=first)
    (tree.path / "new").write_text("n")


def create(folder):
    path = folder / "fresh.git"
    return repository.create(path) if not path.exists() else repository.open_existing(path)


def commit(folder):
    repo = Repository(folder / "record.git")
    base = reading_base(repo)
    return commits.commit_files(repo, "main", {"d/e": b"5\n", "a": None}, note("Four"), base=base)


def merge_side(folder):
    repo = Repository(folder / "record.git")
    outcome = merge(
        repo, "main", repository.head(repo, "side"), CHANGE, note("Merge"), check=lambda *_: ()
    )
    assert isinstance(outcome, Merged)
    return outcome.commit


def add_worktree(folder):
    repo = Repository(folder / "record.git")
    tree = worktree_add(
        repo, folder / "more", "exec/m/more", base=reading_base(repo), sparse_paths=["b/"]
    )
    assert find_worktree(repo, tree.path) == tree
    assert (tree.path / "b" / "c").read_text() == "2\n"
    return tree.branch


def commit_in_worktree(folder):
    repo = Repository(folder / "record.git")
    tree = find_worktree(repo, folder / "work")
    commit_worktree(tree, note("Work"))
    head = repository.head(repo, tree.branch)
    assert [entry.path for entry in reading.list_tree(repo, head)] == ["a", "b/c", "new"]
    return head


def remove_worktree(folder):
    repo = Repository(folder / "record.git")
    worktree_remove(repo, folder / "work")
    assert not (folder / "work").exists()
    assert list((repo.path / "worktrees").glob("*")) == []
    assert list(repo.path.glob("*removed*")) == []
    return "removed"


def reading_base(repo):
    """The commit that main stood at when everything was prepared, also after main has moved."""
    found = subprocess.run(
        ["git", "log", "--format=%H", "--grep=^Three$", "main"],
        cwd=repo.path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return found.stdout.strip()


OPERATIONS: dict[str, Callable[[Path], object]] = {
    operation.__name__: operation
    for operation in (
        create, commit, merge_side, add_worktree, commit_in_worktree, remove_worktree,
    )
}  # fmt: skip


@dataclass
class Countdown:
    """Dies at the given call to the system, counted from 0; `-1` never."""

    left: int

    def __call__(self, event: str, _: object) -> None:
        if event.split(".")[0] in ("open", "os", "subprocess", "shutil", "fcntl"):
            self.left -= 1
            if self.left == -1:  # and not below: the kill itself is such a call too
                os.kill(os.getpid(), signal.SIGKILL)


def attempt(operation, folder, dies_at):
    """The operation in a child of its own; whether it lived to the end."""
    child = os.fork()
    if child == 0:
        sys.addaudithook(Countdown(dies_at))
        operation(folder)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL)
    return status == 0


def is_sound(path):
    checked = subprocess.run(
        ["git", "fsck", "--strict", "--no-dangling"], cwd=path, capture_output=True
    )
    assert checked.returncode == 0, checked.stderr


def main(name, place):
    operation = OPERATIONS[name]
    undisturbed, folder = None, place / "now"
    # Worktrees know their absolute place, so every attempt is prepared where it will run.
    for dies_at in count(-1):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        prepare(folder)
        before = repository.heads(Repository(folder / "record.git"))
        lived = attempt(operation, folder, dies_at)
        is_sound(folder / "record.git")
        between = repository.heads(Repository(folder / "record.git"))
        end = operation(folder)
        after = repository.heads(Repository(folder / "record.git"))
        undisturbed = undisturbed or (end, after)
        assert (end, after) == undisturbed, f"another end after a death at {dies_at}"
        assert all(between.get(b) in (before.get(b), after[b]) for b in after)
        if lived and dies_at >= 0:
            print(dies_at)
            return


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
