"""The organisation drawn: everybody once, right of whom they report to. Pure.

A tree: whoever reports to nobody stands at the left, and those below each stand together beside them,
so that no line crosses another.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from headrace.surfaces.web.answers import AgentLine
from headrace.surfaces.web.drawing import fitted

WIDTH, HEIGHT = 228, 62  # of a seat
_GAP_X, _GAP_Y, _GAP_TREE = 44, 8, 18
_PAD = 12
_LETTERS = 31  # letters of a name that fit into a seat


@dataclass(frozen=True, kw_only=True)
class Seat:
    """Somebody in the drawing; `address` is the agent's page, or the page of people."""

    x: int
    y: int
    name: str
    full: str
    about: str
    state: str
    open_runs: int
    address: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A drawn organisation. `edges` are the `d` of paths; `seat_width` and `seat_height` are a seat's."""

    width: int
    height: int
    seat_width: int
    seat_height: int
    seats: tuple[Seat, ...]
    edges: tuple[str, ...]


def chart(
    agents: Sequence[AgentLine],
    reports_to: Mapping[str, str],
    names: Mapping[str, str],
    holders: Mapping[str, Sequence[str]],
) -> Chart:
    """Every agent right of whom its role's card names: an agent of that role, or a person or team.

    `reports_to` is by role; `names` are what people, teams and seats are called, by handle; `holders` the
    names of those who are in a team. Whom a card names and nobody plays stands at the left.
    """
    above = _above(agents, reports_to)
    people = sorted({key for key in above.values() if key.startswith("@")})
    below: dict[str, list[str]] = defaultdict(list)
    for one in agents:
        below[above[one.handle]].append(one.handle)
    places = _places([*people, *below[""]], below)
    of = {one.handle: one for one in agents}
    seats = tuple(
        _agent(of[key], x, y) if key in of else _person(key, x, y, names, holders)
        for key, (x, y) in places.items()
    )
    return Chart(
        width=max((x for x, _ in places.values()), default=0) + WIDTH + _PAD,
        height=max((y for _, y in places.values()), default=0) + HEIGHT + _PAD,
        seat_width=WIDTH,
        seat_height=HEIGHT,
        seats=seats,
        edges=tuple(_edge(places[above[key]], places[key]) for key in of if above[key]),
    )


def _above(agents: Sequence[AgentLine], reports_to: Mapping[str, str]) -> dict[str, str]:
    """The key of whom each agent reports to, by handle; people and teams begin with @. Empty for nobody,
    and for who would stand below himself."""
    of_role = {one.role: one.handle for one in reversed(agents)}
    above: dict[str, str] = {}
    for one in agents:
        named = reports_to.get(one.role, "").removeprefix("@")
        found = of_role.get(named, f"@{named}") if named else ""
        above[one.handle] = "" if _leads_back(found, one.handle, above) else found
    return above


def _leads_back(key: str, to: str, above: Mapping[str, str]) -> bool:
    while key and key != to:
        key = above.get(key, "")
    return bool(key)


def _places(roots: Sequence[str], below: Mapping[str, Sequence[str]]) -> dict[str, tuple[int, int]]:
    """The upper left corner of each: those below somebody from his own height downwards."""
    places: dict[str, tuple[int, int]] = {}

    def put(key: str, depth: int, top: int) -> int:
        places[key] = (_PAD + depth * (WIDTH + _GAP_X), top)
        bottom = top
        for one in below.get(key, ()):
            bottom = put(one, depth + 1, bottom)
        return max(bottom, top + HEIGHT + _GAP_Y)

    top = _PAD
    for root in roots:
        top = put(root, 0, top) + _GAP_TREE
    return places


def _edge(source: tuple[int, int], target: tuple[int, int]) -> str:
    """From the right side of one seat down and across to the left side of another."""
    x, y = source[0] + WIDTH, source[1] + HEIGHT // 2
    to_y = target[1] + HEIGHT // 2
    return f"M{x} {y}H{x + _GAP_X // 2}V{to_y}H{target[0]}"


def _person(
    key: str, x: int, y: int, names: Mapping[str, str], holders: Mapping[str, Sequence[str]]
) -> Seat:
    handle = key.removeprefix("@")
    name, who = names.get(handle, ""), ", ".join(holders.get(handle, ()))
    return Seat(
        x=x,
        y=y,
        name=fitted(name or key, _LETTERS),
        full=name or key,
        about=fitted(who or key, _LETTERS) if name else "",
        state="person" if who or handle not in holders else "vacant",
        open_runs=0,
        address="/people",
    )


def _agent(one: AgentLine, x: int, y: int) -> Seat:
    return Seat(
        x=x,
        y=y,
        name=fitted(one.name, _LETTERS),
        full=one.name,
        about=one.layer,
        state="paused" if one.paused else "working" if one.open_runs else one.state,
        open_runs=one.open_runs,
        address=f"/agents/{one.handle}",
    )
