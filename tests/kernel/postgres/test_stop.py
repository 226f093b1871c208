"""Stopping and destroying: what is ours, all of it, and nothing else."""

import os
import time

import pytest

from headrace.kernel import postgres
from headrace.kernel.postgres import State, processes


def test_a_stopped_server_is_gone(directory):
    server = postgres.start(directory)

    assert postgres.stop(directory) is True

    assert not processes.is_alive(server.pid)
    assert postgres.status(directory) == postgres.Status(state=State.STOPPED)


def test_a_stop_does_not_wait_for_open_connections(directory, connect):
    server = postgres.start(directory)
    with connect(server.admin_url):
        assert postgres.stop(directory) is True


def test_stopping_again_is_harmless(directory):
    postgres.start(directory)
    postgres.stop(directory)

    assert postgres.stop(directory) is False


def test_what_was_never_made_is_absent_and_stays_so(directory):
    assert postgres.stop(directory) is False
    assert postgres.status(directory) == postgres.Status(state=State.ABSENT)
    assert not directory.path.exists()


def test_destroy_leaves_nothing(directory):
    server = postgres.start(directory)
    postgres.bootstrap(server.admin_url, directory.credentials_file)

    postgres.destroy(directory)

    assert not directory.path.exists()
    assert not processes.is_alive(server.pid)


def test_destroy_leaves_what_others_put_there(directory):
    postgres.start(directory)
    stranger = directory.path / "notes.txt"
    stranger.write_text("mine")

    postgres.destroy(directory)

    assert [entry.name for entry in directory.path.iterdir()] == ["notes.txt"]
    stranger.unlink()
    directory.path.rmdir()


def test_destroy_does_not_touch_a_directory_that_is_not_ours(tmp_path):
    (tmp_path / "cluster").mkdir()

    postgres.destroy(postgres.DataDirectory(path=tmp_path))

    assert (tmp_path / "cluster").exists()


@pytest.mark.parametrize(
    ("age_days", "size_bytes", "stays"),
    [
        pytest.param(1, 10, True, id="yesterday's"),
        pytest.param(7, 10, False, id="last week's, which would be appended to"),
        pytest.param(1, 30_000_000, False, id="too large"),
    ],
)
def test_logs_never_grow_for_ever(directory, age_days, size_bytes, stays):
    postgres.start(directory)
    postgres.stop(directory)
    log = directory.logs / "postgresql-Old.log"
    log.touch()
    os.truncate(log, size_bytes)
    os.utime(log, times=(time.time() - age_days * 86_400,) * 2)

    postgres.start(directory)

    assert log.exists() is stays
