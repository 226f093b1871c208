"""What happens to repositories and change requests."""

from dataclasses import dataclass
from typing import ClassVar

from headrace.capabilities.record.model.changes import ChangeId, ReviewVerdict
from headrace.capabilities.record.model.locks import LockEnded, LockTaken
from headrace.capabilities.record.model.repositories import (
    FindingKind,
    RepositoryId,
    RepositoryKind,
)
from headrace.kernel.events import Event
from headrace.kernel.ids import PrincipalId


@dataclass(frozen=True, kw_only=True)
class ChangeEvent(Event):
    """What happens to a change request."""

    change: ChangeId
    repository: RepositoryId
    context: str

    @property
    def lineage(self) -> str:
        return f"change:{self.change}"


@dataclass(frozen=True, kw_only=True)
class ChangeOpened(ChangeEvent):
    """A change can be reviewed: its branch is written. `members` are versions."""

    type: ClassVar[str] = "record.change_opened"
    head: str
    author: PrincipalId
    members: tuple[str, ...]
    policies: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class HeadMoved(ChangeEvent):
    """A change has new commits; reviews of the former head count no more."""

    type: ClassVar[str] = "record.head_moved"
    head: str
    author: PrincipalId
    members: tuple[str, ...]
    policies: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class OpenFailed(ChangeEvent):
    """A change, or its new commits, could not be written."""

    type: ClassVar[str] = "record.open_failed"
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Reviewed(ChangeEvent):
    """Somebody has reviewed a head commit."""

    type: ClassVar[str] = "record.reviewed"
    head: str
    reviewer: PrincipalId
    verdict: ReviewVerdict


@dataclass(frozen=True, kw_only=True)
class MergeDecided(ChangeEvent):
    """A merge was decided and is under way."""

    type: ClassVar[str] = "record.merge_decided"
    head: str
    by: PrincipalId


@dataclass(frozen=True, kw_only=True)
class LetThrough(ChangeEvent):
    """A merge was decided although a rule was against it, because of an exception from that rule."""

    type: ClassVar[str] = "record.let_through"
    head: str
    rule: str
    exception: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Merged(ChangeEvent):
    """A change stands on the target branch; its members are effective."""

    type: ClassVar[str] = "record.merged"
    head: str
    commit: str
    members: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class MergeFailed(ChangeEvent):
    """A merge came to nothing; the branch is as it was."""

    type: ClassVar[str] = "record.merge_failed"
    reasons: tuple[str, ...]
    conflicts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Closed(ChangeEvent):
    """A change was given up."""

    type: ClassVar[str] = "record.closed"
    by: PrincipalId


@dataclass(frozen=True, kw_only=True)
class RepositoryEvent(Event):
    """What happens to a repository."""

    repository: RepositoryId
    slug: str

    @property
    def lineage(self) -> str:
        return f"repository:{self.repository}"


@dataclass(frozen=True, kw_only=True)
class RepositoryReady(RepositoryEvent):
    """A repository was made or taken in, and can be used."""

    type: ClassVar[str] = "record.repository_ready"
    kind: RepositoryKind
    default_branch: str
    head: str | None


@dataclass(frozen=True, kw_only=True)
class RepositoryFailed(RepositoryEvent):
    """A repository could not be made or taken in."""

    type: ClassVar[str] = "record.repository_failed"
    reason: str


@dataclass(frozen=True, kw_only=True)
class Filed(RepositoryEvent):
    """Versions that need no approval stand on the main branch, and are effective."""

    type: ClassVar[str] = "record.filed"
    versions: tuple[str, ...]
    commit: str


@dataclass(frozen=True, kw_only=True)
class Projected(RepositoryEvent):
    """Files were drawn anew from live rows."""

    type: ClassVar[str] = "record.projected"
    artifacts: tuple[str, ...]
    commit: str


@dataclass(frozen=True, kw_only=True)
class TakenIn(RepositoryEvent):
    """A hand-made edit became an unreviewed version, in a change request of its own or a filing."""

    type: ClassVar[str] = "record.taken_in"
    version: str
    commit: str
    change: ChangeId | None


@dataclass(frozen=True, kw_only=True)
class HistoryRewritten(RepositoryEvent):
    """Alarm: what was merged is no longer in the history. Nothing is merged until it is accepted."""

    type: ClassVar[str] = "record.history_rewritten"
    missing: str
    found: str


@dataclass(frozen=True, kw_only=True)
class HistoryAccepted(RepositoryEvent):
    """A person has accepted a rewritten history."""

    type: ClassVar[str] = "record.history_accepted"
    by: PrincipalId
    found: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class FindingMade(Event):
    """Something was found that a person should see."""

    type: ClassVar[str] = "record.finding_made"
    finding: str
    kind: FindingKind
    subject: str
    message: str

    @property
    def lineage(self) -> str:
        return f"finding:{self.finding}"


@dataclass(frozen=True, kw_only=True)
class Rebuilt(RepositoryEvent):
    """The rows of artifacts and changes were made again from Git."""

    type: ClassVar[str] = "record.rebuilt"
    versions: int
    changes: int
    missing: int  # findings of what Git does not hold


@dataclass(frozen=True, kw_only=True)
class RowsCompared(RepositoryEvent):
    """The rows of artifacts were compared with Git, and made equal where that was wanted."""

    type: ClassVar[str] = "record.rows_compared"
    versions: int  # that Git holds
    differing: int
    replaced: bool


EVENTS: tuple[type[Event], ...] = (
    ChangeOpened,
    HeadMoved,
    OpenFailed,
    Reviewed,
    MergeDecided,
    LetThrough,
    Merged,
    MergeFailed,
    Closed,
    RepositoryReady,
    RepositoryFailed,
    Filed,
    Projected,
    TakenIn,
    HistoryRewritten,
    HistoryAccepted,
    FindingMade,
    Rebuilt,
    RowsCompared,
    LockTaken,
    LockEnded,
)
