"""A house with toy flows, for the engine's contract tests; also the program of a worker process.

The flow `toy.walk` takes N steps. Each step is a verb that records an event, then an act that
appends its effect key to a file. Effects are counted from outside: events in the journal, distinct
keys in the file. The flow `toy.push` writes a branch of a Git repository and takes it away again.
"""

import logging
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

from headrace.capabilities.record.git.commits import commit_files
from headrace.capabilities.record.git.model import CommitNote, Person
from headrace.capabilities.record.git.repository import find_head, head, move_branch, open_existing
from headrace.capabilities.workflows.capability import CAPABILITY as WORKFLOWS
from headrace.capabilities.workflows.engine import JobWriter
from headrace.capabilities.workflows.worker import Timing, Worker
from headrace.kernel.capability import Capability
from headrace.kernel.clock import RealClock
from headrace.kernel.context import Ctx
from headrace.kernel.database import Database, Embedded
from headrace.kernel.events import Event
from headrace.kernel.flow import Flow, Queue, Steps
from headrace.kernel.house import House
from headrace.kernel.ids import OrganisationId
from headrace.kernel.postgres import DataDirectory
from headrace.kernel.unit import Units

ORGANISATION = OrganisationId("org_toy")


@dataclass(frozen=True, kw_only=True)
class Stepped(Event):
    """A toy walk took a step."""

    type: ClassVar[str] = "toy.stepped"
    walk: str
    step: int

    @property
    def lineage(self) -> str:
        return f"walk:{self.walk}"


def take_step(ctx: Ctx, walk: str, step: int) -> int:
    ctx.record(Stepped(walk=walk, step=step))
    return step


def walk(steps: Steps, *, walk: str, length: str, file: str, pause: str) -> None:
    """Take `length` steps, each a verb and an act; an act lasts `pause` seconds."""
    for step in range(int(length)):
        assert steps.verb(take_step, walk, step) == step
        steps.act("append", lambda key: _append(Path(file), key, float(pause)), str)


def _append(file: Path, key: str, pause: float) -> str:
    with file.open("a") as out:
        out.write(f"{key}\n")
    time.sleep(pause)
    return key


def fail(steps: Steps, *, walk: str) -> None:
    steps.verb(take_step, walk, 0)
    raise RuntimeError("the toy is broken")


def apologise(ctx: Ctx, error: str, *, walk: str) -> None:
    ctx.record(Stepped(walk=f"{walk}-apology", step=len(error)))


def push(steps: Steps, *, repository: str, gate: str) -> None:
    """Write a branch, once, and take it away again, as the flow of a change request does."""
    steps.act("push", lambda key: _push(Path(repository), Path(gate), key), str)
    steps.act("tidy", lambda key: _tidy(Path(repository)), bool)


def _push(place: Path, gate: Path, key: str) -> str:
    repository = open_existing(place)
    main = head(repository, "main")
    standing = find_head(repository, BRANCH)
    with gate.with_name("arrived").open("a") as out:
        out.write(f"{os.getpid()}\n")
    while not gate.exists():  # a test holds the worker here
        time.sleep(0.02)
    if standing is None:
        ada = Person(name="Ada", email="ada@example.org")
        note = CommitNote(message=key, author=ada, committer=ada, when=datetime.now(UTC))
        commit_files(repository, BRANCH, {"a": b"a"}, note, base=main, new_branch=True)
    return key


def _tidy(place: Path) -> bool:
    repository = open_existing(place)
    standing = find_head(repository, BRANCH)
    if standing is not None:
        move_branch(repository, BRANCH, expected=standing, to=None)
    return standing is not None


BRANCH = "work"
TOY = Capability(
    name="toy",
    events=(Stepped,),
    flows=(
        Flow(name="toy.walk", run=walk, queue=Queue.INTERACTIVE),
        Flow(name="toy.push", run=push, queue=Queue.RECORD),
        Flow(name="toy.fail", run=fail, queue=Queue.INTERACTIVE, on_failure=apologise),
    ),
)
HOUSE = House((WORKFLOWS, TOY))


def open_database(directory: str, name: str) -> Database:
    return Database(Embedded(directory=DataDirectory(path=Path(directory)), name=name))


def open_units(database: Database) -> Units:
    return Units(
        engine=database.app,
        house=HOUSE,
        clock=RealClock(),
        tenancy=database.tenancy,
        jobs=JobWriter(HOUSE, database.app),
    )


def main(directory: str, name: str, beat: str = "0.3", lease: str = "1.5") -> None:
    logging.basicConfig(level=logging.WARNING)
    database = open_database(directory, name)
    worker = Worker(
        units=open_units(database),
        system=database.system,
        organisations=lambda: [ORGANISATION],
        timing=Timing(beat=timedelta(seconds=float(beat)), lease=timedelta(seconds=float(lease))),
    )
    worker.start()
    signal.signal(signal.SIGTERM, lambda *_: worker.ask_to_stop())
    print("ready", os.getpid(), flush=True)
    worker.wait()
    worker.stop()


if __name__ == "__main__":
    threading.current_thread().name = "toy-worker"
    main(*sys.argv[1:])
