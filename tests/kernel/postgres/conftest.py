"""Real servers in places of their own; everything started here is ended here, by its process id."""

import os
import signal
import subprocess
import sys
import time

import psycopg
import pytest

from headrace.kernel import postgres
from headrace.kernel.postgres import processes
from headrace.kernel.postgres.account import account_for


@pytest.fixture
def directory():
    """An unused data directory; its server ends with the test."""
    place = postgres.scratch_location()
    yield place
    postgres.destroy(place)


@pytest.fixture(scope="session")
def server():
    """A server that tests share when they do not stop it."""
    place = postgres.scratch_location()
    yield postgres.start(place)
    postgres.destroy(place)


@pytest.fixture
def credentials(tmp_path):
    return tmp_path / "credentials"


@pytest.fixture
def suffix(server, request):
    """Role and database names of one test on the shared server; the test's databases go with it."""
    name = f"_{abs(hash(request.node.nodeid)) % 10**10}"
    yield name
    with login(server.admin_url) as connection:
        made = connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s", [f"%{name}%"]
        )
        names = [row[0] for row in made]
    for database in names:
        postgres.drop_database(server.admin_url, database)


@pytest.fixture
def addresses(server, credentials, suffix):
    """A bootstrapped database on the shared server."""
    return postgres.bootstrap(server.admin_url, credentials, f"db{suffix}", suffix=suffix)


@pytest.fixture
def connect():
    return login


@pytest.fixture
def eventually():
    return wait_for


@pytest.fixture
def kill_hard():
    """Kill a server as the kernel would when memory runs out, and see it gone."""

    def kill(pid):
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not processes.is_alive(pid))

    return kill


@pytest.fixture
def process():
    """Start a Python process that runs the given code; it is killed at the end of the test."""
    started = []

    def run(code, *arguments, **options):
        words = [sys.executable, "-W", "error", "-c", code, *map(str, arguments)]
        child = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options
        )
        started.append(child)
        return child

    yield run
    for child in started:
        child.kill()
        child.communicate()


@pytest.fixture
def stranger():
    """Start a command that has nothing to do with us as the account that runs the server."""
    started = []

    def run(directory, *command):
        account = account_for(directory.cluster)
        options = {"user": account.uid, "group": account.gid} if account.is_switch else {}
        child = subprocess.Popen(command, cwd="/", **options)
        started.append(child)
        return child

    yield run
    for child in started:
        child.kill()
        child.wait()


def login(address):
    return psycopg.connect(
        address.replace("postgresql+psycopg://", "postgresql://"), autocommit=True
    )


def wait_for(condition, seconds=20):
    """The first true value of `condition`; fails when it stays false."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.01)
    return value
