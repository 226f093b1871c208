"""Projections: files drawn anew from live rows, by one writer, without a new version."""

from datetime import timedelta

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactId
from headrace.capabilities.record import store
from headrace.capabilities.record.model import (
    ORGANISATION,
    BatchPlan,
    BatchWritten,
    Projected,
    RepositoryState,
)
from headrace.capabilities.record.service import custody, homes, notes, queues
from headrace.capabilities.record.service.filing import batch_file
from headrace.kernel.context import Ctx
from headrace.kernel.flow import Job

_AGAIN = timedelta(minutes=5)


def refresh_projection(ctx: Ctx, artifact: ArtifactId) -> None:
    """Ask for an artifact's file to be drawn anew with its live values; many requests make one commit.

    Nothing is written when nothing differs. Raises ArtifactNotFound. Records Projected.
    """
    artifacts.get(ctx, artifact)
    if not homes.in_git(ctx, artifact):
        homes.track(ctx, homes.tracked(ctx, [artifact]))
        return
    store.add_projection(ctx.db, ctx.organisation, artifact, ctx.new_id("ask"))
    if custody.found(ctx).state is RepositoryState.ACTIVE:
        queues.draw(ctx)


def claim_projections(ctx: Ctx, batch: str) -> BatchPlan | None:
    """What to draw now; None when nothing was asked for, or another batch is drawing it."""
    repository = custody.found(ctx)
    if repository.state is not RepositoryState.ACTIVE:
        return None
    asked = store.claim_projections(ctx.db, ctx.organisation, batch)
    versions = [v for v in (artifacts.effective(ctx, artifact) for artifact in asked) if v]
    if not versions:
        store.end_projections(ctx.db, ctx.organisation, batch, ())
        return None
    return BatchPlan(
        ground=custody.ground(ctx, repository),
        batch=batch,
        files=tuple(batch_file(ctx, version) for version in versions),
        note=notes.projecting(ctx, batch, [version.ref for version in versions]),
        drawn=True,
    )


def drawn(ctx: Ctx, batch: str, written: BatchWritten) -> None:
    """The files are drawn. What was asked for again meanwhile is drawn again. Records Projected."""
    repository = custody.repository(ctx, ORGANISATION, lock=True)
    if written.found is not None:
        custody.alarm(ctx, repository, written.found)
        store.give_back_projections(ctx.db, ctx.organisation, batch)
        return
    if written.commit is not None:
        custody.moved(
            ctx,
            repository,
            onto=written.onto,
            to=written.commit,
            codeowners=repository.codeowners,
        )
        ctx.record(
            Projected(
                repository=repository.id,
                slug=repository.slug,
                artifacts=written.artifacts,
                commit=written.commit,
            )
        )
    store.end_projections(ctx.db, ctx.organisation, batch, written.touched)
    if written.touched:
        queues.look(ctx)
    elif store.waiting_projections(ctx.db, ctx.organisation):
        queues.draw(ctx)


def drawing_failed(ctx: Ctx, error: str, *, batch: str) -> None:
    """The files could not be written: give them back, and try again in a while."""
    store.give_back_projections(ctx.db, ctx.organisation, batch)
    again = ctx.new_id("bat")
    ctx.start_after(_AGAIN, Job(flow="record.draw", key=again, arguments={"batch": again}))
