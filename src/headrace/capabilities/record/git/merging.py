"""Merges a commit into a branch: a conflict is an answer, and the merged tree is checked first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from headrace.capabilities.record.git import trailers
from headrace.capabilities.record.git.commits import create_commit
from headrace.capabilities.record.git.errors import BranchMoved, UnrelatedHistories
from headrace.capabilities.record.git.history import find_trailer, is_ancestor, merge_base
from headrace.capabilities.record.git.model import (
    BlobId,
    Commit,
    CommitId,
    CommitNote,
    Trailer,
    TreeId,
)
from headrace.capabilities.record.git.process import decoded
from headrace.capabilities.record.git.repository import Repository, head, move_branch

MergeCheck = Callable[[Repository, TreeId], Sequence[str]]
"""Every reason why a merged tree may not stand; it reads the tree with `reading`."""

_ATTEMPTS = 5


class ConflictKind(StrEnum):
    """Why Git could not merge by itself."""

    CONTENTS = "contents"
    BINARY = "binary"
    MODIFY_DELETE = "modify/delete"
    RENAME_DELETE = "rename/delete"
    RENAME_RENAME = "rename/rename"
    DIRECTORY_RENAME = "directory rename"
    FILE_DIRECTORY = "file/directory"
    MODES = "distinct modes"
    SUBMODULE = "submodule"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """One conflict, with the paths it concerns and Git's own sentence."""

    kind: ConflictKind
    paths: tuple[str, ...]
    message: str


@dataclass(frozen=True, kw_only=True)
class ConflictedPath:
    """The three contents of a path that did not merge; None where a side has no such file."""

    path: str
    base: BlobId | None
    ours: BlobId | None
    theirs: BlobId | None


@dataclass(frozen=True, kw_only=True)
class Merged:
    """The change is in the branch by `commit`; `already` when it was before this call."""

    commit: CommitId
    already: bool


@dataclass(frozen=True, kw_only=True)
class Conflicted:
    """Both sides changed the same; the source branch has to take the target in and decide."""

    paths: tuple[ConflictedPath, ...]
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, kw_only=True)
class CheckFailed:
    """The sides merge, but what comes out may not stand; never without a reason."""

    tree: TreeId
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AlreadyContained:
    """The branch at `head` holds the source already, though no merge of ours brought it there."""

    head: CommitId


@dataclass(frozen=True, kw_only=True)
class ChangeTaken:
    """The branch says by `commit` that this change was merged, but with another source."""

    commit: CommitId


MergeOutcome = Merged | Conflicted | CheckFailed | AlreadyContained | ChangeTaken


def merge(
    repository: Repository,
    target: str,
    source: CommitId,
    change: Trailer,
    note: CommitNote,
    *,
    check: MergeCheck,
    not_before: CommitId | None = None,
) -> MergeOutcome:
    """Merges `source` into the branch `target`, once for each `change`, whatever crashes in between.

    `change` is the trailer that identifies the merge; it stands first among those of `note`. When the
    branch's own history carries it already, that merge is the answer. History at and before
    `not_before` is not searched (the target when the change was opened, say). Always makes a merge
    commit. When the target moves meanwhile, everything is computed and checked again on top of it;
    BranchMoved only when that does not end. UnrelatedHistories when there is no common ancestor.
    """
    signed = replace(note, trailers=(change, *note.trailers))
    for _ in range(_ATTEMPTS):
        onto = head(repository, target)
        earlier = _earlier(repository, (onto, source), change, not_before)
        if earlier is not None:
            return earlier
        tree = trial_merge(repository, onto, source)
        if isinstance(tree, Conflicted):
            return tree
        reasons = tuple(check(repository, tree))
        if reasons:
            return CheckFailed(tree=tree, reasons=reasons)
        commit = create_commit(repository, tree, [onto, source], signed)
        try:
            move_branch(repository, target, expected=onto, to=commit)
        except BranchMoved as error:
            moved = error
        else:
            return Merged(commit=commit, already=False)
    raise moved


def trial_merge(repository: Repository, ours: CommitId, theirs: CommitId) -> TreeId | Conflicted:
    """The tree that merging would give, or why it would not; no branch moves."""
    if merge_base(repository, ours, theirs) is None:
        raise UnrelatedHistories(
            f"{ours[:12]} and {theirs[:12]} have no common ancestor here; "
            "fetch the missing history, or start the branch again from the target"
        )
    output = repository.git.run(
        "merge-tree", "--write-tree", "--messages", "-z", ours, theirs, accept=(0, 1)
    )
    fields = decoded(output.stdout).split("\0")
    return TreeId(fields[0]) if output.exit_code == 0 else _conflicted(fields[1:])


def _earlier(
    repository: Repository,
    sides: tuple[CommitId, CommitId],
    change: Trailer,
    not_before: CommitId | None,
) -> MergeOutcome | None:
    onto, source = sides
    found = find_trailer(
        repository,
        onto,
        change.key,
        trailers.single_line(change.value),
        excluding=[not_before] if not_before else [],
        first_parent=True,
    )
    for commit in found.commits:
        if len(commit.parents) == 2:
            return _answer(repository, commit, source)
    contained = is_ancestor(repository, source, onto)
    return AlreadyContained(head=onto) if contained else None


def _answer(repository: Repository, commit: Commit, source: CommitId) -> MergeOutcome:
    # The trailer alone proves nothing: a message is text that anyone may write.
    if commit.parents[1] == source or is_ancestor(repository, source, commit.id):
        return Merged(commit=commit.id, already=True)
    return ChangeTaken(commit=commit.id)


def _conflicted(fields: list[str]) -> Conflicted:
    """Reads `git merge-tree -z` after the tree: staged paths, an empty field, then messages."""
    end = fields.index("")
    return Conflicted(paths=_paths(fields[:end]), conflicts=tuple(_messages(fields[end + 1 :])))


def _paths(fields: list[str]) -> tuple[ConflictedPath, ...]:
    stages: dict[str, dict[str, BlobId]] = {}
    for field in fields:
        facts, _, path = field.partition("\t")
        _, blob, stage = facts.split(" ")
        stages.setdefault(path, {})[stage] = BlobId(blob)
    return tuple(
        ConflictedPath(path=path, base=at.get("1"), ours=at.get("2"), theirs=at.get("3"))
        for path, at in sorted(stages.items())
    )


def _messages(fields: list[str]) -> list[Conflict]:
    found = []
    while fields and fields[0].isdigit():
        count = int(fields[0])
        paths, kind, message = fields[1 : count + 1], fields[count + 1], fields[count + 2]
        fields = fields[count + 3 :]
        if kind.startswith("CONFLICT"):
            found.append(Conflict(kind=_kind(kind), paths=tuple(paths), message=message.strip()))
    return found


def _kind(told: str) -> ConflictKind:
    lowered = told.lower()
    # "directory rename" before the rest: Git's sentences for it name files and renames too.
    order = sorted(ConflictKind, key=lambda kind: kind is not ConflictKind.DIRECTORY_RENAME)
    return next((kind for kind in order if kind.value in lowered), ConflictKind.OTHER)
