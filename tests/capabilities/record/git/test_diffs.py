"""A difference is a value: which files, what happened to them, and line by line how."""

import pytest

from headrace.capabilities.record.git import diffs
from headrace.capabilities.record.git.model import ChangeStatus, LineKind, PathChange

TEN = "".join(f"line {n}\n" for n in range(10))


@pytest.fixture
def five(build):
    """Two commits between which five files changed in five ways."""
    old = build.commit(
        "main", {"mod": "a\nb\nc\n", "del": "x\n", "from": TEN, "bin": b"\0\1", "same": "1"}
    )
    new = build.commit(
        "main",
        {"mod": "a\nB\nc\n", "del": None, "from": None, "to/here": TEN, "new": "n", "bin": b"\0\2"},
    )
    return old, new


def test_every_way_to_change_is_told_sorted_by_path(build, five):
    assert diffs.changed_paths(build.repo, *five) == (
        PathChange(status=ChangeStatus.MODIFIED, path="bin"),
        PathChange(status=ChangeStatus.DELETED, path="del"),
        PathChange(status=ChangeStatus.MODIFIED, path="mod"),
        PathChange(status=ChangeStatus.ADDED, path="new"),
        PathChange(status=ChangeStatus.RENAMED, path="to/here", old_path="from"),
    )


def test_the_difference_names_the_same_files(build, five):
    whole = tuple(file.change for file in diffs.diff(build.repo, *five))

    assert whole == diffs.changed_paths(build.repo, *five)


def test_lines_are_numbered_on_their_own_side(build, five):
    file = next(f for f in diffs.diff(build.repo, *five) if f.change.path == "mod")
    (hunk,) = file.hunks

    assert [(line.kind, line.text, line.old_number, line.new_number) for line in hunk.lines] == [
        (LineKind.CONTEXT, "a", 1, 1),
        (LineKind.REMOVED, "b", 2, None),
        (LineKind.ADDED, "B", None, 2),
        (LineKind.CONTEXT, "c", 3, 3),
    ]
    assert (file.added_lines, file.removed_lines) == (1, 1)
    assert (hunk.old_start, hunk.old_lines, hunk.new_start, hunk.new_lines) == (1, 3, 1, 3)


def test_a_binary_file_has_no_lines(build, five):
    file = next(f for f in diffs.diff(build.repo, *five) if f.change.path == "bin")

    assert (file.is_binary, file.hunks) == (True, ())


def test_a_text_file_is_not_binary_and_a_pure_rename_has_no_lines(build, five):
    by_path = {file.change.path: file for file in diffs.diff(build.repo, *five)}

    assert not by_path["new"].is_binary
    assert by_path["to/here"].hunks == ()


def test_surroundings_can_be_left_out(build, five):
    file = next(f for f in diffs.diff(build.repo, *five, context_lines=0) if f.change.path == "mod")

    assert [line.kind for line in file.hunks[0].lines] == [LineKind.REMOVED, LineKind.ADDED]


def test_a_file_that_changed_in_too_many_lines_says_that_it_was_cut(build):
    old = build.commit("main", {"f": TEN})
    new = build.commit("main", {"f": TEN.upper()})

    (cut,) = diffs.diff(build.repo, old, new, line_limit=19)
    (whole,) = diffs.diff(build.repo, old, new, line_limit=20)

    assert (cut.truncated, cut.hunks, cut.added_lines) == (True, (), 10)
    assert (whole.truncated, len(whole.hunks)) == (False, 1)


def test_against_nothing_everything_is_added(build):
    commit = build.commit("main", {"a": "1\n", "b/c": "2\n"})

    added = diffs.diff(build.repo, None, commit)

    assert [(file.change.path, file.change.status) for file in added] == [
        ("a", ChangeStatus.ADDED),
        ("b/c", ChangeStatus.ADDED),
    ]
    assert added[0].hunks[0].lines[0].kind is LineKind.ADDED
    assert diffs.changed_paths(build.repo, None, commit) == tuple(f.change for f in added)


def test_a_commit_does_not_differ_from_itself(build, five):
    assert diffs.diff(build.repo, five[0], five[0]) == ()


def test_a_missing_line_end_is_no_line(build):
    old = build.commit("main", {"f": "a"})
    new = build.commit("main", {"f": "a\n"})

    (file,) = diffs.diff(build.repo, old, new)

    assert [(line.kind, line.text) for line in file.hunks[0].lines] == [
        (LineKind.REMOVED, "a"),
        (LineKind.ADDED, "a"),
    ]


def test_text_that_is_no_utf8_is_shown_as_far_as_it_can_be(build):
    old = build.commit("main", {"f": "ok\n"})
    new = build.commit("main", {"f": b"caf\xe9\n"})

    (file,) = diffs.diff(build.repo, old, new)

    assert file.hunks[0].lines[1].text == "caf�"
