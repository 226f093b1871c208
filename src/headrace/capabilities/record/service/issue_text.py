"""Issue text: how an artifact, or a part of one, is written as an issue, and what of it people wrote."""

from collections.abc import Mapping
from dataclasses import dataclass

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import Artifact, ArtifactId, Version
from headrace.capabilities.record import issue_documents, markdown, provenance
from headrace.capabilities.record.issue_documents import cut, mark
from headrace.capabilities.record.model import IssueForm, IssuePart, IssueParts
from headrace.capabilities.record.service import homes, identities
from headrace.capabilities.record.store import issues as rows
from headrace.kernel.context import Ctx
from headrace.kernel.json import Json

COMPLETED, NOT_PLANNED = "completed", "not_planned"
"""GitHub's words for why an issue is closed."""


_NAMED = 100
"""Paths that are looked up for one text; a longer list helps nobody."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """An issue as it shall stand. `parent` is the number of the issue that it is a part of."""

    title: str
    body: str
    labels: tuple[str, ...]
    is_open: bool
    closed_as: str
    parent: int | None


def key(ctx: Ctx, id: str) -> str:
    """What marks an issue as this artifact's."""
    return issue_documents.key(ctx.organisation, id)


def title(artifact: Artifact, version: Version) -> str:
    """The title of an artifact's issue."""
    named = f"[{artifact.reference}] " if artifact.reference else ""
    return f"{named}{version.title or artifact.slug}"[:250]


def title_written(artifact: Artifact, version: Version, found: str) -> str:
    """What somebody calls the artifact by its issue's title; "" when it is called as we called it."""
    if found.strip() == title(artifact, version).strip():
        return ""
    named = f"[{artifact.reference}]" if artifact.reference else ""
    return found.strip().removeprefix(named).strip()


def labels(declared: IssueForm, content: Mapping[str, Json]) -> tuple[str, ...]:
    """The labels of an artifact's issue."""
    told = ((prefix, _at(content, place)) for prefix, place in declared.told)
    return (*declared.labels, *(f"{prefix}:{value}" for prefix, value in told if value))


def draw(ctx: Ctx, artifact: Artifact, version: Version, declared: IssueForm) -> Drawn:
    """The issue of an artifact as it shall stand now."""
    return Drawn(
        title=title(artifact, version),
        body=cut(f"{mark(key(ctx, artifact.id))}\n{document(ctx, artifact, version)}"),
        labels=labels(declared, version.content),
        is_open=not artifact.archived,
        closed_as=_closed_as(ctx, declared, artifact, version),
        parent=_parent(ctx, declared.within, artifact),
    )


def draw_part(ctx: Ctx, artifact: Artifact, declared: IssueParts, part: IssuePart) -> Drawn:
    """The issue of a part as it shall stand now."""
    id = part_id(artifact, part)
    return Drawn(
        title=" ".join(part.title.split())[:250],
        body=cut(f"{mark(key(ctx, id), id)}\n{part.text.strip()}\n"),
        labels=part.labels,
        is_open=part.is_open and not artifact.archived,
        closed_as=NOT_PLANNED if part.is_open else part.closed_as,  # put away before it was done
        parent=_parent(ctx, declared.within, artifact),
    )


def part_id(artifact: Artifact, part: IssuePart) -> str:
    """What names the issue of a part."""
    return f"{artifact.id}#{part.name}"


def document(ctx: Ctx, artifact: Artifact, version: Version) -> str:
    """A version as people read it, and below it where it comes from."""
    maker = identities.handle(ctx, version.made.by)
    links = artifacts.links(ctx, version.ref)
    text = markdown.render(artifacts.layout(ctx, version.type), artifacts.shown(ctx, version))
    origin = provenance.front_matter(artifact, version, links, maker)
    return issue_documents.document(text, origin, _named(ctx, artifact, text))


def _named(ctx: Ctx, artifact: Artifact, text: str) -> Mapping[str, int]:
    """The issues of other work products that a text names by path, as far as they were made."""
    found = {}
    for path in issue_documents.paths_in(text)[:_NAMED]:
        other = artifacts.at_path(ctx, path)
        if other is not None and other.id != artifact.id:
            found[path] = rows.number(ctx.db, ctx.organisation, other.id)
    return {path: number for path, number in found.items() if number is not None}


def _at(content: Mapping[str, Json], place: str) -> str:
    found: Json = dict(content)
    for name in place.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) else ""


def _closed_as(ctx: Ctx, declared: IssueForm, artifact: Artifact, version: Version) -> str:
    """A part is closed as what it is a part of."""
    if declared.within:
        whole = artifacts.find(ctx, ArtifactId(f"{declared.within}/{artifact.slug}"))
        counts = artifacts.effective(ctx, whole.id) if whole is not None else None
        form = homes.form(ctx, declared.within)
        if whole is not None and counts is not None and form is not None:
            return _closed_as(ctx, form, whole, counts)
    place, values = declared.dropped
    is_dropped = bool(place) and _at(artifacts.shown(ctx, version), place) in values
    return NOT_PLANNED if is_dropped else COMPLETED


def _parent(ctx: Ctx, within: str, artifact: Artifact) -> int | None:
    if not within:
        return None
    return rows.number(ctx.db, ctx.organisation, ArtifactId(f"{within}/{artifact.slug}"))
