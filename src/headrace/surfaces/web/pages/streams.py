"""A stream as a picture: which run stands where, what came from what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from headrace.surfaces.web.answers import LayerLines, Module
from headrace.surfaces.web.client import Client
from headrace.surfaces.web.drawing import Drawing, Placed, Size, Spot, draw, fitted, wrapped
from headrace.surfaces.web.pages.causes import Node, Place, key_of, needs, places
from headrace.surfaces.web.pages.fleet import RunLine
from headrace.surfaces.web.wording import urgency

_SIZE = Size(width=214, height=80)
_LETTERS = 30  # of a title that fit into a box
_SMALL = 34  # of a line in small letters


@dataclass(frozen=True, kw_only=True)
class Box:
    """A node as it is drawn, or every judgement of a change in one.

    `title` and `small` are three lines at most. `address` is the run's page, where an agent ran, or the
    change's.
    """

    x: int
    y: int
    title: tuple[str, ...]
    small: tuple[str, ...]
    full: str
    state: str
    tokens: int | None
    micro_usd: int | None
    began: datetime | None
    ended: datetime | None
    address: str | None
    why: str


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A drawn stream."""

    drawing: Drawing
    boxes: tuple[Box, ...]
    node_width: int
    node_height: int


def layers_of(client: Client) -> Mapping[str, str]:
    """The name of each layer of the organisation by its id, in their order; none to who may not know."""
    found = client.ask_if_allowed(LayerLines, "layer.list")
    return {one.id: one.name for one in found.items} if found is not None else {}


def picture(
    modules: Mapping[str, Module],
    nodes: Sequence[Node],
    lines: Sequence[RunLine],
    lanes: Mapping[str, str],
    names: Mapping[str, str],
) -> Picture:
    """The stream of a context: its modules' newest runs, joined by what they read and wrote.

    `lines` are oldest first; `lanes` each layer's name by its id, in the organisation's order; `names`
    what agents are called, by handle.
    """
    runs = [line.run for line in lines]
    newest = {key_of(line.run): line for line in lines}
    drawn = places(nodes, runs)
    before = needs(drawn, runs, modules)
    spots = [
        Spot(key=one.key, lane=_lane(one, modules, lanes), needs=before[one.key]) for one in drawn
    ]
    drawing = draw(spots, tuple(lanes.values()), _SIZE)
    at = {one.key: one for one in drawing.nodes}
    boxes = (
        _box(
            one,
            [newest[key] for key in map(key_of, one.nodes) if key in newest],
            at[one.key],
            names,
        )
        for one in drawn
    )
    return Picture(
        drawing=drawing, boxes=tuple(boxes), node_width=_SIZE.width, node_height=_SIZE.height
    )


def _lane(place: Place, modules: Mapping[str, Module], lanes: Mapping[str, str]) -> str:
    module = modules.get(place.nodes[0].module)
    return lanes.get(module.layer, module.layer) if module else "other"


def _box(place: Place, lines: Sequence[RunLine], at: Placed, names: Mapping[str, str]) -> Box:
    agents = [line.agent for line in lines if line.agent]
    who = dict.fromkeys(names.get(one.role, one.role) for one in agents)
    element, role = place.nodes[0].element, place.nodes[0].role
    title = wrapped(_title(place.nodes), _LETTERS)
    about = [element, ", ".join(who) or names.get(role, role)]
    about = [one for one in about if one]
    if len(title) + len(about) > 3:
        about = [" · ".join(about)]
    alone = agents[0].run if len(place.nodes) == 1 and agents else None
    return Box(
        x=at.x,
        y=at.y,
        title=title,
        small=tuple(fitted(one, _SMALL) for one in about),
        full=" ".join([", ".join(node.title for node in place.nodes), *about]),
        state=min(place.nodes, key=lambda one: urgency(one.state)).state,
        tokens=_sum(line.tokens for line in lines),
        micro_usd=_sum(line.micro_usd for line in lines),
        began=min((one.run.started_at for one in lines if one.run.started_at), default=None),
        ended=_ended(lines),
        address=f"/runs/{alone}" if alone else f"/changes/{place.judges}" if place.judges else None,
        why="; ".join(reason for node in place.nodes for reason in node.reasons),
    )


def _title(nodes: Sequence[Node]) -> str:
    """One title for all: what their titles begin with alike, then what tells each of them."""
    titles = list(dict.fromkeys(tuple(node.title.split()) for node in nodes))
    alike = 0
    while len(titles) > 1 and len({one[: alike + 1] for one in titles}) == 1:
        alike += 1
    return " ".join([*titles[0][:alike], ", ".join(" ".join(one[alike:]) for one in titles)])


def _sum(values: Iterable[int | None]) -> int | None:
    """None where none is known."""
    known = [one for one in values if one is not None]
    return sum(known) if known else None


def _ended(lines: Sequence[RunLine]) -> datetime | None:
    """When the last of them ended, or what they proposed was there; None while one is at work."""
    ends = [line.run.ended_at or line.run.proposed_at for line in lines]
    known = [one for one in ends if one is not None]
    return max(known) if known and len(known) == len(ends) else None
