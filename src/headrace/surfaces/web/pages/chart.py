"""The organisation drawn: who reports to whom, one lane for each layer. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from headrace.surfaces.web.answers import AgentLine
from headrace.surfaces.web.drawing import HEIGHT, WIDTH, Drawing, Spot, draw

_CUT = 24  # letters of a name that fit into a box
_TOP = "steering"  # where people and teams stand whom cards name


@dataclass(frozen=True, kw_only=True)
class Seat:
    """Somebody in the drawing; `address` is the agent's page, or the page of people."""

    x: int
    y: int
    name: str
    full: str
    role: str
    state: str
    open_runs: int
    address: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A drawn organisation."""

    drawing: Drawing
    seats: tuple[Seat, ...]
    width: int
    height: int


def chart(
    agents: Sequence[AgentLine], reports_to: Mapping[str, str], lanes: Sequence[str]
) -> Chart:
    """Every agent below whom its role's card names: an agent of that role, or a person or team.

    `reports_to` is by role. Whom a card names and nobody plays stands at the top.
    """
    of_role = {one.role: one.handle for one in reversed(agents)}
    above = {one.handle: _above(one, reports_to, of_role) for one in agents}
    people = sorted({key for key in above.values() if key and key.startswith("@")})
    spots = [Spot(key=one, lane=_TOP, needs=()) for one in people]
    spots += [
        Spot(
            key=one.handle, lane=one.layer, needs=(above[one.handle],) if above[one.handle] else ()
        )
        for one in agents
    ]
    drawing = draw(spots, lanes)
    at = {one.key: (one.x, one.y) for one in drawing.nodes}
    seats = [_person(one, at[one]) for one in people] + [
        _agent(one, at[one.handle]) for one in agents
    ]
    return Chart(drawing=drawing, seats=tuple(seats), width=WIDTH, height=HEIGHT)


def _above(one: AgentLine, reports_to: Mapping[str, str], of_role: Mapping[str, str]) -> str:
    """The key of whom an agent reports to; people and teams begin with @. Empty for nobody."""
    named = reports_to.get(one.role, "").removeprefix("@")
    if not named:
        return ""
    found = of_role.get(named, f"@{named}")
    return found if found != one.handle else ""


def _person(key: str, at: tuple[int, int]) -> Seat:
    return Seat(
        x=at[0],
        y=at[1],
        name=_cut(key),
        full=key,
        role="",
        state="person",
        open_runs=0,
        address="/people",
    )


def _agent(one: AgentLine, at: tuple[int, int]) -> Seat:
    return Seat(
        x=at[0],
        y=at[1],
        name=_cut(one.name),
        full=one.name,
        role=_cut(one.role),
        state="paused" if one.paused else "working" if one.open_runs else one.state,
        open_runs=one.open_runs,
        address=f"/agents/{one.handle}",
    )


def _cut(text: str) -> str:
    return text if len(text) <= _CUT else text[: _CUT - 1] + "…"
