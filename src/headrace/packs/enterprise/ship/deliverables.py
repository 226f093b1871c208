"""Deliverables: what a mission's streams leave behind, and how each stands in the asset registry."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import slug
from headrace.capabilities.artifacts.model import Artifact, ArtifactId, Version, VersionRef
from headrace.capabilities.record import service as record
from headrace.kernel.context import Ctx
from headrace.packs.enterprise.build.contents import texts
from headrace.packs.enterprise.build.mission import effective, mission_slug, title
from headrace.packs.enterprise.discover.contents import Content, items, told

TYPE = "asset-entry"
CODE, DOCUMENTATION, CONFIGURATION = "code", "documentation", "configuration"

_PAGES = (".md", ".rst", ".html", ".txt")
_SETTINGS = (".toml", ".yaml", ".yml", ".ini", ".cfg")


@dataclass(frozen=True, kw_only=True)
class Deliverable:
    """Something that stays when a stream is done. `paths` are files and folders of the product."""

    name: str
    kind: str
    stream: str
    division: str
    paths: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A deliverable with its entry; `approved` is the version that a division lead has approved."""

    deliverable: Deliverable
    slug: str
    artifact: Artifact | None = None
    approved: Version | None = None

    @property
    def path(self) -> str:
        """Where the entry stands, or would stand."""
        return f"work/assets/{self.slug}.md"


def deliverables(fleet: Content, mission: str) -> tuple[Deliverable, ...]:
    """What the streams of a fleet deliver, in its order; a stream that names nothing delivers itself.

    `mission` is the mission's title: the name of what has no other is made of it.
    """
    return tuple(one for stream in items(fleet, "streams") for one in _of(stream, mission))


def _of(stream: Content, mission: str) -> Iterator[Deliverable]:
    name, own = told(stream, "name"), texts(stream, "paths")
    listed = stream.get("assets")
    named = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    for one in named or [{"asset": f"{mission}: {name}"}]:
        paths = texts(one, "paths") or own
        yield Deliverable(
            name=told(one, "asset"),
            kind=told(one, "type") or kind_of(paths),
            stream=name,
            division=told(stream, "division"),
            paths=paths,
        )


def kind_of(paths: Sequence[str]) -> str:
    """What paths hold, by their names: documentation, configuration, or else code."""
    if all(path.startswith(("docs/", "doc/")) or path.endswith(_PAGES) for path in paths):
        return DOCUMENTATION
    if all(path.endswith(_SETTINGS) for path in paths):
        return CONFIGURATION
    return CODE


def registered(ctx: Ctx, context: str) -> tuple[Registered, ...]:
    """Every deliverable of a mission's approved fleet with its entry; nothing before there is a fleet."""
    fleet = effective(ctx, "fleet-config", context)
    if fleet is None:
        return ()
    return tuple(
        entry_of(ctx, context, one) for one in deliverables(fleet.content, title(ctx, context))
    )


def entry_of(ctx: Ctx, context: str, deliverable: Deliverable) -> Registered:
    """The entry of a deliverable. A name that another mission's asset bears gets the mission's too."""
    name = slug(deliverable.name)
    found = artifacts.find(ctx, ArtifactId(f"{TYPE}/{name}"))
    if found is not None and found.context != context:
        name = f"{name}-{mission_slug(context)}"
        found = artifacts.find(ctx, ArtifactId(f"{TYPE}/{name}"))
    approved = artifacts.effective(ctx, found.id) if found is not None else None
    return Registered(deliverable=deliverable, slug=name, artifact=found, approved=approved)


def gaps(ctx: Ctx, context: str) -> Iterator[str]:
    """Why a mission's deliverables are not all registered, one reason for each (AE-52)."""
    for one in registered(ctx, context):
        if one.approved is None:
            yield _gap(ctx, one)


def _gap(ctx: Ctx, one: Registered) -> str:
    what = f"asset {one.deliverable.name!r} of stream {one.deliverable.stream}"
    if one.artifact is None:
        return f"{what} has no entry {one.path} in the asset registry"
    change = record.change_of(ctx, VersionRef(one.artifact.id, one.artifact.head))
    asked = f"; {change} asks for it" if change is not None else ""
    return f"{what}: its entry {one.path} is not approved{asked}"
