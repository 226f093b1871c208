"""What a stream's nodes came from, told from what their runs read, made and were begun by. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from headrace.surfaces.web.answers import Module, Run


@dataclass(frozen=True, kw_only=True)
class Node:
    """A module of the stream, or one element of it: its newest run, or why there is none."""

    module: str
    title: str
    role: str
    element: str
    state: str  # of the newest run; "ready" or "held" without one
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Place:
    """What is drawn in one box: a node, or every judgement of one change together."""

    key: str
    nodes: tuple[Node, ...]
    judges: str = ""  # the change


def key_of(part: Node | Run) -> str:
    """The key of a run's node."""
    return f"{part.module}/{part.element}"


def places(nodes: Sequence[Node], runs: Iterable[Run]) -> tuple[Place, ...]:
    """The boxes of a stream, in its order; judgements of a change stand where the first of them does."""
    changes = {run.change for run in runs if run.change}
    found: dict[str, Place] = {}
    for node in nodes:
        judges = node.element if node.element in changes else ""
        key = f"judgements/{judges}" if judges else key_of(node)
        before = found[key].nodes if key in found else ()
        found[key] = Place(key=key, nodes=(*before, node), judges=judges)
    return tuple(found.values())


def needs(
    drawn: Sequence[Place], runs: Sequence[Run], modules: Mapping[str, Module]
) -> dict[str, tuple[str, ...]]:
    """For each box those it came from, the nearest alone; `runs` are all of the stream's.

    What a run read was made by another; a run may begin after another; judgements come from whoever
    made the change. What began while nothing else ran stands after what had ended last.
    """
    box = {key_of(node): place.key for place in drawn for node in place.nodes}
    newest = {key_of(run): run for run in sorted(runs, key=lambda one: one.made_at)}
    found = _caused(drawn, newest, modules, box)
    for run in sorted(newest.values(), key=lambda one: one.made_at):
        key = box.get(key_of(run))
        last = _last_before(run, runs) if key is not None else None
        if key is None or last is None or box.get(last, key) == key:
            continue
        if box[last] not in found[key] and key not in _behind(box[last], found):
            found[key] = (*found[key], box[last])
    return _nearest(found)


def _caused(
    drawn: Sequence[Place],
    newest: Mapping[str, Run],
    modules: Mapping[str, Module],
    box: Mapping[str, str],
) -> dict[str, tuple[str, ...]]:
    of_run = {run.id: key for key, run in newest.items()}
    maker = {output.artifact: key for key, run in newest.items() for output in run.outputs}
    changed = {run.change: key for key, run in newest.items() if run.change}
    makes = {
        kind: key_of(place.nodes[0])
        for place in drawn
        if not place.judges and place.nodes[0].module in modules
        for kind in modules[place.nodes[0].module].outputs
    }

    def after(node: Node) -> list[str]:
        run = newest.get(key_of(node))
        if run is None:
            wanted = modules[node.module].inputs if node.module in modules else ()
            return [makes[kind] for kind in wanted if kind in makes]
        read = [one.artifact for given in run.inputs.values() for one in given]
        begun = [of_run[run.cause]] if run.cause in of_run else []
        return [*(maker[one] for one in read if one in maker), *begun]

    found: dict[str, tuple[str, ...]] = {}
    for place in drawn:
        if place.judges:
            keys = [changed[place.judges]] if place.judges in changed else []
        else:
            keys = after(place.nodes[0])
        named = dict.fromkeys(box[key] for key in keys if key in box)
        found[place.key] = tuple(key for key in named if key != place.key)
    return found


def _last_before(run: Run, runs: Iterable[Run]) -> str | None:
    """The node that ended last before a run was made; None while another was at work."""
    ended = []
    for other in runs:
        if key_of(other) == key_of(run) or other.made_at >= run.made_at:
            continue
        if other.ended_at is None or other.ended_at > run.made_at:
            return None
        ended.append((other.ended_at, key_of(other)))
    return max(ended)[1] if ended else None


def _behind(key: str, of: Mapping[str, tuple[str, ...]]) -> set[str]:
    """A box and everything that it came from, however far."""
    seen: set[str] = set()
    left = [key]
    while left:
        one = left.pop()
        if one not in seen:
            seen.add(one)
            left.extend(of.get(one, ()))
    return seen


def _nearest(of: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Leaves out an edge that a longer way already tells."""
    behind = {key: _behind(key, of) - {key} for key in of}
    return {
        key: tuple(
            one
            for one in mine
            if not any(one in behind[other] for other in mine if other in behind and other != one)
        )
        for key, mine in of.items()
    }
