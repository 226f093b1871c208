"""Where lines of a file come from, as Git alone tells it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from headrace.capabilities.artifacts.model import VersionRef
from headrace.capabilities.record.model.changes import ChangeId


class OriginKind(StrEnum):
    """How a commit came to a main branch."""

    CHANGE = "change"  # a change request was merged
    FILING = "filing"  # versions that need no approval were filed
    PROJECTION = "projection"  # live values were drawn anew
    FOUNDING = "founding"  # the record's first commit
    HAND = "hand"  # made outside of Headrace


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Lines of a file that one commit wrote, and what brought that commit to the main branch.

    `first` is the number of its first line, `lines` how many it wrote, `text` the first one.
    `trailers` are those of the commit that wrote them, `brought_by` the commit on the branch itself.
    `versions` are those that this commit wrote to this very file.
    """

    kind: OriginKind
    commit: str
    subject: str
    author: str
    written_at: datetime
    trailers: Mapping[str, str]
    brought_by: str
    change: ChangeId | None
    versions: tuple[VersionRef, ...]
    first: int
    lines: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Origins:
    """Where a file, or one line of it, comes from: by commit, in the order of its lines."""

    repository: str
    path: str
    head: str
    items: tuple[Origin, ...]
