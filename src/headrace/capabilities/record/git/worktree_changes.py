"""What was changed in a worktree: seen, committed, or refused because it leaves its bounds."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from headrace.capabilities.record.git import paths
from headrace.capabilities.record.git.commits import create_commit
from headrace.capabilities.record.git.diffs import changed_paths
from headrace.capabilities.record.git.errors import (
    GitFailed,
    PathsNotGranted,
    RepositoryBusy,
    WorktreeRefused,
)
from headrace.capabilities.record.git.locks import exclusive
from headrace.capabilities.record.git.model import (
    ChangeStatus,
    CommitId,
    CommitNote,
    EntryKind,
    PathChange,
    TreeId,
)
from headrace.capabilities.record.git.process import Git, Output, decoded
from headrace.capabilities.record.git.reading import find_entry, read_blob
from headrace.capabilities.record.git.repository import Repository, head, move_branch
from headrace.capabilities.record.git.worktrees import Worktree


@dataclass(frozen=True, kw_only=True)
class WorktreeStatus:
    """What is in a worktree that is not committed, sorted by path; a rename is two changes."""

    head: CommitId
    branch: str | None  # None when somebody detached it
    changes: tuple[PathChange, ...]


def worktree_status(worktree: Worktree) -> WorktreeStatus:
    """What was changed and not yet committed, untracked files included, ignored ones not."""
    output = run(
        worktree.git,
        "status", "--porcelain=v2", "--branch", "-z", "--untracked-files=all", "--no-renames",
    )  # fmt: skip
    fields = [field for field in decoded(output.stdout).split("\0") if field]
    facts = dict(field[2:].split(" ", 1) for field in fields if field.startswith("# "))
    branch = facts["branch.head"]
    return WorktreeStatus(
        head=CommitId(facts["branch.oid"]),
        branch=None if branch == "(detached)" else branch,
        changes=_changes(field for field in fields if not field.startswith("# ")),
    )


def commit_worktree(
    worktree: Worktree, note: CommitNote, *, allowed: Sequence[str] | None = None
) -> CommitId | None:
    """Commits everything that was changed, untracked files too, ignored ones not; None if nothing was.

    With `allowed`, PathsNotGranted names every changed path outside it; nothing is committed then.
    That looks at this commit only: before a branch is proposed, compare all of it with its base, as
    whoever works here may have committed by hand. WorktreeRefused for a nested repository, a link
    that leaves the tree, or another branch checked out; RepositoryBusy while another Git works here.
    """
    with exclusive(worktree.git_dir, [worktree.git_dir / "index.lock"]) as lock:
        git = replace(worktree.git, held_lock=lock)
        _refuse_strayed(worktree)
        before = head(worktree.repository, worktree.branch)
        tree = _staged(git)
        changes = changed_paths(worktree.repository, before, tree)
        if not changes:
            return None
        refuse_outside(changes, allowed)
        _refuse_dangerous(worktree.repository, tree, changes)
        commit = create_commit(worktree.repository, tree, [before], note)
        move_branch(
            worktree.repository,
            worktree.branch,
            expected=before,
            to=commit,
            from_worktree=worktree.name,
        )
    return commit


def refuse_outside(changes: Iterable[PathChange], allowed: Sequence[str] | None) -> None:
    """PathsNotGranted with every changed path that `allowed` does not cover; None allows all."""
    outside = () if allowed is None else paths.paths_outside(changes, allowed)
    if outside:
        raise PathsNotGranted(
            f"{', '.join(outside)}: outside the granted paths ({', '.join(allowed or ())}); "
            "take these changes back, or ask for a wider grant",
            outside=outside,
        )


def run(git: Git, *arguments: str, stdin: bytes = b"") -> Output:
    """Runs Git in a worktree; RepositoryBusy when another Git holds its index."""
    try:
        return git.run(*arguments, stdin=stdin)
    except GitFailed as failure:
        if "index.lock" in failure.stderr:
            raise RepositoryBusy(
                f"another Git process works in {git.work_tree}; try again when it has ended"
            ) from failure
        raise


def _staged(git: Git) -> TreeId:
    try:
        run(git, "add", "--all", "--sparse")
    except GitFailed as failure:
        if "does not have a commit checked out" in failure.stderr:
            raise WorktreeRefused(
                f"{git.work_tree} holds another repository within: {failure.stderr.strip()}; "
                "delete its .git folder"
            ) from failure
        raise
    return TreeId(run(git, "write-tree").text)


def _refuse_strayed(worktree: Worktree) -> None:
    working_on = (worktree.git_dir / "HEAD").read_text().strip()
    if working_on != f"ref: refs/heads/{worktree.branch}":
        raise WorktreeRefused(
            f"{worktree.path} has {working_on.removeprefix('ref: refs/heads/')} checked out and not "
            f"{worktree.branch}; check {worktree.branch} out there again"
        )


def _refuse_dangerous(repository: Repository, tree: TreeId, changes: Iterable[PathChange]) -> None:
    reasons = [
        reason
        for change in changes
        if change.status is not ChangeStatus.DELETED
        and (reason := _danger(repository, tree, change.path))
    ]
    if reasons:
        raise WorktreeRefused("; ".join(reasons), reasons=tuple(reasons))


def _danger(repository: Repository, tree: TreeId, path: str) -> str | None:
    entry = find_entry(repository, tree, path)
    if entry is None:
        return None
    if entry.kind is EntryKind.SUBMODULE:
        return f"{path} is a repository of its own; delete its .git folder"
    if entry.kind is EntryKind.SYMLINK:
        target = decoded(read_blob(repository, entry.blob))
        if paths.link_leaves_tree(path, target):
            return f"{path} links to {target}, out of the tree; point it at a file within"
    return None


def _changes(fields: Iterator[str]) -> tuple[PathChange, ...]:
    """Reads `git status --porcelain=v2 -z`: `1 XY ...` changed, `u XY ...` unmerged, `? path` new."""
    states: dict[str, ChangeStatus] = {}
    for field in fields:
        mark, _, rest = field.partition(" ")
        if mark == "?":
            # Deleted from the index, yet there again as an untracked file: it differs.
            states[rest] = ChangeStatus.MODIFIED if rest in states else ChangeStatus.ADDED
        elif mark in ("1", "u"):
            facts = rest.split(" ", 7 if mark == "1" else 9)
            status = _status(facts[0])
            if status is not None:
                states[facts[-1]] = status
    return tuple(PathChange(status=status, path=path) for path, status in sorted(states.items()))


def _status(code: str) -> ChangeStatus | None:
    in_index, in_folder = code[0], code[1]
    if in_folder == "D":
        return None if in_index == "A" else ChangeStatus.DELETED
    if in_index == "D":
        return ChangeStatus.DELETED
    return ChangeStatus.ADDED if "A" in code else ChangeStatus.MODIFIED
