"""A repository appears whole or not at all, and a branch moves only from where it was seen."""

import subprocess
import sys

import pytest

from headrace.capabilities.record.git import commits, reading, repository
from headrace.capabilities.record.git.errors import (
    BranchMoved,
    BranchNameRefused,
    BranchNameTaken,
    BranchNotFound,
    CommitNotFound,
    RepositoryBusy,
    RepositoryExists,
    RepositoryNotFound,
)
from headrace.capabilities.record.git.repository import Repository
from headrace.capabilities.record.git.worktree_changes import worktree_status
from headrace.capabilities.record.git.worktrees import worktree_add

NO_COMMIT = "1" * 40


def test_a_new_repository_is_bare_and_has_no_branch_yet(tmp_path, hand):
    made = repository.create(tmp_path / "deep" / "record.git", default_branch="trunk")

    assert repository.open_existing(tmp_path / "deep" / "record.git") == made
    assert repository.default_branch(made) == "trunk"
    assert repository.heads(made) == {}
    assert hand(made.path, "rev-parse", "--is-bare-repository") == "true"


def test_making_a_repository_leaves_nothing_beside_it(tmp_path):
    repository.create(tmp_path / "record.git")

    assert [path.name for path in tmp_path.iterdir()] == ["record.git"]


def test_a_repository_is_not_made_over_something_else(tmp_path):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").write_text("mine")

    with pytest.raises(RepositoryExists):
        repository.create(tmp_path / "taken")

    assert (tmp_path / "taken" / "file").read_text() == "mine"


def test_an_empty_folder_may_become_a_repository(tmp_path):
    (tmp_path / "empty").mkdir()

    assert repository.heads(repository.create(tmp_path / "empty")) == {}


def test_what_a_killed_attempt_left_is_swept_away_by_the_next(tmp_path):
    unfinished = tmp_path / ".record.git.unfinished"
    (unfinished / "refs").mkdir(parents=True)
    (unfinished / "HEAD").write_text("nonsense")

    repository.create(tmp_path / "record.git")

    assert not unfinished.exists()


def test_a_folder_that_is_no_repository_is_not_opened(tmp_path):
    (tmp_path / "folder").mkdir()

    for place in (tmp_path / "folder", tmp_path / "missing"):
        with pytest.raises(RepositoryNotFound):
            repository.open_existing(place)


def test_a_folder_within_a_repository_is_not_taken_for_it(repo):
    with pytest.raises(RepositoryNotFound):
        repository.open_existing(repo.path / "refs")


def test_branches_are_listed_by_name_and_prefix(build):
    first = build.commit("main", {"a": "1"})
    build.commit("exec/m/b", {"b": "1"}, start=first)
    build.commit("exec/m/a", {"c": "1"}, start=first)

    assert list(repository.heads(build.repo)) == ["exec/m/a", "exec/m/b", "main"]
    assert list(repository.heads(build.repo, "exec/")) == ["exec/m/a", "exec/m/b"]
    assert repository.heads(build.repo)["main"] == first == repository.head(build.repo, "main")


def test_a_missing_branch_is_told_or_none(repo):
    assert repository.find_head(repo, "nowhere") is None
    with pytest.raises(BranchNotFound):
        repository.head(repo, "nowhere")


@pytest.mark.parametrize("name", ["--all", "../../HEAD", "a..b", ""])
def test_a_hostile_name_is_refused_before_git_sees_it(repo, name):
    with pytest.raises(BranchNameRefused):
        repository.find_head(repo, name)
    with pytest.raises(BranchNameRefused):
        repository.move_branch(repo, name, expected=None, to=NO_COMMIT)


def test_a_branch_moves_from_where_it_was_expected(build):
    first = build.commit("main", {"a": "1"})
    second = build.commit("side", {"a": "2"}, start=first)

    repository.move_branch(build.repo, "main", expected=first, to=second)

    assert repository.head(build.repo, "main") == second


@pytest.mark.parametrize("packed", [False, True], ids=["loose", "packed"])
def test_a_branch_that_stands_elsewhere_is_not_moved_and_both_places_are_told(build, packed):
    first = build.commit("main", {"a": "1"})
    second = build.commit("main", {"a": "2"})
    third = build.commit("side", {"a": "3"}, start=first)
    if packed:
        build.git("pack-refs", "--all")

    with pytest.raises(BranchMoved) as moved:
        repository.move_branch(build.repo, "main", expected=first, to=third)

    assert (moved.value.expected, moved.value.actual) == (first, second)
    assert repository.head(build.repo, "main") == second


def test_a_branch_is_made_only_if_there_is_none_and_deleted_only_as_it_was_seen(build):
    first = build.commit("main", {"a": "1"})
    repository.move_branch(build.repo, "side", expected=None, to=first)

    with pytest.raises(BranchMoved):
        repository.move_branch(build.repo, "side", expected=None, to=first)
    with pytest.raises(BranchMoved):
        repository.move_branch(build.repo, "side", expected=None, to=None)
    repository.move_branch(build.repo, "side", expected=first, to=None)

    assert repository.find_head(build.repo, "side") is None


@pytest.mark.parametrize("packed", [False, True], ids=["loose", "packed"])
@pytest.mark.parametrize(("there", "new"), [("a", "a/b"), ("a/b/c", "a/b")])
def test_a_branch_cannot_be_the_folder_of_another(build, there, new, packed):
    first = build.commit(there, {"a": "1"})
    if packed:
        build.git("pack-refs", "--all")

    with pytest.raises(BranchNameTaken):
        repository.move_branch(build.repo, new, expected=None, to=first)

    assert list(repository.heads(build.repo)) == [there]


def test_a_branch_does_not_move_to_what_is_no_commit(build):
    first = build.commit("main", {"a": "1"})
    tree = build.git("rev-parse", f"{first}^{{tree}}")

    for nothing in (NO_COMMIT, tree, "main", first[:10], "HEAD"):
        with pytest.raises(CommitNotFound):
            repository.move_branch(build.repo, "main", expected=first, to=nothing)


def test_a_branch_that_another_git_is_moving_is_left_alone(build):
    first = build.commit("main", {"a": "1"})
    second = build.commit("side", {"a": "2"}, start=first)
    lock = build.repo.path / "refs/heads/main.lock"
    lock.touch()

    with pytest.raises(RepositoryBusy):
        repository.move_branch(build.repo, "main", expected=first, to=second)

    assert lock.exists()
    lock.unlink()
    repository.move_branch(build.repo, "main", expected=first, to=second)


def test_a_handle_can_be_sent_to_another_process(build):
    build.commit("main", {"a": "1"})
    program = (
        "from pathlib import Path; import sys\n"
        "from headrace.capabilities.record.git import repository\n"
        "print(repository.head(repository.open_existing(Path(sys.argv[1])), 'main'))"
    )

    told = subprocess.run(
        [sys.executable, "-c", program, str(build.repo.path)], capture_output=True, text=True
    )

    assert told.stdout.strip() == repository.head(Repository(build.repo.path), "main")


def test_maintenance_packs_single_files_and_keeps_branches_worktrees_and_unborn_merges(
    build, tmp_path
):
    first = build.commit("main", {"a": "1"})
    for number in range(5):
        build.commit("main", {"a": f"{number}", "b": "x"})
    tree = worktree_add(build.repo, tmp_path / "work", "side", base=first)
    (tree.path / "new").write_text("n")
    about_to_merge = commits.create_commit(
        build.repo, reading.tree_of(build.repo, first), [first], build.note("Not on a branch yet")
    )
    before = repository.heads(build.repo)

    repository.maintain(build.repo)

    assert repository.heads(build.repo) == before
    assert "count: 1\n" in build.git("count-objects", "-v") + "\n"
    repository.move_branch(build.repo, "late", expected=None, to=about_to_merge)
    assert worktree_status(tree).changes != ()
    assert build.git("fsck", "--strict") == ""
