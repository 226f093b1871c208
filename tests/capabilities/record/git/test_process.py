"""Git runs with nothing but what we give it, is stopped when it hangs, and tells no password."""

import os
from datetime import timedelta

import pytest

from headrace.capabilities.record.git import process
from headrace.capabilities.record.git.errors import GitFailed, GitTimedOut
from headrace.capabilities.record.git.process import Git
from processes import is_gone


@pytest.fixture
def fake_git(tmp_path, monkeypatch):
    """Puts a program named `git` first on the path; gives a function that says what it does."""

    def does(script):
        program = tmp_path / "bin" / "git"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")

    return does


def test_nothing_of_the_callers_environment_reaches_git(fake_git, monkeypatch):
    for name in ("GIT_DIR", "GIT_SSH", "GIT_EXTERNAL_DIFF", "GIT_PROXY_COMMAND", "SECRET"):
        monkeypatch.setenv(name, "leaked")
    fake_git("env")

    seen = dict(line.split("=", 1) for line in Git().run("x").text.split("\n"))

    assert "leaked" not in seen.values()
    assert seen["GIT_CONFIG_NOSYSTEM"] == "1"
    assert seen["GIT_CONFIG_GLOBAL"] == os.devnull
    assert seen["GIT_TERMINAL_PROMPT"] == "0"
    assert seen["LC_ALL"] == "C"
    assert seen["GIT_ALLOW_PROTOCOL"] == "file:https:http:ssh:git"


def test_settings_given_win_over_ours_and_do_not_stand_on_the_command_line(repo, fake_git):
    git = Git(git_dir=repo.path, configuration={"merge.renames": "false", "http.extraHeader": "T"})

    assert git.run("config", "merge.renames").text == "false"
    assert git.run("config", "core.hooksPath").text == os.devnull
    fake_git('echo "$@"')
    assert git.run("fetch").text == "fetch"


def test_what_git_was_told_and_why_it_failed_is_in_the_error(repo):
    with pytest.raises(
        GitFailed, match=r"git cat-file -e nothing ended with 128: fatal: "
    ) as failed:
        repo.git.run("cat-file", "-e", "nothing")

    assert failed.value.exit_code == 128


def test_an_exit_code_may_be_an_answer(repo):
    assert repo.git.run("config", "no.such", accept=(0, 1)).exit_code == 1


def test_a_git_that_hangs_is_stopped_with_its_children(fake_git, tmp_path):
    fake_git(f"sleep 600 & echo $! > {tmp_path}/child; wait")

    with pytest.raises(GitTimedOut, match="took longer"):
        Git(timeout=timedelta(seconds=1)).run("fetch")

    child = int((tmp_path / "child").read_text())
    assert is_gone(child)


def test_a_password_in_what_git_says_is_blanked(fake_git):
    fake_git("echo 'fatal: no access to https://ada:s3cret@example.org/x' >&2; exit 128")

    with pytest.raises(GitFailed) as failed:
        Git().run("fetch")

    assert "s3cret" not in str(failed.value)
    assert "https://***@example.org/x" in str(failed.value)


def test_bytes_that_are_no_utf8_survive_as_text():
    assert process.decoded(b"caf\xe9").encode("utf-8", "surrogateescape") == b"caf\xe9"
