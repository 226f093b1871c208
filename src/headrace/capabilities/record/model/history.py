"""History as a rebuild reads it from Git."""

from dataclasses import dataclass
from datetime import datetime

from headrace.capabilities.record.model.work import Signature


@dataclass(frozen=True, kw_only=True)
class RebuildPlan:
    """Where an organisation's repositories lie, and from where its own is copied first, if at all.

    `tracked`: issues are read as well.
    """

    folder: str
    source: str
    request: str
    tracked: bool = False


@dataclass(frozen=True, kw_only=True)
class KeptIssue:
    """An issue of ours as a rebuild finds it. `id` is that of an artifact, or of a part of one.

    `versions` are those that it holds, as files with their front matter, the one that counts last.
    """

    id: str
    number: int
    url: str
    is_open: bool
    standing: str
    versions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class KeptIssues:
    """A page of them; `away` is why the tracker could not be read."""

    items: tuple[KeptIssue, ...] = ()
    is_last: bool = True
    away: str = ""


@dataclass(frozen=True, kw_only=True)
class SettledIssue:
    """A row of an issue that stands as it shall; `stamp` tells whether anything was asked for since."""

    id: str
    number: int
    stamp: str


@dataclass(frozen=True, kw_only=True)
class SettledIssues:
    """Those of an organisation, as they were before the tracker was read."""

    items: tuple[SettledIssue, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CommitFacts:
    """A commit of ours: its trailers in order, and whether it was made on the main branch itself."""

    id: str
    on_main: bool
    subject: str
    body: str
    trailers: tuple[tuple[str, str], ...]
    author: Signature
    at: datetime

    def all(self, key: str) -> tuple[str, ...]:
        """The values of the trailers of this key, in order."""
        return tuple(value for name, value in self.trailers if name.lower() == key.lower())

    def one(self, key: str) -> str:
        """The first value of the key, "" when there is none."""
        return next(iter(self.all(key)), "")


@dataclass(frozen=True, kw_only=True)
class VersionFacts:
    """A version that a commit wrote to a file, by what the trailer and the file's front matter say."""

    version: str  # "brief/export@2"
    content_hash: str
    commit: str  # "" for one that an issue holds
    path: str
    links: tuple[str, ...]  # versions
    reference: str
    at: datetime | None = None  # when it was committed


@dataclass(frozen=True, kw_only=True)
class BranchFacts:
    """A branch that is not merged: where it left the main branch, and what differs."""

    name: str
    base: str
    head: str
    paths: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class History:
    """A repository's history, oldest commit first; only commits and versions of ours."""

    slug: str
    default_branch: str
    source: str
    root: str | None  # the first commit of the main branch
    tip: str | None
    codeowners: str
    commits: tuple[CommitFacts, ...]
    versions: tuple[VersionFacts, ...]
    branches: tuple[BranchFacts, ...]


@dataclass(frozen=True, kw_only=True)
class Histories:
    """The histories of all repositories in an organisation's folder, its own first."""

    items: tuple[History, ...]


@dataclass(frozen=True, kw_only=True)
class VersionBatch:
    """Versions to be made again, in an order in which each comes after what it is linked to."""

    items: tuple[VersionFacts, ...]


@dataclass(frozen=True, kw_only=True)
class Compared:
    """The versions of a batch whose rows were not what Git tells."""

    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class FoundTexts:
    """The texts of a batch's files, in its order."""

    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Vouched:
    """Versions of issues that are what was decided or handed in, with their texts in the same order."""

    versions: tuple[VersionFacts, ...]
    texts: tuple[str, ...]
