"""The adapter to Git: plain functions over repositories, paths and values; no database, no clock.

What stands here is offered to other rooms too, for long work outside any unit of work: worktrees,
what is committed in them, and the files of a commit. Everything else of the package is the record's own.
"""

from headrace.capabilities.record.git.diffs import changed_paths
from headrace.capabilities.record.git.errors import BranchCheckedOut
from headrace.capabilities.record.git.model import CommitId, CommitNote, EntryKind, Person, Trailer
from headrace.capabilities.record.git.reading import list_tree, read_blob
from headrace.capabilities.record.git.repository import (
    Repository,
    find_head,
    head,
    move_branch,
    open_existing,
)
from headrace.capabilities.record.git.worktree_changes import commit_worktree, worktree_status
from headrace.capabilities.record.git.worktrees import (
    Worktree,
    all_worktrees,
    find_worktree,
    worktree_add,
    worktree_remove,
)

__all__ = [
    "BranchCheckedOut",
    "CommitId",
    "CommitNote",
    "EntryKind",
    "Person",
    "Repository",
    "Trailer",
    "Worktree",
    "all_worktrees",
    "changed_paths",
    "commit_worktree",
    "find_head",
    "find_worktree",
    "head",
    "list_tree",
    "move_branch",
    "open_existing",
    "read_blob",
    "worktree_add",
    "worktree_remove",
    "worktree_status",
]
