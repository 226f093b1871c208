"""Issue text: how an artifact, or a part of one, is written as an issue, and what of it people wrote."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import Artifact, ArtifactId, Version
from headrace.capabilities.record import markdown, provenance
from headrace.capabilities.record.model import IssueForm, IssuePart, IssueParts
from headrace.capabilities.record.service import identities
from headrace.capabilities.record.store import issues as rows
from headrace.kernel.context import Ctx
from headrace.kernel.json import Json

_LONGEST = 65_000
"""GitHub takes 65,536 characters."""
_CUT = "… cut here: a tracker takes no longer text."
_MARK = re.compile(r"\A\s*<!-- headrace:[0-9a-f]+ -->[ \t]*\n?")
_ORIGIN = "<details><summary>Where this comes from</summary>"
_ORIGIN_END = "</details>"


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
    """What marks an issue as this artifact's: nobody outside can guess it."""
    return hashlib.sha256(f"{ctx.organisation}\n{id}".encode()).hexdigest()[:32]


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
        body=_cut(_body(ctx, artifact, version)),
        labels=labels(declared, version.content),
        is_open=not artifact.archived,
        closed_as="completed",
        parent=_parent(ctx, declared.within, artifact),
    )


def draw_part(ctx: Ctx, artifact: Artifact, declared: IssueParts, part: IssuePart) -> Drawn:
    """The issue of a part as it shall stand now."""
    mark = f"<!-- headrace:{key(ctx, part_id(artifact, part))} -->"
    return Drawn(
        title=" ".join(part.title.split())[:250],
        body=_cut(f"{mark}\n{part.text.strip()}\n"),
        labels=part.labels,
        is_open=part.is_open and not artifact.archived,
        closed_as=part.closed_as,
        parent=_parent(ctx, declared.within, artifact),
    )


def part_id(artifact: Artifact, part: IssuePart) -> str:
    """What names the issue of a part."""
    return f"{artifact.id}#{part.name}"


def written(body: str) -> str | None:
    """The document that people read in an issue's body; None when it was too long to stand there whole."""
    text = _MARK.sub("", body)
    before, found, rest = text.rpartition(_ORIGIN)
    if found:
        _, _, after = rest.partition(_ORIGIN_END)
        text = f"{before.rstrip()}\n\n{after.strip()}\n"
    return None if _CUT in body else text


def _body(ctx: Ctx, artifact: Artifact, version: Version) -> str:
    """The document as people read it, and below it where it comes from."""
    maker = identities.handle(ctx, version.made.by)
    links = artifacts.links(ctx, version.ref)
    text = markdown.render(artifacts.layout(ctx, version.type), artifacts.shown(ctx, version))
    origin = provenance.front_matter(artifact, version, links, maker)
    lines = "\n".join(f"{name}: {_plain(value)}" for name, value in origin.items())
    return (
        f"<!-- headrace:{key(ctx, artifact.id)} -->\n{text.strip()}\n\n{_ORIGIN}"
        f"\n\n```yaml\n{lines}\n```\n\n{_ORIGIN_END}\n"
    )


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\n\n{_CUT}"


def _plain(value: object) -> str:
    return str(value).replace("`", "'").replace("\n", " ")


def _at(content: Mapping[str, Json], place: str) -> str:
    found: Json = dict(content)
    for name in place.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) else ""


def _parent(ctx: Ctx, within: str, artifact: Artifact) -> int | None:
    if not within:
        return None
    return rows.number(ctx.db, ctx.organisation, ArtifactId(f"{within}/{artifact.slug}"))
