"""What one artifact type declares: its header fields, its sections, its statuses and its place in the record.

One declaration gives the template, the Markdown reader and writer, the checks, the elements that
drift compares, and the schema for a model's typed answer; they cannot disagree.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from headrace.capabilities.artifacts.layout.parts import Field, Section
from headrace.capabilities.artifacts.layout.soundness import body_faults


class Phase(StrEnum):
    """Where the platform sees a version, whatever its type calls the status."""

    DRAFT = "draft"
    PROCESSING = "processing"
    IN_REVIEW = "in_review"
    REVISION_REQUESTED = "revision_requested"
    APPROVED = "approved"
    SUPERSEDED = "superseded"
    ARCHIVED = "archived"
    FAILED = "failed"
    ORPHANED = "orphaned"
    INCOMPLETE = "incomplete"
    RESTORED = "restored"


class Storage(StrEnum):
    """Where the decided version of a type is kept for good."""

    GIT = "git"
    ROWS = "rows"


DEFAULT_STATUSES: Mapping[str, Phase] = {
    "draft": Phase.DRAFT,
    "processing": Phase.PROCESSING,
    "review": Phase.IN_REVIEW,
    "pending_review": Phase.IN_REVIEW,
    "revision_requested": Phase.REVISION_REQUESTED,
    "approved": Phase.APPROVED,
    "completed": Phase.APPROVED,
    "confirmed": Phase.APPROVED,
    "skipped": Phase.ARCHIVED,
    "archived": Phase.ARCHIVED,
    "failed": Phase.FAILED,
    "orphaned": Phase.ORPHANED,
    "incomplete": Phase.INCOMPLETE,
    "restored": Phase.RESTORED,
}
"""Statuses of a type that declares none of its own."""


@dataclass(frozen=True, kw_only=True)
class ArtifactType:
    """One type of work product. `name` is its stable id, `title` what people call it.

    `path` is where a version lives in its repository: placeholders {slug}, {date}, {week}, {year},
    {number}, {mission}. `reference_shape` makes its human-readable id. `statuses` maps its own
    statuses to the platform's phases. `immutable`: never edited once filed, a correction is a new
    one. `approval`: a person decides; else it merges by itself. `bump`: an edit of an approved one
    raises its version. `context_kind` names the sort of context it belongs to. `header_titles`:
    headings that people put over the header's fields.
    """

    name: str
    title: str
    version: int = 1
    path: str
    reference_shape: str = ""
    statuses: Mapping[str, Phase] = field(default_factory=lambda: DEFAULT_STATUSES, hash=False)
    initial: str = "draft"
    immutable: bool = False
    record: Storage = Storage.GIT
    approval: bool = True
    bump: bool = True
    context_kind: str = "organisation"
    header_titles: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    sections: tuple[Section, ...] = ()
    summary: str = ""

    def __post_init__(self) -> None:
        found = body_faults(self)
        if self.initial not in self.statuses:
            found.append(f"the initial status {self.initial!r} is not one of its statuses")
        if found:
            raise ValueError(f"Artifact type {self.name}: {'; '.join(found)}.")

    def phase(self, status: str) -> Phase:
        """The platform's phase of `status`; KeyError for a status the type does not know."""
        return self.statuses[status]
