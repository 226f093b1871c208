"""The flows on the real engine, in a worker of this process: what plans and outcomes hold survives it."""

import sys
import threading
import time

import pytest

from headrace.capabilities.record import service
from headrace.capabilities.record.model import ChangeState
from headrace.capabilities.workflows.worker import Worker

PATIENCE = 60.0


@pytest.fixture
def worker(units, database, organisation, record):
    """A worker that runs until the end of the test."""
    running = Worker(
        units=units,
        system=database.system,
        organisations=lambda: [organisation],
        leave=sys.exit,
    )
    running.start()
    yield running
    running.stop()


def until(true) -> None:
    """Wait for what the worker does; a poll, as there is nothing to be woken by."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "the worker did not get there"
        threading.Event().wait(0.05)


def test_a_change_is_opened_and_merged_and_a_signal_filed_by_a_worker(record, worker):
    record.file(record.propose("signal"), drain=False)
    change = record.open(record.propose("brief"), drain=False)
    until(lambda: record.change(change.id).state is ChangeState.OPEN)

    record.approve(record.change(change.id))
    record.do(service.merge, change.id, by="vp-product")

    until(lambda: record.change(change.id).state is ChangeState.MERGED)
    until(lambda: record.effective("signal/export") == 1)
    assert record.effective("brief/export") == 1
    assert len(record.log()) == 3
