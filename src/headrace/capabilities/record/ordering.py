"""The order in which a rebuild makes versions again: each after what it stands on. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from headrace.capabilities.artifacts.model import ArtifactId, VersionRef
from headrace.capabilities.record.model import VersionFacts


def in_order(versions: Iterable[VersionFacts]) -> Sequence[VersionFacts]:
    """Versions, each after the former one of its artifact, after what it is linked to, and after the
    artifact whose reference was given out before its own.

    All of these were there when it was made, so there is such an order. Where files contradict each
    other there is none, and the order given stays: what then cannot be made again is told.
    """
    known = {fact.version: fact for fact in versions}
    before = {name: {t for t in fact.links if t in known} for name, fact in known.items()}
    for chain in (*_by_artifact(known).values(), *_by_series(known).values()):
        for earlier, later in pairwise(chain):
            before[later].add(earlier)
    try:
        return [known[name] for name in TopologicalSorter(before).static_order()]
    except CycleError:
        return list(known.values())


def _by_artifact(known: Mapping[str, VersionFacts]) -> Mapping[ArtifactId, list[str]]:
    found: dict[ArtifactId, list[str]] = {}
    for name in sorted(known, key=_number):
        found.setdefault(VersionRef.parse(name).artifact, []).append(name)
    return found


def _by_series(known: Mapping[str, VersionFacts]) -> Mapping[str, list[str]]:
    """First versions by the series of their reference: `MISSION-2026`."""
    found: dict[str, list[str]] = {}
    firsts = {VersionRef.parse(name).artifact: name for name in sorted(known, key=_number)[::-1]}
    referenced = [name for name in firsts.values() if known[name].reference]
    for name in sorted(referenced, key=lambda name: _digits(known[name].reference)):
        series = known[name].reference.rstrip("0123456789")
        found.setdefault(
            f"{VersionRef.parse(name).artifact.partition('/')[0]}:{series}", []
        ).append(name)
    return found


def _number(name: str) -> int:
    return VersionRef.parse(name).number


def _digits(reference: str) -> int:
    return int(reference[len(reference.rstrip("0123456789")) :] or 0)
