"""The durable queue: jobs are rows, a claim is a lease, a lost lease is claimed again."""

import json
import secrets
import sqlite3
import threading
import time
from datetime import timedelta
from typing import Any

from database import Database
from jobs.model import Job, JobStatus
from telemetry import trace_id

MIGRATIONS = (
    """CREATE TABLE job (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        tenant_id TEXT NOT NULL,
        payload TEXT NOT NULL,
        status TEXT NOT NULL,
        attempt INTEGER NOT NULL DEFAULT 0,
        max_attempts INTEGER NOT NULL,
        run_at REAL NOT NULL,
        lease_until REAL,
        trace_id TEXT NOT NULL,
        result TEXT,
        error TEXT
    ) WITHOUT ROWID""",
    "CREATE INDEX job_next ON job (status, run_at)",
)

CLAIM = """
UPDATE job SET status = 'running', attempt = attempt + 1, lease_until = :lease_until
WHERE id = (
    SELECT id FROM job
    WHERE (status = 'queued' AND run_at <= :now) OR (status = 'running' AND lease_until < :now)
    ORDER BY run_at LIMIT 1
)
RETURNING *
"""


class JobQueue:
    """Puts jobs in and takes them out. Any number of workers may share it."""

    def __init__(self, database: Database, *, lease: timedelta) -> None:
        self.database = database
        self.lease = lease
        self.something_new = threading.Event()

    def enqueue(
        self,
        connection: sqlite3.Connection,
        kind: str,
        payload: dict[str, Any],
        *,
        tenant_id: str,
        delay: timedelta = timedelta(0),
        max_attempts: int = 3,
    ) -> str:
        """Add a job in the caller's transaction: no commit, no job. Returns its id."""
        job_id = f"job_{secrets.token_hex(12)}"
        run_at = time.time() + delay.total_seconds()
        connection.execute(
            "INSERT INTO job (id, kind, tenant_id, payload, status, max_attempts, run_at, trace_id)"
            " VALUES (?, ?, ?, ?, 'queued', ?, ?, ?)",
            (job_id, kind, tenant_id, json.dumps(payload), max_attempts, run_at, trace_id.get()),
        )
        self.something_new.set()
        return job_id

    def claim(self) -> Job | None:
        """The next job that is due, leased to the caller."""
        now = time.time()
        with self.database.write() as connection:
            row = connection.execute(
                CLAIM, {"now": now, "lease_until": now + self.lease.total_seconds()}
            ).fetchone()
        return _job(row) if row else None

    def keep_alive(self, job_id: str) -> None:
        """Extend the lease of a running job."""
        until = time.time() + self.lease.total_seconds()
        with self.database.write() as connection:
            connection.execute(
                "UPDATE job SET lease_until = ? WHERE id = ? AND status = 'running'",
                (until, job_id),
            )

    def finish(self, job: Job, result: dict[str, Any] | None) -> None:
        """Store the result of a job that went well."""
        with self.database.write() as connection:
            connection.execute(
                "UPDATE job SET status = 'done', result = ?, lease_until = NULL"
                " WHERE id = ? AND attempt = ?",
                (json.dumps(result), job.id, job.attempt),
            )

    def fail(self, job: Job, error: str) -> None:
        """Try again later, twice as late each time, or give up after the last attempt."""
        final = job.attempt >= job.max_attempts
        status = JobStatus.FAILED if final else JobStatus.QUEUED
        run_at = time.time() + 2 ** (job.attempt - 1)
        with self.database.write() as connection:
            connection.execute(
                "UPDATE job SET status = ?, error = ?, run_at = ?, lease_until = NULL"
                " WHERE id = ? AND attempt = ?",
                (status, error, run_at, job.id, job.attempt),
            )

    def find(self, tenant_id: str, job_id: str) -> Job | None:
        """The customer's job of this id."""
        with self.database.read() as connection:
            row = connection.execute(
                "SELECT * FROM job WHERE id = ? AND tenant_id = ?", (job_id, tenant_id)
            ).fetchone()
        return _job(row) if row else None

    def waiting(self) -> int:
        """How many jobs are due or running; for the metrics page."""
        with self.database.read() as connection:
            row = connection.execute(
                "SELECT count(*) FROM job"
                " WHERE status = 'running' OR (status = 'queued' AND run_at <= ?)",
                (time.time(),),
            ).fetchone()
        return int(row[0])


def _job(row: sqlite3.Row) -> Job:
    return Job(
        id=row["id"],
        kind=row["kind"],
        tenant_id=row["tenant_id"],
        payload=json.loads(row["payload"]),
        status=JobStatus(row["status"]),
        attempt=row["attempt"],
        max_attempts=row["max_attempts"],
        trace_id=row["trace_id"],
        result=json.loads(row["result"]) if row["result"] else None,
        error=row["error"],
    )
