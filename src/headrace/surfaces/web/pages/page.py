"""Page: an address, a template, a typed context, what fills it, and its place in the frame."""

from collections.abc import Callable
from dataclasses import dataclass

from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.navigation import Menu


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page. Its data is at the same address with `.json` behind it; `nav` marks the frame's link.

    `menu` puts it into the navigation for whoever holds `permission`; `follows` are the beginnings
    of the event types after which an open page asks for itself again (none: it stays as it is);
    `every` so many seconds it does so anyway, where what it shows tells no event.
    """

    path: str
    template: str
    context: type
    fill: Callable[[Asked], object]
    nav: str = ""
    permission: str = ""
    menu: Menu | None = None
    follows: tuple[str, ...] = ()
    every: int = 0
