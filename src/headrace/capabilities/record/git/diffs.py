"""Differences between two trees as values."""

from collections.abc import Iterable

import pygit2
from pygit2.enums import DeltaStatus, DiffFind, DiffOption

from headrace.capabilities.record.git.library import opened, tree_object
from headrace.capabilities.record.git.model import (
    ChangeStatus,
    CommitId,
    DiffLine,
    FileDiff,
    Hunk,
    LineKind,
    PathChange,
    TreeId,
)
from headrace.capabilities.record.git.process import decoded
from headrace.capabilities.record.git.repository import Repository

LINE_LIMIT = 20_000
"""Most lines of one file's difference that are kept; a generated file does not fill the memory."""

_STATUS = {
    DeltaStatus.ADDED: ChangeStatus.ADDED,
    DeltaStatus.DELETED: ChangeStatus.DELETED,
    DeltaStatus.RENAMED: ChangeStatus.RENAMED,
    DeltaStatus.COPIED: ChangeStatus.ADDED,
}
_LINES = {"+": LineKind.ADDED, "-": LineKind.REMOVED, " ": LineKind.CONTEXT}


def diff(
    repository: Repository,
    old: CommitId | TreeId | None,
    new: CommitId | TreeId,
    *,
    context_lines: int = 3,
    line_limit: int = LINE_LIMIT,
) -> tuple[FileDiff, ...]:
    """How `new` differs from `old`, file by file, sorted by path; None stands for an empty tree."""
    compared = _compare(repository, old, new, context_lines)
    files = (_file(patch, line_limit) for patch in compared if patch is not None)
    return tuple(sorted(files, key=lambda file: file.change.path))


def changed_paths(
    repository: Repository, old: CommitId | TreeId | None, new: CommitId | TreeId
) -> tuple[PathChange, ...]:
    """The paths that differ, sorted; cheaper than a whole difference."""
    compared = _compare(repository, old, new, 0)
    return tuple(sorted(map(_change, compared.deltas), key=lambda change: change.path))


def _compare(
    repository: Repository,
    old: CommitId | TreeId | None,
    new: CommitId | TreeId,
    context_lines: int,
) -> pygit2.Diff:
    library = opened(repository.path)
    after, flags = tree_object(library, new), DiffOption.INCLUDE_TYPECHANGE
    if old is None:
        compared = after.diff_to_tree(flags=flags, context_lines=context_lines, swap=True)
    else:
        before = tree_object(library, old)
        compared = before.diff_to_tree(after, flags=flags, context_lines=context_lines)
    compared.find_similar(flags=DiffFind.FIND_RENAMES)
    return compared


def _change(delta: pygit2.DiffDelta) -> PathChange:
    status = _STATUS.get(delta.status, ChangeStatus.MODIFIED)
    renamed = status is ChangeStatus.RENAMED
    return PathChange(
        status=status,
        path=decoded(delta.new_file.raw_path),
        old_path=decoded(delta.old_file.raw_path) if renamed else None,
    )


def _file(patch: pygit2.Patch, line_limit: int) -> FileDiff:
    _, added, removed = patch.line_stats
    hunks, truncated = _within(patch.hunks, line_limit)
    return FileDiff(
        change=_change(patch.delta),
        is_binary=bool(patch.delta.is_binary),
        added_lines=added,
        removed_lines=removed,
        hunks=hunks,
        truncated=truncated,
    )


def _within(hunks: Iterable[pygit2.DiffHunk], line_limit: int) -> tuple[tuple[Hunk, ...], bool]:
    kept: list[Hunk] = []
    for hunk in hunks:
        lines = hunk.lines
        line_limit -= len(lines)
        if line_limit < 0:
            return tuple(kept), True
        kept.append(_hunk(hunk, lines))
    return tuple(kept), False


def _hunk(hunk: pygit2.DiffHunk, lines: Iterable[pygit2.DiffLine]) -> Hunk:
    return Hunk(
        old_start=hunk.old_start,
        old_lines=hunk.old_lines,
        new_start=hunk.new_start,
        new_lines=hunk.new_lines,
        lines=tuple(_line(line) for line in lines if line.origin in _LINES),
    )


def _line(line: pygit2.DiffLine) -> DiffLine:
    return DiffLine(
        kind=_LINES[line.origin],
        text=line.raw_content.decode("utf-8", "replace").rstrip("\n"),
        old_number=line.old_lineno if line.old_lineno > 0 else None,
        new_number=line.new_lineno if line.new_lineno > 0 else None,
    )
