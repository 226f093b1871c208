"""The words of artifacts."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, NewType, Self

from headrace.capabilities.artifacts.layout.artifact_type import ArtifactType as ArtifactType
from headrace.capabilities.artifacts.layout.artifact_type import Phase as Phase
from headrace.capabilities.artifacts.layout.artifact_type import Storage as Storage
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from headrace.kernel.events import Event
from headrace.kernel.ids import PrincipalId
from headrace.kernel.json import Json

ArtifactId = NewType("ArtifactId", str)
"""`type/slug`, as in `mission-brief/bulk-data-export`."""

_REFERENCE = re.compile(r"(?P<id>[a-z0-9-]+/[^@#\s]+)@(?P<number>[1-9][0-9]*)(?:#(?P<element>.+))?")


@dataclass(frozen=True, order=True)
class VersionRef:
    """One version, or one element of it: `mission-brief/bulk-data-export@2#scope`."""

    artifact: ArtifactId
    number: int
    element: str = ""

    def __str__(self) -> str:
        tail = f"#{self.element}" if self.element else ""
        return f"{self.artifact}@{self.number}{tail}"

    @property
    def version(self) -> "VersionRef":
        """The whole version that the element is part of."""
        return VersionRef(self.artifact, self.number)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text of a reference. Raises Invalid with its form."""
        found = _REFERENCE.fullmatch(text)
        if found is None:
            raise Invalid(
                f"{text!r} names no version; write type/slug@number, as in mission-brief/export@2",
                reference=text,
            )
        return cls(ArtifactId(found["id"]), int(found["number"]), found["element"] or "")


class LinkKind(StrEnum):
    """How one version stands to another."""

    INPUT = "input"  # it was made from that
    SUPERSEDES = "supersedes"
    EVALUATES = "evaluates"
    RELATES = "relates"


@dataclass(frozen=True, kw_only=True)
class Link:
    """From a version to what it came from, or speaks of."""

    kind: LinkKind = LinkKind.INPUT
    target: VersionRef


@dataclass(frozen=True, kw_only=True)
class Made:
    """Who made a version, and how. `brain` is skill, model, recorded, external or human."""

    by: PrincipalId
    brain: str
    run: str | None = None
    recipe: str | None = None  # hash of role card, prompt, brain and settings


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a worker hands in: content of a type, in a context, made from links.

    `parts` fill the placeholders of the type's path besides {slug}. `base` is the version that
    this one was made on; a head that moved since refuses the draft.
    """

    type: str
    slug: str
    context: str
    content: Mapping[str, Json]
    made: Made
    parts: Mapping[str, str | int] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    base: int | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A version as the record tells it, with all of its row that the record keeps.

    `commit` is where it became effective, None while it has not. `at` is when it was written down.
    """

    ref: "VersionRef"
    type: str
    context: str
    parts: Mapping[str, str | int]
    reference: str | None
    content: Mapping[str, Json]
    made: Made
    note: str
    links: tuple[Link, ...]
    change: str | None
    commit: str | None
    no_effect: bool
    phase: Phase
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """A work product: its identity, its place, its two pointers.

    `archived` from the moment that this is decided; `path` is where its file stands, and `place` where
    it stood before it was moved to the archive, None while it was not.
    """

    id: ArtifactId
    type: str
    slug: str
    context: str
    parts: Mapping[str, str | int]
    path: str
    reference: str | None  # MISSION-2026-015
    head: int
    effective: int | None
    created_at: datetime
    archived: bool
    archived_at: datetime | None = None
    place: str | None = None


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version: frozen, but for its phase and where it was merged."""

    ref: VersionRef
    type: str
    context: str
    path: str
    title: str
    content: Mapping[str, Json]
    content_hash: str
    phase: Phase
    made: Made
    base: int | None
    note: str
    change: str | None
    commit: str | None
    no_effect: bool
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Effective:
    """An effective version as selectors see it; `content` is None where it was not asked for."""

    ref: VersionRef
    type: str
    context: str
    content: Mapping[str, Json] | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Drift:
    """A version stands on an element that has changed since."""

    version: VersionRef
    on: VersionRef  # what it was made from
    now: int  # the number now effective there
    elements: tuple[str, ...]  # those that differ, of what was linked


class Direction(StrEnum):
    """Which way a chain runs from where it begins."""

    BACK = "back"  # to what it was made from
    FORWARD = "forward"  # to what came of it


@dataclass(frozen=True, kw_only=True)
class Hop:
    """One version of a chain: `distance` is its shortest way from where the chain begins, in links."""

    ref: VersionRef
    distance: int
    type: str
    title: str
    context: str
    reference: str | None  # MISSION-2026-015
    path: str
    phase: Phase
    made: Made
    change: str | None
    commit: str | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Step:
    """One link between two versions of a chain: `version` was made from `target`, or speaks of it."""

    version: VersionRef
    kind: LinkKind
    target: VersionRef


@dataclass(frozen=True, kw_only=True)
class Chain:
    """Everything that versions came from, or that came of them, each version once, nearest first.

    The versions where it begins stand in it at distance 0. `more` says that farther ones were left out.
    """

    hops: tuple[Hop, ...]
    steps: tuple[Step, ...]
    more: bool


@dataclass(frozen=True, kw_only=True)
class Projection:
    """Fills the projected fields of a type from live rows; declared by the room that has them.

    `run(ctx, artifact)` gives values by place, as in `{"fields.status": "active"}`; `artifact.head` is
    the version that is shown.
    """

    type: str
    run: Callable[[Ctx, Artifact], Mapping[str, Json]]


@dataclass(frozen=True, kw_only=True)
class Proposed(Event):
    """A version was handed in: who made it, in which run, from which inputs, and what came out."""

    type: ClassVar[str] = "artifacts.proposed"
    artifact: ArtifactId
    number: int
    artifact_type: str
    context: str
    brain: str
    content_hash: str
    made_by: PrincipalId
    run: str | None
    recipe: str | None
    inputs: tuple[str, ...]

    @property
    def lineage(self) -> str:
        return f"artifact:{self.artifact}"


@dataclass(frozen=True, kw_only=True)
class BecameEffective(Event):
    """A version was approved and merged: from now on others build on it."""

    type: ClassVar[str] = "artifacts.effective"
    artifact: ArtifactId
    number: int
    artifact_type: str
    context: str
    change: str | None
    commit: str | None
    no_effect: bool

    @property
    def lineage(self) -> str:
        return f"artifact:{self.artifact}"


@dataclass(frozen=True, kw_only=True)
class Restored(Event):
    """The row of a version was made again as the record tells it; `differing` names what was not so."""

    type: ClassVar[str] = "artifacts.restored"
    artifact: ArtifactId
    number: int
    differing: tuple[str, ...]

    @property
    def lineage(self) -> str:
        return f"artifact:{self.artifact}"


@dataclass(frozen=True, kw_only=True)
class PhaseChanged(Event):
    """A version was sent back, rejected or archived."""

    type: ClassVar[str] = "artifacts.phase_changed"
    artifact: ArtifactId
    number: int
    artifact_type: str
    context: str
    phase: Phase

    @property
    def lineage(self) -> str:
        return f"artifact:{self.artifact}"


@dataclass(frozen=True, kw_only=True)
class Archived(Event):
    """An artifact is done with and goes out of sight; nothing of it is lost."""

    type: ClassVar[str] = "artifacts.archived"
    artifact: ArtifactId
    artifact_type: str
    context: str
    why: str

    @property
    def lineage(self) -> str:
        return f"artifact:{self.artifact}"


@dataclass(frozen=True, kw_only=True)
class Unarchived(Event):
    """An artifact is back among those that are worked with."""

    type: ClassVar[str] = "artifacts.unarchived"
    artifact: ArtifactId
    artifact_type: str
    context: str
    why: str

    @property
    def lineage(self) -> str:
        return f"artifact:{self.artifact}"


class ArtifactArchived(Conflict):
    """An archived artifact takes no new version."""

    code = "artifacts.is_archived"


class ArtifactNotFound(NotFound):
    """No such artifact or version."""

    code = "artifacts.not_found"


class TypeUnknown(NotFound):
    """No such artifact type."""

    code = "artifacts.type_unknown"


class ContentRefused(Invalid):
    """The content does not fit its type."""

    code = "artifacts.content_refused"


class HeadMoved(Conflict):
    """Somebody handed in another version meanwhile."""

    code = "artifacts.head_moved"


class Immutable(Conflict):
    """Versions of this type are never edited."""

    code = "artifacts.immutable"


class NotMadeFrom(Invalid):
    """The version was not made from what is to be acknowledged."""

    code = "artifacts.not_made_from"


class PathTaken(Conflict):
    """Another artifact stands at this path."""

    code = "artifacts.path_taken"


CommentId = NewType("CommentId", str)


@dataclass(frozen=True, kw_only=True)
class Comment:
    """What somebody said of a version: words for people, which decide nothing and instruct nobody.

    No agent is told them, no check reads them. `element` names the part that is meant, "" is all of it.
    One that is taken back keeps its place and loses its words.
    """

    id: CommentId
    version: VersionRef
    element: str = ""
    author: PrincipalId
    text: str
    at: datetime
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Commented(Event):
    """Somebody said something of a version; what it was stands in its row alone."""

    type: ClassVar[str] = "artifacts.commented"
    artifact: ArtifactId
    version: int
    comment: CommentId
    author: PrincipalId

    @property
    def lineage(self) -> str:
        return f"artifact:{self.artifact}"


@dataclass(frozen=True, kw_only=True)
class CommentWithdrawn(Event):
    """A comment was taken back by its author; its words are gone."""

    type: ClassVar[str] = "artifacts.comment_withdrawn"
    artifact: ArtifactId
    comment: CommentId
    author: PrincipalId

    @property
    def lineage(self) -> str:
        return f"artifact:{self.artifact}"


class CommentNotFound(NotFound):
    """There is no such comment."""

    code = "artifacts.comment_not_found"


class CommentRefused(NotAllowed):
    """Only who said it takes it back."""

    code = "artifacts.comment_refused"
