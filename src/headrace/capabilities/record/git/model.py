"""The words of Git as values: commits, trees, differences, and what a commit shall say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from headrace.kernel.errors import Invalid

CommitId = NewType("CommitId", str)
"""Forty lower-case hexadecimal digits that name a commit."""

TreeId = NewType("TreeId", str)
"""Forty lower-case hexadecimal digits that name a tree."""

BlobId = NewType("BlobId", str)
"""Forty lower-case hexadecimal digits that name a file's content."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who wrote or committed, as Git records it; Git knows no accounts."""

    name: str
    email: str


@dataclass(frozen=True)
class Trailer:
    """One `Key: value` line at the end of a commit message."""

    key: str
    value: str


@dataclass(frozen=True, kw_only=True)
class CommitNote:
    """What a new commit says about itself. Equal notes on equal trees give equal commit ids."""

    message: str  # subject, and after an empty line a body
    trailers: Sequence[Trailer] = ()
    author: Person
    committer: Person
    when: datetime  # aware; Git keeps whole seconds

    def __post_init__(self) -> None:
        if self.when.tzinfo is None:
            raise Invalid("a commit's time needs a time zone; pass an aware datetime")
        if self.when.timestamp() < 0:
            raise Invalid("Git cannot record a time before 1970")
        if not self.message.strip():
            raise Invalid("a commit needs a subject; write one line that says what it does")


@dataclass(frozen=True, kw_only=True)
class Commit:
    """One commit as recorded."""

    id: CommitId
    tree: TreeId
    parents: tuple[CommitId, ...]
    author: Person
    committer: Person
    authored_at: datetime  # aware, with the recorded offset
    committed_at: datetime  # aware, with the recorded offset
    subject: str
    body: str  # without subject and trailers
    trailers: tuple[Trailer, ...]


@dataclass(frozen=True, kw_only=True)
class LogPage:
    """Commits newest first, children before parents; `next_offset` is None on the last page."""

    commits: tuple[Commit, ...]
    next_offset: int | None


class EntryKind(StrEnum):
    """What a path in a tree is."""

    FILE = "file"
    EXECUTABLE = "executable"
    SYMLINK = "symlink"
    SUBMODULE = "submodule"


@dataclass(frozen=True, kw_only=True)
class TreeEntry:
    """One path of a tree. Bytes that are no UTF-8 stand in `path` as surrogate escapes."""

    path: str
    kind: EntryKind
    blob: BlobId


class ChangeStatus(StrEnum):
    """What happened to a path between two trees."""

    ADDED = "added"
    MODIFIED = "modified"
    DELETED = "deleted"
    RENAMED = "renamed"


@dataclass(frozen=True, kw_only=True)
class PathChange:
    """One changed path; a rename has its former name in `old_path`."""

    status: ChangeStatus
    path: str
    old_path: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that the change touches: both names of a rename."""
        return (self.path,) if self.old_path is None else (self.old_path, self.path)


class LineKind(StrEnum):
    """The part a line plays in a difference."""

    CONTEXT = "context"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, kw_only=True)
class DiffLine:
    """One line of a hunk without its line end; the number is None on the side that lacks it."""

    kind: LineKind
    text: str
    old_number: int | None
    new_number: int | None


@dataclass(frozen=True, kw_only=True)
class Hunk:
    """A run of changed lines with their surroundings; line numbers start at 1."""

    old_start: int
    old_lines: int
    new_start: int
    new_lines: int
    lines: tuple[DiffLine, ...]


@dataclass(frozen=True, kw_only=True)
class FileDiff:
    """How one file differs. `truncated` says that hunks were left out for their length."""

    change: PathChange
    is_binary: bool
    added_lines: int
    removed_lines: int
    hunks: tuple[Hunk, ...]
    truncated: bool


@dataclass(frozen=True, kw_only=True)
class BlameLine:
    """Which commit last wrote a line of a file."""

    number: int  # from 1
    commit: CommitId
    author: Person
    written_at: datetime
    text: str


@dataclass(frozen=True, kw_only=True)
class TrailerSearch:
    """Commits found, newest first; `complete` is False when history was cut off before its end."""

    commits: tuple[Commit, ...]
    complete: bool


@dataclass(frozen=True, kw_only=True)
class RemoteMove:
    """A branch of the other repository that a fetch found moved; `new` is None when it is gone."""

    branch: str
    old: CommitId | None
    new: CommitId | None
    rewritten: bool  # `old` is no longer in the branch's history
