"""Repositories: the organisation's own and its products'."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NewType

RepositoryId = NewType("RepositoryId", str)

ORGANISATION = "organisation"
"""Slug of the one repository in which an organisation's decisions stand."""


class RepositoryKind(StrEnum):
    """What a repository is for."""

    ORGANISATION = "organisation"
    PRODUCT = "product"


class RepositoryState(StrEnum):
    """Whether a repository may be written."""

    PREPARING = "preparing"  # it is being made or taken in
    ACTIVE = "active"
    ALARMED = "alarmed"  # its history was rewritten; a person has to accept that first
    FAILED = "failed"  # it could not be made; `reason` says why


@dataclass(frozen=True, kw_only=True)
class Repository:
    """A repository as the rows know it. `codeowners` is the file's text on the default branch.

    `known` is the commit up to which the default branch was looked at, `trusted` the one that must
    stay in its history; they differ only while an accepted rewrite is being looked at.
    `generation` counts the steps that moved them.
    """

    id: RepositoryId
    kind: RepositoryKind
    slug: str
    path: str  # below the folder of repositories
    default_branch: str
    source: str  # where a product was taken from; "" for the organisation's own
    state: RepositoryState
    reason: str
    codeowners: str
    known: str | None
    trusted: str | None
    alarm: str | None  # the commit at which a rewritten history was found
    generation: int
    added_at: datetime


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where repositories and worktrees lie on this machine; declared by the composition root."""

    repositories: Path
    worktrees: Path


@dataclass(frozen=True, kw_only=True)
class Foundation:
    """Files of an organisation's first commit, text by path; declared by packs, CODEOWNERS among them."""

    files: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True, kw_only=True)
class BranchName:
    """How the branch of a change is called whose first member is of `type`; declared by packs.

    `shape` may hold {slug}, {context} (its name), {type}, {date} and whatever the type's path holds:
    `mission/{context}/brief`, `signal/{date}-{slug}`.
    """

    type: str
    shape: str


DEFAULT_BRANCH_NAME = "change/{type}/{slug}"
"""The shape of a branch's name where no pack declares one."""


class FindingKind(StrEnum):
    """What was found wrong, or could not be done."""

    UNREADABLE = "unreadable"  # a hand-made file cannot be read as its type
    IMMUTABLE = "immutable"  # a hand changed what is never edited
    NOT_RAISED = "not_raised"  # a hand changed what is approved, and kept its version
    LIVE_VALUES = "live_values"  # a hand changed values that are drawn from rows
    DELETED = "deleted"  # a hand deleted a file
    CONFLICT = "conflict"  # changed here and in the tracker at once, in the same place
    MISPLACED = "misplaced"  # a file says that it is another one
    UNTRACEABLE = "untraceable"  # an output names no task
    NO_SELF_EVALUATION = "no_self_evaluation"  # a policy that its maker has not looked at
    NOT_IN_GIT = "not_in_git"  # what a rebuild could not bring back
    DIFFERS = "differs"  # a row is not what Git tells
    RESTORED = "restored"  # a row was not what Git tells, and is again


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something about a repository or a change that a person should see."""

    id: str
    repository: RepositoryId | None
    kind: FindingKind
    subject: str  # a path, or a change request
    commit: str | None
    message: str
    at: datetime
