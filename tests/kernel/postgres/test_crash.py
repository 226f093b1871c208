"""Crashes: what was acknowledged is there, and what a dead server left behind stops nobody."""

import contextlib
import os
import socket
import sys
import threading
from datetime import timedelta

import psycopg
import pytest

from headrace.kernel import postgres
from headrace.kernel.postgres import State, processes
from headrace.kernel.postgres import server as server_module
from headrace.kernel.postgres.model import StartFailed

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's process files")

BUSY = """
DO $$ DECLARE finish timestamptz := clock_timestamp() + interval '{seconds} s';
BEGIN WHILE clock_timestamp() < finish LOOP NULL; END LOOP; END $$
"""


def test_every_acknowledged_row_survives_kill_9(directory, connect, kill_hard, eventually):
    server = postgres.start(directory)
    with connect(server.admin_url) as connection:
        connection.execute("CREATE TABLE written (number int PRIMARY KEY)")
    acknowledged = []

    def write():
        with connect(server.admin_url) as connection:
            while True:
                number = len(acknowledged)
                connection.execute("INSERT INTO written VALUES (%s)", [number])
                acknowledged.append(number)

    writer = threading.Thread(target=until_cut_off, args=[write])
    writer.start()
    eventually(lambda: len(acknowledged) > 200)
    kill_hard(server.pid)
    writer.join()

    again = postgres.start(directory)

    with connect(again.admin_url) as connection:
        rows = {row[0] for row in connection.execute("SELECT number FROM written")}
    assert set(acknowledged) <= rows
    assert len(rows) <= len(acknowledged) + 1  # the one in flight may have been committed


def until_cut_off(work):
    with contextlib.suppress(psycopg.OperationalError):
        work()


@pytest.fixture
def busy_backend(directory, connect, eventually):
    """Let a session work for some seconds without looking up; gives its process id."""
    threads = []

    def begin(server, seconds):
        connection = connect(server.admin_url)
        pid = connection.info.backend_pid

        def work():
            with connection:
                connection.execute(BUSY.format(seconds=seconds))

        threads.append(threading.Thread(target=until_cut_off, args=[work]))
        threads[-1].start()
        with connect(server.admin_url) as watcher:
            eventually(lambda: "DO $$" in running(watcher, pid))
        return pid

    yield begin
    for thread in threads:
        thread.join()


def running(watcher, pid):
    row = watcher.execute(
        "SELECT query FROM pg_stat_activity WHERE pid = %s AND state = 'active'", [pid]
    ).fetchone()
    return row[0] if row else ""


def test_a_start_waits_for_backends_of_the_killed_server(directory, busy_backend, kill_hard):
    server = postgres.start(directory)
    backend = busy_backend(server, seconds=2)
    kill_hard(server.pid)
    assert processes.is_alive(backend)

    again = postgres.start(directory)

    assert again.pid != server.pid
    assert not processes.is_alive(backend)


@linux
def test_backends_that_do_not_end_are_named(directory, busy_backend, kill_hard, monkeypatch):
    server = postgres.start(directory)
    backend = busy_backend(server, seconds=4)
    kill_hard(server.pid)
    monkeypatch.setattr(server_module, "OLD_BACKENDS", timedelta(seconds=0.3))

    with pytest.raises(StartFailed, match="earlier server") as refused:
        postgres.start(directory)

    assert backend in refused.value.details["processes"]
    assert processes.is_alive(backend)
    monkeypatch.undo()
    assert postgres.start(directory).pid != server.pid


@pytest.fixture
def crashed(directory, kill_hard, eventually):
    """A data directory whose server was killed, and nobody works in it any more."""
    server = postgres.start(directory)
    kill_hard(server.pid)
    eventually(lambda: not processes.working_in(directory.cluster))
    return directory


def note(directory, pid):
    """Write another process id into PostgreSQL's note, as if the number had been used again."""
    file = processes.pid_file(directory.cluster)
    lines = file.read_text().splitlines()
    file.write_text("\n".join([str(pid), *lines[1:]]) + "\n")


def test_a_stranger_with_the_old_process_id_is_not_the_server(crashed, stranger):
    other = stranger(crashed, "sleep", "300")
    note(crashed, other.pid)
    assert postgres.status(crashed).state is State.STOPPED

    server = postgres.start(crashed)

    assert server.pid != other.pid
    assert other.poll() is None


def test_another_postgres_with_the_old_process_id_is_not_the_server(crashed, server):
    note(crashed, server.pid)

    started = postgres.start(crashed)

    assert started.pid != server.pid
    assert postgres.stop(crashed)
    assert postgres.status(server.directory).state is State.RUNNING


def test_a_stranger_is_not_stopped(crashed, stranger):
    other = stranger(crashed, "sleep", "300")
    note(crashed, other.pid)

    assert postgres.stop(crashed) is False
    assert other.poll() is None


def test_a_zombie_is_not_the_server(crashed, stranger, eventually):
    zombie = stranger(crashed, "true")
    eventually(lambda: not processes.is_alive(zombie.pid))
    assert processes.exists(zombie.pid)  # the number is still taken
    note(crashed, zombie.pid)

    assert postgres.start(crashed).pid != zombie.pid


@linux
def test_a_server_that_its_parent_never_buried_is_started_anew(directory, process):
    run = """
import ctypes, os, signal, sys
from pathlib import Path
from headrace.kernel import postgres
from headrace.kernel.postgres import processes
ctypes.CDLL(None).prctl(36, 1)  # orphans become ours, as in a container without an init
directory = postgres.DataDirectory(path=Path(sys.argv[1]))
first = postgres.start(directory)
os.kill(first.pid, signal.SIGKILL)
while processes.is_alive(first.pid):
    pass
print(Path(f"/proc/{first.pid}/stat").read_text().rpartition(")")[2].split()[0])
print(postgres.start(directory).pid != first.pid)
print(postgres.stop(directory))
"""
    said, _ = process(run, directory.path).communicate(timeout=60)

    assert said.split() == ["Z", "True", "True"]


def test_a_torn_note_of_the_process_stops_nobody(crashed):
    processes.pid_file(crashed.cluster).write_text("")

    assert postgres.start(crashed).pid


def test_a_port_taken_meanwhile_is_left_to_its_new_owner(directory):
    first = postgres.start(directory)
    postgres.stop(directory)
    with socket.socket() as thief:
        thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        thief.bind(("127.0.0.1", first.port))
        thief.listen()

        second = postgres.start(directory)

    assert second.port != first.port
    assert int(directory.port_file.read_text()) == second.port


def test_a_damaged_port_file_costs_only_the_port(directory):
    postgres.start(directory)
    postgres.stop(directory)
    directory.port_file.write_text("99999999")

    assert postgres.start(directory).port <= 65535


def test_orphans_do_not_keep_a_directory_from_being_destroyed(directory, busy_backend, kill_hard):
    server = postgres.start(directory)
    backend = busy_backend(server, seconds=1)
    kill_hard(server.pid)

    postgres.destroy(directory)

    assert not processes.is_alive(backend)
    assert not directory.path.exists()
    assert os.path.exists(directory.path.parent)
