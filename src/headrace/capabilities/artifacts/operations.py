"""What artifacts offers to REST, CLI and MCP."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field

from headrace.capabilities.artifacts import service
from headrace.capabilities.artifacts.model import (
    Artifact,
    ArtifactId,
    ArtifactType,
    Direction,
    Drift,
    Hop,
    LinkKind,
    Version,
    VersionRef,
)
from headrace.kernel.capability import Effect, Http, Operation, OperationKind
from headrace.kernel.context import Ctx
from headrace.kernel.errors import NotFound
from headrace.kernel.inputs import Names
from headrace.kernel.json import Json


@dataclass(frozen=True, kw_only=True)
class ArtifactQuery:
    type: Annotated[str | None, Names("artifact-type")] = None
    context: Annotated[str | None, Names("context")] = None
    words: Annotated[
        str, Field(max_length=200, description="Words that all stand in the id or the reference.")
    ] = ""
    archived: Annotated[bool, Field(description="Archived ones too.")] = False
    after: str | None = None
    limit: Annotated[int, Field(ge=1, le=200, description="Most items on one page.")] = 50


@dataclass(frozen=True, kw_only=True)
class CountQuery:
    context: Annotated[str | None, Names("context")] = None


@dataclass(frozen=True, kw_only=True)
class TypeCount:
    type: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Counts:
    """By type; a type without an artifact is left out."""

    items: tuple[TypeCount, ...]


@dataclass(frozen=True, kw_only=True)
class ArtifactLine(Artifact):
    """An artifact with the title of its newest version; empty before the first."""

    title: str


@dataclass(frozen=True, kw_only=True)
class ArtifactPage:
    items: tuple[ArtifactLine, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class ArtifactName:
    artifact: Annotated[str, Names("artifact")]
    version: Annotated[
        int | None, Field(description="Its number; none: the one in force, else the newest.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class VersionShown:
    """`head` is the number of the artifact's newest version, `effective` that of the one in force."""

    version: str
    head: int
    effective: int | None
    type: str
    title: str
    phase: str
    context: str
    path: str
    made_by: str
    brain: str
    run: str | None
    change: str | None
    commit: str | None
    created_at: datetime
    content: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True)
class LinkShown:
    kind: LinkKind
    version: str


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """One hop up and one hop down from a version."""

    version: str
    made_from: tuple[LinkShown, ...]
    led_to: tuple[LinkShown, ...]
    drift: tuple[Drift, ...]


@dataclass(frozen=True, kw_only=True)
class ChainQuery:
    """Where a chain begins: versions, or artifacts, of which the effective one, else the newest, is meant."""

    versions: Annotated[
        tuple[str, ...],
        Names("artifact"),
        Field(
            min_length=1,
            max_length=50,
            description="As mission-brief/export@2; without @2 the effective one.",
        ),
    ]
    direction: Direction = Direction.BACK
    hops: Annotated[int, Field(ge=1, le=100, description="Most links from the beginning.")] = 24
    limit: Annotated[int, Field(ge=1, le=2000, description="Most versions, nearest first.")] = 500


@dataclass(frozen=True, kw_only=True)
class HopShown:
    version: str
    distance: int
    type: str
    title: str
    context: str
    reference: str | None
    phase: str
    made_by: str
    brain: str
    run: str | None
    change: str | None
    commit: str | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class StepShown:
    version: str
    kind: LinkKind
    target: str


@dataclass(frozen=True, kw_only=True)
class ChainShown:
    """Nearest first; `distance` is 0 where it begins. `more` says that farther ones were left out."""

    items: tuple[HopShown, ...]
    steps: tuple[StepShown, ...]
    more: bool


@dataclass(frozen=True, kw_only=True)
class TypeShown:
    name: str
    title: str
    path: str
    approval: bool
    immutable: bool
    context_kind: str


@dataclass(frozen=True, kw_only=True)
class TypeList:
    items: tuple[TypeShown, ...]


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """No input."""


@dataclass(frozen=True, kw_only=True)
class Acknowledgement:
    version: Annotated[
        str, Field(description="The version that stands.", examples=["technical-design/export@2"])
    ]
    target: Annotated[
        str,
        Field(
            description="What it was made from, as it was then.",
            examples=["mission-brief/export@1"],
        ),
    ]
    note: Annotated[str, Field(description="Why it stands all the same.")]


def listing(ctx: Ctx, query: ArtifactQuery) -> ArtifactPage:
    """List artifacts by id, of a type or context where named; archived ones only when asked for."""
    found = service.listing(
        ctx,
        type=query.type,
        context=query.context,
        words=query.words.split(),
        archived=query.archived,
        after=query.after,
        limit=query.limit + 1,
    )
    titles = service.titles(ctx, (one.id for one in found))
    items = tuple(
        ArtifactLine(**vars(one), title=titles.get(one.id, "")) for one in found[: query.limit]
    )
    return ArtifactPage(items=items, next=items[-1].id if len(found) > query.limit else None)


def counts(ctx: Ctx, query: CountQuery) -> Counts:
    """Count artifacts by type, in a context where named; archived ones are left out."""
    found = service.counts(ctx, query.context)
    return Counts(items=tuple(TypeCount(type=type, count=of) for type, of in found.items()))


def show(ctx: Ctx, name: ArtifactName) -> VersionShown:
    """Show one version of an artifact: its content, who made it, where it was merged.

    Without a version, the effective one; while there is none, the newest.
    """
    version = _version(ctx, name)
    artifact = service.get(ctx, version.ref.artifact)
    return VersionShown(
        version=str(version.ref),
        head=artifact.head,
        effective=artifact.effective,
        type=version.type,
        title=version.title,
        phase=version.phase,
        context=version.context,
        path=version.path,
        made_by=version.made.by,
        brain=version.made.brain,
        run=version.made.run,
        change=version.change,
        commit=version.commit,
        created_at=version.created_at,
        content=service.shown(ctx, version),
    )


def lineage(ctx: Ctx, name: ArtifactName) -> Lineage:
    """Show what a version was made from, what came of it, and what has since moved under it."""
    version = _version(ctx, name)
    return Lineage(
        version=str(version.ref),
        made_from=tuple(
            LinkShown(kind=link.kind, version=str(link.target))
            for link in service.links(ctx, version.ref)
        ),
        led_to=tuple(
            LinkShown(kind=kind, version=str(ref))
            for ref, kind in service.linked_from(ctx, version.ref)
        ),
        drift=tuple(service.drift(ctx, version.ref)),
    )


def chain(ctx: Ctx, query: ChainQuery) -> ChainShown:
    """Show the whole chain of versions: all they were made from, back to the first causes.

    With `--direction forward`, all that came of them. Every version stands in it once, at its
    shortest distance, with every link between them.
    """
    begin = [_named(ctx, one) for one in query.versions]
    found = service.chain(ctx, begin, query.direction, hops=query.hops, limit=query.limit)
    return ChainShown(
        items=tuple(_hop(one) for one in found.hops),
        steps=tuple(
            StepShown(version=str(one.version), kind=one.kind, target=str(one.target))
            for one in found.steps
        ),
        more=found.more,
    )


def types(ctx: Ctx, _: Nothing) -> TypeList:
    """List the artifact types of this house, with where each is kept."""
    return TypeList(
        items=tuple(
            TypeShown(
                name=t.name,
                title=t.title,
                path=t.path,
                approval=t.approval,
                immutable=t.immutable,
                context_kind=t.context_kind,
            )
            for t in ctx.declared(ArtifactType)
        )
    )


def acknowledge(ctx: Ctx, input: Acknowledgement) -> Acknowledgement:
    """Say that a version stands although what it was made from has moved on."""
    service.acknowledge(
        ctx, VersionRef.parse(input.version), VersionRef.parse(input.target), input.note
    )
    return input


def _named(ctx: Ctx, text: str) -> VersionRef:
    if "@" in text:
        return service.get_version(ctx, VersionRef.parse(text).version).ref
    return _version(ctx, ArtifactName(artifact=text)).ref


def _hop(found: Hop) -> HopShown:
    return HopShown(
        version=str(found.ref),
        distance=found.distance,
        type=found.type,
        title=found.title,
        context=found.context,
        reference=found.reference,
        phase=found.phase,
        made_by=found.made.by,
        brain=found.made.brain,
        run=found.made.run,
        change=found.change,
        commit=found.commit,
        created_at=found.created_at,
    )


def _version(ctx: Ctx, name: ArtifactName) -> Version:
    artifact = service.get(ctx, ArtifactId(name.artifact))
    number = name.version or artifact.effective or artifact.head
    if number == 0:
        raise NotFound(f"{artifact.id} has no version yet")
    return service.get_version(ctx, VersionRef(artifact.id, number))


def _query(
    name: str,
    run: object,
    input: type,
    output: type,
    path: str,
    columns: tuple[str, ...] = (),
) -> Operation:
    return Operation(
        name=name,
        permission="artifact:read",
        input=input,
        output=output,
        run=run,  # type: ignore[arg-type]  # each `run` here takes exactly its own input
        http=Http(method="GET", path=path),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
        columns=columns,
    )


OPERATIONS = (
    _query(
        "artifact.list",
        listing,
        ArtifactQuery,
        ArtifactPage,
        "/artifacts",
        ("id", "title", "head", "effective", "reference", "context", "path"),
    ),
    _query("artifact.show", show, ArtifactName, VersionShown, "/artifacts/show"),
    _query("artifact.lineage", lineage, ArtifactName, Lineage, "/artifacts/lineage"),
    _query(
        "artifact.chain",
        chain,
        ChainQuery,
        ChainShown,
        "/artifacts/chain",
        ("distance", "version", "title", "phase", "change", "brain"),
    ),
    _query("artifact.counts", counts, CountQuery, Counts, "/artifact-counts"),
    _query("artifact.types", types, Nothing, TypeList, "/artifact-types"),
    Operation(
        name="artifact.acknowledge",
        permission="artifact:acknowledge",
        input=Acknowledgement,
        output=Acknowledgement,
        run=acknowledge,
        http=Http(method="POST", path="/artifacts/acknowledgements"),
    ),
)
