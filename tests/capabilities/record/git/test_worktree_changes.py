"""What an agent did in a worktree is seen whole, committed once, or refused for leaving its bounds."""

import os

import pytest

from headrace.capabilities.record.git import diffs, history, reading, repository
from headrace.capabilities.record.git.errors import (
    BranchCheckedOut,
    PathsNotGranted,
    RepositoryBusy,
    WorktreeRefused,
)
from headrace.capabilities.record.git.model import ChangeStatus, EntryKind
from headrace.capabilities.record.git.worktree_changes import commit_worktree, worktree_status
from headrace.capabilities.record.git.worktrees import worktree_add

ADDED, MODIFIED, DELETED = ChangeStatus.ADDED, ChangeStatus.MODIFIED, ChangeStatus.DELETED


@pytest.fixture
def base(build):
    return build.commit(
        "main", {"src/a": "1\n", "src/b": "2\n", "docs/c": "3\n", ".gitignore": "*.log\n"}
    )


@pytest.fixture
def tree(repo, base, tmp_path):
    return worktree_add(repo, tmp_path / "work", "exec/m/api", base=base)


def changes_of(tree):
    return {change.path: change.status for change in worktree_status(tree).changes}


def paths_at(repo, commit):
    return [entry.path for entry in reading.list_tree(repo, commit)]


def test_a_fresh_worktree_has_no_changes(tree, base):
    status = worktree_status(tree)

    assert (status.head, status.branch, status.changes) == (base, "exec/m/api", ())


def test_every_kind_of_change_is_seen_and_ignored_files_are_not(tree, hand):
    (tree.path / "src/a").write_text("edited\n")
    (tree.path / "src/b").unlink()
    (tree.path / "neu 한.md").write_text("new")
    (tree.path / "deep" / "er").mkdir(parents=True)
    (tree.path / "deep" / "er" / "x").write_text("new")
    (tree.path / "noise.log").write_text("ignored")
    (tree.path / "staged").write_text("s")
    hand(tree.path, "add", "staged")

    assert changes_of(tree) == {
        "src/a": MODIFIED, "src/b": DELETED, "neu 한.md": ADDED, "deep/er/x": ADDED, "staged": ADDED,
    }  # fmt: skip


def test_a_rename_is_seen_with_both_names(tree, hand):
    hand(tree.path, "mv", "src/a", "secret")

    assert changes_of(tree) == {"src/a": DELETED, "secret": ADDED}


def test_what_was_added_and_taken_back_is_no_change(tree, hand):
    (tree.path / "x").write_text("1")
    hand(tree.path, "add", "x")
    (tree.path / "x").unlink()
    hand(tree.path, "rm", "-q", "--cached", "src/a")

    assert changes_of(tree) == {"src/a": MODIFIED}


def test_looking_changes_nothing_in_the_worktree(tree):
    index = tree.git_dir / "index"
    os.utime(tree.path / "src/a", (1, 1))
    before = index.read_bytes()

    worktree_status(tree)

    assert index.read_bytes() == before


def test_everything_changed_is_committed_on_the_branch(repo, tree, base, build):
    (tree.path / "src/a").write_text("edited\n")
    (tree.path / "docs/c").unlink()
    (tree.path / "new").write_text("n")
    (tree.path / "noise.log").write_text("ignored")

    commit = commit_worktree(tree, build.note("Work"))

    assert repository.head(repo, "exec/m/api") == commit
    assert paths_at(repo, commit) == [".gitignore", "new", "src/a", "src/b"]
    assert history.read_commit(repo, commit).parents == (base,)
    assert worktree_status(tree).changes == ()
    assert repository.head(repo, "main") == base


def test_without_changes_there_is_no_commit(tree, build):
    (tree.path / "noise.log").write_text("ignored")

    assert commit_worktree(tree, build.note()) is None


def test_the_same_work_gives_the_same_id(build, base, tmp_path):
    commits = set()
    for name in ("one", "two"):
        tree = worktree_add(build.repo, tmp_path / name, f"exec/m/{name}", base=base)
        (tree.path / "new").write_text("n")
        commits.add(commit_worktree(tree, build.note("Work")))

    assert len(commits) == 1


def test_in_a_sparse_worktree_what_is_not_there_is_not_deleted(build, base, tmp_path):
    tree = worktree_add(build.repo, tmp_path / "s", "exec/m/s", base=base, sparse_paths=["src/"])
    (tree.path / "src/a").unlink()
    (tree.path / "src/new").write_text("n")

    commit = commit_worktree(tree, build.note())

    assert paths_at(build.repo, commit) == [".gitignore", "docs/c", "src/b", "src/new"]


def test_a_file_made_outside_the_sparse_part_is_not_lost(build, base, tmp_path):
    tree = worktree_add(build.repo, tmp_path / "s", "exec/m/s", base=base, sparse_paths=["src/"])
    (tree.path / "other").mkdir()
    (tree.path / "other/new").write_text("n")

    commit = commit_worktree(tree, build.note())

    assert "other/new" in paths_at(build.repo, commit)
    assert "docs/c" in paths_at(build.repo, commit)


def test_work_outside_the_grant_is_refused_whole_and_named(repo, tree, base, build, hand):
    (tree.path / "src/a").write_text("fine")
    hand(tree.path, "mv", "docs/c", "src/c")
    (tree.path / "SRC").mkdir()
    (tree.path / "SRC/x").write_text("other case")

    with pytest.raises(PathsNotGranted) as refused:
        commit_worktree(tree, build.note(), allowed=["src/"])

    assert refused.value.details["outside"] == ("SRC/x", "docs/c")
    assert repository.head(repo, "exec/m/api") == base


def test_after_the_excess_is_taken_back_the_rest_is_committed(repo, tree, build, hand):
    (tree.path / "src/a").write_text("fine")
    (tree.path / "docs/c").write_text("not mine")
    with pytest.raises(PathsNotGranted):
        commit_worktree(tree, build.note(), allowed=["src/"])
    hand(tree.path, "checkout", "-q", "HEAD", "--", "docs/c")

    assert commit_worktree(tree, build.note(), allowed=["src/"]) is not None


def test_what_the_agent_committed_by_hand_is_kept_and_shows_in_the_whole_difference(
    repo, tree, base, build, hand
):
    (tree.path / "docs/c").write_text("by hand\n")
    hand(tree.path, "commit", "-q", "-a", "-m", "By hand")
    by_hand = repository.head(repo, "exec/m/api")
    (tree.path / "src/a").write_text("later\n")

    commit = commit_worktree(tree, build.note(), allowed=["src/"])

    assert history.read_commit(repo, commit).parents == (by_hand,)
    changed = [change.path for change in diffs.changed_paths(repo, base, commit)]
    assert changed == ["docs/c", "src/a"]


@pytest.mark.parametrize("target", ["/etc/passwd", "../../outside", ".git/config", "src/../../x"])
def test_a_link_out_of_the_tree_is_refused(repo, tree, base, build, target):
    (tree.path / "link").symlink_to(target)

    with pytest.raises(WorktreeRefused, match="out of the tree"):
        commit_worktree(tree, build.note())

    assert repository.head(repo, "exec/m/api") == base


def test_a_link_within_the_tree_is_committed_as_a_link(repo, tree, build):
    (tree.path / "src" / "link").symlink_to("../docs/c")

    commit = commit_worktree(tree, build.note())

    assert reading.find_entry(repo, commit, "src/link").kind is EntryKind.SYMLINK


@pytest.mark.parametrize("with_commit", [False, True])
def test_a_repository_within_is_refused(tree, build, hand, with_commit):
    (tree.path / "nested").mkdir()
    hand(tree.path / "nested", "init", "-q")
    (tree.path / "nested" / "file").write_text("x")
    if with_commit:
        hand(tree.path / "nested", "add", ".")
        hand(tree.path / "nested", "commit", "-q", "-m", "Nested")

    with pytest.raises(WorktreeRefused, match=r"delete its \.git folder"):
        commit_worktree(tree, build.note())


@pytest.mark.parametrize("how", [["checkout", "-q", "-b", "mine"], ["checkout", "-q", "--detach"]])
def test_another_branch_checked_out_is_refused(tree, build, hand, how):
    hand(tree.path, *how)
    (tree.path / "new").write_text("n")

    with pytest.raises(WorktreeRefused, match="checked out and not exec/m/api"):
        commit_worktree(tree, build.note())


def test_a_detached_worktree_says_so(tree, hand):
    hand(tree.path, "checkout", "-q", "--detach")

    assert worktree_status(tree).branch is None


def test_a_git_pointer_that_the_agent_bent_leads_nowhere(repo, tree, build, tmp_path, hand):
    hand(tmp_path, "init", "-q", "-b", "evil", "evil")
    (tree.path / ".git").write_text(f"gitdir: {tmp_path}/evil/.git")
    (tree.path / "new").write_text("n")

    commit = commit_worktree(tree, build.note())

    assert repository.head(repo, "exec/m/api") == commit


def test_a_branch_that_is_worked_on_is_not_moved_from_outside(build, tree, base):
    with pytest.raises(BranchCheckedOut):
        build.commit("exec/m/api", {"x": "1"})


def test_while_another_git_works_in_it_the_commit_waits_for_another_time(tree, build):
    (tree.path / "new").write_text("n")
    lock = tree.git_dir / "index.lock"
    lock.touch()

    with pytest.raises(RepositoryBusy):
        commit_worktree(tree, build.note())

    assert lock.exists()
    os.utime(lock, (1, 1))
    assert commit_worktree(tree, build.note()) is not None


def test_a_filter_or_hook_from_outside_does_not_run(tree, build, tmp_path, monkeypatch):
    settings = tmp_path / "gitconfig"
    settings.write_text(f'[filter "evil"]\n\tclean = touch {tmp_path}/ran; cat\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    (tree.path / ".gitattributes").write_text("* filter=evil\n")
    (tree.path / "new").write_text("n")

    commit_worktree(tree, build.note())

    assert not (tmp_path / "ran").exists()
