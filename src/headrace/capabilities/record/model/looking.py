"""Looking at the tracker: what people have changed there, and issues for parts of an artifact."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from headrace.capabilities.artifacts.model import Artifact, ArtifactId, Draft
from headrace.capabilities.record.model.changes import ChangeId
from headrace.kernel.context import Ctx
from headrace.kernel.events import Event
from headrace.kernel.ids import PrincipalId


@dataclass(frozen=True, kw_only=True)
class IssuePart:
    """Something within an artifact that has an issue of its own, drawn from rows.

    `closed_as` is "completed" or "not_planned", GitHub's words.
    """

    name: str  # "TASK-001"
    title: str
    text: str
    labels: tuple[str, ...]
    is_open: bool
    closed_as: str = "completed"


@dataclass(frozen=True, kw_only=True)
class PartMove:
    """Somebody has closed or opened the issue of a part; the actor of the unit of work is who did it."""

    name: str
    is_open: bool
    closed_as: str
    number: int


@dataclass(frozen=True, kw_only=True)
class IssueParts:
    """The parts of a type's artifacts that have issues of their own; declared by packs.

    They are sub-issues of the issue of the type `within`, of the same slug. `move` does here what
    somebody did there, or gives the reason why not; "" when it is done.
    """

    type: str
    within: str
    draw: Callable[[Ctx, Artifact], Sequence[IssuePart]]
    move: Callable[[Ctx, Artifact, PartMove], str]


@dataclass(frozen=True, kw_only=True)
class LookPlan:
    """From when on to ask for issues that were touched, and the tag of the former answer, if there is one."""

    since: str
    etag: str


@dataclass(frozen=True, kw_only=True)
class TouchedIssue:
    """An issue that was touched, without its text; `standing` is the hash of title and text.

    `is_work`: a pull request, which trackers list among issues.
    """

    number: int
    title: str
    standing: str
    labels: tuple[str, ...]
    is_open: bool
    is_work: bool = False


@dataclass(frozen=True, kw_only=True)
class TrackerSeen:
    """What a look at the tracker gave, and from when on to ask next.

    `wait` is in seconds: the tracker is away, or wants fewer requests. `refused` is in its own words.
    """

    etag: str = ""
    since: str = ""
    items: tuple[TouchedIssue, ...] = ()
    wait: float | None = None
    refused: str = ""


@dataclass(frozen=True, kw_only=True)
class Suspects:
    """The numbers of issues that do not stand as they were written, oldest first."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class EditedIssue:
    """An issue as it stands, with the logins of who last changed its text, its title and its state.

    They are "" where the tracker does not say. `gone`: there is no such issue any more.
    """

    number: int
    url: str = ""
    title: str = ""
    body: str = ""
    labels: tuple[str, ...] = ()
    is_open: bool = True
    closed_as: str = ""
    opened_by: str = ""
    edited_by: str = ""
    titled_by: str = ""
    moved_by: str = ""
    gone: bool = False
    wait: float | None = None
    refused: str = ""


@dataclass(frozen=True, kw_only=True)
class OfferedIssue:
    """An issue that somebody opened in the tracker to have it taken in: text from outside.

    `by` is the person whom the operator names for the login, `is_known` then, or else a stranger.
    """

    number: int
    address: str
    repository: str
    title: str
    text: str
    labels: tuple[str, ...]
    by: PrincipalId
    is_known: bool


@dataclass(frozen=True, kw_only=True)
class IssueIntake:
    """What the issues become that people open in the tracker: a type that nobody decides about.

    Declared by packs. `draft` reads one; what it raises as Invalid is told below the issue. `correction`
    is said below one that was taken in: how to correct what is not edited any more, where `{number}`
    stands for the issue's.
    """

    type: str
    draft: Callable[[Ctx, OfferedIssue], Draft]
    correction: str = ""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What is to be said below an issue that is not taken in; `key` marks it, so that it is said once."""

    number: int
    key: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ReplyDone:
    """What became of a reply; `wait` is in seconds, `refused` in the tracker's own words."""

    wait: float | None = None
    refused: str = ""


@dataclass(frozen=True, kw_only=True)
class IssueTaken(Event):
    """What somebody wrote in the tracker became a version, in a change request of its own or a filing."""

    type: ClassVar[str] = "record.issue_taken"
    artifact: ArtifactId
    version: str
    number: int
    login: str
    change: ChangeId | None

    @property
    def lineage(self) -> str:
        return f"artifact:{self.artifact}"
