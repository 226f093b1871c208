"""Drawing: a stream as a layered graph. Pure: nodes and edges in, places in pixels out.

Left to right by distance from the start, one lane for each layer of the organisation; within a cell
of lane and column nodes stand below one another, near what they come from.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple
from unicodedata import east_asian_width

WIDTH, HEIGHT = 180, 62  # of a node, where nothing else is asked for
LETTERS = 24  # of a title that fit into a node
_GAP_X, _GAP_Y = 28, 12
_HEAD = 24  # of a lane, for its name
_PAD = 12


class Size(NamedTuple):
    """Of every node of a drawing, in pixels."""

    width: int
    height: int


USUAL = Size(WIDTH, HEIGHT)


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A node before it is placed: its key, its lane, and the keys of what it comes from."""

    key: str
    lane: str
    needs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Placed:
    """The upper left corner of a node."""

    key: str
    x: int
    y: int


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A horizontal band across the drawing."""

    name: str
    y: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Places and paths, ready for SVG. `edges` are the `d` of paths."""

    width: int
    height: int
    lanes: tuple[Lane, ...]
    nodes: tuple[Placed, ...]
    edges: tuple[str, ...]


def draw(spots: Sequence[Spot], lanes: Sequence[str], size: Size = USUAL) -> Drawing:
    """The drawing; lanes without a node are left out. Needs that are not drawn are passed over."""
    known = {spot.key for spot in spots}
    needs = {spot.key: [one for one in spot.needs if one in known] for spot in spots}
    columns = depths(needs)
    order = [*lanes, *sorted({spot.lane for spot in spots} - set(lanes))]
    cells = _cells(spots, columns, needs)
    bands, places = _place(cells, order, size)
    at = {one.key: one for one in places}
    edges = tuple(
        _edge(at[source], at[target], size) for target in needs for source in needs[target]
    )
    deepest = max(columns.values(), default=0)
    return Drawing(
        width=2 * _PAD + (deepest + 1) * size.width + deepest * _GAP_X,
        height=sum(band.height for band in bands),
        lanes=bands,
        nodes=places,
        edges=edges,
    )


def depths(needs: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """The longest way to each node from a start; a cycle's nodes all stand at the start."""
    try:
        order = tuple(TopologicalSorter(needs).static_order())
    except CycleError:
        return dict.fromkeys(needs, 0)
    found: dict[str, int] = {}
    for key in order:
        found[key] = max((found[one] + 1 for one in needs.get(key, ())), default=0)
    return found


def _cells(
    spots: Sequence[Spot], columns: Mapping[str, int], needs: Mapping[str, Sequence[str]]
) -> Mapping[tuple[str, int], list[str]]:
    """The keys of each cell, each near the middle of what it comes from."""
    cells: dict[tuple[str, int], list[str]] = defaultdict(list)
    row: dict[str, float] = {}
    for spot in sorted(spots, key=lambda one: columns[one.key]):
        cell = cells[spot.lane, columns[spot.key]]
        before = [row[one] for one in needs[spot.key] if one in row]
        row[spot.key] = sum(before) / len(before) if before else float(len(cell))
        cell.append(spot.key)
        cell.sort(key=lambda key: row[key])
    return cells


def _place(
    cells: Mapping[tuple[str, int], Sequence[str]], order: Sequence[str], size: Size
) -> tuple[tuple[Lane, ...], tuple[Placed, ...]]:
    bands, places, top = [], [], 0
    for name in order:
        mine = {column: keys for (lane, column), keys in cells.items() if lane == name}
        if not mine:
            continue
        rows = max(len(keys) for keys in mine.values())
        height = _HEAD + rows * size.height + (rows - 1) * _GAP_Y + _PAD
        bands.append(Lane(name=name, y=top, height=height))
        for column, keys in mine.items():
            x = _PAD + column * (size.width + _GAP_X)
            places += [
                Placed(key=key, x=x, y=top + _HEAD + place * (size.height + _GAP_Y))
                for place, key in enumerate(keys)
            ]
        top += height
    return tuple(bands), tuple(places)


def _edge(source: Placed, target: Placed, size: Size) -> str:
    """A curve from the right side of one node to the left side of the other."""
    x, y = source.x + size.width, source.y + size.height // 2
    to_x, to_y = target.x, target.y + size.height // 2
    bend = max(20, (to_x - x) // 2)
    return f"M{x} {y}C{x + bend} {y} {to_x - bend} {to_y} {to_x} {to_y}"


def fitted(text: str, letters: int = LETTERS) -> str:
    """A text cut to so many letters; a wide one, as Korean's, counts for two."""
    if _breadth(text) <= letters:
        return text
    while text and _breadth(text) > letters - 1:
        text = text[:-1]
    return f"{text.rstrip()}…"


def wrapped(text: str, letters: int = LETTERS) -> tuple[str, ...]:
    """A text on at most two lines of so many letters, broken between words; what is left is cut."""
    first, rest = "", text.split()
    while rest and _breadth(f"{first} {rest[0]}".strip()) <= letters:
        first = f"{first} {rest.pop(0)}".strip()
    if not first:  # a word longer than a line
        return (fitted(text, letters),)
    return (first, fitted(" ".join(rest), letters)) if rest else (first,)


def _breadth(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
