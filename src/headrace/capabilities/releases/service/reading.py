"""Looking at releases: one, the list, what each did."""

from collections.abc import Sequence

from headrace.capabilities.releases import store
from headrace.capabilities.releases.model import Release, ReleaseId, ReleaseStatus, Taken
from headrace.capabilities.releases.service.moving import missing
from headrace.kernel.context import Ctx


def get(ctx: Ctx, id: ReleaseId) -> Release:
    """The release. Raises ReleaseNotFound."""
    found = store.find(ctx.db, ctx.organisation, id)
    if found is None:
        raise missing(id)
    return found


def of_contract(ctx: Ctx, artifact: str) -> Release | None:
    """The newest release of a release contract, by the contract's id; None before it was drafted."""
    return store.of_contract(ctx.db, ctx.organisation, artifact)


def listing(
    ctx: Ctx,
    status: ReleaseStatus | None = None,
    *,
    archived: bool = True,
    after: str = "",
    limit: int = 50,
) -> Sequence[Release]:
    """Releases by their ids."""
    return store.listing(
        ctx.db, ctx.organisation, status, archived=archived, after=after, limit=limit
    )


def set_archived(ctx: Ctx, id: ReleaseId, *, archived: bool) -> None:
    """Let lists hide a release, or show it again. Harmless to repeat."""
    store.set_archived(ctx.db, ctx.organisation, id, archived)


def history(ctx: Ctx, id: ReleaseId) -> Sequence[Taken]:
    """Every step that a release took, oldest first."""
    return store.steps(ctx.db, ctx.organisation, get(ctx, id).id)
