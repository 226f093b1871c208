"""Archiving: when work products are done, and the moves of their files."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from headrace.capabilities.artifacts.model import Artifact, ArtifactId
from headrace.capabilities.record.model.events import RepositoryEvent
from headrace.capabilities.record.model.work import Ground, Note
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Conflict


@dataclass(frozen=True, kw_only=True)
class Done:
    """Since when a work product is done with, and what says so."""

    since: datetime
    because: str


@dataclass(frozen=True, kw_only=True)
class ArchiveRule:
    """When artifacts of a type may be archived, and when the sweep does it by itself.

    `done` gives since when the artifact is done, or, in words, why it is not yet. The sweep waits
    `after` from then; None: a person archives it. `folder`: all that lies in its file's folder goes
    with it. `along`: types whose artifact of the same slug goes with it. A type without a rule is
    never archived by itself, only along with another.
    """

    type: str
    done: Callable[[Ctx, Artifact], "Done | str"]
    after: timedelta | None
    folder: bool = False
    along: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Archivable:
    """An artifact that the sweep would archive, with what goes along."""

    artifact: ArtifactId
    done: Done
    due: datetime
    along: tuple[ArtifactId, ...]


@dataclass(frozen=True, kw_only=True)
class Move:
    """A file that shall stand elsewhere."""

    artifact: str
    source: str
    target: str
    archived: bool


@dataclass(frozen=True, kw_only=True)
class MovePlan:
    """Files that are moved in one commit."""

    ground: Ground
    batch: str
    moves: tuple[Move, ...]
    note: Note


@dataclass(frozen=True, kw_only=True)
class FilesMoved:
    """The commit, if anything moved; what stands where it shall, what a hand has touched, what is gone."""

    commit: str | None = None
    onto: str | None = None
    artifacts: tuple[str, ...] = ()
    touched: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    found: str | None = None  # where a rewritten branch stands: nothing was moved


@dataclass(frozen=True, kw_only=True)
class Moved(RepositoryEvent):
    """Files of artifacts stand in the archive, or are back from it; their history goes with them."""

    type: ClassVar[str] = "record.moved"
    archived: tuple[str, ...]
    unarchived: tuple[str, ...]
    commit: str


class NotArchivable(Conflict):
    """The artifact is still worked with; the message says by what."""

    code = "record.not_archivable"
