"""No path leaves the tree, and every changed name outside a grant is found."""

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.capabilities.record.git import paths
from headrace.capabilities.record.git.errors import PathRefused
from headrace.capabilities.record.git.model import ChangeStatus, PathChange
from headrace.kernel.errors import Invalid

PARTS = st.sampled_from(["a", "b", "..", ".", "", ".git", ".GIT", "c.md", "git~1", "src", "*"])
PATHS = st.lists(PARTS, min_size=1, max_size=5).map("/".join) | st.text(max_size=20)


def changed(*names):
    return [PathChange(status=ChangeStatus.MODIFIED, path=name) for name in names]


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "a/b/c.md",
        "결정/기록.md",
        ".gitignore",
        ".github/CODEOWNERS",
        "a b.md",
        "..a",
        "-x",
    ],
)
def test_an_ordinary_path_may_be_written(path):
    assert paths.checked(path) == path


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        pytest.param("/etc/passwd", "absolute", id="absolute"),
        pytest.param("a/../../x", "leaves the tree", id="a way up"),
        pytest.param("..", "leaves the tree", id="only a way up"),
        pytest.param("a/./b", "empty or '.'", id="a dot"),
        pytest.param("a//b", "empty or '.'", id="two slashes"),
        pytest.param("a/", "empty or '.'", id="a folder"),
        pytest.param("", "empty or '.'", id="nothing"),
        pytest.param(".git/config", "Git's own folder", id="Git's folder"),
        pytest.param("a/.GiT/hooks/x", "Git's own folder", id="Git's folder in another case"),
        pytest.param(".git. /x", "Git's own folder", id="with trailing dot and space"),
        pytest.param(".g\u200cit/x", "Git's own folder", id="with an invisible character"),
        pytest.param("git~1/x", "Git's own folder", id="its DOS name"),
        pytest.param(".git::$INDEX_ALLOCATION/x", "Git's own folder", id="its stream name"),
        pytest.param("a\\..\\b", "backslash", id="backslashes"),
        pytest.param("a\nb", "control character", id="a line end"),
        pytest.param("a\0b", "control character", id="a null"),
        pytest.param("a\udcff", "control character", id="no Unicode"),
        pytest.param("x" * 256, "longer than 255", id="an endless name"),
        pytest.param("/".join(["x" * 200] * 21), "longer than 4000", id="an endless path"),
    ],
)
def test_a_path_that_no_tree_may_hold_is_refused(path, reason):
    with pytest.raises(PathRefused, match=reason):
        paths.checked(path)


def test_all_reasons_against_a_path_are_told():
    with pytest.raises(PathRefused) as refused:
        paths.checked("/a/../.git")

    assert len(refused.value.details["reasons"]) == 3


@pytest.mark.parametrize(
    ("allowed", "inside", "outside"),
    [
        pytest.param(
            "src/a/", ["src/a/x", "src/a/b/c"], ["src/a", "src/ab/x", "src/b"], id="a folder"
        ),
        pytest.param("src/a", ["src/a"], ["src/a/x", "src/ab"], id="a file"),
        pytest.param("src/*.py", ["src/x.py", "src/.py"], ["src/a/x.py", "src/x.pyc"], id="a star"),
        pytest.param(
            "src/**/*.py", ["src/x.py", "src/a/b/x.py"], ["x.py", "src/x.md"], id="two stars"
        ),
        pytest.param(
            "**/test_*.py", ["test_a.py", "a/b/test_c.py"], ["a/testing.py"], id="anywhere"
        ),
        pytest.param("src/**", ["src/x", "src/a/b"], ["src", "srcs/x"], id="all below"),
        pytest.param(
            "**", ["x", "a/b"], ["../x", "/x", ".git/config", "a/../b", ""], id="everything"
        ),
        pytest.param("a?c", ["abc"], ["a/c", "ac"], id="one character"),
        pytest.param("./src/", ["src/x"], ["x"], id="a leading dot"),
        pytest.param("a.b/", ["a.b/x"], ["aXb/x"], id="a dot is a dot"),
        pytest.param("[ab]/", ["[ab]/x"], ["a/x"], id="brackets are brackets"),
        pytest.param("src/", ["src/x"], ["SRC/x", "Src/x"], id="case counts"),
    ],
)
def test_a_pattern_covers_what_it_says(allowed, inside, outside):
    found = paths.paths_outside(changed(*inside, *outside), [allowed])

    assert found == tuple(sorted(outside))


@pytest.mark.parametrize(
    ("old", "new", "outside"),
    [
        pytest.param("src/a/x", "src/b/x", ("src/b/x",), id="moved out"),
        pytest.param("secret/x", "src/a/x", ("secret/x",), id="moved in"),
        pytest.param("src/a/x", "src/a/y", (), id="moved within"),
    ],
)
def test_both_names_of_a_rename_count(old, new, outside):
    rename = PathChange(status=ChangeStatus.RENAMED, path=new, old_path=old)

    assert paths.paths_outside([rename], ["src/a/"]) == outside


def test_with_nothing_allowed_everything_is_outside():
    assert paths.paths_outside(changed("a", "b"), []) == ("a", "b")


@pytest.mark.parametrize(
    "pattern", ["", "/", "/src/", "../x/", "a//b", ".", "./", ".git/", "a/../b", "a\nb"]
)
def test_a_pattern_that_is_none_is_refused_and_not_ignored(pattern):
    with pytest.raises(Invalid, match="is no pattern of paths"):
        paths.paths_outside(changed("a"), ["a", pattern])


@pytest.mark.parametrize(
    ("allowed", "folders"),
    [
        (["src/a/", "docs/x.md"], ("docs", "src/a")),
        (["src/**/*.py"], ("src",)),
        (["src/a*/b/"], ("src",)),
        (["README.md"], ()),
        (["**/x"], None),
        (["src/a/", "*.md"], None),
    ],
)
def test_a_sparse_worktree_needs_the_folders_that_hold_the_patterns(allowed, folders):
    assert paths.folders_holding(allowed) == folders


@pytest.mark.parametrize(
    ("path", "target", "leaves"),
    [
        ("a/link", "b", False),
        ("a/link", "../b", False),
        ("a/link", "../../b", True),
        ("link", "..", True),
        ("a/link", "b/../../c", False),
        ("a/link", "/etc/passwd", True),
        ("a/link", "C:\\x", True),
        ("link", ".git/config", True),
        ("a/link", "../.GIT/hooks", True),
        ("a/link", ".", False),
    ],
)
def test_a_link_out_of_the_tree_is_known(path, target, leaves):
    assert paths.link_leaves_tree(path, target) is leaves


@given(path=PATHS)
def test_an_accepted_path_stays_below_the_root_and_out_of_gits_folder(path):
    try:
        paths.checked(path)
    except PathRefused:
        return

    joined = posixpath.normpath(posixpath.join("/root", path))
    assert joined == "/root/" + path
    assert ".git" not in path.lower().split("/")


@given(path=PATHS, patterns=st.lists(st.sampled_from(["a/", "**", "src/*", "**/c.md"]), max_size=3))
def test_a_path_that_may_not_be_written_is_never_within_a_grant(path, patterns):
    outside = paths.paths_outside(changed(path), patterns)

    if posixpath.normpath("/" + path) != "/" + path or ".git" in path.lower().split("/"):
        assert outside == (path,)


@given(names=st.lists(PATHS, max_size=5), patterns=st.lists(st.sampled_from(["a/", "src/**"])))
def test_a_wider_grant_never_leaves_more_outside(names, patterns):
    narrow = set(paths.paths_outside(changed(*names), patterns))

    assert set(paths.paths_outside(changed(*names), [*patterns, "**"])) <= narrow
