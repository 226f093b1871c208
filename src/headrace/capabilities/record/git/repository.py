"""A bare repository on this machine: made, opened, its branches listed and one moved by compare-and-set."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pygit2.enums import ReferenceType

from headrace.capabilities.record.git import branches as names
from headrace.capabilities.record.git.errors import (
    BranchCheckedOut,
    BranchMoved,
    BranchNameTaken,
    BranchNotFound,
    GitFailed,
    RepositoryBusy,
    RepositoryExists,
)
from headrace.capabilities.record.git.library import commit_object, opened
from headrace.capabilities.record.git.locks import exclusive
from headrace.capabilities.record.git.model import CommitId
from headrace.capabilities.record.git.process import Git

_HEADS = "refs/heads/"
_MAINTENANCE_TIMEOUT = timedelta(hours=1)


@dataclass(frozen=True)
class Repository:
    """A bare repository; only its place, so it can be kept, compared and sent to another process."""

    path: Path

    @property
    def git(self) -> Git:
        """Git's command line on this repository."""
        return Git(git_dir=self.path)


def create(path: Path, default_branch: str = "main") -> Repository:
    """A new empty bare repository at `path`; RepositoryExists when something is there already.

    It appears whole or not at all: what a killed process began is swept away by the next attempt.
    """
    names.checked(default_branch)
    return built(path, lambda unfinished: initialise(unfinished, default_branch))


def open_existing(path: Path) -> Repository:
    """The bare repository at `path`; RepositoryNotFound when there is none."""
    opened(path)
    return Repository(path.resolve())


def default_branch(repository: Repository) -> str:
    """The branch that a reader of the repository sees first; it may not have a commit yet."""
    target = opened(repository.path).references["HEAD"].target
    return str(target).removeprefix(_HEADS)


def heads(repository: Repository, prefix: str = "") -> dict[str, CommitId]:
    """Every branch whose name starts with `prefix`, sorted by name, and the commit it stands at."""
    references = opened(repository.path).references
    found = (references[name] for name in references if name.startswith(_HEADS + prefix))
    return {
        reference.name.removeprefix(_HEADS): CommitId(str(reference.target))
        for reference in sorted(found, key=lambda reference: reference.name)
        if reference.type == ReferenceType.DIRECT
    }


def head(repository: Repository, branch: str) -> CommitId:
    """The commit that `branch` stands at; BranchNotFound when there is no such branch."""
    commit = find_head(repository, branch)
    if commit is None:
        raise BranchNotFound(
            f"{repository.path.name} has no branch {branch!r}; "
            "look for its name among the branches, or create it",
            branch=branch,
        )
    return commit


def find_head(repository: Repository, branch: str) -> CommitId | None:
    """The commit that `branch` stands at, or None when there is no such branch."""
    reference = opened(repository.path).references.get(_HEADS + names.checked(branch))
    if reference is None or isinstance(reference.target, str):
        return None
    return CommitId(str(reference.target))


def move_branch(
    repository: Repository,
    branch: str,
    *,
    expected: CommitId | None,
    to: CommitId | None,
    from_worktree: str | None = None,
) -> None:
    """Moves `branch` from `expected` to `to` in one step; None stands for "no such branch".

    BranchMoved when it stands elsewhere, BranchNameTaken when a new name collides with a branch's
    folder, BranchCheckedOut when a worktree other than `from_worktree` works on it.
    """
    reference = _HEADS + names.checked(branch)
    guarded = [repository.path / f"{file}.lock" for file in (reference, "HEAD", "packed-refs")]
    with exclusive(repository.path, guarded) as lock:
        actual = find_head(repository, branch)
        if actual != expected:
            raise BranchMoved(branch, expected, actual)
        if to is not None:
            commit_object(opened(repository.path), to)
        _refuse_checked_out(repository, branch, from_worktree)
        _update_reference(repository, branch, (expected, to), lock)


def checked_out_in(repository: Repository, branch: str) -> dict[str, Path]:
    """The worktrees, by the name Git gave them, that have `branch` checked out, and their folders."""
    found = {}
    for administration in (repository.path / "worktrees").glob("*"):
        try:
            working_on = (administration / "HEAD").read_text().strip()
            folder = Path((administration / "gitdir").read_text().strip()).parent
        except OSError:
            continue  # half made, or being removed
        if working_on == f"ref: {_HEADS}{branch}" and folder.exists():
            found[administration.name] = folder
    return found


def maintain(repository: Repository) -> None:
    """Packs what many small commits left as single files; harmless beside writers, slow on large ones.

    What no branch reaches is kept for two weeks, since a merge may be about to point at it.
    """
    # Without `gc`'s other chores: packing branches takes locks that our writers would take for those
    # of a dead one, and worktrees are ours to forget.
    settings = {"gc.packRefs": "false", "gc.worktreePruneExpire": "never"}
    git = Git(git_dir=repository.path, configuration=settings, timeout=_MAINTENANCE_TIMEOUT)
    git.run("gc", "--quiet", "--prune=2.weeks.ago")


def built(path: Path, build: Callable[[Path], None]) -> Repository:
    """Runs `build` on a folder beside `path` and gives it that name when it is complete."""
    path = path.absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.unfinished")
    making = f".{path.name}.making"
    with exclusive(path.parent, [], name=making):
        if path.exists() and not (path.is_dir() and not any(path.iterdir())):
            raise RepositoryExists(f"{path} exists already; open it, or choose another place")
        shutil.rmtree(unfinished, ignore_errors=True)
        try:
            build(unfinished)
            os.rename(unfinished, path)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
            (path.parent / making).unlink()
    return Repository(path.resolve())


def initialise(path: Path, default_branch: str) -> None:
    """An empty bare repository at `path`, ready for worktrees that have settings of their own."""
    Git().run(
        "init",
        "--quiet",
        "--bare",
        "--template=",
        f"--initial-branch={default_branch}",
        "--",
        str(path),
    )
    git = Git(git_dir=path)
    # A sparse worktree keeps its settings to itself only with this extension, and Git would switch
    # it on at the first one, in a file that other processes read at that moment.
    git.run("config", "core.repositoryFormatVersion", "1")
    git.run("config", "extensions.worktreeConfig", "true")
    git.run("config", "--file", str(path / "config.worktree"), "core.bare", "true")
    git.run("config", "--unset", "core.bare")
    git.run("config", "core.logAllRefUpdates", "true")


def _refuse_checked_out(repository: Repository, branch: str, exempt: str | None) -> None:
    folders = checked_out_in(repository, branch)
    folders.pop(exempt or "", None)
    if folders:
        places = ", ".join(sorted(map(str, folders.values())))
        raise BranchCheckedOut(
            f"branch {branch} is checked out in {places}; commit there, or remove the worktree",
            branch=branch,
        )


def _update_reference(
    repository: Repository,
    branch: str,
    move: tuple[CommitId | None, CommitId | None],
    lock: int,
) -> None:
    expected, to = move
    none = "0" * 40  # Git's way to write "does not exist", for the old value and for the new
    instruction = f"option no-deref\0update {_HEADS}{branch}\0{to or none}\0{expected or none}\0"
    git = Git(git_dir=repository.path, held_lock=lock)
    try:
        git.run("update-ref", "--stdin", "-z", stdin=instruction.encode())
    except GitFailed as failure:
        # Only a Git that does not know our lock can have come between: say what it did.
        actual = find_head(repository, branch)
        if actual != expected:
            raise BranchMoved(branch, expected, actual) from failure
        raise _told(failure, branch) from failure


def _told(failure: GitFailed, branch: str) -> Exception:
    if ".lock" in failure.stderr:
        return RepositoryBusy(
            f"another Git process is moving branch {branch}; try again in a moment", branch=branch
        )
    if "exists" in failure.stderr:
        return BranchNameTaken(
            f"no branch {branch} can be made beside one whose name is a folder of it or within it; "
            "choose another name",
            branch=branch,
        )
    return failure
