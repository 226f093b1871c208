"""Answers: artifacts, change requests and the journal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from headrace.kernel.json import Json
from headrace.surfaces.web.answers.work import Reference


@dataclass(frozen=True, kw_only=True)
class Artifact:
    id: str
    title: str
    type: str
    slug: str
    context: str
    path: str
    reference: str | None
    head: int
    effective: int | None
    archived: bool


@dataclass(frozen=True, kw_only=True)
class TypeCount:
    type: str
    count: int


@dataclass(frozen=True, kw_only=True)
class ArtifactCounts:
    items: tuple[TypeCount, ...]


@dataclass(frozen=True, kw_only=True)
class Artifacts:
    items: tuple[Artifact, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Version:
    head: int
    effective: int | None
    version: str
    type: str
    title: str
    phase: str
    context: str
    path: str
    made_by: str
    brain: str
    content: Mapping[str, Json]
    run: str | None
    change: str | None
    commit: str | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Link:
    kind: str
    version: str


@dataclass(frozen=True, kw_only=True)
class Drift:
    version: Reference
    on: Reference
    now: int


@dataclass(frozen=True, kw_only=True)
class ChainLink:
    version: str
    distance: int
    type: str
    title: str
    reference: str | None


@dataclass(frozen=True, kw_only=True)
class ChainStep:
    version: str
    kind: str
    target: str


@dataclass(frozen=True, kw_only=True)
class Chain:
    """Nearest first; `distance` is 0 where it begins."""

    items: tuple[ChainLink, ...]
    steps: tuple[ChainStep, ...]
    more: bool


@dataclass(frozen=True, kw_only=True)
class Lineage:
    made_from: tuple[Link, ...]
    led_to: tuple[Link, ...]
    drift: tuple[Drift, ...]


@dataclass(frozen=True, kw_only=True)
class ArtifactType:
    name: str
    title: str


@dataclass(frozen=True, kw_only=True)
class ArtifactTypes:
    items: tuple[ArtifactType, ...]


@dataclass(frozen=True, kw_only=True)
class ChangeLine:
    change: str
    title: str
    state: str
    context: str
    author: str
    opened_at: datetime


@dataclass(frozen=True, kw_only=True)
class Changes:
    items: tuple[ChangeLine, ...]
    next: int | None


@dataclass(frozen=True, kw_only=True)
class Review:
    head: str
    reviewer: str
    verdict: str
    note: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RequiredReview:
    owners: tuple[str, ...]
    paths: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Change:
    change: str
    title: str
    body: str
    state: str
    context: str
    repository: str
    branch: str
    target: str
    author: str
    head: str | None
    commit: str | None
    members: tuple[str, ...]
    policies: tuple[str, ...]
    required: tuple[RequiredReview, ...]
    reviews: tuple[Review, ...]
    hindrances: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Line:
    kind: str
    text: str
    old_number: int | None
    new_number: int | None


@dataclass(frozen=True, kw_only=True)
class Hunk:
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class PathChange:
    status: str
    path: str
    old_path: str | None


@dataclass(frozen=True, kw_only=True)
class FileDiff:
    change: PathChange
    is_binary: bool
    added_lines: int
    removed_lines: int
    hunks: tuple[Hunk, ...]
    truncated: bool


@dataclass(frozen=True, kw_only=True)
class Diff:
    files: tuple[FileDiff, ...]


@dataclass(frozen=True, kw_only=True)
class Repository:
    id: str
    slug: str
    kind: str
    state: str
    default_branch: str
    known: str | None


@dataclass(frozen=True, kw_only=True)
class Repositories:
    items: tuple[Repository, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Happened:
    position: int
    type: str
    lineage: str
    actor: str
    at: datetime
    payload: Json


@dataclass(frozen=True, kw_only=True)
class Events:
    items: tuple[Happened, ...]
    next: int | None


@dataclass(frozen=True, kw_only=True)
class Comment:
    """What somebody said of a version; one that was taken back has no text."""

    comment: str
    author: str
    version: int
    element: str
    text: str
    at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Comments:
    items: tuple[Comment, ...]
    next: str | None
