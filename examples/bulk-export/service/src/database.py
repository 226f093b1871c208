"""Connections to the SQLite file: one that writes, one that reads, one read-only for long reads."""

import sqlite3
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

BUSY_MILLISECONDS = 10_000


class Database:
    """Opens a connection for each unit of work; SQLite makes that cheap."""

    def __init__(self, path: Path, *, replica: Path | None = None) -> None:
        self.path = path
        self.replica_path = replica or path
        path.parent.mkdir(parents=True, exist_ok=True)
        # This connection does nothing but stay open: when the last one closes, SQLite empties the
        # log into the file and deletes it, which would make every unit of work pay for that.
        kept = self._open(path)
        # Write-ahead logging: a long read does not hold up a writer.
        kept.execute("PRAGMA journal_mode = WAL")
        weakref.finalize(self, kept.close)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction, all or nothing. The lock is taken at once, so counts stay true."""
        with closing(self._open(self.path)) as connection:
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
        with closing(self._open(self.path)) as connection:
            connection.execute("PRAGMA query_only = ON")
            yield connection

    @contextmanager
    def replica(self) -> Iterator[sqlite3.Connection]:
        """A read-only connection for long reads; it may lag behind the primary."""
        with closing(self._open(self.replica_path, read_only=True)) as connection:
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

    def _open(self, path: Path, *, read_only: bool = False) -> sqlite3.Connection:
        mode = "ro" if read_only else "rwc"
        connection = sqlite3.connect(
            f"file:{path}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection
