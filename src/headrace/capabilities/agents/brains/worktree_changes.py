"""What changed in a worktree since a commit, whatever the agent did to the index: asked from Git itself."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from headrace.capabilities.agents.brains.errors import AgentFailed

SAFE_OPTIONS = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
"""Settings through which a repository could make Git run programs of its own."""


SEARCH_PATH = "/usr/local/bin:/usr/bin:/bin"


class ChangeKind(StrEnum):
    ADDED = "added"
    MODIFIED = "modified"
    DELETED = "deleted"


KINDS = {"A": ChangeKind.ADDED, "D": ChangeKind.DELETED}


@dataclass(frozen=True, kw_only=True)
class Change:
    path: str
    kind: ChangeKind


@dataclass(frozen=True, kw_only=True)
class Changes:
    """The files that differ from `base`, and the Git tree that holds them all."""

    base: str
    tree: str
    files: tuple[Change, ...]


def head_of(worktree: Path) -> str:
    """The commit that is checked out."""
    return _git(worktree, "rev-parse", "HEAD").strip()


def changes_since(worktree: Path, base: str, scratch: Path) -> Changes:
    """Everything that differs from `base`, committed, staged or not, new files included; ignored ones not.

    A copy of the index is used: the real one stays as it is, and a sparse worktree's absent files do not
    look deleted.
    """
    index = scratch / "index"
    real = worktree / _git(worktree, "rev-parse", "--git-path", "index").strip()
    if real.exists():
        shutil.copyfile(real, index)
    _git(worktree, "add", "--all", index=index)
    tree = _git(worktree, "write-tree", index=index).strip()
    listed = _git(
        worktree,
        "diff-tree",
        "-r",
        "-z",
        "--name-status",
        "--no-renames",
        "--no-ext-diff",
        base,
        tree,
    )
    return Changes(base=base, tree=tree, files=_parsed(listed))


def _parsed(listed: str) -> tuple[Change, ...]:
    fields = listed.split("\0")[:-1]
    pairs = zip(fields[::2], fields[1::2], strict=True)
    return tuple(
        Change(path=path, kind=KINDS.get(letter, ChangeKind.MODIFIED)) for letter, path in pairs
    )


def _git(worktree: Path, *arguments: str, index: Path | None = None) -> str:
    environment = {
        "PATH": SEARCH_PATH,
        "HOME": "/nonexistent",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_OPTIONAL_LOCKS": "0",
    }
    if index is not None:
        environment["GIT_INDEX_FILE"] = str(index)
    done = subprocess.run(
        ["git", *SAFE_OPTIONS, *arguments],
        cwd=worktree,
        env=environment,
        capture_output=True,
        check=False,
        text=True,
        encoding="utf-8",
        errors="surrogateescape",
    )
    if done.returncode != 0:
        raise AgentFailed(f"Git cannot read the worktree {worktree}: {done.stderr.strip()}")
    return done.stdout
