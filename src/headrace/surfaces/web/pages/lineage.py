"""Lineage: the way back from a version to what it came from, hop by hop."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from headrace.kernel.errors import HeadraceError
from headrace.surfaces.web.answers import Chain, ChainLink, Lineage
from headrace.surfaces.web.client import Client

_HOPS = 12


@dataclass(frozen=True, kw_only=True)
class Hop:
    """What stands at one distance from where the chain began; `more` are not shown."""

    links: tuple[ChainLink, ...]
    more: int


def chain(client: Client, references: Sequence[str], *, shown: int = 3) -> tuple[Hop, ...]:
    """From the first causes to the nearest: what the given versions were made from.

    A version stands at its shortest distance, once. Nothing where it may not be known.
    """
    if not references:
        return ()
    found = client.ask_if_allowed(Chain, "artifact.chain", versions=list(references), hops=_HOPS)
    hops: dict[int, list[ChainLink]] = defaultdict(list)
    for one in found.items if found else ():
        if one.distance > 0:
            hops[one.distance].append(one)
    return tuple(
        Hop(links=tuple(hops[at][:shown]), more=max(0, len(hops[at]) - shown))
        for at in sorted(hops, reverse=True)
    )


def made_from(client: Client, reference: str) -> tuple[str, ...]:
    """What one version was made from; nothing where it may not be known."""
    artifact, number = split(reference)
    try:
        found = client.ask(Lineage, "artifact.lineage", artifact=artifact, version=number or None)
    except HeadraceError:
        return ()
    return tuple(link.version.partition("#")[0] for link in found.made_from)


def split(reference: str) -> tuple[str, int]:
    """Artifact and number of `type/slug@2#element`; 0 where no version is named."""
    artifact, _, rest = reference.partition("@")
    digits = rest.partition("#")[0]
    return artifact, int(digits) if digits.isdigit() else 0
