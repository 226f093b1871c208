"""Commits are written without a worktree, with ids that depend on what was said and nothing else."""

import os
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headrace.capabilities.record.git import commits, history, reading, repository
from headrace.capabilities.record.git.errors import (
    BranchMoved,
    CommitNotFound,
    PathNotFound,
    PathRefused,
)
from headrace.capabilities.record.git.model import EntryKind, Person, Trailer
from headrace.kernel.errors import Invalid


def files(repo, at):
    """Path to content, of everything at a commit."""
    return {
        entry.path: reading.read_blob(repo, entry.blob) for entry in reading.list_tree(repo, at)
    }


def test_a_first_commit_begins_the_branch(repo, build):
    commit = commits.commit_files(repo, "main", {"a/b.md": b"hi\n"}, build.note("Begin"), base=None)

    assert repository.head(repo, "main") == commit
    assert files(repo, commit) == {"a/b.md": b"hi\n"}
    assert history.read_commit(repo, commit).parents == ()


def test_equal_input_gives_an_equal_id_in_any_repository(tmp_path, build):
    other = repository.create(tmp_path / "other.git")
    note = build.note("Begin\n\nBody", trailers=[Trailer("Headrace-Change", "CR-1")])

    one = commits.commit_files(build.repo, "main", {"a": b"1", "b/c": b"2"}, note, base=None)
    two = commits.commit_files(other, "other", {"b/c": b"2", "a": b"1"}, note, base=None)

    assert one == two


def test_git_reads_what_was_written(build):
    build.commit(
        "main",
        {"a": "1"},
        message="Subject\n\nBody",
        trailers=[Trailer("Headrace-Change", "CR-1")],
        when=datetime(2026, 3, 15, 21, 30, tzinfo=timezone(timedelta(hours=9))),
    )

    shown = build.git(
        "log", "-1", "--format=%an|%ae|%cn|%aI|%s|%b|%(trailers:key=Headrace-Change)", "main"
    )

    assert shown.startswith("Ada|ada@example.org|Headrace|2026-03-15T12:30:00+00:00|Subject|Body")
    assert shown.endswith("|Headrace-Change: CR-1")
    assert build.git("fsck", "--strict") == ""


def test_a_change_leaves_the_rest_as_it_was(build):
    build.commit("main", {"a/x": "1", "a/y": "2", "b/z": "3"})
    second = build.commit("main", {"a/x": "new", "a/y": None, "c": "4"})

    assert files(build.repo, second) == {"a/x": b"new", "b/z": b"3", "c": b"4"}


def test_a_folder_that_lost_its_last_file_is_gone(build):
    build.commit("main", {"a/b/c": "1", "d": "2"})
    second = build.commit("main", {"a/b/c": None})

    assert not reading.exists(build.repo, second, "a")


def test_a_repository_may_become_empty(build):
    build.commit("main", {"a": "1"})
    second = build.commit("main", {"a": None})

    assert files(build.repo, second) == {}
    assert build.git("fsck", "--strict") == ""


def test_without_a_difference_there_is_no_commit(build):
    first = build.commit("main", {"a": "1"})

    assert commits.commit_files(build.repo, "main", {"a": b"1"}, build.note(), base=first) is None
    assert repository.head(build.repo, "main") == first


def test_a_new_branch_begins_at_its_base_and_only_once(build):
    first = build.commit("main", {"a": "1"})
    change = {"a": b"2"}

    made = commits.commit_files(
        build.repo, "side", change, build.note(), base=first, new_branch=True
    )
    assert repository.heads(build.repo) == {"main": first, "side": made}

    with pytest.raises(BranchMoved):
        commits.commit_files(
            build.repo, "side", {"a": b"3"}, build.note(), base=first, new_branch=True
        )


def test_a_write_on_top_of_an_older_state_is_refused(build):
    first = build.commit("main", {"a": "1"})
    second = build.commit("main", {"a": "2"})

    with pytest.raises(BranchMoved) as moved:
        commits.commit_files(build.repo, "main", {"a": b"3"}, build.note(), base=first)

    assert (moved.value.expected, moved.value.actual) == (first, second)
    assert repository.head(build.repo, "main") == second


def test_the_same_write_again_gives_the_same_commit_also_after_later_ones(build):
    first = build.commit("main", {"a": "1"})
    note = build.note("Second")

    def again():
        return commits.commit_files(build.repo, "main", {"a": b"2"}, note, base=first)

    second = again()
    third = build.commit("main", {"a": "3"})

    assert again() == second
    assert repository.head(build.repo, "main") == third


def test_an_unknown_base_is_refused(repo, build):
    for base in ("1" * 40, "HEAD", "main"):
        with pytest.raises(CommitNotFound):
            commits.commit_files(repo, "main", {"a": b"1"}, build.note(), base=base)


@pytest.mark.parametrize("path", ["../x", "/x", "a/../x", ".git/config", "a/.GIT/x", "", "a\\b"])
def test_a_path_out_of_the_tree_is_refused_and_nothing_is_written(repo, build, path):
    with pytest.raises(PathRefused):
        commits.commit_files(repo, "main", {"ok": b"1", path: b"2"}, build.note(), base=None)

    assert repository.heads(repo) == {}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"file/x": b"1"}, id="through a file"),
        pytest.param({"folder": b"1"}, id="in place of a folder"),
        pytest.param({"new": b"1", "new/x": b"1"}, id="a file and a folder at once"),
        pytest.param({"link/x": b"1"}, id="through a link"),
        pytest.param({"link": b"1"}, id="into a link"),
        pytest.param({"folder/a": None, "folder": b"1"}, id="a folder that keeps a file"),
    ],
)
def test_a_file_cannot_stand_where_it_does_not_fit(build, tmp_path, hand, changes):
    base = with_a_link(build, tmp_path, hand, {"file": "1", "folder/a": "1", "folder/b": "1"})

    with pytest.raises(PathRefused):
        commits.commit_files(build.repo, "main", changes, build.note(), base=base)

    assert repository.head(build.repo, "main") == base


@pytest.mark.parametrize(
    ("changes", "after"),
    [
        pytest.param(
            {"file": None, "file/x": b"2"}, {"file/x": b"2", "folder/a": b"1"}, id="file to folder"
        ),
        pytest.param(
            {"folder/a": None, "folder": b"2"}, {"file": b"1", "folder": b"2"}, id="folder to file"
        ),
        pytest.param(
            {"folder/a": None, "folder/b": b"1"}, {"file": b"1", "folder/b": b"1"}, id="renamed"
        ),
    ],
)
def test_a_file_and_a_folder_may_change_places_in_one_commit(build, changes, after):
    base = build.commit("main", {"file": "1", "folder/a": "1"})

    made = commits.commit_files(build.repo, "main", changes, build.note(), base=base)

    assert files(build.repo, made) == after


@pytest.mark.parametrize("path", ["missing", "folder", "folder/missing", "missing/x"])
def test_what_is_not_there_cannot_be_deleted(build, path):
    base = build.commit("main", {"folder/a": "1"})

    with pytest.raises(PathNotFound):
        commits.commit_files(build.repo, "main", {path: None}, build.note(), base=base)


def test_a_link_may_be_deleted_and_a_program_stays_one(build, tmp_path, hand):
    base = with_a_link(build, tmp_path, hand, {"run.sh": "old"}, executable="run.sh")

    made = commits.commit_files(
        build.repo, "main", {"link": None, "run.sh": b"new"}, build.note(), base=base
    )

    (entry,) = reading.list_tree(build.repo, made)
    assert (entry.path, entry.kind) == ("run.sh", EntryKind.EXECUTABLE)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Eve <eve@x>\nparent 123", "Eve eve@x parent 123"),
        ("", "unknown"),
        ("\0<>", "unknown"),
        ("김에이다", "김에이다"),
    ],
)
def test_a_hostile_name_cannot_break_a_commit(build, name, shown):
    made = build.commit("main", {"a": "1"}, author=Person(name=name, email=name))

    assert history.read_commit(build.repo, made).author.name == shown
    assert build.git("fsck", "--strict") == ""


@pytest.mark.parametrize(
    "facts",
    [{"when": datetime(2026, 3, 15)}, {"when": datetime(1969, 1, 1, tzinfo=UTC)}, {"message": " "}],  # noqa: DTZ001
)
def test_a_note_that_git_cannot_record_is_refused(build, facts):
    with pytest.raises(Invalid):
        build.note(**facts)


NAMES = st.sampled_from(["a", "b", "c"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
CHANGES = st.dictionaries(
    PATHS, st.one_of(st.none(), st.binary(max_size=3)), min_size=1, max_size=4
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
@given(steps=st.lists(CHANGES, min_size=1, max_size=5))
def test_any_series_of_changes_gives_what_a_dictionary_gives(tmp_path, build, steps):
    repo, tip, model = build.repo, None, {}
    branch = f"b{len(repository.heads(repo))}"
    for changes in steps:
        try:
            made = commits.commit_files(repo, branch, changes, build.note(), base=tip)
        except (PathRefused, PathNotFound):
            continue
        for path, content in changes.items():
            if content is None:
                del model[path]
            else:
                model[path] = content
        tip = made or tip
    if tip:
        assert files(repo, tip) == model


def with_a_link(build, tmp_path, hand, changes, executable=None):
    """Commits `changes` and by hand a symbolic link named `link`; the commit."""
    build.commit("main", changes)
    folder = tmp_path / "by-hand"
    hand(tmp_path, "clone", "-q", str(build.repo.path), str(folder))
    os.symlink("elsewhere", folder / "link")
    if executable:
        (folder / executable).chmod(0o755)
    hand(folder, "add", ".")
    hand(folder, "commit", "-q", "-m", "Link")
    hand(folder, "push", "-q")
    return repository.head(build.repo, "main")
