"""A process that writes to a repository on command: one JSON line in, one JSON line out.

`worker.py REPOSITORY`. Races are run between two of these; kills hit one in the middle of its work.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from headrace.capabilities.record.git import commits, reading, repository, trailers
from headrace.capabilities.record.git.errors import BranchMoved
from headrace.capabilities.record.git.merging import merge
from headrace.capabilities.record.git.model import CommitNote, Person
from headrace.capabilities.record.git.repository import Repository

ADA = Person(name="Ada", email="ada@example.org")


def note(message):
    return CommitNote(
        message=message, author=ADA, committer=ADA, when=datetime(2026, 3, 15, tzinfo=UTC)
    )


def commit_once(repo, base, name):
    """One attempt on top of `base`; the commit, or where the branch stood instead."""
    try:
        return {"won": commits.commit_files(repo, "main", {name: b"x"}, note(name), base=base)}
    except BranchMoved as moved:
        return {"moved": [moved.expected, moved.actual]}


def count_up(repo, times, name):
    """Adds one to a shared number `times` times, each time on top of what is there."""
    losses = 0
    while times:
        head = repository.head(repo, "main")
        number = int(reading.read_file(repo, head, "number")) + 1
        try:
            commits.commit_files(
                repo, "main", {"number": b"%d" % number}, note(f"{name} {number}"), base=head
            )
        except BranchMoved:
            losses += 1
        else:
            times -= 1
    return {"losses": losses}


def merge_once(repo, source):
    outcome = merge(
        repo, "main", source, trailers.change("CR-1"), note("Merge"), check=lambda *_: ()
    )
    return {"commit": outcome.commit, "already": outcome.already}


def write_on(repo, name):
    """Commits and merges until killed; tells each commit only when it is made."""
    for number in range(1_000_000):
        head = repository.head(repo, "main")
        made = commits.commit_files(
            repo, "main", {f"{name}/{number}": b"x"}, note(f"{name} {number}"), base=head
        )
        tell({"made": made})
        side = f"side/{name}/{number}"
        source = commits.commit_files(
            repo, side, {f"{name}/side": b"%d" % number}, note(side), base=made, new_branch=True
        )
        change = trailers.change(f"CR-{name}-{number}")
        outcome = merge(repo, "main", source, change, note("Merge"), check=lambda *_: ())
        tell({"made": outcome.commit})


def tell(answer):
    print(json.dumps(answer), flush=True)


VERBS = {verb.__name__: verb for verb in (commit_once, count_up, merge_once, write_on)}


def main(path):
    repo = Repository(Path(path))
    tell({"ready": True})
    for line in sys.stdin:
        verb, *arguments = json.loads(line)
        tell(VERBS[verb](repo, *arguments))


if __name__ == "__main__":
    main(sys.argv[1])
