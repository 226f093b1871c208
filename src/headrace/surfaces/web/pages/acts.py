"""Acts: what this reader may do with the thing that a page shows, each through its operation."""

from collections.abc import Sequence
from dataclasses import dataclass

from headrace.kernel.errors import HeadraceError
from headrace.surfaces.web.answers import Standing
from headrace.surfaces.web.client import Client

GRAVE = frozenset({"release.roll-back", "flag.kill"})
"""What takes something away from everybody at once: red, though it may be given back later."""


@dataclass(frozen=True, kw_only=True)
class Act:
    """A button: the operation that it leads to."""

    operation: str
    word: str
    needs_reason: bool = True

    @property
    def is_grave(self) -> bool:
        return self.operation in GRAVE


def allowed(client: Client, acts: Sequence[Act]) -> tuple[Act, ...]:
    """Those of the acts that the reader may do."""
    try:
        held = set(client.ask(Standing, "whoami").permissions)
    except HeadraceError:
        return ()
    known = client.reception.house.operations
    return tuple(one for one in acts if known[one.operation].permission in held)
