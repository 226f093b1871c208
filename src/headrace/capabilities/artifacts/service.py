"""The verbs of artifacts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import cast

from headrace.capabilities.artifacts import rules, store
from headrace.capabilities.artifacts.layout import (
    authored,
    content_hash,
    elements,
    normal,
    path_for,
    path_parts,
    project,
    reference_for,
    reference_parts,
    validate,
)
from headrace.capabilities.artifacts.model import (
    Artifact,
    ArtifactId,
    ArtifactNotFound,
    ArtifactType,
    BecameEffective,
    ContentRefused,
    Draft,
    Drift,
    HeadMoved,
    Immutable,
    Link,
    LinkKind,
    NotMadeFrom,
    PathTaken,
    Phase,
    PhaseChanged,
    Projection,
    Proposed,
    Restored,
    Told,
    TypeUnknown,
    Version,
    VersionRef,
)
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Refusal
from headrace.kernel.json import Json


def layout(ctx: Ctx, name: str) -> ArtifactType:
    """The declaration of a type. Raises TypeUnknown."""
    for declared in ctx.declared(ArtifactType):
        if declared.name == name:
            return declared
    known = ", ".join(sorted(t.name for t in ctx.declared(ArtifactType)))
    raise TypeUnknown(f"No artifact type {name!r}; there are: {known}", type=name)


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
    if not store.create(ctx.db, ctx.organisation, made):
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
        kind = Immutable if declared.immutable else HeadMoved
        raise kind(f"{present.id} takes no such version: {number}", reasons=number.reasons)
    return number


def _save(ctx: Ctx, declared: ArtifactType, version: Version, links: Iterable[Link]) -> None:
    store.add_version(ctx.db, ctx.organisation, version)
    store.set_head(ctx.db, ctx.organisation, version.ref.artifact, version.ref.number)
    store.add_elements(ctx.db, ctx.organisation, version.ref, elements(declared, version.content))
    for one in links:
        get_version(ctx, one.target.version)  # a link to nothing is told, not a broken key
    store.add_links(ctx.db, ctx.organisation, version.ref, links)


def get(ctx: Ctx, artifact: ArtifactId) -> Artifact:
    """The artifact. Raises ArtifactNotFound."""
    found = store.find(ctx.db, ctx.organisation, artifact)
    if found is None:
        raise ArtifactNotFound(
            f"No artifact {artifact}; `headrace artifact list` names them", artifact=artifact
        )
    return found


def find(ctx: Ctx, artifact: ArtifactId) -> Artifact | None:
    """The artifact, or None."""
    return store.find(ctx.db, ctx.organisation, artifact)


def free_slug(ctx: Ctx, type: str, wanted: str) -> str:
    """`wanted`, or with the next number where an artifact has it; nobody else gets it meanwhile."""
    store.lock_names(ctx.db, ctx.organisation, type)
    found, number = wanted, 1
    while find(ctx, ArtifactId(f"{type}/{found}")) is not None:
        number += 1
        found = f"{wanted}-{number}"
    return found


def at_path(ctx: Ctx, path: str) -> Artifact | None:
    """The artifact that stands at a path of the organisation's repository, or None."""
    return store.by_path(ctx.db, ctx.organisation, path)


def identify(ctx: Ctx, path: str) -> tuple[ArtifactType, Mapping[str, str]] | None:
    """The type whose files stand at such a path, and the path's parts; None for other files."""
    for declared in ctx.declared(ArtifactType):
        parts = path_parts(declared, path)
        if parts is not None:
            return declared, parts
    return None


def listing(
    ctx: Ctx,
    *,
    type: str | None = None,
    context: str | None = None,
    effective_only: bool = False,
    after: str | None = None,
    limit: int = 50,
) -> Sequence[Artifact]:
    """Artifacts by id, of a type and context where named."""
    return store.search(
        ctx.db,
        ctx.organisation,
        type=type,
        context=context,
        effective_only=effective_only,
        after=after,
        limit=limit,
    )


def get_version(ctx: Ctx, ref: VersionRef) -> Version:
    """The version. Raises ArtifactNotFound."""
    found = store.version(ctx.db, ctx.organisation, ref)
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
    found = store.find(ctx.db, ctx.organisation, artifact)
    if found is None or found.effective is None:
        return None
    return store.version(ctx.db, ctx.organisation, VersionRef(artifact, found.effective))


def effective_of(
    ctx: Ctx,
    type: str,
    contexts: Iterable[str] | None = None,
) -> Sequence[Version]:
    """The effective versions of a type, in any of the contexts, oldest first."""
    return store.effective_versions(ctx.db, ctx.organisation, type=type, contexts=contexts)


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


def put_in_change(ctx: Ctx, refs: Iterable[VersionRef], change: str) -> None:
    """Note the change request in which versions are proposed."""
    for ref in refs:
        store.set_change(ctx.db, ctx.organisation, ref, change)


def make_effective(
    ctx: Ctx,
    refs: Iterable[VersionRef],
    *,
    change: str | None,
    commit: str,
    no_effect: bool = False,
) -> None:
    """Move the effective pointers: the versions stand in the record at `commit`.

    Harmless to repeat. The version effective before is superseded. Records BecameEffective once
    per version.
    """
    for ref in sorted(refs):
        artifact = store.find(ctx.db, ctx.organisation, ref.artifact, lock=True)
        if artifact is None:
            raise ArtifactNotFound(
                f"No artifact {ref.artifact}; `headrace artifact list` names them",
                artifact=ref.artifact,
            )
        if artifact.effective is not None and artifact.effective >= ref.number:
            continue
        version = get_version(ctx, ref)
        store.set_merged(
            ctx.db, ctx.organisation, ref, change=change, commit=commit, no_effect=no_effect
        )
        if artifact.effective is not None:
            former = VersionRef(ref.artifact, artifact.effective)
            store.set_phase(ctx.db, ctx.organisation, former, Phase.SUPERSEDED)
        store.set_effective(ctx.db, ctx.organisation, ref.artifact, ref.number)
        ctx.record(
            BecameEffective(
                artifact=ref.artifact,
                number=ref.number,
                artifact_type=version.type,
                context=version.context,
                change=change,
                commit=commit,
                no_effect=no_effect,
            )
        )


def set_phase(ctx: Ctx, refs: Iterable[VersionRef], phase: Phase) -> None:
    """Send versions back, or out: for phases other than approved. Records PhaseChanged for each."""
    for ref in sorted(refs):
        version = get_version(ctx, ref)
        if version.phase is phase:
            continue
        store.set_phase(ctx.db, ctx.organisation, ref, phase)
        ctx.record(
            PhaseChanged(
                artifact=ref.artifact,
                number=ref.number,
                artifact_type=version.type,
                context=version.context,
                phase=phase,
            )
        )


def links(ctx: Ctx, ref: VersionRef) -> Sequence[Link]:
    """What a version was made from or speaks of."""
    return store.links(ctx.db, ctx.organisation, ref)


def linked_from(ctx: Ctx, ref: VersionRef) -> Sequence[tuple[VersionRef, LinkKind]]:
    """The versions made from this one, or speaking of it."""
    return store.linked_from(ctx.db, ctx.organisation, ref)


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
    target = store.find(ctx.db, ctx.organisation, on.artifact)
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
