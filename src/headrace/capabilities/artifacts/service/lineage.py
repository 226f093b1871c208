"""Lineage: what was made from what, what came of it, and what has moved since."""

from collections.abc import Collection, Sequence

from headrace.capabilities.artifacts import rules, store
from headrace.capabilities.artifacts.model import (
    Chain,
    Direction,
    Drift,
    Hop,
    Link,
    LinkKind,
    NotMadeFrom,
    VersionRef,
)
from headrace.capabilities.artifacts.service.lookups import get_version
from headrace.kernel.context import Ctx


def links(ctx: Ctx, ref: VersionRef) -> Sequence[Link]:
    """What a version was made from or speaks of."""
    return store.links(ctx.db, ctx.organisation, ref)


def linked_from(ctx: Ctx, ref: VersionRef) -> Sequence[tuple[VersionRef, LinkKind]]:
    """The versions made from this one, or speaking of it."""
    return store.linked_from(ctx.db, ctx.organisation, ref)


def chain(
    ctx: Ctx,
    begin: Collection[VersionRef],
    direction: Direction = Direction.BACK,
    *,
    hops: int = 24,
    limit: int = 500,
) -> Chain:
    """All that versions were made from, or all that came of them, in two queries.

    At most `hops` links far and `limit` versions, the nearest. A version that begins the chain and is
    not there is left out.
    """
    versions = {one.version for one in begin}
    found = store.chain(
        ctx.db, ctx.organisation, versions, direction, hops=hops + 1, limit=limit + 1
    )
    kept = tuple(one for one in found if one.distance <= hops)[:limit]
    steps = store.steps(ctx.db, ctx.organisation, [one.ref for one in kept])
    return Chain(hops=kept, steps=tuple(steps), more=len(kept) < len(found))


def made_in(ctx: Ctx, runs: Collection[str]) -> Sequence[Hop]:
    """The versions that these runs made, oldest first, each as a chain of its own at distance 0."""
    return store.made_in(ctx.db, ctx.organisation, runs) if runs else ()


def drift(ctx: Ctx, ref: VersionRef) -> Sequence[Drift]:
    """What has changed under a version since it was made, and nobody has acknowledged."""
    found = []
    for link in store.links(ctx.db, ctx.organisation, ref):
        if link.kind is LinkKind.INPUT:
            one = _drift(ctx, ref, link.target)
            if one is not None:
                found.append(one)
    return found


def _drift(ctx: Ctx, ref: VersionRef, on: VersionRef) -> Drift | None:
    target = ctx.once(store.find, on.artifact)
    if target is None or target.effective is None or target.effective <= on.number:
        return None
    now = VersionRef(on.artifact, target.effective)
    if store.acknowledged(ctx.db, ctx.organisation, ref, now) or store.all_quiet(
        ctx.db, ctx.organisation, on.artifact, on.number, target.effective
    ):
        return None
    return rules.drift(
        ref,
        on,
        store.elements(ctx.db, ctx.organisation, on.version),
        (target.effective, store.elements(ctx.db, ctx.organisation, now)),
    )


def acknowledge(ctx: Ctx, ref: VersionRef, target: VersionRef, note: str) -> None:
    """Say that a version stands although what it was made from has moved to `target`.

    Harmless to repeat; the first note stays. Raises ArtifactNotFound, NotMadeFrom.
    """
    get_version(ctx, ref)
    get_version(ctx, target)
    sources = {link.target.artifact for link in links(ctx, ref) if link.kind is LinkKind.INPUT}
    if target.artifact not in sources:
        raise NotMadeFrom(
            f"{ref} was not made from {target.artifact}; it was made from "
            f"{', '.join(sorted(sources)) or 'nothing'}",
            version=str(ref),
        )
    store.acknowledge(
        ctx.db, ctx.organisation, ref, target, by=ctx.principal, note=note, at=ctx.now
    )
