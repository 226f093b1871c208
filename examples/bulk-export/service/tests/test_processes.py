import os
import signal
import sqlite3

import pytest

from processes import Processes, ProcessLost


@pytest.fixture(scope="module")
def processes():
    made = Processes(1)
    yield made
    made.close()


def test_work_is_done_in_another_process_which_is_kept(processes):
    first = processes.run(os.getpid)
    assert first != os.getpid()
    assert processes.run(os.getpid) == first


def test_what_the_work_raises_comes_back(processes):
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        processes.run(sqlite3.connect, "/not/there/at.all")


def test_a_process_that_ends_amid_its_work_is_replaced(processes):
    with pytest.raises(ProcessLost):
        processes.run(signal.raise_signal, signal.SIGKILL)
    assert processes.run(len, [1, 2]) == 2


def test_they_stand_back_behind_whoever_answers(processes):
    assert processes.run(os.getpriority, os.PRIO_PROCESS, 0) > os.getpriority(os.PRIO_PROCESS, 0)


def test_without_any_work_is_done_where_it_is_asked_for():
    assert Processes(0).run(os.getpid) == os.getpid()
