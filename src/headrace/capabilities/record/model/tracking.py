"""Tracking: operational work products in an issue tracker, and what is to be written there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from pydantic import SecretStr

from headrace.capabilities.artifacts.model import ArtifactId
from headrace.kernel.errors import Conflict, NotFound
from headrace.kernel.events import Event
from headrace.kernel.ids import PrincipalId


class BackendKind(StrEnum):
    """Where operational work products are kept."""

    GIT_FILES = "git-files"
    GITHUB_ISSUES = "github-issues"


@dataclass(frozen=True, kw_only=True)
class WorkBackend:
    """Where this organisation keeps operational work products; the composition root declares it.

    `address` is that of a REST interface of GitHub's shape, `repository` an owner and a name.
    `overrides` name types that are kept elsewhere than the others. `people` are the handles of those
    who write there, by their login: who is not named is nobody here. Issues that they open with
    `intake_label` are taken in; "" takes none in.
    """

    kind: BackendKind = BackendKind.GIT_FILES
    address: str = "https://api.github.com"
    repository: str = ""
    token: SecretStr | None = None
    overrides: Mapping[str, BackendKind] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    intake_label: str = ""

    @property
    def has_tracker(self) -> bool:
        """Whether anything may be kept in a tracker."""
        kinds = {self.kind, *self.overrides.values()}
        return BackendKind.GITHUB_ISSUES in kinds and bool(self.repository)

    def of(self, type: str) -> BackendKind:
        """Where artifacts of an operational type are kept."""
        return self.overrides.get(type, self.kind)


@dataclass(frozen=True, kw_only=True)
class IssueForm:
    """How an operational type stands in a tracker; a type without one is always kept in Git.

    `labels` are always set; `told` gives labels by prefix from a place of the content, as in
    `("urgency", "sections.assessment.urgency")`. `within` is the type whose issue of the same slug it
    is a part of. Where a place of the content as it is shown has one of the values of `dropped`, as in
    `("fields.status", ("cancelled",))`, it and its parts are closed as not planned.
    """

    type: str
    labels: tuple[str, ...]
    told: tuple[tuple[str, str], ...] = ()
    within: str = ""
    dropped: tuple[str, tuple[str, ...]] = ("", ())


@dataclass(frozen=True, kw_only=True)
class Issue:
    """An artifact in the tracker. No number while it was not written yet; `error` says why not.

    That of a part is named by both: `mission-tasks/export#TASK-001`. `version` is what was last
    written, 0 of a part; `waiting`: something is to be written. `change` asks for what somebody has
    edited there.
    """

    artifact: ArtifactId
    number: int | None
    url: str
    is_open: bool
    version: int
    waiting: bool
    error: str
    asked_at: datetime
    change: str | None = None


@dataclass(frozen=True, kw_only=True)
class IssueBatch:
    """What one job writes, those first that others are parts of."""

    artifacts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class IssuePlan:
    """An issue as it shall stand. `key` marks it as ours, `comment_key` its newest comment.

    `number` is None before it was made; `since` is when it was first asked for, in the world's time.
    `parent` is the number of the issue that it is a part of. `ours` are the hashes of the texts
    of ours that may stand there; where there is none, whatever stands there is written over. `held`
    is that of what somebody has written there and is still to be decided about: it stays.
    """

    artifact: str
    version: int
    stamp: str
    key: str
    since: datetime
    number: int | None
    title: str
    body: str
    labels: tuple[str, ...]
    is_open: bool
    parent: int | None
    comment: str
    comment_key: str
    ours: tuple[str, ...] = ()
    held: str = ""
    closed_as: str = "completed"


@dataclass(frozen=True, kw_only=True)
class IssueDone:
    """What became of a plan: the issue, as far as it was written, and why it was not written whole.

    `wait` is in seconds: the tracker is away, or wants fewer requests. `refused` is in its own words.
    `edited`: somebody has changed its text there, so it was left alone; `held`: so it was, and that is
    being decided about. `written` is the hash of the text that stands there now.
    """

    number: int | None = None
    url: str = ""
    edited: bool = False
    held: bool = False
    written: str = ""
    wait: float | None = None
    refused: str = ""


@dataclass(frozen=True, kw_only=True)
class IssueWritten(Event):
    """An artifact stands in the tracker as it stands here."""

    type: ClassVar[str] = "record.issue_written"
    artifact: ArtifactId
    number: int
    url: str
    version: int

    @property
    def lineage(self) -> str:
        return f"artifact:{self.artifact}"


@dataclass(frozen=True, kw_only=True)
class Overwritten(Event):
    """Somebody lets what was edited in the tracker be written over, and said why."""

    type: ClassVar[str] = "record.overwritten"
    artifact: ArtifactId
    by: PrincipalId
    why: str

    @property
    def lineage(self) -> str:
        return f"artifact:{self.artifact}"


class NoTracker(NotFound):
    """No tracker is configured."""

    code = "record.no_tracker"


class TrackerAway(Conflict):
    """The tracker cannot be read now, and without it nothing is made again."""

    code = "record.tracker_away"
