"""History is read page by page, asked about ancestry, and searched for trailers no merge can forge."""

import os
from datetime import timedelta

import pytest

from headrace.capabilities.record.git import history, remotes, repository
from headrace.capabilities.record.git.errors import CommitNotFound, PathNotFound
from headrace.capabilities.record.git.model import Trailer
from headrace.kernel.errors import Invalid

KEY = "Headrace-Change"


@pytest.fixture
def line_of_five(build):
    """Five commits on main, each changing one file and naming its change, oldest first."""
    return [
        build.commit(
            "main",
            {f"dir/f{n}": "x", "all": f"{n}\n"},
            message=f"Step {n}\n\nBecause {n}.",
            trailers=[Trailer(KEY, f"CR-{n}")],
            when=build.note().when + timedelta(hours=n),
        )
        for n in range(5)
    ]


@pytest.fixture
def merged(build, hand, tmp_path):
    """main with a merged branch whose commit carries the trailer of another change."""
    first = build.commit("main", {"a": "1"})
    build.commit("side", {"b": "1"}, start=first, trailers=[Trailer(KEY, "CR-7")])
    build.commit("main", {"c": "1"})
    folder = tmp_path / "merge"
    hand(tmp_path, "clone", "-q", str(build.repo.path), str(folder))
    hand(folder, "merge", "-q", "--no-ff", "-m", "Merge\n\nHeadrace-Change: CR-8", "origin/side")
    hand(folder, "push", "-q")
    return repository.head(build.repo, "main")


def test_a_commit_is_read_with_all_its_facts(build, line_of_five):
    read = history.read_commit(build.repo, line_of_five[3])

    assert (read.subject, read.body) == ("Step 3", "Because 3.")
    assert read.trailers == (Trailer(KEY, "CR-3"),)
    assert read.parents == (line_of_five[2],)
    assert read.authored_at == build.note().when + timedelta(hours=3)
    assert (read.author.name, read.committer.name) == ("Ada", "Headrace")


def test_pages_together_are_the_whole_log_newest_first(build, line_of_five):
    seen, offset = [], 0
    while offset is not None:
        page = history.log(build.repo, line_of_five[-1], offset=offset, limit=2)
        seen += [commit.id for commit in page.commits]
        offset = page.next_offset

    assert seen == line_of_five[::-1]


def test_a_page_that_ends_exactly_with_the_history_is_the_last(build, line_of_five):
    assert history.log(build.repo, line_of_five[-1], limit=5).next_offset is None
    assert history.log(build.repo, line_of_five[-1], limit=4).next_offset == 4


def test_pages_stay_put_while_work_goes_on(build, line_of_five):
    first = history.log(build.repo, line_of_five[-1], limit=2)
    build.commit("main", {"more": "1"})
    second = history.log(build.repo, line_of_five[-1], offset=first.next_offset, limit=2)

    assert [commit.id for commit in second.commits] == line_of_five[2:0:-1]


def test_the_log_leaves_out_what_another_commit_reaches(build, line_of_five):
    page = history.log(build.repo, line_of_five[-1], excluding=[line_of_five[2]])

    assert [commit.id for commit in page.commits] == line_of_five[:2:-1]


def test_children_stand_before_parents_although_a_clock_was_turned_back(build):
    note = build.note()
    first = build.commit("main", {"a": "1"}, when=note.when + timedelta(days=300))
    second = build.commit("main", {"a": "2"}, when=note.when)
    third = build.commit("main", {"a": "3"}, when=note.when + timedelta(days=100))

    assert [commit.id for commit in history.log(build.repo, third).commits] == [
        third,
        second,
        first,
    ]


@pytest.mark.parametrize("page", [{"offset": -1}, {"limit": 0}, {"limit": 1001}])
def test_a_page_that_is_none_is_refused(build, line_of_five, page):
    with pytest.raises(Invalid):
        history.log(build.repo, line_of_five[0], **page)


def test_the_commits_that_touched_a_file_or_folder_are_found(build, line_of_five):
    def touched(path, **page):
        return [
            c.id for c in history.log_of_path(build.repo, line_of_five[-1], path, **page).commits
        ]

    assert touched("dir/f2") == [line_of_five[2]]
    assert touched("dir") == line_of_five[::-1]
    assert touched("all", limit=2) == line_of_five[:2:-1]
    assert touched("all", offset=3) == line_of_five[1::-1]
    assert touched("missing") == []
    assert touched("--all") == touched("di*") == touched(":(top)dir") == []


def test_the_commits_that_touched_a_line_are_found(build):
    first = build.commit("main", {"f": "one\ntwo\nthree\n"})
    build.commit("main", {"f": "ONE\ntwo\nthree\n"})
    third = build.commit("main", {"f": "ONE\nTWO\nthree\n"})

    page = history.log_of_path(build.repo, third, "f", line=2)

    assert [commit.id for commit in page.commits] == [third, first]


@pytest.mark.parametrize(("path", "line"), [("f", 9), ("missing", 1)])
def test_a_line_that_is_not_there_is_told(build, path, line):
    first = build.commit("main", {"f": "one\n"})

    with pytest.raises(PathNotFound):
        history.log_of_path(build.repo, first, path, line=line)


def test_every_line_has_the_commit_that_wrote_it(build):
    first = build.commit("main", {"f": "one\n\ttwo\nthree"})
    second = build.commit("main", {"f": "one\n\ttwo\nTHREE\n"})

    lines = history.blame(build.repo, second, "f")

    assert [(line.number, line.commit, line.text) for line in lines] == [
        (1, first, "one"),
        (2, first, "\ttwo"),
        (3, second, "THREE"),
    ]
    with pytest.raises(PathNotFound):
        history.blame(build.repo, second, "missing")


def test_ancestry_is_told(build, merged):
    main, side = merged, repository.head(build.repo, "side")
    root = history.read_commit(build.repo, side).parents[0]

    assert history.is_ancestor(build.repo, side, main)
    assert history.is_ancestor(build.repo, main, main)
    assert not history.is_ancestor(build.repo, main, side)
    assert (
        history.merge_base(build.repo, history.read_commit(build.repo, main).parents[0], side)
        == root
    )
    assert history.ahead_and_behind(build.repo, main, side) == (2, 0)


def test_commits_without_common_history_have_no_base(build):
    one, other = build.commit("main", {"a": "1"}), build.commit("alien", {"b": "1"})

    assert history.merge_base(build.repo, one, other) is None
    assert not history.is_ancestor(build.repo, one, other)


def test_a_trailer_is_found_by_its_whole_value(build, line_of_five):
    def found(value, **how):
        search = history.find_trailer(build.repo, line_of_five[-1], KEY, value, **how)
        return [commit.id for commit in search.commits], search.complete

    assert found("CR-2") == ([line_of_five[2]], True)
    assert found("CR-") == ([], True)
    assert found(None) == (line_of_five[::-1], True)
    assert found("CR-1", excluding=[line_of_five[1]]) == ([], True)
    assert found("CR-1", examine_at_most=2) == ([], False)
    assert found("CR-1", examine_at_most=5) == ([line_of_five[1]], True)


def test_a_trailer_in_the_middle_of_a_message_is_none(build):
    commit = build.commit("main", {"a": "1"}, message="S\n\nSee-Also: CR-1\n\nEnd.")

    assert history.find_trailer(build.repo, commit, "See-Also").commits == ()


def test_a_trailer_that_a_merged_branch_brought_in_does_not_count_on_the_first_parent(
    build, merged
):
    def found(value, first_parent):
        return bool(
            history.find_trailer(build.repo, merged, KEY, value, first_parent=first_parent).commits
        )

    assert found("CR-7", first_parent=False)
    assert not found("CR-7", first_parent=True)
    assert found("CR-8", first_parent=True)


def test_in_a_shallow_copy_a_search_says_that_it_is_not_complete(
    tmp_path, build, line_of_five, hand
):
    hand(tmp_path, "clone", "-q", "--bare", "--depth=2", f"file://{build.repo.path}", "shallow.git")
    copy = remotes.clone_mirror(tmp_path / "shallow.git", tmp_path / "copy.git")

    search = history.find_trailer(copy, line_of_five[-1], KEY, "CR-0")

    assert (search.commits, search.complete) == ((), False)
    assert len(history.log(copy, line_of_five[-1]).commits) == 2


@pytest.mark.parametrize("unknown", ["HEAD", "1" * 40, "--all", "main~1"])
def test_only_full_ids_name_a_commit(build, line_of_five, unknown):
    for ask in (history.read_commit, history.log):
        with pytest.raises(CommitNotFound):
            ask(build.repo, unknown)
    with pytest.raises(CommitNotFound):
        history.blame(build.repo, unknown, "all")


def test_a_made_up_commit_does_not_break_the_log(build, hand):
    tree = build.git("rev-parse", build.commit("main", {"a": "1"}) + "^{tree}")
    raw = (
        f"tree {tree}\nauthor  <> 99999999999999 +9959\ncommitter \xe9 <\xe9> 0 -0000\n"
        "\n\n\nwho knows\xe9\n"
    ).encode("latin-1")
    file = build.repo.path / "raw"
    file.write_bytes(raw)
    commit = hand(build.repo.path, "hash-object", "--literally", "-t", "commit", "-w", "raw")
    os.unlink(file)

    (read,) = history.log(build.repo, commit).commits

    assert read.subject.startswith("who knows")
    assert read.authored_at.year == 9999
