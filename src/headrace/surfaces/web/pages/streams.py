"""A stream as a picture: which run stands where, what came from what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from headrace.surfaces.web.answers import AgentRun, LayerLines, Module, Run
from headrace.surfaces.web.client import Client
from headrace.surfaces.web.drawing import HEIGHT, WIDTH, Drawing, Spot, draw

_CUT = 24  # letters of a title that fit into a node


class _Node(Protocol):
    @property
    def module(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def element(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def reasons(self) -> tuple[str, ...]: ...


class _Line(Protocol):
    @property
    def run(self) -> Run: ...
    @property
    def agent(self) -> AgentRun | None: ...
    @property
    def tokens(self) -> int | None: ...
    @property
    def micro_usd(self) -> int | None: ...


@dataclass(frozen=True, kw_only=True)
class Box:
    """A node as it is drawn; `address` is the run's page, where an agent ran."""

    x: int
    y: int
    title: str
    element: str
    full: str
    state: str
    who: str
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
    nodes: Sequence[_Node],
    lines: Sequence[_Line],
    names: Mapping[str, str],
) -> Picture:
    """The stream of a context: its modules' newest runs, joined by what they read and wrote.

    `names` are the lanes: each layer's name by its id, in the organisation's order.
    """
    layers = {module.role: names.get(module.layer, module.layer) for module in modules.values()}
    newest = {(line.run.module, line.run.element): line for line in lines}
    spots = [
        Spot(key=_key(node), lane=layers.get(node.role) or "other", needs=needs)
        for node, needs in zip(nodes, _needs(modules, nodes, newest), strict=True)
    ]
    drawing = draw(spots, tuple(names.values()))
    places = {one.key: one for one in drawing.nodes}
    boxes = tuple(
        _box(
            node,
            newest.get((node.module, node.element)),
            places[_key(node)].x,
            places[_key(node)].y,
        )
        for node in nodes
    )
    return Picture(drawing=drawing, boxes=boxes, node_width=WIDTH, node_height=HEIGHT)


def _key(node: _Node) -> str:
    return f"{node.module}/{node.element}"


def _needs(
    modules: Mapping[str, Module],
    nodes: Sequence[_Node],
    newest: Mapping[tuple[str, str], _Line],
) -> list[tuple[str, ...]]:
    """For each node the keys of those whose outputs it read, or after which it began; the nearest alone."""
    of_run = {line.run.id: _run_key(line) for line in newest.values()}
    maker = {
        f"{output.artifact}": f"{line.run.module}/{line.run.element}"
        for line in newest.values()
        for output in line.run.outputs
    }
    makes = {
        kind: f"{node.module}/{node.element}"
        for node in nodes
        for kind in (modules[node.module].outputs if node.module in modules else ())
        if "evaluation" not in kind
    }
    change = {
        line.run.change: f"{line.run.module}/{line.run.element}"
        for line in newest.values()
        if line.run.change
    }
    found: list[tuple[str, ...]] = []
    for node in nodes:
        line = newest.get((node.module, node.element))
        if node.element in change:  # a judgement of a change comes from whoever made the change
            found.append((change[node.element],))
        elif line is not None:
            read = [one.artifact for given in line.run.inputs.values() for one in given]
            begun_by = [of_run[line.run.cause]] if line.run.cause in of_run else []
            after = dict.fromkeys([*(maker[one] for one in read if one in maker), *begun_by])
            found.append(tuple(after) or _before(line, newest.values()))
        else:
            wanted = modules[node.module].inputs if node.module in modules else ()
            found.append(tuple(dict.fromkeys(makes[one] for one in wanted if one in makes)))
    return _nearest([_key(node) for node in nodes], found)


def _run_key(line: _Line) -> str:
    return f"{line.run.module}/{line.run.element}"


def _before(line: _Line, lines: Iterable[_Line]) -> tuple[str, ...]:
    """What ended last before a run began that read nothing: it stands after that."""
    ended = [
        (other.run.ended_at, _run_key(other))
        for other in lines
        if other.run.ended_at is not None and other.run.ended_at <= line.run.made_at
    ]
    return (max(ended)[1],) if ended else ()


def _nearest(keys: Sequence[str], needs: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Leaves out an edge that a longer way already tells."""
    of = dict(zip(keys, needs, strict=True))

    def behind(key: str, seen: frozenset[str]) -> frozenset[str]:
        if key in seen:
            return frozenset()
        return frozenset(of.get(key, ())).union(
            *(behind(one, seen | {key}) for one in of.get(key, ()))
        )

    return [
        tuple(
            one
            for one in mine
            if one != key
            and not any(one in behind(other, frozenset({key})) for other in mine if other != one)
        )
        for key, mine in of.items()
    ]


def _box(node: _Node, line: _Line | None, x: int, y: int) -> Box:
    agent = line.agent if line else None
    run = line.run if line else None
    return Box(
        x=x,
        y=y,
        title=_cut(node.title),
        element=_cut(node.element),
        full=f"{node.title} {node.element}".strip(),
        state=node.state,
        who=_cut(agent.role if agent else node.role),
        tokens=line.tokens if line else None,
        micro_usd=line.micro_usd if line else None,
        began=run.started_at if run else None,
        ended=(run.ended_at or run.proposed_at) if run else None,
        address=f"/runs/{agent.run}" if agent else None,
        why="; ".join(node.reasons),
    )


def _cut(text: str) -> str:
    return text if len(text) <= _CUT else text[: _CUT - 1] + "…"
