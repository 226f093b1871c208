"""Lineage: the way back from a version to what it came from, hop by hop."""

from collections.abc import Sequence
from dataclasses import dataclass

from headrace.kernel.errors import HeadraceError
from headrace.surfaces.web.answers import Lineage
from headrace.surfaces.web.client import Client

_HOPS = 6
_WIDEST = 3  # references of one hop that are looked behind


@dataclass(frozen=True, kw_only=True)
class Hop:
    """What stands at one distance from where the chain began; `more` are not shown."""

    references: tuple[str, ...]
    more: int


def chain(client: Client, references: Sequence[str], *, shown: int = 3) -> tuple[Hop, ...]:
    """From the first causes to the nearest: what each of the given versions was made from.

    A version stands at its shortest distance, once. What may not be read ends its branch.
    """
    seen = set(references)
    hops: list[Hop] = []
    edge = list(references)
    for _ in range(_HOPS):
        found = [one for reference in edge[:_WIDEST] for one in made_from(client, reference)]
        edge = [one for one in dict.fromkeys(found) if one not in seen]
        if not edge:
            break
        seen.update(edge)
        hops.append(Hop(references=tuple(edge[:shown]), more=max(0, len(edge) - shown)))
    return tuple(reversed(hops))


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
