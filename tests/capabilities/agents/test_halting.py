"""The kill switch with the real engine: whatever agents are at, they stand still within the limit."""

import sys
import threading
import time
from datetime import timedelta

import pytest

from capabilities.agents.plays import IMPLEMENT
from headrace.capabilities.agents import service
from headrace.capabilities.agents.configuration import BrainSettings
from headrace.capabilities.agents.model import Instrument, Workspace
from headrace.capabilities.governance import service as governance
from headrace.capabilities.workflows.worker import Worker
from headrace.kernel.errors import Refusal

LIMIT = timedelta(seconds=20)  # the default is 120; a machine under load needs its time too
PATIENCE = 90.0
ELEMENTS = ("api", "ui", "docs", "jobs", "data", "auth")


@pytest.fixture
def worker(company):
    running = []

    def start() -> None:
        made = Worker(
            units=company.units,
            system=company.database.system,
            organisations=lambda: [company.organisation],
            leave=sys.exit,
        )
        made.start()
        running.append(made)

    yield start
    for one in running:
        one.stop()


def until(true) -> None:
    """Wait for what the worker does; a poll, as there is nothing to be woken by."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "the worker did not get there"
        threading.Event().wait(0.05)


def times(company, type: str) -> list:
    """When events of a type were recorded, in real time, oldest first."""
    rows = company.rows(
        "SELECT recorded_at FROM journal_event WHERE organisation = :o AND type = :type "
        "ORDER BY recorded_at",
        type=type,
    )
    return [row["recorded_at"] for row in rows]


def test_calls_tools_and_queued_work_stand_still_within_the_limit(company, worker):
    measuring = threading.Event()

    def measure(bench, task):
        measuring.set()
        return {"status": bench.run(["sleep", "600"], at_most=timedelta(seconds=600)).status}

    company.play(IMPLEMENT, latency=timedelta(seconds=600), halt_within=LIMIT)
    company.open(Instrument(name="measure", run=measure))
    place = Workspace(repository="product", branch="main")
    runs = [company.claim("judge", role="judge", task="measure", workspace=place)]
    runs += [
        company.claim(
            element,
            element=element,
            workspace=Workspace(
                repository="product", branch=f"exec/export/{element}", paths=("src/api/",)
            ),
        )
        for element in ELEMENTS
    ]
    worker()
    until(lambda: company.rows("SELECT 1 FROM agents_attempt WHERE organisation = :o"))
    until(measuring.is_set)

    company.do(governance.halt, "it smells of smoke", by="ada")

    until(lambda: len(times(company, "agents.run_ended")) == len(runs))
    (halted,) = times(company, "governance.halted")
    assert times(company, "agents.run_ended")[-1] - halted < LIMIT
    assert {company.run(run).state.value for run in runs} == {"cancelled"}
    assert all("it smells of smoke" in company.run(run).error for run in runs)
    assert isinstance(company.claim("later", element="later"), Refusal)
    assert company.rows("SELECT 1 FROM budgets_reservation WHERE state = 'open'") == []
    assert company.do(service.runs, context="mission:export", limit=50)


@pytest.mark.parametrize(
    ("limit", "pause"),
    [
        pytest.param(timedelta(seconds=120), timedelta(seconds=2), id="as configured"),
        pytest.param(timedelta(seconds=10), timedelta(seconds=0.5), id="oftener for a short limit"),
    ],
)
def test_the_shorter_the_limit_the_oftener_calls_are_looked_after(limit, pause):
    assert BrainSettings(halt_within=limit).watch_pause == pause
    assert BrainSettings().halt_within == timedelta(seconds=120)
