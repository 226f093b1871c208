"""Workspaces: the worktree of a run: made, made again after a loss, committed, put away. All Git is here."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from headrace.capabilities.agents.model import Run
from headrace.capabilities.people import service as people
from headrace.capabilities.record import service as record
from headrace.capabilities.record.git import (
    BranchCheckedOut,
    CommitId,
    CommitNote,
    Person,
    Repository,
    Trailer,
    Worktree,
    all_worktrees,
    changed_paths,
    commit_worktree,
    find_head,
    find_worktree,
    head,
    move_branch,
    open_existing,
    worktree_add,
    worktree_remove,
    worktree_status,
)
from headrace.kernel.context import Ctx

_COMMIT = re.compile(r"[0-9a-f]{40}")
_DOMAIN = "headrace.invalid"  # nobody can own it (RFC 2606), so no mail ever leaves
_COMMITTER = Person(name="Headrace", email=f"agents@{_DOMAIN}")

ALWAYS_ON_DISK = (".headrace/",)
"""What a sparse worktree holds besides: without the product's description there is no check to run."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where the worktree of a run is, and where its branch begins. All of it survives a crash.

    `throw_away` says that the branch is this run's alone and goes with the worktree.
    """

    repository: Path
    folder: Path
    branch: str
    begins_at: str
    sparse: tuple[str, ...] | None
    allowed: tuple[str, ...]
    throw_away: bool
    protection: record.Protection = field(default_factory=record.Protection)


@dataclass(frozen=True, kw_only=True)
class Work:
    """What a run left in its branch."""

    head: str | None
    changed: tuple[str, ...]


def site_of(ctx: Ctx, run: Run) -> Site:
    """Where a run works. Raises RepositoryUnknown. A role that judges gets a branch of its own."""
    workspace = run.order.workspace
    assert workspace is not None  # only runs with a workspace have a site
    repository = record.repository(ctx, workspace.repository)
    judges = bool(run.card.evaluates)
    sparse = workspace.sparse
    return Site(
        repository=record.location(ctx, repository),
        folder=record.places(ctx).worktrees / ctx.organisation / "runs" / run.id,
        branch=f"run/{run.id.replace('_', '-')}" if judges else workspace.branch,
        begins_at=workspace.base or (workspace.branch if judges else repository.default_branch),
        sparse=None if sparse is None else (*sparse, *ALWAYS_ON_DISK),
        allowed=workspace.paths,
        throw_away=judges,
        protection=record.protection(ctx, workspace.repository, run.principal, run.order.context),
    )


def begin(site: Site) -> str:
    """The commit at which the run's branch stands, made there when it does not exist yet.

    Raises BranchNotFound, CommitNotFound where `begins_at` leads nowhere.
    """
    repository = open_existing(site.repository)
    present = find_head(repository, site.branch)
    if present is not None:
        return present
    start = site.begins_at
    base = CommitId(start) if _COMMIT.fullmatch(start) else head(repository, start)
    move_branch(repository, site.branch, expected=None, to=base)
    return base


def stands(site: Site) -> bool:
    """Whether the worktree is there, complete, with everything written that belongs into it."""
    whole = find_worktree(open_existing(site.repository), site.folder) is not None
    return whole and _mark(site).is_file()


def make(site: Site, *, ended: Iterable[str] = ()) -> None:
    """Make the worktree as its branch has it; what was there goes. It stands once `complete` says so.

    A worktree of the branch that a run of `ended` left behind is removed first. Raises
    BranchCheckedOut when somebody else still works on the branch.
    """
    repository = open_existing(site.repository)
    clear(site)
    try:
        worktree_add(repository, site.folder, site.branch, sparse_paths=site.sparse)
    except BranchCheckedOut:
        if not _clear_others(repository, site, frozenset(ended)):
            raise
        worktree_add(repository, site.folder, site.branch, sparse_paths=site.sparse)


def complete(site: Site) -> None:
    """Say that the worktree holds everything that was written in it."""
    _mark(site).touch()


def clear(site: Site) -> None:
    """Remove the worktree with all that is not committed; the branch stays."""
    _mark(site).unlink(missing_ok=True)
    worktree_remove(open_existing(site.repository), site.folder)


def _mark(site: Site) -> Path:
    # Beside the worktree: in it, it would be work.
    return site.folder.with_name(f"{site.folder.name}.complete")


def _clear_others(repository: Repository, site: Site, ended: frozenset[str]) -> bool:
    for tree in all_worktrees(repository):
        beside = tree.path.parent == site.folder.resolve().parent
        if tree.branch == site.branch and beside and tree.path.name in ended:
            clear(replace(site, folder=tree.path))
            return True
    return False


def occupants(site: Site) -> tuple[str, ...]:
    """The runs whose worktrees have the branch of this site."""
    return tuple(
        tree.path.name
        for tree in all_worktrees(open_existing(site.repository))
        if tree.branch == site.branch and tree.path != site.folder.resolve()
    )


def remove(site: Site) -> None:
    """Remove the worktree with all that is not committed, and a branch that was this run's alone."""
    repository = open_existing(site.repository)
    clear(site)
    present = find_head(repository, site.branch) if site.throw_away else None
    if present is not None:
        move_branch(repository, site.branch, expected=present, to=None)


def uncommitted(site: Site) -> tuple[str, ...]:
    """Every path that differs from the branch's last commit, ignored files aside; sorted."""
    return tuple(change.path for change in worktree_status(_worktree(site)).changes)


@dataclass(frozen=True, kw_only=True)
class Signed:
    """What a commit of an agent says."""

    author: Person
    message: str
    trailers: tuple[tuple[str, str], ...]
    when: datetime


def signed(ctx: Ctx, run: Run, summary: str) -> Signed:
    """The commit of a run: by its employee, at the time it was handed in, naming the run."""
    who = people.principal(ctx, run.principal)
    order = run.order
    subject = f"{order.element or order.context}: {order.task}"[:72]
    return Signed(
        author=Person(name=who.name, email=f"{who.handle}@{_DOMAIN}"),
        message=f"{subject}\n\n{summary.strip()}" if summary.strip() else subject,
        trailers=(("Agent-Run", run.id), ("Subject", order.subject), ("Recipe", run.recipe)),
        when=run.submitted_at or run.made_at,
    )


def commit(site: Site, note: Signed) -> None:
    """Commit what is in the worktree; nothing when nothing differs, so a repetition does no harm.

    Raises PathsNotGranted, WorktreeRefused.
    """
    commit_worktree(
        _worktree(site),
        CommitNote(
            message=note.message,
            trailers=[Trailer(key, value) for key, value in note.trailers],
            author=note.author,
            committer=_COMMITTER,
            when=note.when,
        ),
        allowed=site.allowed,
    )


def work_since(site: Site, base: str) -> Work:
    """What the branch has that `base` did not have."""
    repository = open_existing(site.repository)
    present = head(repository, site.branch)
    if present == base:
        return Work(head=None, changed=())
    changes = changed_paths(repository, CommitId(base), present)
    return Work(head=present, changed=_names(change.names for change in changes))


def _names(found: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(sorted({name for names in found for name in names}))


def _worktree(site: Site) -> Worktree:
    found = find_worktree(open_existing(site.repository), site.folder)
    assert found is not None  # every act makes sure of it first
    return found
