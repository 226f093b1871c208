"""A version between its neighbours, drawn: left what it was made from, right what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from headrace.surfaces.web.answers import Chain, ChainLink
from headrace.surfaces.web.client import Client
from headrace.surfaces.web.drawing import HEIGHT, LETTERS, WIDTH, Drawing, Spot, draw, fitted
from headrace.surfaces.web.wording import artifact_address

_MOST = 12  # neighbours on each side; the lists below have all of them


@dataclass(frozen=True, kw_only=True)
class Relative:
    """A version as a box; `address` moves the focus to it, and is empty where the focus is."""

    x: int
    y: int
    title: str
    full: str
    type: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Family:
    """The drawing; `box_width` and `box_height` are a box's."""

    drawing: Drawing
    box_width: int
    box_height: int
    relatives: tuple[Relative, ...]


def family(client: Client, focus: str, before: Sequence[str], after: Sequence[str]) -> Family:
    """The neighbours of a version, named by their titles."""
    return drawn(focus, before, after, _known(client, focus))


def drawn(
    focus: str, before: Sequence[str], after: Sequence[str], known: Mapping[str, ChainLink]
) -> Family:
    """The same without asking; `known` tells what versions are called, by reference."""
    left, right = _some(before, focus), _some(after, focus)
    spots = [Spot(key=one, lane="", needs=()) for one in left]
    spots += [Spot(key=focus, lane="", needs=left)]
    spots += [Spot(key=one, lane="", needs=(focus,)) for one in right if one not in left]
    drawing = draw(spots, ("",))
    return Family(
        drawing=drawing,
        box_width=WIDTH,
        box_height=HEIGHT,
        relatives=tuple(
            _relative(one.key, one.x, one.y, known.get(one.key), is_focus=one.key == focus)
            for one in drawing.nodes
        ),
    )


def _some(references: Sequence[str], focus: str) -> tuple[str, ...]:
    whole = dict.fromkeys(one.partition("#")[0] for one in references)
    return tuple(one for one in whole if one != focus)[:_MOST]


def _known(client: Client, focus: str) -> dict[str, ChainLink]:
    found: dict[str, ChainLink] = {}
    for direction in ("back", "forward"):
        asked = client.ask_if_allowed(
            Chain, "artifact.chain", versions=[focus], hops=1, direction=direction
        )
        found |= {one.version: one for one in (asked.items if asked else ())}
    return found


def _relative(key: str, x: int, y: int, link: ChainLink | None, *, is_focus: bool) -> Relative:
    full = link.title if link else key
    return Relative(
        x=x,
        y=y,
        title=fitted(full),
        full=f"{full} ({key})",
        type=(link.type if link else key.partition("/")[0]).replace("-", " ")[:LETTERS],
        address="" if is_focus else f"{artifact_address(key)}&tab=lineage",
    )
