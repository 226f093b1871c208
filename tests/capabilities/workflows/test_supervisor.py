"""The supervisor replaces workers that die, and ends their leases at once, whatever died with them."""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from headrace.capabilities.workflows import store
from headrace.capabilities.workflows.supervisor import Supervisor
from headrace.kernel.database import Database
from headrace.kernel.postgres import start
from installation import Installation


def until(fact: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.05)


@pytest.fixture
def supervisor(database: Database) -> Iterator[Supervisor]:
    sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
    made = Supervisor(sleep, count=1, system=database.system)
    made.start()
    until(lambda: len(made.pids()) == 1)
    yield made
    made.stop()


def expired(database: Database) -> bool:
    try:
        with database.system.connect() as db:
            return list(store.expired(db)) == ["exe_1"]
    except sa.exc.DBAPIError:
        return False


@pytest.mark.parametrize("server_too", [False, True], ids=["a worker", "worker and database"])
def test_the_lease_of_a_worker_that_was_killed_is_ended_and_another_takes_its_place(
    supervisor: Supervisor, database: Database, installation: Installation, server_too: bool
):
    (pid,) = supervisor.pids()
    with database.system.begin() as db:
        store.enter(db, "exe_1", socket.gethostname(), pid)

    if server_too:
        os.kill(start(installation.directory).pid, signal.SIGKILL)
    os.kill(pid, signal.SIGKILL)

    until(lambda: expired(database))
    until(lambda: len(supervisor.pids()) == 1)
    assert supervisor.pids() != (pid,)
