"""Applies a unified patch in a worktree, all of it or nothing."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace

from headrace.capabilities.record.git.diffs import changed_paths
from headrace.capabilities.record.git.errors import GitFailed
from headrace.capabilities.record.git.locks import exclusive
from headrace.capabilities.record.git.model import PathChange, TreeId
from headrace.capabilities.record.git.process import Git
from headrace.capabilities.record.git.worktree_changes import refuse_outside, run
from headrace.capabilities.record.git.worktrees import Worktree

_APPLY = ("apply", "--whitespace=nowarn")


@dataclass(frozen=True, kw_only=True)
class PatchApplied:
    """The patch is (or, when only tried, would be) in the worktree and its index, not committed."""

    changes: tuple[PathChange, ...]


@dataclass(frozen=True, kw_only=True)
class PatchRefused:
    """The patch does not apply, in Git's words; the worktree is as it was."""

    reasons: tuple[str, ...]


def apply_patch(
    worktree: Worktree,
    patch: bytes,
    *,
    allowed: Sequence[str] | None = None,
    only_try: bool = False,
) -> PatchApplied | PatchRefused:
    """Applies `patch` to files and index, if every part of it applies; files must be as in the index.

    With `allowed`, PathsNotGranted names every path outside it, and nothing is applied.
    """
    with exclusive(worktree.git_dir, [worktree.git_dir / "index.lock"]) as lock:
        git = replace(worktree.git, held_lock=lock)
        try:
            changes = _changes_of(worktree, git, patch)
            refuse_outside(changes, allowed)
            _apply(git, patch, ["--check"] if only_try else [])
        except GitFailed as failure:
            return PatchRefused(reasons=_reasons(failure))
    return PatchApplied(changes=changes)


def _changes_of(worktree: Worktree, git: Git, patch: bytes) -> tuple[PathChange, ...]:
    """What the patch changes, found by applying it to a copy of the index."""
    copy = worktree.git_dir / "headrace-trial-index"
    shutil.copyfile(worktree.git_dir / "index", copy)
    trial = replace(git, environment={"GIT_INDEX_FILE": str(copy)})
    try:
        before = TreeId(trial.run("write-tree").text)
        trial.run(*_APPLY, "--cached", "-", stdin=patch)
        after = TreeId(trial.run("write-tree").text)
    finally:
        copy.unlink(missing_ok=True)
    return changed_paths(worktree.repository, before, after)


def _apply(git: Git, patch: bytes, how: Sequence[str]) -> None:
    # Git compares times before contents: a file that was merely touched, or that a sparse worktree
    # has only just got, would count as edited. A refresh that fails is silent; applying tells why.
    git.run("update-index", "-q", "--refresh", accept=(0, 1, 128))
    run(git, *_APPLY, "--index", *how, "-", stdin=patch)


def _reasons(failure: GitFailed) -> tuple[str, ...]:
    told = [line.removeprefix("error: ") for line in failure.stderr.splitlines() if line]
    return tuple(told) or ("Git gave no reason",)
