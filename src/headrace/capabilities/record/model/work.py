"""Plans and outcomes: what a flow's verbs hand to its acts upon Git, and what comes back.

A plan holds all that its act needs, so that the act touches no rows and gives the same commit at
every repetition; an outcome holds all that the following verb decides by.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from headrace.capabilities.record.model.changes import ChangeId


@dataclass(frozen=True, kw_only=True)
class FileText:
    """A file as it shall stand."""

    path: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Signature:
    """Who a commit is by."""

    name: str
    email: str


@dataclass(frozen=True, kw_only=True)
class Note:
    """What a commit says: message, trailers in order, author, time."""

    message: str
    trailers: tuple[tuple[str, str], ...]
    author: Signature
    when: datetime


@dataclass(frozen=True, kw_only=True)
class Ground:
    """The branch of a repository that is written to, and what is known of it.

    `trusted` must be in its history; commits after `known` that are not ours were made by hand.
    """

    place: str  # absolute path
    branch: str
    known: str | None
    trusted: str | None


@dataclass(frozen=True, kw_only=True)
class FoundingPlan:
    """A repository to be made with its first commit."""

    ground: Ground
    files: tuple[FileText, ...]
    note: Note


@dataclass(frozen=True, kw_only=True)
class ImportPlan:
    """A repository to be taken in."""

    place: str
    source: str


@dataclass(frozen=True, kw_only=True)
class RepositoryMade:
    """A repository that is there; no head while it has no commit."""

    default_branch: str
    head: str | None
    codeowners: str


@dataclass(frozen=True, kw_only=True)
class BranchPlan:
    """The branch of a change, to be written from `files`, or to be found with `head` on it.

    `branch` is the one that an earlier revision was written to, "" before the first.
    """

    ground: Ground
    change: ChangeId
    revision: int
    wanted: str
    branch: str
    head: str | None
    files: tuple[FileText, ...]
    note: Note


@dataclass(frozen=True, kw_only=True)
class BranchWritten:
    """Where a change's branch stands, what differs from `base`, and who owns what on the target."""

    branch: str
    base: str
    head: str
    paths: tuple[str, ...]
    codeowners: str


@dataclass(frozen=True, kw_only=True)
class MergePlan:
    """A merge that was decided: `source` is the approved head, `files` its members with live values.

    `governed`: it goes to the organisation's repository, where every file of an artifact is one of
    the members, and every id stands once.
    """

    ground: Ground
    change: ChangeId
    source: str
    base: str
    governed: bool
    files: tuple[FileText, ...]
    note: Note


class MergeKind(StrEnum):
    """How a merge ended."""

    MERGED = "merged"
    CONFLICTED = "conflicted"
    REFUSED = "refused"
    REWRITTEN = "rewritten"


@dataclass(frozen=True, kw_only=True)
class MergeResult:
    """How a merge ended. `onto` is where the target stood before, `found` where a rewritten one does."""

    kind: MergeKind
    commit: str | None = None
    onto: str | None = None
    found: str | None = None
    reasons: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    codeowners: str = ""


@dataclass(frozen=True, kw_only=True)
class TidyPlan:
    """A branch of ours that is no longer needed; `kept_as` names where a closed one is put away."""

    place: str
    branch: str
    commit: str
    kept_as: str = ""


@dataclass(frozen=True, kw_only=True)
class BatchFile:
    """A file of a batch: a filed version, or the projection of version `number`."""

    artifact: str
    number: int
    path: str
    text: str


@dataclass(frozen=True, kw_only=True)
class BatchPlan:
    """Files that go to the branch in one commit. `drawn`: only where that version still stands."""

    ground: Ground
    batch: str
    files: tuple[BatchFile, ...]
    note: Note
    drawn: bool = False


@dataclass(frozen=True, kw_only=True)
class BatchWritten:
    """The commit, if anything differed, the artifacts in it, and those that a hand has touched."""

    commit: str | None = None
    onto: str | None = None
    artifacts: tuple[str, ...] = ()
    touched: tuple[str, ...] = ()
    found: str | None = None  # where a rewritten branch stands: nothing was written


@dataclass(frozen=True, kw_only=True)
class SyncPlan:
    """A look at what is new on the branch."""

    ground: Ground
    generation: int


@dataclass(frozen=True, kw_only=True)
class SeenFile:
    """A file that differs since the known commit; no text where it was deleted or is no text.

    `author` is who last changed it by hand, None where only we did.
    """

    path: str
    text: str | None
    deleted: bool
    commit: str
    author: Signature | None


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What is new on a branch; `rewritten` when what was trusted is gone from its history."""

    tip: str
    rewritten: bool
    files: tuple[SeenFile, ...]
    codeowners: str
