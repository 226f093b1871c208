"""The tree that a chain becomes, and how a terminal draws it."""

from datetime import UTC, datetime, timedelta

from headrace.capabilities.control import rules
from headrace.capabilities.control.model import Node
from headrace.capabilities.control.told import tree

START = datetime(2026, 3, 16, tzinfo=UTC)


def node(id: str, parent: str = "", *, day: int = 0, kind: str = "version", also=()) -> Node:
    return Node(
        id=id,
        kind=kind,
        parent=parent,
        depth=9,
        type="Toy",
        title=id,
        state="approved",
        at=START + timedelta(days=day),
        by="@ada",
        change="",
        commit="",
        also=also,
        nothing="",
    )


def shape(nodes):
    return [(one.depth, one.id) for one in nodes]


def test_a_tree_is_read_depth_first_and_siblings_by_their_time():
    nodes = [node("late", "root", day=3), node("leaf", "early", day=9), node("root")]

    found = rules.ordered([*nodes, node("early", "root", day=1)], "root")

    assert shape(found) == [(0, "root"), (1, "early"), (2, "leaf"), (1, "late")]


def test_what_hangs_on_nothing_that_is_known_hangs_below_the_root():
    found = rules.ordered([node("root"), node("stray", "elsewhere")], "root")

    assert shape(found) == [(0, "root"), (1, "stray")]


def test_a_report_on_a_change_hangs_below_that_change_and_names_what_it_hung_on():
    nodes = [node("design"), node("CR-1", "design", kind="change"), node("report", "design")]

    found = rules.beneath_changes(nodes, {"report": "CR-1", "design": "elsewhere"})

    assert [(one.id, one.parent, one.also) for one in found] == [
        ("design", "", ()),
        ("CR-1", "design", ()),
        ("report", "CR-1", ("design",)),
    ]


def test_a_terminal_joins_each_line_to_what_it_hangs_on():
    drawn = tree([(0, "signal"), (1, "digest"), (2, "brief"), (3, "CR-1"), (2, "lost"), (1, "end")])

    assert drawn.splitlines() == [
        "signal",
        "├─ digest",
        "│  ├─ brief",
        "│  │  └─ CR-1",
        "│  └─ lost",
        "└─ end",
    ]
