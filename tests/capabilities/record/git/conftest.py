"""Real repositories in temporary folders, and builders with legal defaults."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from headrace.capabilities.record.git import commits, repository
from headrace.capabilities.record.git.model import CommitId, CommitNote, Person
from headrace.capabilities.record.git.repository import Repository

NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)
ADA = Person(name="Ada", email="ada@example.org")
HEADRACE = Person(name="Headrace", email="record@example.org")


def a_note(message="Write it down", **facts):
    return CommitNote(
        **({"message": message, "author": ADA, "committer": HEADRACE, "when": NOON} | facts)
    )


class Builder:
    """A repository with short ways to bring it into a state."""

    def __init__(self, repo: Repository) -> None:
        self.repo = repo
        self.note = a_note

    def commit(self, branch: str, changes: dict[str, str | bytes | None], **facts) -> CommitId:
        """Commits on top of the branch, which begins empty, or at `start`, when it is missing."""
        standing = repository.find_head(self.repo, branch)
        start = facts.pop("start", None)
        raw = {k: v.encode() if isinstance(v, str) else v for k, v in changes.items()}
        made = commits.commit_files(
            self.repo,
            branch,
            raw,
            a_note(**facts),
            base=standing or start,
            new_branch=standing is None,
        )
        assert made is not None
        return made

    def git(self, *arguments: str) -> str:
        return git(self.repo.path, *arguments)


def git(folder: Path, *arguments: str) -> str:
    """What real Git, untouched by our adapter, says in `folder`."""
    identity = ["-c", "user.name=Hand", "-c", "user.email=hand@example.org"]
    return subprocess.run(
        ["git", *identity, *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        env={
            "PATH": "/usr/bin:/bin:/usr/local/bin",
            "GIT_CONFIG_NOSYSTEM": "1",
            "HOME": "/nonexistent",
        },
    ).stdout.strip()


@pytest.fixture
def repo(tmp_path) -> Repository:
    return repository.create(tmp_path / "record.git")


@pytest.fixture
def build(repo) -> Builder:
    return Builder(repo)


@pytest.fixture
def hand():
    return git


@pytest.fixture
def users_repository(tmp_path):
    """A repository with a working tree, as a user has one: two commits, two branches, a tag."""
    folder = tmp_path / "product"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "trunk")
    (folder / "README.md").write_text("one\n")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "Begin")
    (folder / "README.md").write_text("one\ntwo\n")
    git(folder, "commit", "-q", "-a", "-m", "Go on")
    git(folder, "tag", "v1")
    git(folder, "branch", "side", "HEAD~1")
    return folder
