"""Look-ups: artifacts, their versions and what these show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import cast

from headrace.capabilities.artifacts import store
from headrace.capabilities.artifacts.layout import (
    authored,
    project,
)
from headrace.capabilities.artifacts.model import (
    Artifact,
    ArtifactId,
    ArtifactNotFound,
    Effective,
    Projection,
    Version,
    VersionRef,
)
from headrace.capabilities.artifacts.service.types import layout
from headrace.kernel.context import Ctx
from headrace.kernel.json import Json


def get(ctx: Ctx, artifact: ArtifactId) -> Artifact:
    """The artifact. Raises ArtifactNotFound."""
    found = ctx.once(store.find, artifact)
    if found is None:
        raise ArtifactNotFound(
            f"No artifact {artifact}; `headrace artifact list` names them", artifact=artifact
        )
    return found


def find(ctx: Ctx, artifact: ArtifactId) -> Artifact | None:
    """The artifact, or None."""
    return ctx.once(store.find, artifact)


def at_path(ctx: Ctx, path: str) -> Artifact | None:
    """The artifact that stands at a path of the organisation's repository, or None.

    An archived one is found by where it stands now and by where it stood.
    """
    return store.by_path(ctx.db, ctx.organisation, path)


def of_slug(ctx: Ctx, slug: str) -> Sequence[Artifact]:
    """The artifacts of a slug, of any type, by id."""
    return store.by_slug(ctx.db, ctx.organisation, slug)


def counts(ctx: Ctx, context: str | None) -> Mapping[str, int]:
    """How many artifacts of each type there are, in a context where named, without archived ones."""
    return store.counts(ctx.db, ctx.organisation, context)


def listing(
    ctx: Ctx,
    *,
    type: str | None = None,
    context: str | None = None,
    words: Sequence[str] = (),
    effective_only: bool = False,
    archived: bool = True,
    after: str | None = None,
    limit: int = 50,
) -> Sequence[Artifact]:
    """Artifacts by id, of a type and context where named, with all the words in id or reference.

    Those that are archived are left out where `archived` is false.
    """
    return store.search(
        ctx.db,
        ctx.organisation,
        type=type,
        context=context,
        words=words,
        effective_only=effective_only,
        archived=archived,
        after=after,
        limit=limit,
    )


def titles(ctx: Ctx, artifacts: Iterable[ArtifactId]) -> Mapping[ArtifactId, str]:
    """The title of each one's newest version; what has no version yet is not there."""
    wanted = list(artifacts)
    return store.titles(ctx.db, ctx.organisation, wanted) if wanted else {}


def get_version(ctx: Ctx, ref: VersionRef) -> Version:
    """The version. Raises ArtifactNotFound."""
    found = ctx.once(store.version, ref)
    if found is None:
        raise ArtifactNotFound(
            f"No version {ref}; `headrace artifact list` names what there is", version=str(ref)
        )
    return found


def versions(ctx: Ctx, artifact: ArtifactId) -> Sequence[Version]:
    """Every version of an artifact, newest first. Raises ArtifactNotFound."""
    get(ctx, artifact)
    return store.versions(ctx.db, ctx.organisation, artifact)


def effective(ctx: Ctx, artifact: ArtifactId) -> Version | None:
    """The effective version, or None while there is none."""
    found = ctx.once(store.find, artifact)
    if found is None or found.effective is None:
        return None
    return ctx.once(store.version, VersionRef(artifact, found.effective))


def effective_of(
    ctx: Ctx,
    type: str,
    contexts: Iterable[str] | None = None,
) -> Sequence[Version]:
    """The effective versions of a type, in any of the contexts, oldest first.

    Archived ones among them: what was decided stays in force, so archiving starts no work and takes
    no work back.
    """
    return store.effective_versions(ctx.db, ctx.organisation, type=type, contexts=contexts)


def effective_in(
    ctx: Ctx, types: Iterable[str], contexts: Iterable[str], *, read: Iterable[str] = ()
) -> Sequence[Effective]:
    """The effective versions of many types in many contexts, oldest first, in one query.

    Those of the types in `read` come with their content. Archived ones are among them, as above.
    """
    return store.effective_in(ctx.db, ctx.organisation, types=types, contexts=contexts, read=read)


def shown(ctx: Ctx, version: Version) -> Mapping[str, Json]:
    """The content with its projected parts filled from live rows, as files and pages show it."""
    declared = layout(ctx, version.type)
    # A projection is told which version is shown: the one it takes for the newest.
    artifact = replace(get(ctx, version.ref.artifact), head=version.ref.number)
    values: dict[str, object] = {}
    for projection in ctx.declared(Projection):
        if projection.type == version.type:
            values.update(projection.run(ctx, artifact))
    return cast(Mapping[str, Json], project(declared, version.content, values))


def authored_part(ctx: Ctx, version: Version) -> Mapping[str, Json]:
    """The content without its projected parts: what the hash covers."""
    return cast(Mapping[str, Json], authored(layout(ctx, version.type), version.content))
