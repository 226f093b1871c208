"""Starts, finds, stops and removes the server of a data directory."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta

import sqlalchemy as sa

from headrace.kernel.postgres import cluster, lock, processes
from headrace.kernel.postgres.account import account_for
from headrace.kernel.postgres.binaries import Binaries, binaries_for
from headrace.kernel.postgres.connect import DRIVER, connected, rendered
from headrace.kernel.postgres.location import prepare
from headrace.kernel.postgres.model import (
    DataDirectory,
    DirectoryUnreachable,
    PasswordUnknown,
    Server,
    ServerUnreachable,
    StartFailed,
    State,
    Status,
    StopFailed,
)
from headrace.kernel.postgres.private_files import read_if_there, write_private

HOST = "127.0.0.1"

OLD_BACKENDS = timedelta(seconds=10)
"""How long a start waits for backends of a killed server to let go of its shared memory."""

READY = timedelta(seconds=60)
"""How long a start waits for the server to answer; it may have a crash to recover from."""

GRACE = timedelta(seconds=30)
"""How long a stop waits for running transactions to be rolled back, before it insists."""

_POLL_SECONDS = 0.05
_WAITS_FOR = ("shared memory block", "lock file")
"""Refusals by PostgreSQL that pass by themselves when earlier processes have ended."""


def start(directory: DataDirectory) -> Server:
    """The running server of `directory`, which is made and started if need be.

    Harmless to repeat, also from many processes at once: all get the same server. It outlives the
    process that started it, until `stop`. Raises DirectoryUnreachable, AccountUnusable,
    BinariesMissing, DirectoryBusy, WrongVersion, PasswordUnknown, StartFailed.
    """
    account = account_for(directory.cluster)
    prepare(directory, account)
    with lock.held(directory.lock_file):
        cluster.refuse_other_version(directory)
        found = _answering(directory)
        if found is not None:
            return found
        # Asked again under the lock: another process may have made the cluster meanwhile.
        binaries = binaries_for(directory, account_for(directory.cluster))
        cluster.make_if_missing(directory, binaries)
        return _launch(directory, binaries)


def status(directory: DataDirectory) -> Status:
    """What is known now; starts nothing and waits for nobody."""
    with _readable(directory):
        if not directory.cluster.exists():
            return Status(state=State.ABSENT)
        noted = processes.serving(directory.cluster)
    if noted is None:
        return Status(state=State.STOPPED)
    try:
        _log_in(directory, noted)
    except ServerUnreachable:
        return Status(state=State.STARTING, pid=noted.pid, port=noted.port)
    except PasswordUnknown:
        pass  # an answer too: it runs, and the next login tells the remedy
    return Status(state=State.RUNNING, pid=noted.pid, port=noted.port)


def stop(directory: DataDirectory) -> bool:
    """Stop the server, rolling back what is not committed; False when none was running.

    Raises StopFailed, DirectoryBusy.
    """
    if not _is_ours(directory):
        return False
    with lock.held(directory.lock_file):
        return _stop(directory)


def destroy(directory: DataDirectory) -> None:
    """Stop the server and delete its files, and nothing that Headrace did not put there."""
    if not _is_ours(directory):
        return
    with lock.held(directory.lock_file):
        _stop(directory)
        _await_old_backends(directory)
        cluster.remove_drafts(directory)
        if directory.cluster.exists():
            shutil.rmtree(directory.cluster)
        for file in (directory.password_file, directory.port_file, directory.credentials_file):
            file.unlink(missing_ok=True)
        directory.lock_file.unlink()  # last: until now others wait at it
    with contextlib.suppress(OSError):  # something of others is in it: theirs to delete
        directory.path.rmdir()


def _answering(directory: DataDirectory) -> Server | None:
    """The server if its process lives, once it answers; None when no process lives."""
    deadline = time.monotonic() + READY.total_seconds()
    while True:
        with _readable(directory):
            noted = processes.serving(directory.cluster)
        if noted is None:
            return None
        try:
            return _log_in(directory, noted)
        except ServerUnreachable as error:
            if time.monotonic() > deadline:
                raise StartFailed(
                    f"PostgreSQL (process {noted.pid}) has not answered for {READY.seconds} s: "
                    f"{error.message} It may still be recovering from a crash: wait and try again, "
                    f"or stop it. Its log is in {directory.logs}.",
                    pid=noted.pid,
                ) from error
        time.sleep(_POLL_SECONDS)


def _launch(directory: DataDirectory, binaries: Binaries) -> Server:
    """Start a process and wait until it answers. The caller holds the lock."""
    cluster.write_settings(directory, binaries.account)
    cluster.trim_logs(directory)
    deadline = time.monotonic() + OLD_BACKENDS.total_seconds()
    while True:
        _forget_strangers(directory)
        port = _free_port(directory)
        said = _attempt(directory, binaries, port)
        found = _answering(directory)
        if found is not None:
            _close_to_others(found)
            write_private(directory.port_file, str(found.port))
            return found
        passes = any(sign in said for sign in _WAITS_FOR) or not _is_free(port)
        if not passes or time.monotonic() > deadline:
            raise _start_failure(directory, said)
        time.sleep(_POLL_SECONDS)


def _attempt(directory: DataDirectory, binaries: Binaries, port: int) -> str:
    """Let pg_ctl start a process in a session of its own; what was said if that failed."""
    directory.startup_log.unlink(missing_ok=True)
    arguments = [f"--pgdata={directory.cluster}", f"--log={directory.startup_log}"]
    arguments += ["--wait", f"--timeout={READY.seconds}", f"--options=-p {port}"]
    try:
        tried = binaries.run("pg_ctl", "start", *arguments, seconds=READY.seconds * 2)
    except subprocess.TimeoutExpired:
        return f"pg_ctl did not come back within {READY.seconds * 2} s"
    if tried.returncode == 0:
        return ""
    return f"{tried.stderr.strip()}\n{cluster.last_words(directory)}"


def _start_failure(directory: DataDirectory, said: str) -> StartFailed:
    workers = list(processes.working_in(directory.cluster))
    remedy = (
        f"Processes {workers} of an earlier server still work on its files; end them and start again."
        if workers
        else "Remove the cause named above and start again."
    )
    return StartFailed(
        f"PostgreSQL did not start in {directory.path}. It said: {said.strip()}\n{remedy}",
        output=said,
        processes=workers,
    )


def _forget_strangers(directory: DataDirectory) -> None:
    """Remove a process note that is torn, or whose number now belongs to a stranger or a zombie.

    PostgreSQL itself refuses to start over such a note, for ever. A note whose process is gone
    stays: PostgreSQL reads there which shared memory to look for. Raises StartFailed.
    """
    file = processes.pid_file(directory.cluster)
    deadline = time.monotonic() + OLD_BACKENDS.total_seconds()
    while file.exists():
        noted = processes.read_pid_file(directory.cluster)
        if noted is not None and not _is_strange(noted.pid, directory):
            return
        if not processes.working_in(directory.cluster):
            file.unlink(missing_ok=True)
            return
        if time.monotonic() > deadline:
            raise _start_failure(directory, "backends of a killed server are still at work")
        time.sleep(_POLL_SECONDS)


def _is_strange(pid: int, directory: DataDirectory) -> bool:
    return processes.exists(pid) and not processes.is_server_of(pid, directory.cluster)


def _await_old_backends(directory: DataDirectory) -> None:
    """Wait until no process works in the cluster. Raises StartFailed after OLD_BACKENDS."""
    deadline = time.monotonic() + OLD_BACKENDS.total_seconds()
    while processes.working_in(directory.cluster):
        if time.monotonic() > deadline:
            raise _start_failure(directory, "backends of a killed server are still at work")
        time.sleep(_POLL_SECONDS)


def _stop(directory: DataDirectory) -> bool:
    noted = processes.serving(directory.cluster)
    if noted is None:
        return False
    # Fast, then immediate: the second loses nothing committed, but leaves a recovery to the start.
    for asked in (signal.SIGINT, signal.SIGQUIT):
        with contextlib.suppress(ProcessLookupError):
            os.kill(noted.pid, asked)
        if _has_ended(noted.pid):
            return True
    raise StopFailed(
        f"PostgreSQL (process {noted.pid}) in {directory.path} has not stopped in "
        f"{2 * GRACE.seconds} s. See its log in {directory.logs}; as a last resort kill -9 "
        f"{noted.pid}: committed data are safe.",
        pid=noted.pid,
    )


def _has_ended(pid: int) -> bool:
    deadline = time.monotonic() + GRACE.total_seconds()
    while processes.is_alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _log_in(directory: DataDirectory, noted: processes.PidFile) -> Server:
    """Prove that the process answers with our password. Raises ServerUnreachable, PasswordUnknown."""
    url = sa.URL.create(
        DRIVER,
        username=cluster.SUPERUSER,
        password=cluster.password(directory),
        host=HOST,
        port=noted.port,
        database="postgres",
    )
    with connected(url) as connection:
        major, minor = divmod(connection.info.server_version, 10_000)
    return Server(
        directory=directory,
        pid=noted.pid,
        port=noted.port,
        version=f"{major}.{minor}",
        admin_url=rendered(url),
    )


def _close_to_others(server: Server) -> None:
    """Let nobody but the superuser into the databases that every cluster is born with."""
    with connected(sa.make_url(server.admin_url)) as connection:
        connection.execute("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC")


def _free_port(directory: DataDirectory) -> int:
    """The port of the last start if nobody has taken it, so that addresses last; else a random one."""
    last = (read_if_there(directory.port_file) or "").strip()
    if last.isdecimal() and _is_free(int(last)):
        return int(last)
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as PostgreSQL does
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            return False
    return True


def _is_ours(directory: DataDirectory) -> bool:
    with _readable(directory):
        return directory.lock_file.exists()


@contextlib.contextmanager
def _readable(directory: DataDirectory) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise DirectoryUnreachable(
            f"{directory.path} belongs to another user. Run Headrace as that user, or choose "
            "another data directory.",
            path=str(directory.path),
        ) from error
