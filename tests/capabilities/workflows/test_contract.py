"""What the engine must keep: no effect lost, none doubled, whatever is killed, frozen or restarted."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from capabilities.workflows import toy_house
from headrace.capabilities.record.git.commits import commit_files
from headrace.capabilities.record.git.model import CommitNote, Person
from headrace.capabilities.record.git.repository import create, heads
from headrace.capabilities.workflows.engine import IDLE_SECONDS, prepare
from headrace.capabilities.workflows.model import JobState
from headrace.capabilities.workflows.store import jobs, leave_process
from headrace.kernel.context import Ctx, system_actor
from headrace.kernel.database import Database
from headrace.kernel.flow import Job
from headrace.kernel.unit import Units
from installation import Installation

PROGRAM = Path(toy_house.__file__)
_PATH = [str(PROGRAM.parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
SYSTEM = system_actor(toy_house.ORGANISATION)
ADA = Person(name="Ada", email="ada@example.org")


@dataclass
class Stage:
    """A database with a toy house, and the worker processes that a test starts on it."""

    database: Database
    units: Units
    directory: Path
    file: Path
    workers: list[subprocess.Popen[str]] = field(default_factory=list)

    def start_worker(self, *, beat: float = 0.3, lease: float = 1.5) -> subprocess.Popen[str]:
        timing = [str(beat), str(lease)]
        worker = subprocess.Popen(
            [sys.executable, str(PROGRAM), str(self.directory), "headrace_toy", *timing],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(_PATH)},
        )
        self.workers.append(worker)
        assert worker.stdout is not None
        assert worker.stdout.readline().startswith("ready")
        return worker

    def ask(self, walks: int, length: int, pause: float = 0.0) -> None:
        for number in range(walks):
            self.units.run(SYSTEM, self._start, f"w{number}", length, pause)

    def _start(self, ctx: Ctx, walk: str, length: int, pause: float) -> None:
        arguments = {
            "walk": walk,
            "length": str(length),
            "file": str(self.file),
            "pause": str(pause),
        }
        ctx.start(Job(flow="toy.walk", key=walk, arguments=arguments))

    def states(self) -> dict[str, JobState]:
        with self.units.open(SYSTEM) as ctx:
            rows = jobs(ctx.db, toy_house.ORGANISATION, state=None, flow=None, limit=1000)
            return {row.key: row.state for row in rows}

    def stepped(self) -> int:
        with self.units.open(SYSTEM) as ctx:
            return ctx.db.execute(
                sa.text("SELECT count(*) FROM journal_event WHERE lineage LIKE 'walk:%'")
            ).scalar_one()

    def noted_errors(self) -> int:
        """How many steps the engine notes as failed."""
        with self.database.system.connect() as db:
            return db.execute(
                sa.text("SELECT count(*) FROM dbos.operation_outputs WHERE error IS NOT NULL")
            ).scalar_one()

    def arrived(self, gate: Path) -> list[int]:
        """The workers that came to the gate, in their order."""
        said = gate.with_name("arrived")
        return [int(pid) for pid in said.read_text().split()] if said.exists() else []

    def acts(self) -> set[str]:
        return set(self.file.read_text().split()) if self.file.exists() else set()


def until(fact: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for a fact, looking ten times a second; fails when it does not come true."""
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.1)


@pytest.fixture
def stage(installation: Installation, tmp_path: Path) -> Iterator[Stage]:
    database = toy_house.open_database(str(installation.directory.path), "headrace_toy")
    database.migrate(toy_house.HOUSE, prepare)
    made = Stage(
        database=database,
        units=toy_house.open_units(database),
        directory=installation.directory.path,
        file=tmp_path / "acts",
    )
    yield made
    for worker in made.workers:
        worker.kill()
        worker.wait()
        assert worker.stdout is not None
        worker.stdout.close()
    database.dispose()
    from headrace.kernel.postgres import drop_database, start

    drop_database(start(installation.directory).admin_url, "headrace_toy")


def all_done(stage: Stage, walks: int) -> Callable[[], bool]:
    return lambda: list(stage.states().values()) == [JobState.DONE] * walks


def test_a_flow_runs_to_its_end(stage: Stage):
    stage.ask(walks=3, length=2)

    stage.start_worker()

    until(all_done(stage, 3))
    assert stage.stepped() == 6
    assert len(stage.acts()) == 6


def test_a_worker_that_had_nothing_to_do_looks_seldom_and_wakes_up_for_work(stage: Stage):
    def looked_at_each() -> float:
        sql = sa.text("SELECT max(polling_interval_sec) FROM dbos.queues")
        with stage.database.system.connect() as db:
            return float(db.execute(sql).scalar_one())

    stage.start_worker()
    until(lambda: looked_at_each() == IDLE_SECONDS)
    stage.ask(walks=1, length=3, pause=1.0)  # long enough to be seen at work
    until(lambda: looked_at_each() < IDLE_SECONDS)
    until(lambda: looked_at_each() == IDLE_SECONDS)


def test_one_key_runs_once_however_often_it_is_asked_for(stage: Stage):
    stage.start_worker()

    for _ in range(3):
        stage.ask(walks=1, length=1)

    until(all_done(stage, 1))
    assert stage.stepped() == 1


def test_a_job_of_a_unit_that_rolls_back_never_runs(stage: Stage):
    def ask_and_fail() -> None:
        with stage.units.open(SYSTEM) as ctx:
            stage._start(ctx, "never", 1, 0.0)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask_and_fail()

    assert stage.states() == {}


def test_killing_workers_at_random_moments_loses_and_doubles_nothing(stage: Stage):
    walks, length = 8, 5
    stage.ask(walks, length, pause=0.05)
    dice = random.Random(7)

    for _ in range(5):
        worker = stage.start_worker()
        time.sleep(dice.uniform(0.1, 0.8))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    stage.start_worker()

    until(all_done(stage, walks))
    assert stage.stepped() == walks * length
    assert len(stage.acts()) == walks * length


def test_a_frozen_worker_that_wakes_up_late_does_no_harm(stage: Stage):
    stage.ask(walks=4, length=6, pause=0.1)
    zombie = stage.start_worker()
    until(lambda: stage.stepped() >= 4)

    zombie.send_signal(signal.SIGSTOP)
    stage.start_worker()
    until(all_done(stage, 4))
    zombie.send_signal(signal.SIGCONT)

    assert zombie.wait(timeout=20) == 75  # it finds its lease gone and leaves
    assert stage.stepped() == 24
    assert len(stage.acts()) == 24


def test_a_worker_that_wakes_up_in_the_middle_of_an_act_writes_nothing_into_git(
    stage: Stage, tmp_path: Path
):
    repository, gate = create(tmp_path / "product.git"), tmp_path / "gate"
    note = CommitNote(message="Begin", author=ADA, committer=ADA, when=datetime.now(UTC))
    main = commit_files(repository, "main", {"README.md": b"Begin\n"}, note, base=None)
    arguments = {"repository": str(repository.path), "gate": str(gate)}
    stage.units.run(
        SYSTEM, lambda ctx: ctx.start(Job(flow="toy.push", key="p", arguments=arguments))
    )
    # It beats so seldom that only the fence can stop it when it wakes up.
    zombie = stage.start_worker(beat=600)
    until(lambda: stage.arrived(gate) == [zombie.pid])

    zombie.send_signal(signal.SIGSTOP)
    heir = stage.start_worker()
    until(lambda: stage.arrived(gate) == [zombie.pid, heir.pid])
    gate.touch()
    until(lambda: stage.states() == {"p": JobState.DONE})
    zombie.send_signal(signal.SIGCONT)

    assert zombie.wait(timeout=20) == 75
    assert heads(repository) == {"main": main}  # written once and taken away, not written again
    assert stage.states() == {"p": JobState.DONE}
    assert stage.noted_errors() == 0  # not even the engine noted the zombie's end as an outcome


@pytest.mark.parametrize("waits", [False, True], ids=["that starts now", "that works already"])
def test_work_whose_lease_its_supervisor_ended_goes_on_long_before_it_would_have_run_out(
    stage: Stage, waits: bool
):
    stage.ask(walks=2, length=4, pause=0.2)
    dead = stage.start_worker(lease=600)
    until(lambda: stage.stepped() >= 2)
    if waits:
        stage.start_worker(lease=600)

    dead.kill()
    dead.wait()
    with stage.database.system.begin() as db:
        leave_process(db, socket.gethostname(), dead.pid)
    if not waits:
        stage.start_worker(lease=600)

    until(all_done(stage, 2), seconds=60)
    assert stage.stepped() == 8
    assert len(stage.acts()) == 8


def test_two_workers_share_the_work(stage: Stage):
    stage.start_worker()
    stage.start_worker()

    stage.ask(walks=12, length=3, pause=0.05)

    until(all_done(stage, 12))
    assert stage.stepped() == 36
    assert len(stage.acts()) == 36


def test_killing_the_database_server_is_survived(stage: Stage, installation: Installation):
    from headrace.kernel.postgres import start

    stage.start_worker()
    stage.ask(walks=4, length=5, pause=0.1)
    until(lambda: stage.stepped() >= 3)

    for _ in range(2):
        os.kill(start(installation.directory).pid, signal.SIGKILL)
        time.sleep(0.5)

    until(lambda: _asks(all_done(stage, 4)), seconds=90)
    assert stage.stepped() == 20
    assert len(stage.acts()) == 20


def _asks(fact: Callable[[], bool]) -> bool:
    """The fact, or no while the server is still on its way up."""
    try:
        return fact()
    except sa.exc.DBAPIError:
        return False


def test_a_flow_that_fails_tells_why_and_says_its_own_word(stage: Stage):
    stage.start_worker()

    stage.units.run(
        SYSTEM, lambda ctx: ctx.start(Job(flow="toy.fail", key="f", arguments={"walk": "f"}))
    )

    until(lambda: stage.states() == {"f": JobState.FAILED})
    assert stage.stepped() == 2  # its one step, and its apology
