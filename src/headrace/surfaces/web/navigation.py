"""Navigation: the places of the frame, read from the pages' declarations and cut by what one may see."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Menu:
    """A page's entry in the navigation; `letter` follows `G`, `mark` is its shape."""

    word: str
    letter: str
    mark: str
    group: str = ""
    on_phone: bool = False


@dataclass(frozen=True, kw_only=True)
class Place:
    """An entry as one reader sees it."""

    key: str
    address: str
    menu: Menu


@dataclass(frozen=True, kw_only=True)
class Declared:
    """A page that may stand in the navigation: its key, where it is, and the right it asks for."""

    key: str
    address: str
    permission: str
    menu: Menu


def places(declared: Sequence[Declared], held: Collection[str]) -> tuple[Place, ...]:
    """What this reader may open, in the declared order."""
    return tuple(
        Place(key=one.key, address=one.address, menu=one.menu)
        for one in declared
        if not one.permission or one.permission in held
    )
