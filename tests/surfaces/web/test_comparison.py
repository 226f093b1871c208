"""Two versions side by side."""

from hypothesis import given
from hypothesis import strategies as st

from headrace.surfaces.web.answers import Line
from headrace.surfaces.web.comparison import beside, paired

LINES = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=30)


@given(LINES, LINES)
def test_the_rows_tell_every_changed_line_of_both_sides_in_order(old, new):
    rows = [row for row in beside(old, new) if row.kind != "gap"]

    for lines, number, text in ((old, "old_number", "old"), (new, "new_number", "new")):
        shown = [(getattr(row, number), getattr(row, text)) for row in rows]
        shown = [(at, line) for at, line in shown if at is not None]
        assert all(lines[at - 1] == line for at, line in shown)
        assert [at for at, _ in shown] == sorted({at for at, _ in shown})
    same = [row for row in rows if row.kind == "same"]
    assert all(row.old == row.new for row in same)


def test_long_equal_parts_are_folded():
    old = [f"line {number}" for number in range(40)]
    new = [*old[:20], "between", *old[20:]]

    rows = beside(old, new)

    assert [row.kind for row in rows].count("gap") == 2
    assert [row.new for row in rows if row.kind == "changed"] == ["between"]
    assert sum(row.kind == "same" for row in rows) == 6


def test_equal_versions_differ_in_nothing():
    assert not [row for row in beside(["a", "b"], ["a", "b"]) if row.kind == "changed"]


def line(kind: str, text: str, old: int | None, new: int | None) -> Line:
    return Line(kind=kind, text=text, old_number=old, new_number=new)


def test_what_was_taken_out_of_a_file_stands_beside_what_came_and_no_line_is_lost():
    part = [
        line("context", "one", 1, 1),
        line("removed", "two", 2, None),
        line("removed", "three", 3, None),
        line("added", "2", None, 2),
        line("context", "four", 4, 3),
        line("added", "five", None, 4),
    ]

    rows = paired([part, [line("context", "nine", 9, 9)]])

    assert [(row.kind, row.old, row.new) for row in rows] == [
        ("same", "one", "one"),
        ("changed", "two", "2"),
        ("changed", "three", None),
        ("same", "four", "four"),
        ("changed", None, "five"),
        ("gap", None, None),
        ("same", "nine", "nine"),
    ]
