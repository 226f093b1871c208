"""A user's repository is taken in without being touched, followed, and given a branch when told to."""

import base64
import hashlib
import os
import threading
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from headrace.capabilities.record.git import commits, history, reading, remotes, repository
from headrace.capabilities.record.git.errors import (
    BranchNotFound,
    PushRefused,
    RemoteFailed,
    RepositoryExists,
    RepositoryNotFound,
    SourceRefused,
)
from headrace.capabilities.record.git.model import CommitNote, Person, RemoteMove
from headrace.capabilities.record.git.remotes import Access


@pytest.fixture
def copy(users_repository, tmp_path):
    return remotes.clone_mirror(users_repository, tmp_path / "copy.git")


def fingerprint(folder):
    """Every file of a folder with its content, to see that nothing changed."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def commit_in(hand, folder, name):
    (folder / name).write_text(name)
    hand(folder, "add", ".")
    hand(folder, "commit", "-q", "-m", f"Add {name}")
    return hand(folder, "rev-parse", "HEAD")


def test_every_branch_and_tag_is_taken_in_and_the_source_is_untouched(
    users_repository, tmp_path, hand
):
    before = fingerprint(users_repository)

    copy = remotes.clone_mirror(users_repository, tmp_path / "copy.git")

    heads = repository.heads(copy)
    assert heads == {
        "side": hand(users_repository, "rev-parse", "side"),
        "trunk": hand(users_repository, "rev-parse", "trunk"),
    }
    assert remotes.tracked_heads(copy) == heads
    assert repository.default_branch(copy) == "trunk"
    assert reading.read_file(copy, heads["trunk"], "README.md") == b"one\ntwo\n"
    assert hand(copy.path, "tag") == "v1"
    assert fingerprint(users_repository) == before


def test_the_copy_shares_no_file_with_the_source(users_repository, copy):
    inodes = {path.stat().st_ino for path in users_repository.rglob("*") if path.is_file()}

    assert not inodes & {path.stat().st_ino for path in copy.path.rglob("*") if path.is_file()}


def test_a_bare_source_and_a_url_are_taken_in_alike(users_repository, tmp_path, hand):
    hand(tmp_path, "clone", "-q", "--bare", str(users_repository), "bare.git")

    by_path = remotes.clone_mirror(str(tmp_path / "bare.git"), tmp_path / "one.git")
    by_url = remotes.clone_mirror(f"file://{tmp_path}/bare.git", tmp_path / "two.git")

    assert repository.heads(by_path) == repository.heads(by_url) != {}


def test_a_shallow_source_gives_a_shallow_copy_that_works(users_repository, tmp_path, hand):
    hand(tmp_path, "clone", "-q", "--depth=1", f"file://{users_repository}", "shallow")

    copy = remotes.clone_mirror(tmp_path / "shallow", tmp_path / "copy.git")

    (commit,) = history.log(copy, repository.head(copy, "trunk")).commits
    assert commit.subject == "Go on"
    assert reading.exists(copy, commit.id, "README.md")


def test_an_empty_source_gives_an_empty_copy(tmp_path, hand):
    hand(tmp_path, "init", "-q", "-b", "main", "empty")

    assert repository.heads(remotes.clone_mirror(tmp_path / "empty", tmp_path / "copy.git")) == {}


def test_hooks_and_settings_of_the_source_do_not_come_along(users_repository, tmp_path, hand):
    hand(users_repository, "config", "core.fsmonitor", f"touch {tmp_path}/ran")
    hook = users_repository / ".git/hooks/post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\n")

    copy = remotes.clone_mirror(users_repository, tmp_path / "copy.git")

    assert "fsmonitor" not in (copy.path / "config").read_text()
    assert not (copy.path / "hooks").exists()
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "source",
    [
        *[
            "ext::sh -c touch% /tmp/x",
            "--upload-pack=touch /tmp/x",
            "-x",
            "",
            "ftp://x/y",
            "fd::17",
        ],
        "https://user:secret@example.org/x.git",
    ],
)
def test_an_address_that_could_run_or_leak_something_is_refused(tmp_path, source):
    with pytest.raises(SourceRefused) as refused:
        remotes.clone_mirror(source, tmp_path / "copy.git")

    assert "secret" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "source",
    ["https://example.org/x.git", "git@example.org:team/x.git", "ssh://git@example.org/x.git"],
)
def test_an_address_of_a_forge_is_taken(source):
    assert remotes.checked_source(source) == source


def test_a_source_that_is_none_is_told_and_leaves_nothing_behind(tmp_path):
    (tmp_path / "folder").mkdir()

    with pytest.raises(RemoteFailed):
        remotes.clone_mirror(tmp_path / "folder", tmp_path / "copy.git")
    with pytest.raises(RepositoryNotFound):
        remotes.clone_mirror(tmp_path / "missing", tmp_path / "copy.git")

    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_what_is_there_already_is_not_overwritten(users_repository, copy):
    with pytest.raises(RepositoryExists):
        remotes.clone_mirror(users_repository, copy.path)


def test_a_fetch_tells_what_moved_and_moves_no_branch_of_ours(users_repository, copy, hand):
    ours = repository.heads(copy)
    new = commit_in(hand, users_repository, "more")
    hand(users_repository, "branch", "-D", "-q", "side")
    hand(users_repository, "branch", "fresh")

    moves = remotes.fetch(copy)

    assert moves == (
        RemoteMove(branch="fresh", old=None, new=new, rewritten=False),
        RemoteMove(branch="side", old=ours["side"], new=None, rewritten=False),
        RemoteMove(branch="trunk", old=ours["trunk"], new=new, rewritten=False),
    )
    assert repository.heads(copy) == ours
    assert remotes.fetch(copy) == ()


def test_rewritten_history_is_told(users_repository, copy, hand):
    hand(users_repository, "commit", "-q", "--amend", "-m", "Rewritten")

    (move,) = remotes.fetch(copy)

    assert (move.branch, move.rewritten) == ("trunk", True)


def test_a_branch_is_given_back_and_nothing_else(users_repository, copy, hand):
    before = hand(users_repository, "for-each-ref")
    new = give_work_to(copy)

    assert remotes.push_branch(copy, "work") == new
    assert remotes.push_branch(copy, "work") == new

    after = hand(users_repository, "for-each-ref").split("\n")
    assert set(after) - set(before.split("\n")) == {f"{new} commit\trefs/heads/work"}
    assert len(after) == len(before.split("\n")) + 1


def test_a_branch_may_be_given_elsewhere_under_another_name(copy, tmp_path):
    other = repository.create(tmp_path / "other.git")
    new = give_work_to(copy)

    remotes.push_branch(copy, "work", to=other.path, named="review/work")

    assert repository.heads(other) == {"review/work": new}


def test_commits_that_others_made_are_never_overwritten(users_repository, copy, hand):
    give_work_to(copy)
    hand(users_repository, "branch", "work")
    theirs = commit_in(hand, users_repository, "theirs")
    hand(users_repository, "branch", "-f", "work")

    with pytest.raises(PushRefused, match="rejected"):
        remotes.push_branch(copy, "work")

    assert hand(users_repository, "rev-parse", "work") == theirs


def test_the_branch_that_the_user_has_checked_out_is_not_changed_beneath_them(
    users_repository, copy, hand
):
    before = hand(users_repository, "rev-parse", "trunk")
    give_work_to(copy)

    with pytest.raises(PushRefused):
        remotes.push_branch(copy, "work", named="trunk")

    assert hand(users_repository, "rev-parse", "trunk") == before


def test_what_cannot_be_pushed_is_told(copy, tmp_path):
    with pytest.raises(BranchNotFound):
        remotes.push_branch(copy, "nowhere")
    give_work_to(copy)
    (tmp_path / "folder").mkdir()
    with pytest.raises(RemoteFailed):
        remotes.push_branch(copy, "work", to=tmp_path / "folder")


def test_a_repository_without_an_origin_has_nothing_to_fetch(repo):
    with pytest.raises(RemoteFailed):
        remotes.fetch(repo)


@pytest.fixture
def anothers_repository(users_repository):
    """A repository that belongs to another user of this machine."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder to another user")
    for path in [users_repository, *users_repository.rglob("*")]:
        os.lchown(path, 12345, 12345)
    return users_repository


def test_a_folder_of_another_user_is_read_only_when_its_owner_is_trusted(
    anothers_repository, tmp_path
):
    with pytest.raises(RemoteFailed, match="belongs to another user"):
        remotes.clone_mirror(anothers_repository, tmp_path / "copy.git")

    trusting = Access(trusts_owner=True)
    copy = remotes.clone_mirror(anothers_repository, tmp_path / "copy.git", access=trusting)

    assert set(repository.heads(copy)) == {"trunk", "side"}


class Forge(SimpleHTTPRequestHandler):
    """Serves repositories as plain files to whoever shows the token, else asks who it is."""

    seen: list[str | None]

    def do_GET(self):
        self.seen.append(self.headers.get("Authorization"))
        wanted = "Basic " + base64.b64encode(b"x-access-token:s3cret").decode()
        if self.headers.get("Authorization") == wanted:
            super().do_GET()
        else:
            self.send_error(401)

    def log_message(self, *_):
        pass


@pytest.fixture
def forge(users_repository, tmp_path, hand):
    """The address of a repository behind a token, and what was shown to it."""
    hand(tmp_path, "clone", "-q", "--bare", str(users_repository), "served/product.git")
    hand(tmp_path / "served/product.git", "update-server-info")
    seen: list[str | None] = []
    handler = type("Handler", (Forge,), {"seen": seen})
    with ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(handler, directory=tmp_path / "served")
    ) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/product.git", seen
        server.shutdown()
        thread.join()


def test_a_token_opens_a_forge_and_is_stored_and_shown_nowhere(forge, tmp_path):
    address, _ = forge
    access = remotes.with_token("s3cret")

    copy = remotes.clone_mirror(address, tmp_path / "copy.git", access=access)

    assert set(repository.heads(copy)) == {"trunk", "side"}
    stored = b"".join(path.read_bytes() for path in copy.path.rglob("*") if path.is_file())
    assert b"s3cret" not in stored
    assert b"Basic" not in stored
    assert "s3cret" not in repr(access)
    assert "Basic" not in repr(access)


def test_without_a_token_nobody_is_asked_and_the_refusal_is_told(forge, tmp_path):
    address, seen = forge

    with pytest.raises(RemoteFailed):
        remotes.clone_mirror(address, tmp_path / "copy.git")

    assert set(seen) == {None}


def give_work_to(copy):
    """A commit of ours on a new branch `work`; its id."""
    ada = Person(name="Ada", email="ada@example.org")
    note = CommitNote(
        message="Work", author=ada, committer=ada, when=datetime(2026, 3, 15, tzinfo=UTC)
    )
    return commits.commit_files(
        copy, "work", {"work.md": b"w"}, note, base=repository.head(copy, "side"), new_branch=True
    )
