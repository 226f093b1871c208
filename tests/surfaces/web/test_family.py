"""A version's lineage as a drawing: the focus in the middle, a neighbour a click away."""

from headrace.surfaces.web.pages.family import drawn


def test_what_it_was_made_from_stands_left_and_what_came_of_it_right():
    found = drawn("brief/a@1", ["digest/w@1#x", "digest/w@1"], ["fleet/a@1", "status/a@2"], {})

    at = {one.full: one for one in found.relatives}
    focus = at["brief/a@1 (brief/a@1)"]
    assert len(at) == 4
    assert at["digest/w@1 (digest/w@1)"].x < focus.x < at["fleet/a@1 (fleet/a@1)"].x
    assert focus.address == ""
    assert at["status/a@2 (status/a@2)"].address == "/artifacts/status/a?version=2&tab=lineage"
    assert len(found.drawing.edges) == 3


def test_a_version_with_many_children_is_never_drawn_with_all_of_them():
    found = drawn("brief/a@1", [], [f"run/{number}@1" for number in range(300)], {})

    assert len(found.relatives) == 13


def test_a_version_that_stands_on_both_sides_is_drawn_once():
    found = drawn("brief/a@1", ["note/n@1"], ["note/n@1", "brief/a@1"], {})

    assert sorted(one.full for one in found.relatives) == [
        "brief/a@1 (brief/a@1)",
        "note/n@1 (note/n@1)",
    ]
