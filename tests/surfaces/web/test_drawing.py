"""A stream's drawing: every need leads to the right, lanes hold their own, nothing overlaps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.surfaces.web.drawing import HEIGHT, WIDTH, Spot, depths, draw

LANES = ("strategy", "execution", "quality")


@st.composite
def spots(draw_):
    count = draw_(st.integers(1, 14))
    made = []
    for number in range(count):
        needs = draw_(st.sets(st.integers(0, number - 1), max_size=3)) if number else set()
        lane = draw_(st.sampled_from(LANES))
        made.append(Spot(key=str(number), lane=lane, needs=tuple(map(str, sorted(needs)))))
    return made


@given(spots())
def test_what_needs_something_stands_to_its_right_and_no_two_nodes_touch(given_spots):
    drawing = draw(given_spots, LANES)
    at = {one.key: one for one in drawing.nodes}

    for spot in given_spots:
        assert all(at[need].x + WIDTH <= at[spot.key].x for need in spot.needs)
    for one in drawing.nodes:
        for other in drawing.nodes:
            apart = abs(one.x - other.x) >= WIDTH or abs(one.y - other.y) >= HEIGHT
            assert one.key == other.key or apart


@given(spots())
def test_a_node_stands_in_its_lane_and_within_the_drawing(given_spots):
    drawing = draw(given_spots, LANES)
    lanes = {lane.name: lane for lane in drawing.lanes}
    at = {one.key: one for one in drawing.nodes}

    for spot in given_spots:
        lane, node = lanes[spot.lane], at[spot.key]
        assert lane.y <= node.y
        assert node.y + HEIGHT <= lane.y + lane.height <= drawing.height
        assert node.x + WIDTH <= drawing.width


def test_a_cycle_is_drawn_all_the_same():
    assert depths({"a": ["b"], "b": ["a"]}) == {"a": 0, "b": 0}


@pytest.mark.parametrize(
    ("needs", "depth"),
    [({"a": []}, 0), ({"a": [], "b": ["a"]}, 1), ({"a": [], "b": ["a"], "c": ["a", "b"]}, 2)],
    ids=["a start", "one step", "the longest way counts"],
)
def test_the_depth_is_the_longest_way_from_a_start(needs, depth):
    assert max(depths(needs).values()) == depth
