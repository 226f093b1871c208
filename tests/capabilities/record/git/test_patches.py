"""A patch is applied whole or not at all, and refused with Git's reasons or for its paths."""

import os

import pytest

from headrace.capabilities.record.git.errors import PathsNotGranted, RepositoryBusy
from headrace.capabilities.record.git.model import ChangeStatus, PathChange
from headrace.capabilities.record.git.patches import PatchApplied, PatchRefused, apply_patch
from headrace.capabilities.record.git.worktree_changes import worktree_status
from headrace.capabilities.record.git.worktrees import worktree_add

GOOD = b"""\
--- a/src/a
+++ b/src/a
@@ -1,3 +1,3 @@
 one
-two
+TWO
 three
"""
NEW = b"""\
--- /dev/null
+++ b/docs/new
@@ -0,0 +1 @@
+new
"""
STALE = GOOD.replace(b"-two", b"-zwei")
RENAME = b"""\
diff --git a/docs/c b/src/c
similarity index 100%
rename from docs/c
rename to src/c
"""


@pytest.fixture
def tree(build, tmp_path):
    base = build.commit("main", {"src/a": "one\ntwo\nthree\n", "docs/c": "c\n"})
    return worktree_add(build.repo, tmp_path / "work", "exec/m/api", base=base)


def test_a_patch_that_fits_is_in_the_files_and_the_index(tree, hand):
    applied = apply_patch(tree, GOOD + NEW)

    assert applied == PatchApplied(
        changes=(
            PathChange(status=ChangeStatus.ADDED, path="docs/new"),
            PathChange(status=ChangeStatus.MODIFIED, path="src/a"),
        )
    )
    assert (tree.path / "src/a").read_text() == "one\nTWO\nthree\n"
    assert hand(tree.path, "diff", "--cached", "--name-only") == "docs/new\nsrc/a"


def test_a_tried_patch_changes_nothing(tree):
    assert isinstance(apply_patch(tree, GOOD, only_try=True), PatchApplied)
    assert worktree_status(tree).changes == ()


@pytest.mark.parametrize(
    ("patch", "reason"),
    [
        pytest.param(STALE, "patch does not apply", id="other lines"),
        pytest.param(NEW + STALE, "patch does not apply", id="one part of two"),
        pytest.param(b"no patch", "No valid patches", id="no patch at all"),
        pytest.param(b"", "No valid patches", id="empty"),
        pytest.param(
            NEW.replace(b"docs/new", b"src/a"), "already exists", id="a file that is there"
        ),
        pytest.param(NEW.replace(b"b/docs", b"b/../.."), "invalid path", id="out of the tree"),
        pytest.param(NEW.replace(b"docs/new", b".git/hooks/x"), "invalid path", id="into .git"),
        pytest.param(
            NEW.replace(b"docs/new", b"src/a/x"), "as both a file and", id="through a file"
        ),
    ],
)
def test_a_patch_that_does_not_fit_is_refused_with_reasons(tree, patch, reason):
    refused = apply_patch(tree, patch)

    assert isinstance(refused, PatchRefused)
    assert reason in " ".join(refused.reasons)
    assert worktree_status(tree).changes == ()


def test_a_patch_that_writes_through_a_link_is_refused(tree, tmp_path):
    link = (
        NEW.replace(b"b/docs/new", b"b/out")
        .replace(b"--- /dev/null", b"diff --git a/out b/out\nnew file mode 120000\n--- /dev/null")
        .replace(b"+new", b"+" + str(tmp_path).encode() + b"\n\\ No newline at end of file")
    )
    through = NEW.replace(b"docs/new", b"out/written")

    assert isinstance(apply_patch(tree, link + through), PatchRefused)
    assert not (tmp_path / "written").exists()


def test_a_patch_over_files_that_were_edited_meanwhile_is_refused(tree):
    (tree.path / "src/a").write_text("edited\n")

    refused = apply_patch(tree, GOOD)

    assert refused == PatchRefused(reasons=("src/a: does not match index",))


def test_a_file_that_was_merely_touched_may_be_patched(tree):
    os.utime(tree.path / "src/a", (1, 1))

    assert isinstance(apply_patch(tree, GOOD), PatchApplied)


def test_while_another_git_works_there_no_patch_is_applied(tree):
    (tree.git_dir / "index.lock").touch()

    with pytest.raises(RepositoryBusy):
        apply_patch(tree, GOOD)


def test_a_patch_outside_the_grant_is_refused_whole(tree):
    with pytest.raises(PathsNotGranted) as refused:
        apply_patch(tree, GOOD + NEW, allowed=["src/"])

    assert refused.value.details["outside"] == ("docs/new",)
    assert worktree_status(tree).changes == ()


def test_both_names_of_a_rename_must_be_granted(tree):
    with pytest.raises(PathsNotGranted) as refused:
        apply_patch(tree, RENAME, allowed=["src/"])

    assert refused.value.details["outside"] == ("docs/c",)
    assert isinstance(apply_patch(tree, RENAME, allowed=["src/", "docs/c"]), PatchApplied)


def test_patches_follow_each_other(tree):
    apply_patch(tree, GOOD)
    apply_patch(tree, GOOD.replace(b"-two", b"-TWO").replace(b"+TWO", b"+three and a half"))

    assert (tree.path / "src/a").read_text() == "one\nthree and a half\nthree\n"


def test_a_patch_may_touch_what_a_sparse_worktree_does_not_show(build, tmp_path):
    base = build.commit("main", {"x/y": "1\n"})
    sparse = worktree_add(build.repo, tmp_path / "s", "exec/m/s", base=base, sparse_paths=["src/"])
    patch = b"--- a/x/y\n+++ b/x/y\n@@ -1 +1 @@\n-1\n+2\n"

    apply_patch(sparse, patch, only_try=True)
    apply_patch(sparse, patch)

    assert [change.path for change in worktree_status(sparse).changes] == ["x/y"]
