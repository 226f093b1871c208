"""The contract of an external agent, held by the adapter against an agent of a few lines."""

import os
import subprocess
import sys
import threading
import time
from datetime import timedelta

import psutil
import pytest
from pydantic import SecretStr

from headrace.capabilities.agents.brains import fake_agent
from headrace.capabilities.agents.brains.cancellation import Cancellation
from headrace.capabilities.agents.brains.errors import AgentFailed, BrainMisconfigured, Cancelled
from headrace.capabilities.agents.brains.external_agent import ExternalAgent
from headrace.capabilities.agents.conversation import Task

ARGV = (sys.executable, fake_agent.__file__, "{prompt_file}", "{message_file}")


def git(place, *arguments):
    identity = [
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@localhost",
        "-c",
        "init.defaultBranch=main",
    ]
    return subprocess.run(
        ["git", *identity, *arguments], cwd=place, check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture
def worktree(tmp_path):
    """A linked worktree, as every stream gets one."""
    main = tmp_path / "product"
    main.mkdir()
    git(main, "init", "--quiet")
    for name in ("kept.py", "changed.py", "gone.py"):
        (main / name).write_text(f"# {name}\n")
    (main / ".gitignore").write_text("*.log\n")
    git(main, "add", ".")
    git(main, "commit", "--quiet", "-m", "start")
    git(main, "worktree", "add", "--quiet", "-b", "exec/x", str(tmp_path / "tree"))
    return tmp_path / "tree"


def an_agent(**changes):
    quick = {"at_most": timedelta(seconds=60), "grace": timedelta(seconds=2)}
    return ExternalAgent(argv=ARGV, **{**quick, **changes})


def is_alive(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_what_changed_and_the_last_message_come_back(worktree):
    outcome = an_agent().perform(
        "write new/ü.py x\nwrite changed.py y\ndelete gone.py\nwrite a.log z\nmessage All done.",
        worktree,
    )

    assert {(c.path, c.kind.value) for c in outcome.changes.files} == {
        ("new/ü.py", "added"),
        ("changed.py", "modified"),
        ("gone.py", "deleted"),
    }
    assert outcome.message == "All done."
    assert git(worktree, "show", f"{outcome.changes.tree}:changed.py") == "y\n"


def test_the_same_change_counts_whether_or_not_the_agent_commits_it(worktree):
    base = git(worktree, "rev-parse", "HEAD").strip()

    outcome = an_agent().perform("write a.py x\ncommit mine\nwrite b.py y", worktree)

    assert [c.path for c in outcome.changes.files] == ["a.py", "b.py"]
    assert outcome.changes.base == base


def test_the_index_of_the_worktree_stays_as_the_agent_left_it(worktree):
    an_agent().perform("write a.py x", worktree)

    assert git(worktree, "status", "--porcelain") == "?? a.py\n"


def test_a_sparse_worktree_has_not_lost_the_files_it_does_not_show(worktree):
    git(worktree, "sparse-checkout", "set", "--no-cone", "/changed.py")

    outcome = an_agent().perform("write changed.py y", worktree)

    assert [c.path for c in outcome.changes.files] == ["changed.py"]


def test_without_a_message_file_the_last_paragraph_is_the_message(worktree):
    outcome = an_agent().perform("say working\nsay \nsay I am done.\nsay Bye.", worktree)

    assert outcome.message == "I am done.\nBye."


def test_nothing_of_our_environment_reaches_the_agent(worktree, monkeypatch):
    monkeypatch.setenv("HEADRACE_DATABASE_URL", "postgresql://secret")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-ours")

    outcome = an_agent().perform("environment", worktree)

    names = {line.partition("=")[0] for line in outcome.output.splitlines() if "=" in line}
    assert names <= {
        "PATH",
        "HOME",
        "TMPDIR",
        "LANG",
        "TERM",
        "NO_COLOR",
        "GIT_TERMINAL_PROMPT",
        "LC_CTYPE",
    }
    assert os.environ["HOME"] + "\n" not in outcome.output


def test_a_secret_given_to_the_agent_does_not_come_back(worktree):
    agent = an_agent(environment={"AGENT_KEY": SecretStr("sk-theirs-42")})

    outcome = agent.perform("environment\nmessage the key is sk-theirs-42", worktree)

    assert "AGENT_KEY=(secret)" in outcome.output
    assert outcome.message == "the key is (secret)"
    assert "sk-theirs-42" not in repr(agent) + repr(outcome) + agent.identity(
        Task(role="r", name="n")
    )


def test_output_is_kept_to_its_end_only(worktree):
    outcome = an_agent(output_bytes=1_000).perform("flood 300000\nsay the end", worktree)

    assert outcome.output_cut is True
    assert len(outcome.output) == 1_000
    assert outcome.output.endswith("the end\n")


@pytest.mark.parametrize("how", ["polite", "stubborn"])
def test_an_agent_over_its_time_is_ended_with_its_children(worktree, tmp_path, how):
    child = tmp_path / "child.pid"
    agent = an_agent(at_most=timedelta(seconds=1), grace=timedelta(milliseconds=300))

    with pytest.raises(AgentFailed, match="over its time") as failed:
        agent.perform(f"child {child}\nwrite half.py x\nhang {how} {tmp_path}/h", worktree)

    assert failed.value.details["over_time"] is True
    assert failed.value.details["changed"] == ["half.py"]
    assert not is_alive(int(child.read_text()))


def test_a_child_that_is_left_behind_does_not_outlive_the_task(worktree, tmp_path):
    child = tmp_path / "child.pid"

    an_agent().perform(f"child {child}", worktree)

    assert not is_alive(int(child.read_text()))


def test_a_stop_ends_the_agent_and_its_children_at_once(worktree, tmp_path):
    child, hanging = tmp_path / "child.pid", tmp_path / "hanging"
    cancellation = Cancellation()

    def stop_when_it_hangs():
        until = time.monotonic() + 30
        while not hanging.exists() and time.monotonic() < until:
            threading.Event().wait(0.01)
        cancellation.cancel("kill switch")

    threading.Thread(target=stop_when_it_hangs).start()
    began = time.monotonic()
    with pytest.raises(Cancelled, match="kill switch"):
        an_agent().perform(f"child {child}\nhang polite {hanging}", worktree, cancellation)

    assert time.monotonic() - began < 30
    assert not is_alive(int(child.read_text()))


def test_an_agent_that_fails_tells_its_code_and_its_last_words(worktree):
    with pytest.raises(AgentFailed, match="code 3: no licence") as failed:
        an_agent().perform("say trying\nsay no licence\nexit 3", worktree)

    assert failed.value.details["exit_code"] == 3


def test_an_agent_that_is_not_installed_is_told(worktree):
    with pytest.raises(BrainMisconfigured, match="'no-such-agent' cannot be started"):
        ExternalAgent(argv=("no-such-agent",)).perform("x", worktree)


def test_a_worktree_that_is_none_is_told(tmp_path):
    with pytest.raises(AgentFailed, match="not a git repository"):
        an_agent().perform("x", tmp_path)
