"""Worktrees: folders in which an agent or a person works on one branch; made, found, removed."""

import os
import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from headrace.capabilities.record.git import paths
from headrace.capabilities.record.git.errors import (
    BranchCheckedOut,
    BranchMoved,
    RepositoryBusy,
    WorktreeRefused,
)
from headrace.capabilities.record.git.locks import exclusive
from headrace.capabilities.record.git.model import CommitId
from headrace.capabilities.record.git.process import Git
from headrace.capabilities.record.git.repository import (
    Repository,
    checked_out_in,
    find_head,
    head,
    move_branch,
)

_READY = "headrace-ready"
"""The file in Git's administration of a worktree that says it was made to the end; holds the branch."""

_REMOVED = "headrace-removed-"
"""How the folders are called that Git does not look at any more and that are being deleted."""


@dataclass(frozen=True, kw_only=True)
class Worktree:
    """A folder with the files of one branch, complete and usable."""

    repository: Repository
    path: Path
    branch: str
    name: str  # Git's own name for it

    @property
    def git_dir(self) -> Path:
        """Where Git keeps this worktree's head and index, in the repository."""
        return self.repository.path / "worktrees" / self.name

    @property
    def git(self) -> Git:
        """Git's command line on this worktree, whatever its `.git` file says by now."""
        return Git(git_dir=self.git_dir, work_tree=self.path)


def worktree_add(
    repository: Repository,
    path: Path,
    branch: str,
    *,
    base: CommitId | None = None,
    sparse_paths: Sequence[str] | None = None,
) -> Worktree:
    """A worktree of `branch` at `path`, the branch begun at `base` where it does not exist yet.

    With `sparse_paths` (patterns as in `paths_outside`) only the folders that hold those are written:
    much faster on a large repository. The same call again gives the same worktree with the work in
    it; one that a crash left half made is made anew. BranchMoved when the branch stands elsewhere
    than at `base` and has no worktree at `path`, BranchCheckedOut when another folder has it,
    WorktreeRefused when something else is at `path`, RepositoryBusy while another process makes it.
    """
    path = _place(path)
    found = find_worktree(repository, path)
    if found is not None and found.branch != branch:
        raise WorktreeRefused(f"{path} is the worktree of {found.branch}; choose another folder")
    if found is not None:
        return found
    folders = None if sparse_paths is None else paths.folders_holding(sparse_paths)
    _begin_branch(repository, branch, base)
    return _made(repository, path, branch, folders)


def find_worktree(repository: Repository, path: Path) -> Worktree | None:
    """The complete worktree at `path`, or None when there is none or only part of one."""
    place = _place(path)
    return next((tree for tree in all_worktrees(repository) if tree.path == place), None)


def all_worktrees(repository: Repository) -> tuple[Worktree, ...]:
    """Every complete worktree whose folder exists, sorted by path."""
    found = []
    for administration, path in _administrations(repository):
        ready = administration / _READY
        if path is not None and path.is_dir() and ready.is_file():
            branch, name = ready.read_text(), administration.name
            found.append(Worktree(repository=repository, path=path, branch=branch, name=name))
    return tuple(sorted(found, key=lambda tree: tree.path))


def worktree_remove(repository: Repository, path: Path) -> bool:
    """Removes the worktree at `path`, uncommitted work too; the branch stays. False if there is none.

    Also removes one that a crash left half made, or that somebody half deleted. WorktreeRefused
    when `path` holds something that is no worktree of this repository.
    """
    path = _place(path)
    _sweep(repository)
    administrations = [place for place, folder in _administrations(repository) if folder == path]
    if not administrations and not path.exists():
        return False
    if not administrations and not _left_by_us(path, repository):
        raise WorktreeRefused(
            f"{path} is no worktree of {repository.path.name}; move what is there, "
            "or choose another folder"
        )
    # The folder first: as long as Git's administration names it, a killed removal can be repeated.
    _delete_folder(path)
    for administration in administrations:
        _forget(repository, administration)
    return True


def worktree_prune(repository: Repository) -> int:
    """Forgets worktrees whose folder is gone and removes those left half made; gives how many."""
    removed = 0
    with exclusive(repository.path, []):
        for administration, path in list(_administrations(repository)):
            complete = (administration / _READY).is_file() and path is not None and path.is_dir()
            if complete or not _nobody_works_in(administration):
                continue
            if path is not None:
                worktree_remove(repository, path)
            if administration.exists():
                _forget(repository, administration)
            removed += 1
    return removed


def _begin_branch(repository: Repository, branch: str, base: CommitId | None) -> None:
    if base is None:
        head(repository, branch)
        return
    actual = find_head(repository, branch)
    if actual is None:
        move_branch(repository, branch, expected=None, to=base)
    elif actual != base:
        raise BranchMoved(branch, base, actual)


def _made(
    repository: Repository, path: Path, branch: str, folders: Sequence[str] | None
) -> Worktree:
    with ExitStack() as until_filled:
        with exclusive(repository.path, []) as lock:
            _clear_half_made(repository, path)
            _refuse_second(repository, branch)
            path.parent.mkdir(parents=True, exist_ok=True)
            git = replace(repository.git, held_lock=lock)
            git.run("worktree", "add", "--quiet", "--no-checkout", "--", str(path), branch)
            name = next(place.name for place, at in _administrations(repository) if at == path)
            worktree = Worktree(repository=repository, path=path, branch=branch, name=name)
            # Taken before the repository's lock is given back, so that a sweep of half-made
            # worktrees sees that somebody is at work here.
            filling = until_filled.enter_context(
                exclusive(worktree.git_dir, [worktree.git_dir / "index.lock"])
            )
        _fill(worktree, folders, filling)
    return worktree


def _fill(worktree: Worktree, folders: Sequence[str] | None, lock: int) -> None:
    git = replace(worktree.git, held_lock=lock)
    if folders is not None:
        listed = "".join(f"{folder}\n" for folder in folders)
        git.run("sparse-checkout", "set", "--cone", "--stdin", stdin=listed.encode())
    git.run("read-tree", "-m", "-u", "HEAD")
    draft = worktree.git_dir / f"{_READY}.draft"
    draft.write_text(worktree.branch)
    draft.replace(worktree.git_dir / _READY)


def _clear_half_made(repository: Repository, path: Path) -> None:
    for administration, folder in _administrations(repository):
        if folder == path and not _nobody_works_in(administration):
            raise RepositoryBusy(f"another process is making the worktree {path}; try again")
    worktree_remove(repository, path)


def _refuse_second(repository: Repository, branch: str) -> None:
    elsewhere = checked_out_in(repository, branch)
    if elsewhere:
        place = next(iter(elsewhere.values()))
        raise BranchCheckedOut(
            f"branch {branch} is checked out in {place}; one branch has one worktree", branch=branch
        )


def _administrations(repository: Repository) -> Iterator[tuple[Path, Path | None]]:
    """Git's folders about worktrees with the worktree each names; None when it names none yet."""
    for administration in sorted((repository.path / "worktrees").glob("*")):
        try:
            pointer = (administration / "gitdir").read_text().strip()
        except OSError:
            yield administration, None
        else:
            yield administration, Path(pointer).parent if pointer else None


def _nobody_works_in(administration: Path) -> bool:
    try:
        with exclusive(administration, [], patience=timedelta(0)):
            return True
    except RepositoryBusy:
        return False


def _forget(repository: Repository, administration: Path) -> None:
    # Out of Git's sight in one step: deleted file by file, a killed removal would leave a stump that
    # says no more which worktree it belongs to.
    administration.rename(repository.path / f"{_REMOVED}{administration.name}-{os.getpid()}")
    _sweep(repository)


def _sweep(repository: Repository) -> None:
    for forgotten in repository.path.glob(f"{_REMOVED}*"):
        shutil.rmtree(forgotten, ignore_errors=True)


def _left_by_us(path: Path, repository: Repository) -> bool:
    """Whether `path` is an empty folder, as a killed `git worktree add` leaves, or points into us."""
    if not path.is_dir():
        return False
    pointer = path / ".git"
    if pointer.is_file():
        return pointer.read_text(errors="replace").startswith(
            f"gitdir: {repository.path / 'worktrees'}{os.sep}"
        )
    return not any(path.iterdir())


def _place(path: Path) -> Path:
    # Git stores the real place. The last part is not followed: a link is never a worktree.
    absolute = path.absolute()
    place = absolute.parent.resolve() / absolute.name
    if place.is_symlink():
        raise WorktreeRefused(f"{place} is a symbolic link; name the folder itself")
    return place


def _delete_folder(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder, onerror=_made_writable)


def _made_writable(remove: Callable[[str], object], path: str, _: object) -> None:
    # Tools leave read-only folders behind (Go's module cache does); their owner may still remove them.
    parent = os.path.dirname(path)
    os.chmod(parent, os.stat(parent).st_mode | stat.S_IRWXU)
    if os.path.isdir(path) and not os.path.islink(path):
        os.chmod(path, stat.S_IRWXU)
        shutil.rmtree(path)
    else:
        remove(path)
