"""Of two processes that write at once exactly one wins, the other is told, and nothing is lost."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from headrace.capabilities.record.git import history, reading, repository

WORKER = Path(__file__).parent / "worker.py"


class Worker:
    """Another process on the same repository."""

    def __init__(self, repo):
        self.process = subprocess.Popen(
            [sys.executable, str(WORKER), str(repo.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, *command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()

    def answer(self):
        return json.loads(self.process.stdout.readline())


@pytest.fixture
def two(repo):
    workers = [Worker(repo), Worker(repo)]
    for worker in workers:
        assert worker.answer() == {"ready": True}
    yield workers
    for worker in workers:
        worker.process.communicate()
        assert worker.process.returncode == 0


def test_exactly_one_of_two_writers_on_one_base_wins_each_time(build, two):
    base = build.commit("main", {"a": "1"})

    for number in range(15):
        for name, worker in zip("ab", two, strict=True):
            worker.ask("commit_once", base, f"{name}{number}")
        answers = [worker.answer() for worker in two]

        (winner,) = [answer["won"] for answer in answers if "won" in answer]
        (told,) = [answer["moved"] for answer in answers if "moved" in answer]
        assert repository.head(build.repo, "main") == winner
        assert told == [base, winner]
        base = winner


def test_two_writers_that_repeat_what_they_lost_lose_no_write(build, two):
    build.commit("main", {"number": "0"})

    for name, worker in zip("ab", two, strict=True):
        worker.ask("count_up", 25, name)
    for worker in two:
        worker.answer()

    head = repository.head(build.repo, "main")
    assert reading.read_file(build.repo, head, "number") == b"50"
    assert len(history.log(build.repo, head, limit=100).commits) == 51
    assert build.git("fsck", "--strict", "--no-dangling") == ""


def test_two_that_merge_the_same_change_agree_on_one_merge(build, two):
    first = build.commit("main", {"a": "1"})
    for number in range(8):
        source = build.commit(f"side{number}", {f"s{number}": "1"}, start=first)
        head = repository.head(build.repo, "main")

        for worker in two:
            worker.ask("merge_once", source)
        answers = [worker.answer() for worker in two]

        assert len({answer["commit"] for answer in answers}) == 1
        assert sorted(answer["already"] for answer in answers) == [False, True]
        merged = history.read_commit(build.repo, answers[0]["commit"])
        assert merged.parents == (head, source)
        repository.move_branch(build.repo, "main", expected=merged.id, to=head)
