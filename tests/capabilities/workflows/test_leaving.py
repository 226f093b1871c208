"""A worker whose lease is gone leaves; one that shares its process takes nothing with it but a thread."""

import sys
import threading
from datetime import timedelta

import pytest

from headrace.capabilities.workflows import store
from headrace.capabilities.workflows.worker import FENCED_EXIT, Timing, Worker

PATIENCE = 60.0


@pytest.fixture
def left() -> list[int]:
    return []


@pytest.fixture
def worker(units, database, organisation, left):
    told = threading.Event()

    def leave(code: int):
        left.append(code)
        told.set()
        sys.exit(code)

    running = Worker(
        units=units,
        system=database.system,
        organisations=lambda: [organisation],
        timing=Timing(beat=timedelta(seconds=0.1)),
        leave=leave,
    )
    running.start()
    yield running, told
    running.stop()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_lease_that_was_taken_ends_the_worker_once_and_not_its_process(worker, database, left):
    running, told = worker
    with database.system.begin() as db:
        store.leave(db, running.id)

    assert told.wait(PATIENCE)
    running.stop()

    assert left == [FENCED_EXIT]


def test_a_lease_that_was_given_back_while_stopping_is_no_reason_to_leave(worker, database, left):
    running, _ = worker
    running.ask_to_stop()
    with database.system.begin() as db:
        store.leave(db, running.id)

    running._beat()

    assert left == []
