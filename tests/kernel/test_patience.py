"""A database that is away is waited for, so long and no longer; no other fault is."""

import psycopg
import pytest
import sqlalchemy as sa

from headrace.kernel.database import Database
from headrace.kernel.patience import is_away, is_passing, patiently, tried
from installation import Installation

LOST = sa.exc.OperationalError("SELECT 1", {}, psycopg.OperationalError("gone"))
DEADLOCK = sa.exc.DBAPIError("UPDATE", {}, psycopg.errors.DeadlockDetected())
STOPPING = sa.exc.OperationalError("SELECT 1", {}, psycopg.errors.AdminShutdown())
TWICE = sa.exc.IntegrityError("INSERT", {}, psycopg.errors.UniqueViolation())
NO_CONNECTION_FREE = sa.exc.TimeoutError("the pool is empty")


class Work:
    """Raises its faults one after the other, and then gives an answer."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.faults:
            raise self.faults.pop(0)
        return "done"


@pytest.mark.parametrize(
    ("fault", "away", "passing"),
    [
        pytest.param(LOST, True, True, id="a connection that could not be made"),
        pytest.param(STOPPING, True, True, id="a server that stops"),
        pytest.param(NO_CONNECTION_FREE, True, True, id="no connection free"),
        pytest.param(DEADLOCK, False, True, id="a deadlock"),
        pytest.param(TWICE, False, False, id="a row that is there already"),
        pytest.param(ValueError("wrong"), False, False, id="a defect"),
    ],
)
def test_what_passes_by_itself_is_told_from_what_does_not(
    fault: Exception, away: bool, passing: bool
):
    assert (is_away(fault), is_passing(fault)) == (away, passing)


def test_work_is_done_again_while_its_faults_pass():
    work = Work(LOST, DEADLOCK)
    heard: list[BaseException] = []

    assert patiently(work, told=heard.append) == "done"
    assert heard == [LOST, DEADLOCK]


def test_a_fault_that_does_not_pass_rises_at_once():
    work = Work(TWICE)

    with pytest.raises(sa.exc.IntegrityError):
        patiently(work)
    assert work.calls == 1


def test_patience_has_an_end():
    work = Work(*[LOST] * 1000)

    with pytest.raises(sa.exc.OperationalError):
        patiently(work, seconds=0.2)
    assert 1 < work.calls < 10


def test_a_look_that_comes_again_does_without_an_answer():
    assert tried(Work(LOST), "unknown") == "unknown"
    assert tried(Work(), "unknown") == "done"


def test_a_server_that_was_killed_is_waited_for(database: Database, installation: Installation):
    def answer() -> int:
        with database.app.connect() as db:
            return db.execute(sa.text("SELECT 42")).scalar_one()

    assert answer() == 42
    installation.kill()

    assert patiently(answer) == 42
