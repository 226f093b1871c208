"""Acts: what this reader may do with the thing that a page shows, each through its operation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from headrace.kernel.capability import Alarm
from headrace.kernel.errors import HeadraceError
from headrace.surfaces.web.answers import Standing
from headrace.surfaces.web.client import Client


@dataclass(frozen=True, kw_only=True)
class Act:
    """A button: the operation that it leads to; a `is_grave` one is confirmed in red."""

    operation: str
    word: str
    needs_reason: bool = True
    is_grave: bool = False


def may(client: Client, operation: str) -> bool:
    """Whether the reader holds the right of an operation."""
    return client.reception.house.operations[operation].permission in _held(client)


def allowed(client: Client, acts: Sequence[Act]) -> tuple[Act, ...]:
    """Those of the acts that the reader may do."""
    held = _held(client)
    known = client.reception.house.operations
    return tuple(
        replace(one, is_grave=known[one.operation].must_be_confirmed is Alarm.RED)
        for one in acts
        if known[one.operation].permission in held
    )


def _held(client: Client) -> frozenset[str]:
    """The permissions of whoever reads; none where that may not be known."""
    try:
        return frozenset(client.ask(Standing, "whoami").permissions)
    except HeadraceError:
        return frozenset()
