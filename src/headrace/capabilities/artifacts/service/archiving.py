"""Archiving: artifacts go out of sight and come back; their files follow (the record moves them)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from headrace.capabilities.artifacts import store
from headrace.capabilities.artifacts.layout import archived_path
from headrace.capabilities.artifacts.model import (
    Archived,
    Artifact,
    ArtifactId,
    ArtifactNotFound,
    Storage,
    Unarchived,
)
from headrace.capabilities.artifacts.service.lookups import get
from headrace.capabilities.artifacts.service.types import layout
from headrace.kernel.context import Ctx


def locked(ctx: Ctx, artifact: ArtifactId) -> Artifact:
    """The artifact; nobody hands in a version of it until the unit ends. Raises ArtifactNotFound."""
    found = store.find(ctx.db, ctx.organisation, artifact, lock=True)
    return found if found is not None else get(ctx, artifact)


def archive(ctx: Ctx, ids: Iterable[ArtifactId], why: str) -> Sequence[Artifact]:
    """Put artifacts out of sight; those that were not yet, by id. Harmless to repeat.

    Raises ArtifactNotFound. Records Archived for each.
    """
    fresh = [one for one in (locked(ctx, id) for id in sorted(set(ids))) if not one.archived]
    for one in fresh:
        store.set_archived(ctx.db, ctx.organisation, one.id, ctx.now)
        ctx.record(Archived(artifact=one.id, artifact_type=one.type, context=one.context, why=why))
    return [replace(one, archived=True, archived_at=ctx.now) for one in fresh]


def unarchive(ctx: Ctx, ids: Iterable[ArtifactId], why: str) -> Sequence[Artifact]:
    """Bring artifacts back; those that were archived, by id. Harmless to repeat.

    Raises ArtifactNotFound. Records Unarchived for each.
    """
    hidden = [one for one in (locked(ctx, id) for id in sorted(set(ids))) if one.archived]
    for one in hidden:
        store.set_archived(ctx.db, ctx.organisation, one.id, None)
        ctx.record(
            Unarchived(artifact=one.id, artifact_type=one.type, context=one.context, why=why)
        )
    return [replace(one, archived=False, archived_at=None) for one in hidden]


def wanted_path(ctx: Ctx, artifact: Artifact) -> str:
    """Where its file shall stand: in the archive of its type's area, or where it stood before."""
    declared = layout(ctx, artifact.type)
    if declared.record is not Storage.GIT:
        return artifact.path
    home = artifact.place or artifact.path
    return archived_path(declared, home) if artifact.archived else home


def moved(ctx: Ctx, artifact: ArtifactId, path: str) -> None:
    """Note that its file stands at `path` now. Raises ArtifactNotFound."""
    found = store.find(ctx.db, ctx.organisation, artifact, lock=True)
    if found is None:
        raise ArtifactNotFound(f"No artifact {artifact}", artifact=artifact)
    home = found.place or found.path
    store.move(ctx.db, ctx.organisation, artifact, path=path, place=home if path != home else None)


def in_folder(ctx: Ctx, folder: str) -> Sequence[Artifact]:
    """The artifacts whose files stand in a folder or below it, by id."""
    return store.in_folder(ctx.db, ctx.organisation, folder.rstrip("/") + "/")
