"""Files and trees are read as they were recorded, and nothing outside of them."""

import os

import pytest

from headrace.capabilities.record.git import reading, repository
from headrace.capabilities.record.git.errors import CommitNotFound, PathNotFound, PathRefused
from headrace.capabilities.record.git.model import EntryKind


@pytest.fixture
def strange(tmp_path, repo, hand):
    """A commit with a link, a program, a submodule and a name that is no UTF-8."""
    folder = tmp_path / "strange"
    folder.mkdir()
    hand(folder, "init", "-q", "-b", "main")
    os.symlink("../../etc/passwd", folder / "link")
    (folder / "run").write_text("#!")
    (folder / "run").chmod(0o755)
    (folder / "docs").mkdir()
    (folder / "docs" / "결정.md").write_text("yes")
    with open(os.fsencode(folder) + b"/caf\xe9", "w") as file:
        file.write("latin")
    hand(folder, "add", ".")
    hand(folder, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},module")
    hand(folder, "commit", "-q", "-m", "Strange")
    hand(folder, "push", "-q", str(repo.path), "main")
    return repository.head(repo, "main")


def test_every_kind_of_entry_is_listed_sorted_by_path(repo, strange):
    listed = [(entry.path, entry.kind) for entry in reading.list_tree(repo, strange)]

    assert listed == [
        ("caf\udce9", EntryKind.FILE),
        ("docs/결정.md", EntryKind.FILE),
        ("link", EntryKind.SYMLINK),
        ("module", EntryKind.SUBMODULE),
        ("run", EntryKind.EXECUTABLE),
    ]


def test_a_folder_is_listed_with_whole_paths(build):
    commit = build.commit("main", {"a/b/c": "1", "a/d": "2", "ab": "3"})

    for folder in ("a", "a/", "/a"):
        assert [entry.path for entry in reading.list_tree(build.repo, commit, folder)] == [
            "a/b/c",
            "a/d",
        ]
    assert reading.list_tree(build.repo, commit, "missing") == ()
    assert reading.list_tree(build.repo, commit, "ab") == ()


def test_content_comes_back_byte_for_byte(build):
    content = bytes(range(256)) + b"\r\n"
    commit = build.commit("main", {"a/b": content})

    assert reading.read_file(build.repo, commit, "a/b") == content
    assert reading.read_file(build.repo, reading.tree_of(build.repo, commit), "a/b") == content


def test_a_name_that_is_no_utf8_can_be_read_as_it_is_listed(repo, strange):
    assert reading.read_file(repo, strange, "caf\udce9") == b"latin"
    assert reading.find_file(repo, strange, "caf\udce8") is None


@pytest.mark.parametrize(
    "path", ["missing", "docs", "docs/missing", "run/x", "", "module", "../x", "a\0b", "/run"]
)
def test_what_is_no_file_is_not_found(repo, strange, path):
    assert reading.find_file(repo, strange, path) is None
    with pytest.raises(PathNotFound):
        reading.read_file(repo, strange, path)


def test_a_link_is_not_followed(repo, strange):
    with pytest.raises(PathRefused):
        reading.read_file(repo, strange, "link")


@pytest.mark.parametrize(
    ("path", "there"),
    [("docs", True), ("docs/결정.md", True), ("link", True), ("no", False), ("", False)],
)
def test_existence_is_told_for_files_links_and_folders(repo, strange, path, there):
    assert reading.exists(repo, strange, path) is there


def test_one_entry_can_be_looked_up(repo, strange):
    assert reading.find_entry(repo, strange, "run").kind is EntryKind.EXECUTABLE
    assert reading.find_entry(repo, strange, "docs") is None
    assert reading.find_entry(repo, strange, "missing") is None


@pytest.mark.parametrize("at", ["HEAD", "main", "1" * 40, "", "--all", "A" * 40])
def test_only_full_ids_of_what_is_there_are_taken(repo, strange, at):
    with pytest.raises(CommitNotFound):
        reading.list_tree(repo, at)


def test_an_unknown_content_is_not_found(repo, strange):
    with pytest.raises(PathNotFound):
        reading.read_blob(repo, "1" * 40)
