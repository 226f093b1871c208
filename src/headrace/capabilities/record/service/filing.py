"""Filings: versions that need no approval go to the main branch in batches, and are effective then."""

from collections.abc import Iterable
from datetime import timedelta

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import Version, VersionRef
from headrace.capabilities.record import store
from headrace.capabilities.record.model import (
    ORGANISATION,
    BatchFile,
    BatchPlan,
    BatchWritten,
    Filed,
    Member,
    ProposalRefused,
    Repository,
    RepositoryState,
)
from headrace.capabilities.record.service import custody, documents, homes, notes, queues
from headrace.kernel.context import Ctx
from headrace.kernel.flow import Job

_BATCH = 200
_AGAIN = timedelta(minutes=5)


def file_versions(ctx: Ctx, refs: Iterable[VersionRef]) -> None:
    """Put versions on the main branch without anybody's approval; they become effective there.

    What is kept in rows, or in a tracker, is effective at once. Repeats do nothing. Raises
    ProposalRefused for a type that needs approval. Records Filed.
    """
    versions = [artifacts.get_version(ctx, ref) for ref in refs]
    wrong = [str(v.ref) for v in versions if artifacts.layout(ctx, v.type).approval]
    if wrong:
        raise ProposalRefused(f"A person decides about {', '.join(wrong)}: open a change request")
    in_git = [v for v in versions if homes.in_git(ctx, v.ref.artifact)]
    rows = [v.ref for v in versions if v not in in_git]
    tracked = homes.tracked(ctx, (ref.artifact for ref in rows))
    artifacts.make_effective(ctx, rows, change=None, commit="")
    homes.track(ctx, tracked)
    waiting = [v for v in in_git if v.commit is None]
    for version in waiting:
        store.add_filing(ctx.db, ctx.organisation, version.ref, ctx.now)
    if waiting and custody.found(ctx).state is RepositoryState.ACTIVE:
        queues.file(ctx)


def claim_filings(ctx: Ctx, batch: str) -> BatchPlan | None:
    """What this batch writes; None when nothing waits, or the repository takes nothing now."""
    repository = custody.found(ctx)
    if repository.state is not RepositoryState.ACTIVE:
        return None
    refs = store.claim_filings(ctx.db, ctx.organisation, batch, _BATCH)
    versions = [artifacts.get_version(ctx, ref) for ref in refs]
    if not versions:
        return None
    members = [Member(ref=v.ref, content_hash=v.content_hash, path=v.path) for v in versions]
    return BatchPlan(
        ground=custody.ground(ctx, repository),
        batch=batch,
        files=tuple(batch_file(ctx, version) for version in versions),
        note=notes.filing(ctx, batch, members),
    )


def batch_file(ctx: Ctx, version: Version) -> BatchFile:
    """A version's file as a batch writes it."""
    made = documents.document(ctx, version)
    return BatchFile(
        artifact=version.ref.artifact, number=version.ref.number, path=made.path, text=made.text
    )


def filed(ctx: Ctx, batch: str, written: BatchWritten) -> None:
    """The batch stands on the main branch: its versions are effective. Records Filed.

    What a hand has touched meanwhile waits until that was looked at.
    """
    repository = custody.repository(ctx, ORGANISATION, lock=True)
    refs = store.filings_of(ctx.db, ctx.organisation, batch)
    if written.found is not None:
        custody.alarm(ctx, repository, written.found)
    kept = {ref.artifact for ref in refs} if written.commit is None else set(written.touched)
    done = [ref for ref in refs if ref.artifact not in kept]
    if written.commit is not None and done:
        _become_effective(ctx, repository, done, written)
    store.drop_filings(ctx.db, ctx.organisation, batch, kept)
    store.give_back_filings(ctx.db, ctx.organisation, batch)
    if written.touched:
        queues.look(ctx)  # it files what waits when it has looked
    elif written.found is None and store.waiting_filings(ctx.db, ctx.organisation):
        queues.file(ctx)


def _become_effective(
    ctx: Ctx, repository: Repository, refs: list[VersionRef], written: BatchWritten
) -> None:
    assert written.commit is not None  # the caller has looked
    artifacts.make_effective(ctx, refs, change=None, commit=written.commit)
    custody.moved(
        ctx,
        repository,
        onto=written.onto,
        to=written.commit,
        codeowners=repository.codeowners,
    )
    ctx.record(
        Filed(
            repository=repository.id,
            slug=repository.slug,
            versions=tuple(str(ref) for ref in refs),
            commit=written.commit,
        )
    )


def filing_failed(ctx: Ctx, error: str, *, batch: str) -> None:
    """The batch could not be written: give it back, and try again in a while."""
    store.give_back_filings(ctx.db, ctx.organisation, batch)
    again = ctx.new_id("bat")
    ctx.start_after(_AGAIN, Job(flow="record.file", key=again, arguments={"batch": again}))
