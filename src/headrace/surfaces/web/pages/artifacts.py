"""Artifacts, and one version of one of them with its sections and its neighbours."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from headrace.kernel.errors import HeadraceError
from headrace.surfaces.web.answers import (
    AgentRun,
    AgentRuns,
    Artifact,
    Artifacts,
    ArtifactType,
    ArtifactTypes,
    Comment,
    Comments,
    Drift,
    Lineage,
    Link,
    Runs,
    Total,
    Totals,
    Version,
)
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import Client, named
from headrace.surfaces.web.comparison import Row, beside, lines
from headrace.surfaces.web.content import Block, blocks
from headrace.surfaces.web.language import said
from headrace.surfaces.web.pages.acts import Act, allowed
from headrace.surfaces.web.pages.family import Family, family
from headrace.surfaces.web.pages.lineage import made_from

_PAGE = 50


TABS = {
    "read": said("Content"),
    "diff": said("Diff"),
    "lineage": said("Lineage"),
    "provenance": said("Provenance"),
    "comments": said("Comments"),
}


@dataclass(frozen=True, kw_only=True)
class ArtifactsPage:
    """`titles` are what the contexts of the artifacts are called."""

    type: str | None
    types: tuple[ArtifactType, ...]
    context: str | None
    archived: bool
    items: tuple[Artifact, ...]
    next: str | None
    titles: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A version laid out to be read; `rows` are what differs from the version `against`, if any."""

    reference: str
    title: str
    type: str
    blocks: tuple[Block, ...]
    raw: str
    against: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """A version one hop away; `further` are those one hop behind it, where it is opened."""

    link: Link
    further: tuple[str, ...]
    is_open: bool


@dataclass(frozen=True, kw_only=True)
class Said:
    """A comment with its author in words; its author may take it back."""

    comment: Comment
    by: str
    is_own: bool


@dataclass(frozen=True, kw_only=True)
class ArtifactPage:
    """`numbers` are the versions that there are; `made_by` is in words, `made_in` the agent's run.
    `against` is the version that `rows` compare with; 0 without one."""

    artifact: str
    number: int
    numbers: tuple[int, ...]
    tab: str
    tabs: dict[str, str]
    version: Version
    made_by: str
    blocks: tuple[Block, ...]
    against: int
    rows: tuple[Row, ...]
    made_from: tuple[Neighbour, ...]
    led_to: tuple[Neighbour, ...]
    family: Family | None
    drift: tuple[Drift, ...]
    spent: Total | None
    made_in: AgentRun | None
    comments: tuple[Said, ...]
    more_comments: str | None
    just_said: str | None
    may_comment: bool
    titles: Mapping[str, str]


def show(asked: Asked) -> ArtifactsPage:
    """Artifacts by id, of a type or a context where the address names one; archived ones on demand."""
    type, context = asked.word("type"), asked.word("context")
    archived = asked.word("archived") is not None
    page = asked.client.ask(
        Artifacts,
        "artifact.list",
        type=type,
        context=context,
        archived=archived,
        after=asked.word("after"),
        limit=_PAGE,
    )
    types = asked.client.ask(ArtifactTypes, "artifact.types").items
    return ArtifactsPage(
        type=type,
        types=tuple(sorted(types, key=lambda one: one.title)),
        context=context,
        archived=archived,
        items=page.items,
        next=page.next,
        titles=asked.client.titles(one.context for one in page.items),
    )


def show_one(asked: Asked) -> ArtifactPage:
    """One version: the one asked for, else the effective one, else the newest."""
    client, artifact = asked.client, asked.path["artifact"]
    wanted, tab = asked.number("version"), asked.word("tab")
    version = client.ask(Version, "artifact.show", artifact=artifact, version=wanted)
    lineage = client.ask(Lineage, "artifact.lineage", artifact=artifact, version=wanted)
    number = number_of(version.version)
    laid_out = blocks(version.content)
    against = min(asked.number("against") or number - 1, 10**6)
    is_diff = tab == "diff" and 0 < against != number
    opened = asked.word("open")
    talk = Comments(items=(), next=None)
    if tab == "comments":
        after = asked.word("after")
        talk = client.ask(Comments, "comment.list", artifact=artifact, after=after, limit=_PAGE)
    return ArtifactPage(
        artifact=artifact,
        number=number,
        numbers=tuple(range(1, version.head + 1)),
        tab=tab if tab in TABS else "read",
        tabs=TABS,
        version=version,
        made_by=named(client.names(), version.made_by),
        blocks=laid_out,
        against=against if is_diff else 0,
        rows=_rows(client, artifact, against, laid_out) if is_diff else (),
        made_from=tuple(_neighbour(client, one, opened) for one in lineage.made_from),
        led_to=tuple(_neighbour(client, one, opened) for one in lineage.led_to),
        family=_family(client, version.version, lineage) if tab == "lineage" else None,
        drift=lineage.drift,
        spent=_spent(client, version.change) if tab == "provenance" else None,
        made_in=_made_in(client, version) if tab == "provenance" else None,
        comments=_said(client, talk.items),
        more_comments=talk.next,
        just_said=_just_said(talk.items, asked),
        may_comment=client.person is not None and bool(allowed(client, (_SAY,))),
        titles=client.titles([version.context]),
    )


_SAY = Act(operation="comment.add", word=said("Comment"))


def _said(client: Client, found: Sequence[Comment]) -> tuple[Said, ...]:
    names = {one.id: one for one in client.everybody()} if found else {}
    return tuple(
        Said(
            comment=one,
            by=names[one.author].name or names[one.author].handle
            if one.author in names
            else one.author,
            is_own=one.author in names and names[one.author].handle == client.person,
        )
        for one in found
    )


def _family(client: Client, focus: str, lineage: Lineage) -> Family | None:
    before = [one.version for one in lineage.made_from]
    after = [one.version for one in lineage.led_to]
    return family(client, focus, before, after) if before or after else None


def _just_said(found: Sequence[Comment], asked: Asked) -> str | None:
    """The comment that its author has just made, while it stands."""
    said = asked.word("said")
    return next(
        (one.comment for one in found if one.comment == said and not one.withdrawn_at), None
    )


def _neighbour(client: Client, link: Link, opened: str | None) -> Neighbour:
    is_open = link.version == opened
    return Neighbour(
        link=link, further=made_from(client, link.version) if is_open else (), is_open=is_open
    )


def _rows(
    client: Client, artifact: str, against: int, laid_out: Sequence[Block]
) -> tuple[Row, ...]:
    other = client.ask(Version, "artifact.show", artifact=artifact, version=against)
    return beside(lines(blocks(other.content)), lines(laid_out))


def _spent(client: Client, change: str | None) -> Total | None:
    """What the version's change request used; None where nothing was booked or it may not be seen."""
    if change is None:
        return None
    try:
        totals = client.ask(Totals, "ledger.totals", by="change").items
    except HeadraceError:
        return None
    return next((one for one in totals if one.key == change), None)


def _made_in(client: Client, version: Version) -> AgentRun | None:
    """The agent's run that made a version; None where a person did, or it may not be seen."""
    if version.run is None:
        return None
    place = {"change": version.change} if version.change else {"context": version.context}
    found = client.ask_if_allowed(Runs, "run.list", limit=200, **place)
    runs = [one.agent_run for one in (found.items if found else ()) if one.id == version.run]
    wanted = [one for one in runs if one] or [version.run]
    made = client.ask_if_allowed(AgentRuns, "agent.runs", runs=wanted)
    return made.items[0] if made and made.items else None


def shown(client: Client, reference: str) -> Shown:
    """A version by its reference `type/slug@2`: laid out, as data, and beside the one in force."""
    artifact, number = reference.partition("@")[0], number_of(reference)
    version = client.ask(Version, "artifact.show", artifact=artifact, version=number or None)
    laid_out = blocks(version.content)
    number = number_of(version.version)
    in_force = version.effective if version.effective not in (None, number) else number - 1
    against = in_force or 0
    return Shown(
        reference=version.version,
        title=version.title,
        type=version.type,
        blocks=laid_out,
        raw=json.dumps(version.content, indent=2, ensure_ascii=False),
        against=against,
        rows=_rows(client, artifact, against, laid_out) if against else (),
    )


def number_of(reference: str) -> int:
    """The version's number of `type/slug@2#element`; 0 where there is none."""
    digits = reference.partition("@")[2].partition("#")[0]
    return int(digits) if digits.isdigit() else 0
