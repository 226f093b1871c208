"""History as a rebuild reads it."""

from dataclasses import dataclass
from datetime import datetime

from headrace.capabilities.record.model.work import Signature


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

    def one(self, key: str) -> str | None:
        """The first value of the key, or None."""
        return next(iter(self.all(key)), None)


@dataclass(frozen=True, kw_only=True)
class BranchFacts:
    """A branch that is not merged: where it left the main branch, and what differs."""

    name: str
    base: str
    head: str
    paths: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class History:
    """A repository's history, oldest commit first; only commits of ours."""

    slug: str
    default_branch: str
    source: str
    tip: str | None
    codeowners: str
    commits: tuple[CommitFacts, ...]
    branches: tuple[BranchFacts, ...]


@dataclass(frozen=True, kw_only=True)
class Histories:
    """The histories of all repositories that lie in an organisation's folder."""

    items: tuple[History, ...]


@dataclass(frozen=True, kw_only=True)
class FoundFile:
    """A file as a commit wrote it."""

    commit: str
    path: str
    text: str


@dataclass(frozen=True, kw_only=True)
class FoundFiles:
    """The Markdown files that some commits wrote."""

    items: tuple[FoundFile, ...]


@dataclass(frozen=True, kw_only=True)
class RebuildPlan:
    """Where an organisation's repositories lie."""

    folder: str
