"""Proposing: versions are handed in, checked, numbered and linked."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import cast

from headrace.capabilities.artifacts import rules, store
from headrace.capabilities.artifacts.layout import (
    content_hash,
    elements,
    normal,
    path_for,
    reference_for,
    reference_parts,
    validate,
)
from headrace.capabilities.artifacts.model import (
    Artifact,
    ArtifactArchived,
    ArtifactId,
    ArtifactType,
    ContentRefused,
    Draft,
    HeadMoved,
    Immutable,
    Link,
    PathTaken,
    Phase,
    Proposed,
    Version,
    VersionRef,
)
from headrace.capabilities.artifacts.service.lookups import find, get_version
from headrace.capabilities.artifacts.service.types import layout
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Conflict, Refusal
from headrace.kernel.json import Json


def propose(ctx: Ctx, draft: Draft) -> Version:
    """Hand in a version: checked against its type, numbered, linked, in review. Moves the head.

    Raises TypeUnknown, ContentRefused (every fault), HeadMoved, Immutable, PathTaken,
    ArtifactNotFound (a link names nothing). Records Proposed.
    """
    declared = layout(ctx, draft.type)
    content = _checked(declared, draft)
    present = _ensure(ctx, declared, draft)
    number = _number(ctx, declared, present, draft)
    version = Version(
        ref=VersionRef(present.id, number),
        type=draft.type,
        context=draft.context,
        path=present.path,
        title=str(content.get("title", "")),
        content=content,
        content_hash=content_hash(declared, content),
        phase=Phase.IN_REVIEW,
        made=draft.made,
        base=present.head or None,
        note=draft.note,
        change=None,
        commit=None,
        no_effect=False,
        created_at=ctx.now,
    )
    _save(ctx, declared, version, draft.links)
    ctx.record(
        Proposed(
            artifact=present.id,
            number=number,
            artifact_type=draft.type,
            context=draft.context,
            brain=draft.made.brain,
            content_hash=version.content_hash,
            made_by=draft.made.by,
            run=draft.made.run,
            recipe=draft.made.recipe,
            inputs=tuple(str(link.target) for link in draft.links),
        )
    )
    return version


def _checked(declared: ArtifactType, draft: Draft) -> Mapping[str, Json]:
    findings = validate(declared, draft.content)
    if findings:
        faults = [finding.message for finding in findings]
        raise ContentRefused(
            f"This is no {declared.title}: " + "; ".join(faults), type=draft.type, faults=faults
        )
    return cast(Mapping[str, Json], normal(declared, draft.content))


def _ensure(ctx: Ctx, declared: ArtifactType, draft: Draft) -> Artifact:
    """The artifact's row, made now when it is new, locked either way."""
    artifact = ArtifactId(f"{draft.type}/{draft.slug}")
    present = store.find(ctx.db, ctx.organisation, artifact, lock=True)
    if present is not None:
        return present
    parts = {"slug": draft.slug, **draft.parts}
    made = Artifact(
        id=artifact,
        type=draft.type,
        slug=draft.slug,
        context=draft.context,
        parts=draft.parts,
        path=path_for(declared, **parts),
        reference=None,
        head=0,
        effective=None,
        created_at=ctx.now,
        archived=False,
    )
    standing = store.by_path(ctx.db, ctx.organisation, made.path)
    if standing is not None or not store.create(ctx.db, ctx.organisation, made):
        present = store.find(ctx.db, ctx.organisation, artifact, lock=True)
        if present is not None:
            return present
        raise PathTaken(
            f"Another artifact stands at {made.path}; take another slug", path=made.path
        )
    return _referenced(ctx, declared, made)


def _referenced(ctx: Ctx, declared: ArtifactType, made: Artifact) -> Artifact:
    """The new artifact with the next reference of its type's year.

    Counted only once the row is ours: of two who hand in the same artifact one would waste a number.
    """
    if not declared.reference_shape:
        return made
    year = ctx.now.year
    number = store.count(ctx.db, ctx.organisation, f"{declared.reference_shape}:{year}")
    reference = reference_for(declared, year=year, number=number)
    store.set_reference(ctx.db, ctx.organisation, made.id, reference)
    return replace(made, reference=reference)


def reserve_references(ctx: Ctx, type: str, reference: str) -> None:
    """Let a type's next reference come after `reference`, as an import or a rebuild needs."""
    declared = layout(ctx, type)
    found = reference_parts(declared, reference)
    if found is not None:
        series = f"{declared.reference_shape}:{found['year']}"
        store.reserve_number(ctx.db, ctx.organisation, series, int(found["number"]))


def _number(ctx: Ctx, declared: ArtifactType, present: Artifact, draft: Draft) -> int:
    if present.head == 0:
        return 1
    newest = store.version(ctx.db, ctx.organisation, VersionRef(present.id, present.head))
    brain = newest.made.brain if newest is not None else None
    number = rules.new_version(declared, present, brain, draft)
    if isinstance(number, Refusal):
        kind = _refused(declared, present)
        raise kind(f"{present.id} takes no such version: {number}", reasons=number.reasons)
    return number


def _refused(declared: ArtifactType, present: Artifact) -> type[Conflict]:
    if present.archived:
        return ArtifactArchived
    return Immutable if declared.immutable else HeadMoved


def _save(ctx: Ctx, declared: ArtifactType, version: Version, links: Iterable[Link]) -> None:
    store.add_version(ctx.db, ctx.organisation, version)
    store.set_head(ctx.db, ctx.organisation, version.ref.artifact, version.ref.number)
    store.add_elements(ctx.db, ctx.organisation, version.ref, elements(declared, version.content))
    for one in links:
        get_version(ctx, one.target.version)  # a link to nothing is told, not a broken key
    store.add_links(ctx.db, ctx.organisation, version.ref, links)


def free_slug(ctx: Ctx, type: str, wanted: str) -> str:
    """`wanted`, or with the next number where an artifact has it; nobody else gets it meanwhile."""
    store.lock_names(ctx.db, ctx.organisation, type)
    found, number = wanted, 1
    while find(ctx, ArtifactId(f"{type}/{found}")) is not None:
        number += 1
        found = f"{wanted}-{number}"
    return found
