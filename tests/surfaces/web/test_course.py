"""A line chart keeps every figure within its frame and in its order."""

from datetime import UTC, datetime, timedelta

import pytest

from headrace.surfaces.web.course import HEIGHT, WIDTH, Series, course

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)


def drawn(*values: float, limit: float | None = None):
    points = tuple((NOON + timedelta(hours=at), value) for at, value in enumerate(values))
    return course((Series(name="one", points=points),), lambda value: f"{value:g}", limit=limit)


@pytest.mark.parametrize(
    "values",
    [(1.0,), (0.0, 0.0), (-3.0, 2.0, 5.0), (1e9, 1.0)],
    ids=["one", "nothing at all", "below nothing", "far apart"],
)
def test_every_figure_stands_within_the_frame(values):
    (curve,) = drawn(*values, limit=4.0).curves

    assert all(0 <= dot.x <= WIDTH and 0 <= dot.y <= HEIGHT for dot in curve.dots)
    assert [dot.told for dot in curve.dots] == [f"{value:g}" for value in values]


def test_later_stands_further_right_and_more_stands_higher():
    (curve,) = drawn(1.0, 2.0, 4.0).curves

    assert [dot.x for dot in curve.dots] == sorted(dot.x for dot in curve.dots)
    assert [dot.y for dot in curve.dots] == sorted((dot.y for dot in curve.dots), reverse=True)


def test_a_limit_stands_between_what_keeps_it_and_what_does_not():
    found = drawn(1.0, 9.0, limit=5.0)

    below, above = found.curves[0].dots
    assert below.y > found.limit > above.y


def test_without_a_figure_nothing_is_drawn():
    assert drawn() is None
