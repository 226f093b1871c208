"""A worktree is there whole or made anew, holds one branch, and goes away whatever a crash left."""

import os
import shutil

import pytest

from headrace.capabilities.record.git import locks, repository
from headrace.capabilities.record.git.errors import (
    BranchCheckedOut,
    BranchMoved,
    BranchNotFound,
    RepositoryBusy,
    WorktreeRefused,
)
from headrace.capabilities.record.git.worktrees import (
    all_worktrees,
    find_worktree,
    worktree_add,
    worktree_prune,
    worktree_remove,
)


@pytest.fixture
def base(build):
    """A commit with three folders and a file at the root."""
    return build.commit("main", {"a/x": "1", "a/deep/y": "2", "b/z": "3", "c/w": "4", "root": "5"})


@pytest.fixture
def work(tmp_path):
    return tmp_path / "work" / "stream"


def files_in(folder):
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".git"
    )


def half_made(repo, path, branch, monkeypatch):
    """What a crash leaves that came after Git made the worktree and before its files were written."""
    from headrace.capabilities.record.git import worktrees as module

    def crash(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "_fill", crash)
        with pytest.raises(KeyboardInterrupt):
            worktree_add(repo, path, branch)


def test_a_new_branch_is_begun_and_its_files_are_there(repo, base, work, hand):
    worktree = worktree_add(repo, work, "exec/m/api", base=base)

    assert repository.head(repo, "exec/m/api") == base
    assert files_in(work) == ["a/deep/y", "a/x", "b/z", "c/w", "root"]
    assert (worktree.path, worktree.branch) == (work, "exec/m/api")
    assert hand(work, "status", "--porcelain") == ""
    assert hand(work, "branch", "--show-current") == "exec/m/api"


def test_an_existing_branch_is_checked_out(repo, base, work):
    assert worktree_add(repo, work, "main").branch == "main"


def test_without_a_base_the_branch_must_exist(repo, base, work):
    with pytest.raises(BranchNotFound):
        worktree_add(repo, work, "exec/m/api")

    assert not work.exists()


def test_a_sparse_worktree_holds_only_the_folders_it_needs(repo, base, work, hand):
    worktree_add(repo, work, "exec/m/api", base=base, sparse_paths=["a/deep/", "c/*.py"])

    assert files_in(work) == ["a/deep/y", "a/x", "c/w", "root"]
    assert hand(work, "status", "--porcelain") == ""


def test_a_grant_of_everything_gives_the_whole_tree(repo, base, work):
    worktree_add(repo, work, "exec/m/api", base=base, sparse_paths=["**"])

    assert len(files_in(work)) == 5


def test_a_sparse_and_a_whole_worktree_live_side_by_side(repo, base, tmp_path):
    worktree_add(repo, tmp_path / "sparse", "one", base=base, sparse_paths=["a/"])
    worktree_add(repo, tmp_path / "whole", "two", base=base)

    assert files_in(tmp_path / "sparse") == ["a/deep/y", "a/x", "root"]
    assert len(files_in(tmp_path / "whole")) == 5


def test_the_same_call_again_keeps_the_work_in_it(repo, base, work):
    first = worktree_add(repo, work, "exec/m/api", base=base)
    (work / "root").write_text("edited")

    assert worktree_add(repo, work, "exec/m/api", base=base) == first
    assert (work / "root").read_text() == "edited"


def test_a_folder_of_another_branch_or_of_other_work_is_refused(repo, base, work, tmp_path):
    worktree_add(repo, work, "one", base=base)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    (tmp_path / "plain").write_text("file")

    for place in (work, tmp_path / "mine", tmp_path / "link", tmp_path / "plain"):
        with pytest.raises(WorktreeRefused):
            worktree_add(repo, place, "two", base=base)
        if place != work:
            with pytest.raises(WorktreeRefused):
                worktree_remove(repo, place)

    assert (tmp_path / "mine" / "file").read_text() == "mine"


def test_a_branch_has_one_worktree(repo, base, work, tmp_path):
    worktree_add(repo, work, "one", base=base)

    with pytest.raises(BranchCheckedOut):
        worktree_add(repo, tmp_path / "second", "one", base=base)


def test_a_branch_that_stands_elsewhere_than_its_base_is_told(build, base, work):
    moved = build.commit("one", {"n": "1"}, start=base)

    with pytest.raises(BranchMoved) as told:
        worktree_add(build.repo, work, "one", base=base)

    assert told.value.actual == moved


def test_worktrees_are_listed_and_found(repo, base, tmp_path):
    second = worktree_add(repo, tmp_path / "b", "two", base=base)
    first = worktree_add(repo, tmp_path / "a", "one", base=base)

    assert all_worktrees(repo) == (first, second)
    assert find_worktree(repo, tmp_path / "b") == second
    assert find_worktree(repo, tmp_path / "c") is None


def test_a_worktree_below_a_link_is_found_by_either_name(repo, base, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")

    made = worktree_add(repo, tmp_path / "link" / "w", "one", base=base)

    assert find_worktree(repo, tmp_path / "real" / "w") == made
    assert find_worktree(repo, tmp_path / "link" / "w") == made


def test_two_worktrees_may_have_the_same_last_name(repo, base, tmp_path):
    first = worktree_add(repo, tmp_path / "x" / "work", "one", base=base)
    second = worktree_add(repo, tmp_path / "y" / "work", "two", base=base)

    assert first.name != second.name
    assert {tree.branch for tree in all_worktrees(repo)} == {"one", "two"}


def test_removing_takes_uncommitted_work_along_and_leaves_the_branch(repo, base, work):
    worktree_add(repo, work, "one", base=base)
    (work / "new").write_text("gone")
    (work / "locked").mkdir()
    (work / "locked" / "file").write_text("x")
    (work / "locked").chmod(0o500)

    assert worktree_remove(repo, work) is True
    assert not work.exists()
    assert all_worktrees(repo) == ()
    assert repository.head(repo, "one") == base
    assert worktree_remove(repo, work) is False
    worktree_add(repo, work, "one", base=base)


def test_removing_does_not_follow_a_link_out(repo, base, work, tmp_path):
    worktree_add(repo, work, "one", base=base)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_text("kept")
    (work / "way-out").symlink_to(tmp_path / "outside")

    worktree_remove(repo, work)

    assert (tmp_path / "outside" / "file").read_text() == "kept"


def test_one_that_was_half_made_is_no_worktree_and_is_made_anew(repo, base, work, monkeypatch):
    half_made(repo, work, "main", monkeypatch)
    assert find_worktree(repo, work) is None

    worktree_add(repo, work, "main")

    assert len(files_in(work)) == 5


def test_one_that_was_half_made_can_be_removed(repo, base, work, monkeypatch):
    half_made(repo, work, "main", monkeypatch)

    assert worktree_remove(repo, work) is True
    assert not work.exists()
    assert list((repo.path / "worktrees").glob("*")) == []


@pytest.mark.parametrize(
    "damage", ["no folder", "no .git", "empty folder", "no index", "foreign .git"]
)
def test_one_that_somebody_damaged_can_be_removed(repo, base, work, damage):
    worktree = worktree_add(repo, work, "one", base=base)
    if damage in ("no folder", "empty folder"):
        shutil.rmtree(work)
    if damage == "empty folder":
        work.mkdir()
    if damage in ("no .git", "foreign .git"):
        (work / ".git").unlink()
    if damage == "foreign .git":
        (work / ".git").write_text("gitdir: /elsewhere")
    if damage == "no index":
        (worktree.git_dir / "index").unlink()

    assert worktree_remove(repo, work) is True

    assert not work.exists()
    worktree_add(repo, work, "one", base=base)


def test_an_empty_folder_as_a_killed_git_leaves_it_is_taken(repo, base, work):
    work.mkdir(parents=True)

    worktree_add(repo, work, "one", base=base)

    assert len(files_in(work)) == 5


def test_a_removal_that_was_killed_half_way_is_completed(repo, base, work):
    worktree = worktree_add(repo, work, "one", base=base)
    shutil.rmtree(work / "a")
    (work / ".git").unlink()

    assert worktree_remove(repo, work) is True
    assert not worktree.git_dir.exists()


def test_pruning_forgets_what_is_gone_and_sweeps_what_was_half_made(
    repo, base, tmp_path, monkeypatch
):
    kept = worktree_add(repo, tmp_path / "kept", "one", base=base)
    worktree_add(repo, tmp_path / "gone", "two", base=base)
    shutil.rmtree(tmp_path / "gone")
    half_made(repo, tmp_path / "half", "main", monkeypatch)
    (repo.path / "worktrees" / "stump").mkdir()

    assert worktree_prune(repo) == 3

    assert all_worktrees(repo) == (kept,)
    assert not (tmp_path / "half").exists()
    assert [path.name for path in (repo.path / "worktrees").glob("*")] == [kept.name]


def test_one_that_is_being_made_is_neither_pruned_nor_made_twice(repo, base, work, monkeypatch):
    half_made(repo, work, "main", monkeypatch)
    (administration,) = (repo.path / "worktrees").glob("*")

    with locks.exclusive(administration, []):
        assert worktree_prune(repo) == 0
        with pytest.raises(RepositoryBusy):
            worktree_add(repo, work, "main")

    assert worktree_prune(repo) == 1


def test_a_hook_in_the_repository_does_not_run(repo, base, work, tmp_path):
    hooks = repo.path / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-checkout", "reference-transaction", "post-index-change"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        os.chmod(hooks / name, 0o755)

    worktree_add(repo, work, "one", base=base)

    assert not (tmp_path / "ran").exists()
