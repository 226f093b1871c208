"""Designs: what a review finds without a model."""

from collections.abc import Collection, Sequence

from headrace.capabilities.missions.model import FleetEdge


def uncovered(
    edges: Sequence[FleetEdge], interfaces: Collection[tuple[str, str]]
) -> tuple[FleetEdge, ...]:
    """The dependencies between streams for which the design has no interface contract.

    An interface covers a dependency whichever of the two streams it is written from.
    """
    return tuple(
        edge
        for edge in edges
        if (edge.prerequisite, edge.dependent) not in interfaces
        and (edge.dependent, edge.prerequisite) not in interfaces
    )


def untested(scenarios: Collection[str], tested: Collection[str]) -> tuple[str, ...]:
    """The behaviours that no test names, sorted."""
    return tuple(sorted(set(scenarios) - set(tested)))
