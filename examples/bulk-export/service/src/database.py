"""Connections to the SQLite file: one that writes, one that reads, one read-only for long reads."""

import sqlite3
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

BUSY_MILLISECONDS = 10_000


class Database:
    """Lends a connection for each unit of work, and keeps it for the next one."""

    def __init__(self, path: Path, *, replica: Path | None = None) -> None:
        self.path = path
        self.replica_path = replica or path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writing, self._reading, self._long_reads = (_Idle() for _ in range(3))
        # This connection does nothing but stay open: when the last one closes, SQLite empties the
        # log into the file and deletes it, which would make a unit of work pay for that.
        kept = _opened(path)
        # Write-ahead logging: a long read does not hold up a writer.
        kept.execute("PRAGMA journal_mode = WAL")
        weakref.finalize(self, kept.close)
        for idle in (self._writing, self._reading, self._long_reads):
            weakref.finalize(self, idle.close)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction, all or nothing. The lock is taken at once, so counts stay true."""
        with self._writing.lent(partial(_opened, self.path)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees everything committed so far."""
        with self._reading.lent(partial(_opened, self.path, is_queried=True)) as connection:
            yield connection

    @contextmanager
    def replica(self) -> Iterator[sqlite3.Connection]:
        """A read-only connection for long reads; it may lag behind the primary."""
        opened = partial(opened_for_reading, self.replica_path)
        with self._long_reads.lent(opened) as connection:
            yield connection

    def migrate(self, scripts: Mapping[str, Sequence[str]]) -> None:
        """Run each feature's scripts that have not run yet, in order."""
        with self.write() as connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS migration (feature TEXT, number INTEGER,"
                " PRIMARY KEY (feature, number)) WITHOUT ROWID"
            )
            for feature, statements in scripts.items():
                for number, statement in enumerate(statements, start=1):
                    self._migrate_once(connection, feature, number, statement)

    def _migrate_once(
        self, connection: sqlite3.Connection, feature: str, number: int, statement: str
    ) -> None:
        row = connection.execute(
            "INSERT INTO migration VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING number",
            (feature, number),
        ).fetchone()
        if row is not None:
            connection.execute(statement)


def opened_for_reading(path: Path) -> sqlite3.Connection:
    """A read-only connection, the caller's to close; for whoever has no `Database` at hand."""
    return _opened(path, is_read_only=True)


def _opened(
    path: Path, *, is_read_only: bool = False, is_queried: bool = False
) -> sqlite3.Connection:
    mode = "ro" if is_read_only else "rwc"
    connection = sqlite3.connect(
        f"file:{path}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    connection.execute("PRAGMA synchronous = NORMAL")
    if is_queried:
        connection.execute("PRAGMA query_only = ON")
    return connection


class _Idle:
    """Connections that nobody uses just now. Each is lent to one unit of work at a time."""

    def __init__(self) -> None:
        self._connections: list[sqlite3.Connection] = []

    @contextmanager
    def lent(self, opened: Callable[[], sqlite3.Connection]) -> Iterator[sqlite3.Connection]:
        """One of them, or a new one; one after a failure is not lent again."""
        try:
            connection = self._connections.pop()
        except IndexError:
            connection = opened()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        self._connections.append(connection)

    def close(self) -> None:
        """Close them all."""
        while self._connections:
            self._connections.pop().close()
