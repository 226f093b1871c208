"""Provenance: what the front matter of a file says of the version in it. Pure.

It holds all that the rows know of a version and its text does not say, so that the rows can be
made again from the files.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from headrace.capabilities.artifacts.model import Artifact, Link, LinkKind, Version, VersionRef
from headrace.kernel.errors import Invalid

_HASH = re.compile(r"sha256:([0-9a-f]{64})")
_ID = re.compile(r"^id:[ \t]*(\S+)[ \t]*$", re.MULTILINE)
_NUMBER = re.compile(r"^version:[ \t]*(\d+)[ \t]*$", re.MULTILINE)
_FRONT = re.compile(r"---[ \t]*\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where a file's version comes from. `made_by` is a handle."""

    ref: VersionRef
    type: str
    content_hash: str
    context: str
    made_by: str
    brain: str
    change: str | None = None
    reference: str | None = None
    run: str | None = None
    recipe: str | None = None
    note: str = ""
    parts: Mapping[str, str | int]
    links: tuple[Link, ...] = ()


def front_matter(
    artifact: Artifact, version: Version, links: Iterable[Link], made_by: str
) -> dict[str, object]:
    """The front matter of a version's file; what is empty is left out."""
    values: dict[str, object] = {
        "id": artifact.id,
        "type": artifact.type,
        "version": version.ref.number,
        "hash": f"sha256:{version.content_hash}",
        "context": artifact.context,
        "reference": artifact.reference,
        "change": version.change,
        "made-by": made_by,
        "brain": version.made.brain,
        "run": version.made.run,
        "recipe": version.made.recipe,
        "note": version.note,
        "parts": dict(artifact.parts),
        "links": [f"{link.kind} {link.target}" for link in links],
    }
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def read(values: Mapping[str, object]) -> Provenance | None:
    """What front matter says; None when it does not name a version with all that belongs to it."""
    digest = _HASH.fullmatch(str(values.get("hash", "")))
    named = [str(values.get(name) or "") for name in ("type", "context", "made-by", "brain")]
    if digest is None or not all(named):
        return None
    try:
        ref = VersionRef.parse(f"{values.get('id')}@{values.get('version')}")
        links = tuple(_link(str(line)) for line in _list(values.get("links")))
    except Invalid:
        return None
    kind, context, made_by, brain = named
    return Provenance(
        ref=ref,
        type=kind,
        content_hash=digest[1],
        context=context,
        made_by=made_by,
        brain=brain,
        change=_text(values.get("change")),
        reference=_text(values.get("reference")),
        run=_text(values.get("run")),
        recipe=_text(values.get("recipe")),
        note=str(values.get("note") or ""),
        parts=_parts(values.get("parts")),
        links=links,
    )


def claimed(text: str) -> tuple[str, int | None] | None:
    """The id and the number that a file's front matter claims, read without a parser; None if none."""
    front = _FRONT.match(text)
    id = _ID.search(front[1]) if front else None
    if front is None or id is None:
        return None
    number = _NUMBER.search(front[1])
    return id[1].strip("'\""), int(number[1]) if number else None


def _link(line: str) -> Link:
    kind, _, target = line.partition(" ")
    if kind not in set(LinkKind):
        raise Invalid(f"{line!r} is no link")
    return Link(kind=LinkKind(kind), target=VersionRef.parse(target))


def _parts(value: object) -> Mapping[str, str | int]:
    if not isinstance(value, Mapping):
        return {}
    return {str(name): part if isinstance(part, int) else str(part) for name, part in value.items()}


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return None if value in (None, "") else str(value)
