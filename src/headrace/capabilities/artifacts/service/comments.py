"""Comments: what people say of versions, beside the work and without a say in it."""

from collections.abc import Sequence
from dataclasses import replace

from headrace.capabilities.artifacts.model import (
    ArtifactId,
    Comment,
    Commented,
    CommentId,
    CommentNotFound,
    CommentRefused,
    CommentWithdrawn,
    VersionRef,
)
from headrace.capabilities.artifacts.service import lookups
from headrace.capabilities.artifacts.store import comments as store
from headrace.kernel.context import Ctx


def comment(
    ctx: Ctx, artifact: ArtifactId, text: str, *, version: int | None = None, element: str = ""
) -> Comment:
    """Say something of a version: of the one in force, else the newest, where none is named.

    Each call is a comment of its own. Raises ArtifactNotFound; records Commented.
    """
    ref = _meant(ctx, artifact, version)
    made = Comment(
        id=CommentId(ctx.new_id("cmt")),
        version=ref,
        element=element,
        author=ctx.actor.principal,
        text=text,
        at=ctx.now,
    )
    store.add(ctx.db, ctx.organisation, made)
    ctx.record(
        Commented(artifact=ref.artifact, version=ref.number, comment=made.id, author=made.author)
    )
    return made


def _meant(ctx: Ctx, artifact: ArtifactId, version: int | None) -> VersionRef:
    found = lookups.get(ctx, artifact)
    number = version or found.effective or found.head
    return lookups.get_version(ctx, VersionRef(artifact, number)).ref


def comments(
    ctx: Ctx, artifact: ArtifactId, *, after: str = "", limit: int = 50
) -> Sequence[Comment]:
    """What was said of any version of an artifact, oldest first. Raises ArtifactNotFound."""
    found = lookups.get(ctx, artifact)
    return store.listing(ctx.db, ctx.organisation, found.id, after=after, limit=limit)


def withdraw_comment(ctx: Ctx, id: CommentId) -> Comment:
    """Take one's own comment back: its words go, that it was there stays. Again does nothing.

    Raises CommentNotFound, CommentRefused; records CommentWithdrawn.
    """
    found = store.locked(ctx.db, ctx.organisation, id)
    if found is None:
        raise CommentNotFound(f"There is no comment {id}", comment=id)
    if found.author != ctx.actor.principal:
        raise CommentRefused("Only who said it takes a comment back; say something against it")
    if found.withdrawn_at is not None:
        return found
    now = ctx.now
    store.withdraw(ctx.db, ctx.organisation, id, now)
    ctx.record(CommentWithdrawn(artifact=found.version.artifact, comment=id, author=found.author))
    return replace(found, text="", withdrawn_at=now)
