"""Artifacts, and one version of one of them with its sections and its neighbours."""

from dataclasses import dataclass

from headrace.surfaces.web.answers import Artifact, Artifacts, Lineage, Link, Version
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import Client, named
from headrace.surfaces.web.content import Block, blocks

_PAGE = 50


@dataclass(frozen=True, kw_only=True)
class ArtifactsPage:
    type: str | None
    context: str | None
    items: tuple[Artifact, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A version laid out to be read."""

    reference: str
    title: str
    type: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True)
class ArtifactPage:
    """`numbers` are the versions that there are; `made_by` is in words."""

    artifact: str
    number: int
    numbers: tuple[int, ...]
    version: Version
    made_by: str
    blocks: tuple[Block, ...]
    made_from: tuple[Link, ...]
    led_to: tuple[Link, ...]


def show(asked: Asked) -> ArtifactsPage:
    """Artifacts by id, of a type or a context where the address names one."""
    type, context = asked.word("type"), asked.word("context")
    page = asked.client.ask(
        Artifacts,
        "artifact.list",
        type=type,
        context=context,
        after=asked.word("after"),
        limit=_PAGE,
    )
    return ArtifactsPage(type=type, context=context, items=page.items, next=page.next)


def show_one(asked: Asked) -> ArtifactPage:
    """One version: the one asked for, else the effective one, else the newest."""
    client, artifact = asked.client, asked.path["artifact"]
    wanted = asked.number("version")
    version = client.ask(Version, "artifact.show", artifact=artifact, version=wanted)
    lineage = client.ask(Lineage, "artifact.lineage", artifact=artifact, version=wanted)
    number = number_of(version.version)
    return ArtifactPage(
        artifact=artifact,
        number=number,
        numbers=tuple(range(1, _newest(client, version, artifact, number) + 1)),
        version=version,
        made_by=named(client.names(), version.made_by),
        blocks=blocks(version.content),
        made_from=lineage.made_from,
        led_to=lineage.led_to,
    )


def shown(client: Client, reference: str) -> Shown:
    """A version by its reference `type/slug@2`, laid out."""
    artifact, _, _number = reference.partition("@")
    version = client.ask(
        Version, "artifact.show", artifact=artifact, version=number_of(reference) or None
    )
    return Shown(
        reference=version.version,
        title=version.title,
        type=version.type,
        blocks=blocks(version.content),
    )


def number_of(reference: str) -> int:
    """The version's number of `type/slug@2#element`; 0 where there is none."""
    digits = reference.partition("@")[2].partition("#")[0]
    return int(digits) if digits.isdigit() else 0


def _newest(client: Client, version: Version, artifact: str, number: int) -> int:
    """The newest number, looked up among the artifacts of the same type and context."""
    after: str | None = None
    while True:
        page = client.ask(
            Artifacts,
            "artifact.list",
            type=version.type,
            context=version.context,
            after=after,
            limit=200,
        )
        for one in page.items:
            if one.id == artifact:
                return max(one.head, number)
        if page.next is None:
            return number
        after = page.next
