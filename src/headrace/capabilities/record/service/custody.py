"""Repositories: founded, taken in, found, and guarded against a rewritten history."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from headrace.capabilities.record import store
from headrace.capabilities.record.git import branches
from headrace.capabilities.record.model import (
    ORGANISATION,
    Foundation,
    FoundingPlan,
    Ground,
    HistoryAccepted,
    HistoryRewritten,
    ImportPlan,
    Places,
    ProposalRefused,
    Repository,
    RepositoryFailed,
    RepositoryId,
    RepositoryKind,
    RepositoryMade,
    RepositoryReady,
    RepositoryState,
    RepositoryUnknown,
    SlugTaken,
    WrongState,
)
from headrace.capabilities.record.model.work import FileText
from headrace.capabilities.record.service import notes, queues
from headrace.kernel.context import Ctx
from headrace.kernel.events import Recorded
from headrace.kernel.flow import Job

_MAIN = "main"
_README = (
    "# The record\n\nWhat this organisation decided, as Headrace keeps it: one file for each work "
    "product, one commit for\neach decision. Edit by hand if you like: your edit is taken in as a "
    "version that somebody reviews.\n"
)


def places(ctx: Ctx) -> Places:
    """Where repositories and worktrees lie on this machine."""
    for declared in ctx.declared(Places):
        return declared
    raise LookupError("The composition root declares no record.model.Places")


def location(ctx: Ctx, repository: Repository) -> Path:
    """The folder of a repository."""
    return places(ctx).repositories / repository.path


def worktree_place(ctx: Ctx, repository: Repository, branch: str) -> Path:
    """Where the one worktree of a branch lies: one branch, one task, one folder."""
    folder = places(ctx).worktrees / ctx.organisation / repository.slug
    return folder / branch.replace("/", "--")


def repository(ctx: Ctx, name: str, *, lock: bool = False) -> Repository:
    """The repository of a slug or id. Raises RepositoryUnknown."""
    found = find(ctx, name, lock=lock)
    if found is None:
        raise RepositoryUnknown(
            f"No repository {name!r}; `headrace repository list` shows them all", repository=name
        )
    return found


def find(ctx: Ctx, name: str, *, lock: bool = False) -> Repository | None:
    """The repository of a slug or id, or None."""
    if lock:
        return store.repository(ctx.db, ctx.organisation, name, lock=True)
    return ctx.once(store.repository, name)


def repositories(ctx: Ctx, *, after: str = "", limit: int = 50) -> Sequence[Repository]:
    """Repositories by slug, those that follow `after`."""
    return store.repositories(ctx.db, ctx.organisation, after=after, limit=limit)


def ground(ctx: Ctx, repository: Repository) -> Ground:
    """Where the record writes in a repository, and what it knows of that branch."""
    return Ground(
        place=str(location(ctx, repository)),
        branch=repository.default_branch,
        known=repository.known,
        trusted=repository.trusted,
    )


def found(ctx: Ctx) -> Repository:
    """The organisation's own repository, made now when there is none. Repeats do nothing."""
    present = find(ctx, ORGANISATION)
    if present is not None:
        return present
    made = fresh(ctx, RepositoryKind.ORGANISATION, ORGANISATION, "")
    if not store.add_repository(ctx.db, ctx.organisation, made):
        return repository(ctx, ORGANISATION)
    ctx.start(Job(flow="record.found", key=made.id, arguments={"repository": made.id}))
    return made


def on_organisation_founded(ctx: Ctx, _: Recorded) -> None:
    """A fresh organisation gets its repository."""
    found(ctx)


def plan_founding(ctx: Ctx, repository_id: str) -> FoundingPlan:
    """The first commit: a README, and what the packs lay down, CODEOWNERS among it."""
    texts = {"README.md": _README, "CODEOWNERS": ""}
    for foundation in ctx.declared(Foundation):
        texts |= foundation.files
    return FoundingPlan(
        ground=ground(ctx, repository(ctx, repository_id)),
        files=tuple(FileText(path=path, text=text) for path, text in sorted(texts.items())),
        note=notes.founding(ctx),
    )


def add_repository(ctx: Ctx, *, slug: str, source: str) -> Repository:
    """A product's repository, copied from a path or URL; the source is only read.

    Raises ProposalRefused (slug), SlugTaken. Records RepositoryReady or RepositoryFailed in the end.
    """
    if slug != branches.slug(slug):
        raise ProposalRefused(
            f"{slug!r} is no slug; write {branches.slug(slug)!r}, for example", slug=slug
        )
    store.drop_failed(ctx.db, ctx.organisation, slug)
    made = fresh(ctx, RepositoryKind.PRODUCT, slug, source)
    if not store.add_repository(ctx.db, ctx.organisation, made):
        raise SlugTaken(f"There is a repository {slug!r} already; take another name", slug=slug)
    ctx.start(Job(flow="record.import", key=made.id, arguments={"repository": made.id}))
    return made


def plan_import(ctx: Ctx, repository_id: str) -> ImportPlan:
    """What is copied to where."""
    found = repository(ctx, repository_id)
    return ImportPlan(place=str(location(ctx, found)), source=found.source)


def ready(ctx: Ctx, repository_id: str, made: RepositoryMade) -> None:
    """The repository is there: what waited for it starts. Records RepositoryReady once."""
    present = repository(ctx, repository_id, lock=True)
    if present.state is not RepositoryState.PREPARING:
        return
    row = replace(
        present,
        default_branch=made.default_branch,
        state=RepositoryState.ACTIVE,
        codeowners=made.codeowners,
        known=made.head,
        trusted=made.head,
    )
    store.save_repository(ctx.db, ctx.organisation, row)
    ctx.record(
        RepositoryReady(
            repository=row.id,
            slug=row.slug,
            kind=row.kind,
            default_branch=row.default_branch,
            head=made.head,
        )
    )
    _wake(ctx, row)


def failed(ctx: Ctx, error: str, *, repository: str) -> None:
    """The repository could not be made; adding it again is another attempt. Records RepositoryFailed."""
    present = find(ctx, repository, lock=True)
    if present is None or present.state is not RepositoryState.PREPARING:
        return
    row = replace(present, state=RepositoryState.FAILED, reason=error)
    store.save_repository(ctx.db, ctx.organisation, row)
    ctx.record(RepositoryFailed(repository=row.id, slug=row.slug, reason=error))


def moved(
    ctx: Ctx, repository: Repository, *, onto: str | None, to: str | None, codeowners: str
) -> None:
    """We moved the default branch from `onto` to `to`; what a hand did before is looked at next."""
    product = repository.kind is RepositoryKind.PRODUCT  # there, commits by hand are ordinary
    contiguous = product or onto == repository.known
    row = replace(
        repository,
        known=to if contiguous else repository.known,
        trusted=to if contiguous else repository.trusted,
        codeowners=codeowners,
        generation=repository.generation + 1,
    )
    store.save_repository(ctx.db, ctx.organisation, row)
    if not contiguous:
        queues.look(ctx)


def looked(ctx: Ctx, repository: Repository, *, tip: str, codeowners: str) -> None:
    """Everything up to `tip` was looked at."""
    row = replace(
        repository,
        known=tip,
        trusted=tip,
        codeowners=codeowners,
        generation=repository.generation + 1,
    )
    store.save_repository(ctx.db, ctx.organisation, row)


def alarm(ctx: Ctx, repository: Repository, found: str) -> None:
    """Stop: what was merged is gone from the history. Records HistoryRewritten once."""
    if repository.state is RepositoryState.ALARMED:
        return
    missing = repository.trusted or ""
    row = replace(
        repository,
        state=RepositoryState.ALARMED,
        alarm=found,
        reason=f"the history of {repository.default_branch} was rewritten: {missing[:12]} is gone from "
        f"it, and it stands at {found[:12]}; restore it, or accept it with a reason",
        generation=repository.generation + 1,
    )
    store.save_repository(ctx.db, ctx.organisation, row)
    ctx.record(HistoryRewritten(repository=row.id, slug=row.slug, missing=missing, found=found))


def calm(ctx: Ctx, repository: Repository) -> Repository:
    """An alarmed repository whose history is whole again goes on."""
    row = replace(
        repository,
        state=RepositoryState.ACTIVE,
        alarm=None,
        reason="",
        generation=repository.generation + 1,
    )
    store.save_repository(ctx.db, ctx.organisation, row)
    _wake(ctx, row)
    return row


def accept_history(ctx: Ctx, name: str, reason: str) -> Repository:
    """Accept a rewritten history as it stands now. What differs is taken in as made by hand.

    Raises RepositoryUnknown, WrongState (nothing to accept, no reason). Records HistoryAccepted.
    """
    present = repository(ctx, name, lock=True)
    if present.state is not RepositoryState.ALARMED or present.alarm is None:
        raise WrongState(f"{present.slug} is {present.state}; there is nothing to accept")
    if not reason.strip():
        raise WrongState("Say why the rewritten history is accepted: it stays in the journal")
    row = calm(ctx, replace(present, trusted=present.alarm))
    ctx.record(
        HistoryAccepted(
            repository=row.id,
            slug=row.slug,
            by=ctx.principal,
            found=present.alarm,
            reason=reason,
        )
    )
    return row


def _wake(ctx: Ctx, repository: Repository) -> None:
    for change, revision in store.opening(ctx.db, ctx.organisation, repository.id):
        queues.open(ctx, change, revision)
    if repository.kind is RepositoryKind.ORGANISATION:
        queues.file(ctx)
        queues.draw(ctx)
        queues.move(ctx)
        queues.look(ctx)


def fresh(ctx: Ctx, kind: RepositoryKind, slug: str, source: str) -> Repository:
    """The row of a repository that is still to be made."""
    return Repository(
        id=RepositoryId(ctx.new_id("repo")),
        kind=kind,
        slug=slug,
        path=f"{ctx.organisation}/{slug}.git",
        default_branch=_MAIN,
        source=source,
        state=RepositoryState.PREPARING,
        reason="",
        codeowners="",
        known=None,
        trusted=None,
        alarm=None,
        generation=0,
        added_at=ctx.now,
    )
