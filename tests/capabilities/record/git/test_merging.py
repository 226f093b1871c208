"""A change is merged once, into a tree that was checked; a conflict is an answer and no crash."""

from collections import Counter

import pytest

from headrace.capabilities.record.git import (
    commits,
    history,
    merging,
    reading,
    repository,
    trailers,
)
from headrace.capabilities.record.git.errors import (
    BranchCheckedOut,
    BranchMoved,
    BranchNotFound,
    UnrelatedHistories,
)
from headrace.capabilities.record.git.merging import (
    AlreadyContained,
    ChangeTaken,
    CheckFailed,
    Conflicted,
    ConflictKind,
    Merged,
    merge,
)
from headrace.capabilities.record.git.model import Trailer
from headrace.capabilities.record.git.worktrees import worktree_add

CR_12 = trailers.change("CR-12")
LINES = "".join(f"line {n}\n" for n in range(20))


def no_objection(repo, tree):
    return ()


def ids_are_unique(repo, tree):
    """A check as the record makes one: no two files say that they are the same artifact."""
    ids = Counter(
        reading.read_blob(repo, entry.blob).split(b"\n")[0]
        for entry in reading.list_tree(repo, tree)
    )
    return [f"{count} files are {name.decode()}" for name, count in ids.items() if count > 1]


@pytest.fixture
def fork(build):
    """main and a side branch that changed different files; the side's commit."""
    first = build.commit("main", {"a": LINES, "b": "b\n"})
    side = build.commit("side", {"a": LINES.replace("line 3", "LINE 3")}, start=first)
    build.commit("main", {"a": LINES.replace("line 17", "LINE 17"), "c": "c\n"})
    return side


def merged(build, source, **facts):
    arguments = {"change": CR_12, "note": build.note("Merge side"), "check": no_objection} | facts
    return merge(build.repo, "main", source, **arguments)


def test_both_sides_are_in_the_merged_tree(build, fork):
    before = repository.head(build.repo, "main")

    outcome = merged(build, fork)

    assert outcome == Merged(commit=repository.head(build.repo, "main"), already=False)
    content = reading.read_file(build.repo, outcome.commit, "a").decode()
    assert "LINE 3" in content
    assert "LINE 17" in content
    commit = history.read_commit(build.repo, outcome.commit)
    assert (commit.parents, commit.subject) == ((before, fork), "Merge side")
    assert build.git("fsck", "--strict") == ""


def test_the_change_stands_first_among_the_trailers(build, fork):
    note = build.note("Merge side", trailers=[Trailer("Headrace-Artifact", "brief/x@1 sha256:00")])

    outcome = merged(build, fork, note=note)

    read = history.read_commit(build.repo, outcome.commit).trailers
    assert read == (CR_12, Trailer("Headrace-Artifact", "brief/x@1 sha256:00"))


def test_merging_again_gives_the_same_merge_also_after_later_commits(build, fork):
    first = merged(build, fork)
    later = build.commit("main", {"d": "d"})

    assert merged(build, fork) == Merged(commit=first.commit, already=True)
    assert repository.head(build.repo, "main") == later


def test_the_same_merge_of_the_same_state_has_the_same_id(build, fork):
    before = repository.head(build.repo, "main")
    first = merged(build, fork)
    repository.move_branch(build.repo, "main", expected=first.commit, to=before)

    assert merged(build, fork) == first


def test_a_source_ahead_of_the_target_still_gets_a_merge_commit(build):
    first = build.commit("main", {"a": "1"})
    side = build.commit("side", {"a": "2"}, start=first)

    outcome = merged(build, side)

    assert history.read_commit(build.repo, outcome.commit).parents == (first, side)


@pytest.mark.parametrize(
    ("ours", "theirs", "kind"),
    [
        pytest.param({"a": "ours\n"}, {"a": "theirs\n"}, ConflictKind.CONTENTS, id="both edited"),
        pytest.param({"a": None}, {"a": "theirs\n"}, ConflictKind.MODIFY_DELETE, id="one deleted"),
        pytest.param({"n": "ours\n"}, {"n": "theirs\n"}, ConflictKind.CONTENTS, id="both added"),
        pytest.param({"z": b"\0ours"}, {"z": b"\0theirs"}, ConflictKind.BINARY, id="binary"),
        pytest.param(
            {"big": None, "x": LINES}, {"big": None, "y": LINES}, ConflictKind.RENAME_RENAME,
            id="renamed to two names",
        ),
        pytest.param(
            {"big": None}, {"big": None, "y": LINES}, ConflictKind.RENAME_DELETE,
            id="renamed and deleted",
        ),
        pytest.param(
            {"d": "file\n"}, {"d/x": "1\n"}, ConflictKind.FILE_DIRECTORY, id="a file and a folder"
        ),
        pytest.param(
            {"old/1": None, "old/2": None, "new/1": LINES + "1", "new/2": LINES + "2"},
            {"old/3": "3\n"},
            ConflictKind.DIRECTORY_RENAME,
            id="added to a folder that was renamed",
        ),
    ],
)  # fmt: skip
def test_a_conflict_is_told_with_its_kind_and_moves_nothing(build, ours, theirs, kind):
    first = build.commit(
        "main", {"a": "base\n", "big": LINES, "old/1": LINES + "1", "old/2": LINES + "2"}
    )
    side = build.commit("side", theirs, start=first)
    before = build.commit("main", ours)

    outcome = merged(build, side)

    assert isinstance(outcome, Conflicted)
    assert kind in [conflict.kind for conflict in outcome.conflicts]
    assert outcome.paths
    assert all(conflict.paths and conflict.message for conflict in outcome.conflicts)
    assert repository.head(build.repo, "main") == before


def test_a_conflict_gives_the_three_contents(build):
    first = build.commit("main", {"a b": "base"})
    side = build.commit("side", {"a b": "theirs"}, start=first)
    build.commit("main", {"a b": "ours"})

    (path,) = merged(build, side).paths

    contents = [reading.read_blob(build.repo, blob) for blob in (path.base, path.ours, path.theirs)]
    assert (path.path, contents) == ("a b", [b"base", b"ours", b"theirs"])


def test_a_side_that_deleted_has_no_content(build):
    first = build.commit("main", {"a": "base", "b": ""})
    side = build.commit("side", {"a": None}, start=first)
    build.commit("main", {"a": "ours"})

    (path,) = merged(build, side).paths

    assert path.theirs is None
    assert path.base is not None


def test_a_rename_and_a_copy_merge_cleanly_but_do_not_pass_the_check(build):
    brief = "id: brief/x\n" + LINES
    first = build.commit("main", {"x.md": brief, "other.md": "id: other\n"})
    side = build.commit("side", {"x.md": None, "moved.md": brief}, start=first)
    before = build.commit("main", {"copy.md": brief})

    outcome = merged(build, side, check=ids_are_unique)

    assert isinstance(outcome, CheckFailed)
    assert outcome.reasons == ("2 files are id: brief/x",)
    assert repository.head(build.repo, "main") == before


def test_the_check_sees_the_merged_tree_and_not_a_side(build, fork):
    seen = []

    def look(repo, tree):
        seen.append({entry.path for entry in reading.list_tree(repo, tree)})
        return ()

    merged(build, fork, check=look)

    assert seen == [{"a", "b", "c"}]


def test_when_the_target_moves_meanwhile_the_new_state_is_merged_and_checked_again(build, fork):
    seen = []

    def slow(repo, tree):
        seen.append(tree)
        if len(seen) == 1:
            build.commit("main", {"meanwhile": "1"})
        return ()

    outcome = merged(build, fork, check=slow)

    assert len(set(seen)) == 2
    assert reading.exists(build.repo, outcome.commit, "meanwhile")


def test_a_target_that_never_rests_ends_in_a_typed_refusal(build, fork):
    seen = []

    def always_moving(repo, tree):
        seen.append(build.commit("main", {"meanwhile": str(len(seen))}))
        return ()

    with pytest.raises(BranchMoved):
        merged(build, fork, check=always_moving)

    assert repository.head(build.repo, "main") == seen[-1]


def test_a_forged_trailer_on_a_merged_branch_does_not_pass_for_our_merge(build, fork):
    forger = build.commit(
        "forger", {"f": "1"}, start=history.read_commit(build.repo, fork).parents[0],
        trailers=[CR_12],
    )  # fmt: skip
    merged(build, forger, change=trailers.change("CR-11"))

    assert merged(build, fork).already is False


def test_a_trailer_on_a_plain_commit_of_the_target_is_no_merge(build, fork):
    build.commit("main", {"by": "hand"}, trailers=[CR_12])

    assert merged(build, fork).already is False


def test_a_change_that_was_merged_with_another_source_is_told(build, fork):
    first = merged(build, fork)
    other = build.commit("other", {"o": "1"}, start=fork)

    assert merged(build, other) == ChangeTaken(commit=first.commit)


def test_a_longer_number_is_another_change(build, fork):
    other = build.commit("other", {"o": "1"}, start=fork)
    merged(build, other, change=trailers.change("CR-120"))
    more = build.commit("more", {"p": "1"}, start=fork)

    assert merged(build, more).already is False


def test_what_somebody_merged_by_hand_is_told_as_contained(build):
    first = build.commit("main", {"a": "1"})
    second = build.commit("main", {"a": "2"})

    assert merged(build, first) == AlreadyContained(head=second)


def test_history_before_a_given_point_is_not_searched(build, fork):
    first = merged(build, fork).commit
    other = build.commit("other", {"o": "1"}, start=first)

    assert merged(build, other, not_before=first).already is False


def test_unrelated_histories_are_refused(build):
    build.commit("main", {"a": "1"})
    alien = build.commit("alien", {"b": "1"})

    with pytest.raises(UnrelatedHistories):
        merged(build, alien)


def test_a_missing_target_is_told(build, fork):
    with pytest.raises(BranchNotFound):
        merge(build.repo, "nowhere", fork, CR_12, build.note(), check=no_objection)


def test_a_target_that_somebody_works_on_is_not_moved_beneath_them(build, fork, tmp_path):
    worktree_add(build.repo, tmp_path / "work", "main")

    with pytest.raises(BranchCheckedOut):
        merged(build, fork)


def test_no_setting_of_a_user_changes_a_merge(build, fork, tmp_path, monkeypatch):
    settings = tmp_path / "gitconfig"
    settings.write_text(
        "[merge]\n\trenames = false\n\tverifySignatures = true\n[core]\n\tbare = false\n"
    )
    for name, value in {
        "GIT_CONFIG_GLOBAL": str(settings), "GIT_DIR": "/nonexistent", "HOME": str(tmp_path),
        "GIT_INDEX_FILE": "/nonexistent", "GIT_OBJECT_DIRECTORY": "/nonexistent",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)

    assert isinstance(merged(build, fork), Merged)


def test_trying_a_merge_writes_no_commit(build, fork):
    before = repository.heads(build.repo)

    tree = merging.trial_merge(build.repo, before["main"], fork)

    assert reading.exists(build.repo, tree, "c")
    assert repository.heads(build.repo) == before


def test_a_merged_tree_can_be_committed_as_a_resolution(build):
    first = build.commit("main", {"a": "base"})
    side = build.commit("side", {"a": "theirs"}, start=first)
    build.commit("main", {"a": "ours"})
    assert isinstance(merged(build, side), Conflicted)

    taken_in = commits.create_commit(
        build.repo,
        reading.tree_of(build.repo, side),
        [side, repository.head(build.repo, "main")],
        build.note("Take main in"),
    )

    assert isinstance(merged(build, taken_in), Merged)
