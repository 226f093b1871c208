"""Whatever is killed at whatever moment, the repository is sound and the same call again ends well."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from headrace.capabilities.record.git import history, repository
from headrace.capabilities.record.git.errors import BranchMoved

HERE = Path(__file__).parent


@pytest.mark.slow
@pytest.mark.parametrize(
    ("operation", "least_deaths"),
    [
        ("create", 10),
        ("commit", 10),
        ("merge_side", 10),
        ("add_worktree", 20),
        ("commit_in_worktree", 15),
        ("remove_worktree", 5),
    ],
)
def test_killed_before_any_call_to_the_system_the_next_attempt_reaches_the_same_end(
    tmp_path, operation, least_deaths
):
    told = subprocess.run(
        [sys.executable, str(HERE / "crash_points.py"), operation, str(tmp_path)],
        capture_output=True,
        text=True,
    )

    assert told.returncode == 0, told.stderr
    assert int(told.stdout) >= least_deaths


@pytest.mark.slow
@pytest.mark.parametrize("git_dies_too", [True, False], ids=["with its git", "alone"])
def test_a_writer_killed_at_random_moments_loses_nothing_it_told_and_blocks_nobody(
    build, git_dies_too
):
    build.commit("main", {"a": "1"})
    chance = random.Random(20260315)

    for round_number in range(12):
        told = killed_while_writing(
            build.repo, f"r{round_number}", chance.uniform(0, 0.3), git_dies_too
        )

        after = written_after(build, f"after/{round_number}")
        reached = {commit.id for commit in everything(build.repo, after)}
        assert set(told) <= reached
        assert build.git("fsck", "--strict", "--no-dangling") == ""


def killed_while_writing(repo, name, seconds, git_dies_too):
    """The commits that a worker told of before it was killed, `seconds` after its first."""
    worker = subprocess.Popen(
        [sys.executable, str(HERE / "worker.py"), str(repo.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    worker.stdin.write(json.dumps(["write_on", name]) + "\n")
    worker.stdin.flush()
    lines = [worker.stdout.readline() for _ in ("ready", "first commit")]
    time.sleep(seconds)  # the random moment
    kill(psutil.Process(worker.pid), git_dies_too)
    rest, _ = worker.communicate()
    answers = [json.loads(line) for line in lines[1:] + rest.splitlines()]
    return [answer["made"] for answer in answers]


def written_after(build, name):
    """A commit made at once after the kill: the git of the killed writer may still come first."""
    try:
        return build.commit("main", {name: "x"})
    except BranchMoved:
        return build.commit("main", {name: "x"})


def kill(process, children_too):
    process.suspend()  # so that no child is born between the look and the kill
    children = process.children(recursive=True) if children_too else []
    process.kill()
    for child in children:
        child.kill()


def everything(repo, start):
    offset = 0
    while offset is not None:
        page = history.log(repo, start, offset=offset, limit=1000)
        yield from page.commits
        offset = page.next_offset


def test_a_branch_whose_writer_was_killed_inside_git_can_be_moved_at_once(build):
    first = build.commit("main", {"a": "1"})
    locks = ["refs/heads/main.lock", "HEAD.lock", "packed-refs.lock"]
    places = [build.repo.path / name for name in locks]
    for place in places:
        place.touch()
    (build.repo.path / "headrace-writer").write_text("\0".join(map(str, places)))

    second = build.commit("main", {"a": "2"})

    assert history.read_commit(build.repo, second).parents == (first,)
    assert not any(place.exists() for place in places)
    assert repository.head(build.repo, "main") == second
