"""Why a line is there, and what came of a signal: the record read backwards and forwards."""

from collections.abc import Mapping
from dataclasses import dataclass

from headrace.surfaces.web.answers import (
    Cause,
    ChangeTold,
    Maker,
    OriginTold,
    Trace,
    TraceContext,
    TraceNode,
    Why,
)
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.evidence import why_address
from headrace.surfaces.web.language import said
from headrace.surfaces.web.wording import lineage_address

KINDS = {
    "change": "",
    "filing": said("filed without approval, as its type allows"),
    "projection": said("drawn from live rows"),
    "founding": said("part of the record's first commit"),
    "hand": said("made by hand, outside of Headrace: no decision brought it here"),
}
"""What brought a commit to the main branch, where no change request did."""

_DEEPEST = 8  # levels that are drawn further in; deeper ones stand below the last


@dataclass(frozen=True, kw_only=True)
class Made:
    """A maker with the page of the run, where an agent's run made it."""

    maker: Maker
    address: str | None


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Lines that one commit wrote: `last` is the last of them when they stand together; `brought`
    says what brought them where no change request did; `address` asks about the first alone."""

    origin: OriginTold
    made: Made | None
    brought: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A change request that brought lines or causes, with its makers."""

    change: ChangeTold
    made: tuple[Made, ...]


@dataclass(frozen=True, kw_only=True)
class Because:
    """A version that it goes back to; `distance` counts links."""

    cause: Cause
    made: Made


@dataclass(frozen=True, kw_only=True)
class Told:
    """The whole answer about a place."""

    repository: str
    path: str
    line: int | None
    head: str
    lines: tuple[Lines, ...]
    changes: tuple[Judged, ...]
    causes: tuple[Because, ...]
    about: tuple[Because, ...]
    more: bool


@dataclass(frozen=True, kw_only=True)
class WhyPage:
    """`told` is None while nothing is asked yet."""

    path: str
    repository: str
    told: Told | None


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """A thing of the tree with its page; `inward` is how far in it stands, from 0 to 8."""

    node: TraceNode
    address: str | None
    inward: int


@dataclass(frozen=True, kw_only=True)
class TracePage:
    """`artifact` is empty while nothing is asked yet."""

    signal: str
    artifact: str
    title: str
    standing: str
    contexts: tuple[TraceContext, ...]
    leaves: tuple[Leaf, ...]
    more: bool


def show(asked: Asked) -> WhyPage:
    """The decisions that brought a file, or a line of it, to where it is."""
    path, repository = asked.word("path") or "", asked.word("repository") or ""
    found = asked.client.ask(Why, "why", path=path, repository=repository or None) if path else None
    return WhyPage(path=path, repository=repository, told=_told(found) if found else None)


def show_trace(asked: Asked) -> TracePage:
    """Everything that came of a signal, or of any other artifact."""
    signal = asked.word("signal") or ""
    found = asked.client.ask(Trace, "trace", signal=signal) if signal else None
    return TracePage(
        signal=signal,
        artifact=found.artifact if found else "",
        title=found.title if found else "",
        standing=found.standing if found else "",
        contexts=found.contexts if found else (),
        leaves=tuple(map(_leaf, found.items)) if found else (),
        more=found.more if found else False,
    )


def _told(found: Why) -> Told:
    return Told(
        repository=found.repository,
        path=found.path,
        line=found.line,
        head=found.head,
        lines=tuple(
            Lines(
                origin=one,
                made=_made(one.made) if one.made else None,
                brought=KINDS.get(one.kind, one.kind),
                address=why_address(found.path, found.repository, one.first),
            )
            for one in found.origins
        ),
        changes=tuple(
            Judged(change=one, made=tuple(map(_made, one.made))) for one in found.changes
        ),
        causes=tuple(Because(cause=one, made=_made(one.made)) for one in found.causes),
        about=tuple(Because(cause=one, made=_made(one.made)) for one in found.about),
        more=found.more,
    )


def _made(maker: Maker) -> Made:
    return Made(maker=maker, address=f"/runs/{maker.run}" if maker.run else None)


_LINEAGES: Mapping[str, str] = {"version": "artifact", "change": "change", "release": "release"}


def _leaf(node: TraceNode) -> Leaf:
    return Leaf(
        node=node,
        address=lineage_address(f"{_LINEAGES[node.kind]}:{node.id}")
        if node.kind in _LINEAGES
        else None,
        inward=min(node.depth, _DEEPEST),
    )
