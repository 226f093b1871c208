"""Starting: once for all who ask, for as long as nobody stops it."""

import json
import os
import shutil
import signal
import stat
import sys

import psycopg
import pytest

from headrace.kernel import postgres
from headrace.kernel.postgres import State, processes
from headrace.kernel.postgres.account import account_for

START_WHEN_TOLD = """
import json, sys
from pathlib import Path
from headrace.kernel import postgres
binaries = Path(sys.argv[2]) if len(sys.argv) > 2 else None
directory = postgres.DataDirectory(path=Path(sys.argv[1]), binaries=binaries)
print("ready", flush=True)
sys.stdin.readline()
server = postgres.start(directory)
print(json.dumps({"pid": server.pid, "port": server.port, "url": server.admin_url}), flush=True)
sys.stdin.readline()
"""


def told_to_start(child):
    child.stdin.write("go\n")
    child.stdin.flush()


def test_a_cold_start_gives_a_server_that_answers(directory, connect):
    server = postgres.start(directory)

    with connect(server.admin_url) as connection:
        shown = connection.execute("SHOW server_version").fetchone()[0]
    assert shown == server.version
    assert postgres.status(directory) == postgres.Status(
        state=State.RUNNING, pid=server.pid, port=server.port
    )


def test_starting_again_gives_the_running_server(directory):
    first = postgres.start(directory)

    assert postgres.start(directory) == first


def test_a_warm_start_keeps_rows_password_and_port(directory, connect):
    first = postgres.start(directory)
    with connect(first.admin_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    postgres.stop(directory)

    second = postgres.start(directory)

    assert second.pid != first.pid
    assert second.admin_url == first.admin_url
    with connect(second.admin_url) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


def test_processes_that_start_at_once_get_one_server(directory, process):
    binaries = directory.path.with_name(f"{directory.path.name}-binaries")
    starters = [process(START_WHEN_TOLD, directory.path, binaries) for _ in range(3)]
    try:
        for starter in starters:
            assert starter.stdout.readline() == "ready\n"
        for starter in starters:
            told_to_start(starter)

        servers = [json.loads(starter.stdout.readline()) for starter in starters]

        assert servers[0] == servers[1] == servers[2]
    finally:
        postgres.destroy(directory)
        shutil.rmtree(binaries, ignore_errors=True)


def test_the_server_outlives_a_starter_that_is_killed(directory, process, connect):
    starter = process(START_WHEN_TOLD, directory.path, start_new_session=True)
    starter.stdout.readline()
    told_to_start(starter)
    server = json.loads(starter.stdout.readline())

    os.killpg(starter.pid, signal.SIGKILL)  # as a closed terminal ends all of its session
    starter.wait()

    with connect(server["url"]) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert os.getsid(server["pid"]) != starter.pid
    assert postgres.start(directory).pid == server["pid"]


def test_a_starter_killed_while_it_makes_the_files_does_no_harm(directory, process, eventually):
    starter = process(START_WHEN_TOLD, directory.path)
    starter.stdout.readline()
    told_to_start(starter)
    eventually(lambda: list(directory.path.glob("cluster.new-*/base")))
    starter.kill()
    starter.wait()

    server = postgres.start(directory)

    assert processes.is_server_of(server.pid, directory.cluster)
    postgres.destroy(directory)
    assert not directory.path.exists()


def test_a_starter_killed_before_the_server_answers_does_no_harm(directory, process, eventually):
    starter = process(START_WHEN_TOLD, directory.path)
    starter.stdout.readline()
    told_to_start(starter)
    noted = eventually(lambda: processes.read_pid_file(directory.cluster))
    starter.kill()
    starter.wait()

    assert postgres.start(directory).pid == noted.pid


def test_only_the_owner_can_read_anything(directory):
    postgres.start(directory)

    assert stat.S_IMODE(directory.cluster.stat().st_mode) == 0o700
    for private in (directory.password_file, directory.port_file, directory.lock_file):
        assert stat.S_IMODE(private.stat().st_mode) == 0o600
    for log in (directory.startup_log, *directory.logs.iterdir()):
        assert stat.S_IMODE(log.stat().st_mode) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to give up")
def test_root_runs_the_server_as_an_unprivileged_user(directory):
    server = postgres.start(directory)

    owner = directory.cluster.stat().st_uid
    assert owner != 0
    assert os.stat(f"/proc/{server.pid}").st_uid == owner
    assert directory.password_file.stat().st_uid == 0


AS_ORDINARY_USER = """
import os, sys
from headrace.kernel import postgres
from headrace.kernel.postgres import connect
connect.parsed("postgresql://nowhere").get_dialect()  # root's Python may be closed to the user
os.setgroups([])
os.setgid(int(sys.argv[3]))
os.setuid(int(sys.argv[2]))
place = postgres.default_location({"XDG_DATA_HOME": sys.argv[1]})
server = postgres.start(place)
facts = os.stat(place.path)
print(oct(facts.st_mode & 0o777), facts.st_uid == os.stat(place.cluster).st_uid == os.geteuid())
print(place.path)
print("postgres-binaries" in os.readlink(f"/proc/{server.pid}/exe"))
print(postgres.start(place) == server)
postgres.destroy(place)
print(place.path.exists())
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="root plays the ordinary user")
def test_an_ordinary_user_runs_it_as_himself_without_a_copy(directory, process):
    home = directory.path
    home.mkdir(parents=True)
    account = account_for(home / "none")  # the account for a cluster that is not made yet
    os.chown(home, account.uid, account.gid)
    try:
        user = process(AS_ORDINARY_USER, home, account.uid, account.gid, cwd="/")

        said, _ = user.communicate(timeout=60)

        place = f"{home}/headrace/postgres"
        assert said.splitlines() == ["0o700 True", place, "False", "True", "False"]
    finally:
        (home / "headrace").rmdir()
        home.rmdir()


@pytest.mark.parametrize("password", ["", "wrong"])
def test_nobody_gets_in_without_the_password(server, password):
    with pytest.raises(psycopg.OperationalError, match=r"password"):
        psycopg.connect(
            host="127.0.0.1",
            port=server.port,
            user="postgres",
            dbname="postgres",
            password=password,
        )


def test_the_rules_of_entry_trust_nobody(server):
    rules = (server.directory.cluster / "pg_hba.conf").read_text().splitlines()

    methods = {rule.split()[-1] for rule in rules if rule and not rule.startswith("#")}
    assert methods == {"scram-sha-256"}


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("listen_addresses", "127.0.0.1"),
        ("unix_socket_directories", ""),
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("data_checksums", "on"),
        ("max_connections", "200"),
        ("idle_in_transaction_session_timeout", "15s"),
        ("jit", "off"),
        ("logging_collector", "on"),
        ("log_truncate_on_rotation", "on"),
        ("server_encoding", "UTF8"),
    ],
)
def test_the_server_is_set_for_a_laptop_that_keeps_its_word(server, connect, setting, value):
    with connect(server.admin_url) as connection:
        assert connection.execute(f"SHOW {setting}").fetchone() == (value,)


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's process files")
def test_no_secret_of_ours_is_in_the_servers_environment(directory, monkeypatch):
    monkeypatch.setenv("HEADRACE_SECRET", "of-ours")

    server = postgres.start(directory)

    with open(f"/proc/{server.pid}/environ", "rb") as environment:
        assert b"of-ours" not in environment.read()


def test_passwords_do_not_show_when_values_are_printed(server, addresses):
    assert server.directory.password_file.read_text() not in repr(server)
    assert repr(addresses) == "Addresses()"
