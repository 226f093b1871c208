"""Restoring: rows are compared with what the record tells, and made equal."""

from headrace.capabilities.artifacts import rules, store
from headrace.capabilities.artifacts.layout import (
    content_hash,
    elements,
    path_for,
)
from headrace.capabilities.artifacts.model import (
    Artifact,
    ArtifactType,
    PathTaken,
    Restored,
    Told,
    VersionRef,
)
from headrace.capabilities.artifacts.service.lookups import get_version
from headrace.capabilities.artifacts.service.types import layout
from headrace.kernel.context import Ctx


def differences(ctx: Ctx, told: Told) -> tuple[str, ...]:
    """In what the row of a version is not what the record tells of it: `row` when there is none, else
    `content`, `elements`, `links`, `maker`, `note`, `standing`, `pointers`. Empty when they are equal.
    """
    artifact = store.find(ctx.db, ctx.organisation, told.ref.artifact)
    stored = store.version(ctx.db, ctx.organisation, told.ref)
    if artifact is None or stored is None:
        return ("row",)
    declared = layout(ctx, told.type)
    kept_elements = store.elements(ctx.db, ctx.organisation, told.ref)
    kept_links = store.links(ctx.db, ctx.organisation, told.ref)
    return rules.differing(
        artifact,
        stored,
        told,
        same_content=content_hash(declared, stored.content)
        == content_hash(declared, told.content)
        == stored.content_hash,
        same_elements=kept_elements == elements(declared, stored.content),
        same_links=set(kept_links) == set(told.links),
    )


def unlike(ctx: Ctx, ref: VersionRef, hashed: str) -> tuple[str, ...]:
    """In what the row of a version is not what had this content hash when it was handed in.

    `row` when there is none, else `content`, `hash`, `elements`. Empty when it is the same still.
    """
    stored = store.version(ctx.db, ctx.organisation, ref)
    if stored is None:
        return ("row",)
    declared = layout(ctx, stored.type)
    kept = store.elements(ctx.db, ctx.organisation, ref)
    found = {
        "content": content_hash(declared, stored.content) != hashed,
        "hash": stored.content_hash != hashed,
        "elements": kept != elements(declared, stored.content),
    }
    return tuple(name for name, differs in found.items() if differs)


def restore(ctx: Ctx, told: Told) -> tuple[str, ...]:
    """Make the row of a version, its elements, links and pointers again as the record tells them;
    in what they differed. Repeats, and rows that are equal, are left alone.

    Raises TypeUnknown, PathTaken, ArtifactNotFound (a link names nothing). Records Restored.
    """
    differing = differences(ctx, told)
    if not differing:
        return ()
    declared = layout(ctx, told.type)
    artifact = _ensured(ctx, declared, told)
    stored = store.version(ctx.db, ctx.organisation, told.ref)
    version = rules.told_version(artifact, stored, told, content_hash(declared, told.content))
    store.put_version(ctx.db, ctx.organisation, version)
    store.add_elements(ctx.db, ctx.organisation, told.ref, elements(declared, version.content))
    for link in told.links:
        get_version(ctx, link.target.version)
    store.add_links(ctx.db, ctx.organisation, told.ref, told.links)
    store.set_head(ctx.db, ctx.organisation, artifact.id, max(artifact.head, told.ref.number))
    if told.commit is not None:
        effective = max(artifact.effective or 0, told.ref.number)
        store.set_effective(ctx.db, ctx.organisation, artifact.id, effective)
    ctx.record(Restored(artifact=artifact.id, number=told.ref.number, differing=differing))
    return differing


def _ensured(ctx: Ctx, declared: ArtifactType, told: Told) -> Artifact:
    """The artifact's row, locked; made again under its own reference when it is gone."""
    present = store.find(ctx.db, ctx.organisation, told.ref.artifact, lock=True)
    if present is not None:
        return present
    slug = told.ref.artifact.partition("/")[2]
    made = Artifact(
        id=told.ref.artifact,
        type=told.type,
        slug=slug,
        context=told.context,
        parts=told.parts,
        path=path_for(declared, slug=slug, **told.parts),
        reference=told.reference,
        head=0,
        effective=None,
        created_at=told.at,
        archived=False,
    )
    if not store.create(ctx.db, ctx.organisation, made):
        raise PathTaken(f"Another artifact stands at {made.path}", path=made.path)
    if told.reference:
        store.set_reference(ctx.db, ctx.organisation, made.id, told.reference)
    return made
