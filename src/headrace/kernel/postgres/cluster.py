"""Makes a cluster, keeps its settings and logs, and refuses one of another version."""

import shutil
import time
from datetime import timedelta
from pathlib import Path

from headrace.kernel.postgres.account import Account
from headrace.kernel.postgres.binaries import Binaries
from headrace.kernel.postgres.model import (
    MAJOR_VERSION,
    DataDirectory,
    DirectoryUnreachable,
    StartFailed,
    WrongVersion,
)
from headrace.kernel.postgres.passwords import new_password
from headrace.kernel.postgres.private_files import give_to, read_if_there, write_private

SUPERUSER = "postgres"

SETTINGS = {
    # Who gets in: this machine, over TCP. Over a Unix socket the workflow engine does not
    # recognise a lost connection as one to retry, and running work stays pending for ever.
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "max_connections": "200",
    # What is acknowledged is on the disk.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # The size of a laptop's share, not of a machine's.
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    # A solid-state disk or memory: what an index names costs about as much as what comes next.
    "random_page_cost": "1.1",
    # Short statements: compiling them costs more than it saves.
    "jit": "off",
    # A unit of work never waits for a model, Git or a network.
    "idle_in_transaction_session_timeout": "15s",
    # A week of logs: each weekday's file is begun anew when its day comes round.
    "logging_collector": "on",
    "log_destination": "stderr",
    "log_directory": "log",
    "log_filename": "postgresql-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_file_mode": "0600",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "lc_messages": "C",  # messages are also read by programs
    "cluster_name": "headrace",
}

_OUR_SETTINGS = "headrace.conf"
_LOG_LIFE = timedelta(days=6)
_LARGEST_LOG_BYTES = 20_000_000
_INITDB_SECONDS = 120
_DRAFT = "cluster.new"


def refuse_other_version(directory: DataDirectory) -> None:
    """Raises WrongVersion when the cluster was made by another major version of PostgreSQL."""
    version = (read_if_there(directory.cluster / "PG_VERSION") or "").strip()
    if directory.cluster.exists() and version != str(MAJOR_VERSION):
        raise WrongVersion(
            f"{directory.cluster} was made by PostgreSQL {version or 'of unknown version'}, and this "
            f"Headrace runs PostgreSQL {MAJOR_VERSION}, which cannot read it. Nothing was changed. "
            "Start it with the Headrace that made it, write everything out with pg_dumpall, move "
            f"{directory.path} aside, start this Headrace and read the dump in with psql; or set "
            f"HEADRACE_DATABASE_URL to a server of version {version or 'that made it'}.",
            found=version,
            expected=str(MAJOR_VERSION),
        )


def make_if_missing(directory: DataDirectory, binaries: Binaries) -> None:
    """Make the cluster and its password, whole or not at all. Raises StartFailed.

    The caller holds the lock. A starter killed half-way leaves a draft that the next one removes.
    """
    if directory.cluster.exists():
        return
    remove_drafts(directory)
    if not read_if_there(directory.password_file):
        write_private(directory.password_file, new_password())
    draft = directory.path / f"{_DRAFT}-{time.time_ns()}"
    try:
        _initialise(draft, directory, binaries)
        draft.rename(directory.cluster)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _initialise(draft: Path, directory: DataDirectory, binaries: Binaries) -> None:
    account = binaries.account
    draft.mkdir(mode=0o700)
    give_to(draft, account.uid, account.gid)
    told = draft.with_name(f"{draft.name}.password")
    write_private(told, password(directory), uid=account.uid, gid=account.gid)
    try:
        made = binaries.run(
            "initdb",
            f"--pgdata={draft}",
            f"--username={SUPERUSER}",
            "--auth=scram-sha-256",
            f"--pwfile={told}",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",  # the same order of words on every machine
            "--data-checksums",
            "--no-instructions",
            seconds=_INITDB_SECONDS,
        )
    finally:
        told.unlink()
    if made.returncode != 0:
        raise StartFailed(
            f"PostgreSQL could not make its files in {directory.path}: {made.stderr.strip()} "
            "Remove the cause (often a full disk) and start again.",
            output=made.stderr,
        )
    with (draft / "postgresql.conf").open("a", encoding="utf-8") as conf:
        conf.write("\n# Written by Headrace at every start; ALTER SYSTEM overrules it.\n")
        conf.write(f"include = '{_OUR_SETTINGS}'\n")


def remove_drafts(directory: DataDirectory) -> None:
    """Remove what starters left that were killed while they made a cluster."""
    for abandoned in directory.path.glob(f"{_DRAFT}*"):
        if abandoned.is_dir():
            # An orphaned initdb may still write in it: it then fails, and the next start cleans up.
            shutil.rmtree(abandoned, ignore_errors=True)
        else:
            abandoned.unlink(missing_ok=True)


def write_settings(directory: DataDirectory, account: Account) -> None:
    """Write our settings into the cluster, so that an older cluster gets newer settings too."""
    lines = [f"{name} = '{value}'\n" for name, value in SETTINGS.items()]
    write_private(
        directory.cluster / _OUR_SETTINGS, "".join(lines), uid=account.uid, gid=account.gid
    )


def trim_logs(directory: DataDirectory) -> None:
    """Remove logs that are old or large.

    The running server begins a weekday's file anew only if it runs at midnight; one that is
    started each morning and stopped each evening would append for ever.
    """
    oldest = time.time() - _LOG_LIFE.total_seconds()
    for log in directory.logs.glob("*.log") if directory.logs.is_dir() else ():
        facts = log.stat()
        if facts.st_mtime < oldest or facts.st_size > _LARGEST_LOG_BYTES:
            log.unlink()


def last_words(directory: DataDirectory, length: int = 2000) -> str:
    """The end of what the server said at its last start, for a person who must find out why."""
    said = [read_if_there(directory.startup_log) or ""]
    logs = sorted(directory.logs.glob("*.log"), key=lambda log: log.stat().st_mtime)
    if logs:
        said.append(_end_of(logs[-1], length))
    return "\n".join(said).strip()[-length:]


def password(directory: DataDirectory) -> str:
    """The superuser's password. Raises DirectoryUnreachable when its file is missing or not ours."""
    try:
        return directory.password_file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise DirectoryUnreachable(
            f"Cannot read the database's password in {directory.password_file}: {error.strerror}. "
            "Run Headrace as the user who owns it, or put the file back from a backup.",
            path=str(directory.password_file),
        ) from error


def _end_of(file: Path, length: int) -> str:
    with file.open("rb") as opened:
        opened.seek(max(0, file.stat().st_size - length))
        return opened.read().decode(errors="replace")
