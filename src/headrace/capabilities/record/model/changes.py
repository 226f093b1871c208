"""Change requests: what is asked to be merged, by whom, and how far it got."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from headrace.capabilities.artifacts.model import VersionRef
from headrace.capabilities.record.model.repositories import ORGANISATION, RepositoryId
from headrace.kernel.context import Ctx
from headrace.kernel.ids import PrincipalId

ChangeId = NewType("ChangeId", str)
"""`CR-12`, counted per organisation."""


class ChangeState(StrEnum):
    """Where a change request stands."""

    OPENING = "opening"  # its commit is being written
    OPEN = "open"
    MERGING = "merging"  # decided; the merge is under way
    MERGED = "merged"
    FAILED = "failed"  # `failure` says why; new commits or another merge take it on
    CLOSED = "closed"  # given up


LIVE = frozenset({ChangeState.OPENING, ChangeState.OPEN, ChangeState.MERGING, ChangeState.FAILED})
"""States of a change that may still be merged; its branch and its versions are taken."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """An artifact version that a change brings, by its hash."""

    ref: VersionRef
    content_hash: str
    path: str  # "" for a type that is not kept in Git


@dataclass(frozen=True, kw_only=True)
class SelfCheck:
    """What the author says of the own work under one policy, before anybody else looks."""

    policy: str
    verdict: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What is asked to be merged: artifact versions, or commits on a branch of a product.

    With `members` in the organisation's repository, the branch is named by the pack's rules (or is
    `branch`) and written from the versions. Commits are given by `branch` and `head`. `policies` must
    be judged before the merge; `tasks` say what the work was for.
    """

    title: str
    context: str
    members: tuple[VersionRef, ...] = ()
    repository: str = ORGANISATION  # slug
    branch: str = ""
    head: str | None = None
    body: str = ""
    author: PrincipalId | None = None  # default: who acts
    policies: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    self_evaluation: tuple[SelfCheck, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why a change could not be opened or merged; nothing is lost."""

    reasons: tuple[str, ...]
    conflicts: tuple[str, ...] = ()  # paths that both sides changed


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The yes to a merge, bound to a head commit and to the members' hashes."""

    by: PrincipalId
    at: datetime
    head: str
    members: Mapping[str, str] = field(hash=False)  # hash by version
    note: str = ""
    no_effect: bool = False  # nothing downstream has to look at it
    exceptions: tuple[str, ...] = ()  # from rules that were against it


@dataclass(frozen=True, kw_only=True)
class ChangeRequest:
    """A change request as it stands now. Commits are full ids."""

    id: ChangeId
    repository: RepositoryId
    branch: str  # "" until it is written
    wanted_branch: str
    target: str
    title: str
    body: str
    author: PrincipalId
    context: str
    state: ChangeState
    revision: int  # 1, and one more for each push
    attempts: int  # merges begun
    base: str | None  # where it left the target branch
    head: str | None
    commit: str | None  # the merge
    members: tuple[Member, ...]
    paths: tuple[str, ...]  # that differ from the base; both names of a rename
    policies: tuple[str, ...]
    tasks: tuple[str, ...]
    self_evaluation: tuple[SelfCheck, ...]
    failure: Failure | None
    decision: Decision | None
    opened_at: datetime
    ended_at: datetime | None


class ReviewVerdict(StrEnum):
    """What a reviewer says."""

    APPROVE = "approve"
    REVISE = "revise"


@dataclass(frozen=True, kw_only=True)
class Review:
    """A review of one head commit. After a push it stands, but counts no more."""

    change: ChangeId
    head: str
    reviewer: PrincipalId
    verdict: ReviewVerdict
    note: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RequiredReview:
    """Paths that need the approval of one of their owners. `reviewers` never holds the author."""

    owners: tuple[str, ...]  # as CODEOWNERS compares them: "@vp-product"
    paths: tuple[str, ...]
    reviewers: frozenset[PrincipalId]


@dataclass(frozen=True, kw_only=True)
class Consequence:
    """What else is decided in the very unit of work in which the merge of a type is decided.

    Declared by a higher room or a pack. `run(ctx, change, by)` is told who decided; what it raises
    takes the whole decision back. Give reasons that are known beforehand as a check of `record.merge`.
    """

    type: str  # of an artifact that the change brings
    run: Callable[[Ctx, ChangeRequest, PrincipalId], None]
