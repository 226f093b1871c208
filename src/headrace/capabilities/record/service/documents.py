"""Documents: versions as the files in which they stand in Git."""

from collections.abc import Mapping

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactType, Version
from headrace.capabilities.record import markdown, provenance
from headrace.capabilities.record.model import FileText, Member
from headrace.capabilities.record.service import identities
from headrace.kernel.context import Ctx


def document(ctx: Ctx, version: Version) -> FileText:
    """The file of a version: its front matter, and its content with live values drawn from rows."""
    artifact = artifacts.get(ctx, version.ref.artifact)
    front_matter = provenance.front_matter(
        artifact,
        version,
        artifacts.links(ctx, version.ref),
        identities.handle(ctx, version.made.by),
    )
    text = markdown.render(
        artifacts.layout(ctx, version.type), artifacts.shown(ctx, version), front_matter
    )
    return FileText(path=artifact.path, text=text)


def documents(ctx: Ctx, members: tuple[Member, ...]) -> tuple[FileText, ...]:
    """The files of those members that are kept in Git."""
    return tuple(
        document(ctx, artifacts.get_version(ctx, member.ref)) for member in members if member.path
    )


def read_document(declared: ArtifactType, text: str) -> markdown.Parsed:
    """A file's front matter, its content as of that type, and every fault; never raises."""
    return markdown.parse(declared, text)


def write_document(
    declared: ArtifactType,
    content: Mapping[str, object],
    front_matter: Mapping[str, object] | None = None,
) -> str:
    """Content as a file of its type; Invalid names every part that the type does not know."""
    return markdown.render(declared, content, front_matter)
