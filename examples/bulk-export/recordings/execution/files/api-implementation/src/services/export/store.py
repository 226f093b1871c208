"""Rows of exports and quotas. Everything a customer asks is bound to that customer."""

import hashlib
import json
import secrets
import sqlite3
from datetime import datetime

from auth.model import Principal
from services.export.model import (
    ACTIVE,
    ExportFormat,
    ExportJob,
    ExportJobStatus,
    ExportQuota,
    ExportRequest,
)

MIGRATIONS = (
    """CREATE TABLE export_job (
        id TEXT PRIMARY KEY,
        tenant_id TEXT NOT NULL,
        user_id TEXT NOT NULL,
        dataset_id TEXT NOT NULL,
        format TEXT NOT NULL,
        columns TEXT,
        filters TEXT NOT NULL,
        status TEXT NOT NULL,
        progress INTEGER NOT NULL DEFAULT 0,
        up_to INTEGER NOT NULL,
        record_count INTEGER NOT NULL DEFAULT 0,
        file_size INTEGER,
        file_name TEXT,
        error TEXT,
        created_at TEXT NOT NULL,
        completed_at TEXT
    ) WITHOUT ROWID""",
    "CREATE INDEX export_job_of_tenant ON export_job (tenant_id, status)",
    """CREATE TABLE export_quota (
        tenant_id TEXT PRIMARY KEY,
        concurrent_limit INTEGER NOT NULL,
        daily_limit INTEGER NOT NULL
    ) WITHOUT ROWID""",
)


def new_id(tenant_id: str) -> str:
    """An id that nobody guesses; its middle is a hash of the customer, for support and logs."""
    customer = hashlib.sha256(tenant_id.encode()).hexdigest()[:8]
    return f"exp_{customer}_{secrets.token_hex(16)}"


def add(
    connection: sqlite3.Connection,
    principal: Principal,
    request: ExportRequest,
    *,
    up_to: int,
    now: datetime,
) -> str:
    """Store a queued export and return its id."""
    export_id = new_id(principal.tenant_id)
    connection.execute(
        "INSERT INTO export_job (id, tenant_id, user_id, dataset_id, format, columns, filters,"
        " status, up_to, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?)",
        (
            export_id,
            principal.tenant_id,
            principal.user_id,
            request.dataset_id,
            request.format,
            None if request.columns is None else json.dumps(list(request.columns)),
            json.dumps(dict(request.filters)),
            up_to,
            now.isoformat(),
        ),
    )
    return export_id


def find(connection: sqlite3.Connection, tenant_id: str, export_id: str) -> ExportJob | None:
    """The customer's export of this id."""
    row = connection.execute(
        "SELECT * FROM export_job WHERE id = ? AND tenant_id = ?", (export_id, tenant_id)
    ).fetchone()
    return _export(row) if row else None


def find_any(connection: sqlite3.Connection, export_id: str) -> ExportJob | None:
    """The export of this id, whoever's it is: for jobs and signed links, never for a caller."""
    row = connection.execute("SELECT * FROM export_job WHERE id = ?", (export_id,)).fetchone()
    return _export(row) if row else None


def active(connection: sqlite3.Connection, tenant_id: str) -> list[ExportJob]:
    """The customer's exports that are queued or being processed."""
    rows = connection.execute(
        "SELECT * FROM export_job WHERE tenant_id = ? AND status IN (?, ?)", (tenant_id, *ACTIVE)
    )
    return [_export(row) for row in rows]


def started_since(connection: sqlite3.Connection, tenant_id: str, since: datetime) -> int:
    """How many exports the customer has started since then."""
    row = connection.execute(
        "SELECT count(*) FROM export_job WHERE tenant_id = ? AND created_at > ?",
        (tenant_id, since.isoformat()),
    ).fetchone()
    return int(row[0])


def quota(connection: sqlite3.Connection, tenant_id: str) -> ExportQuota:
    """The customer's quota; without one of its own, the usual one."""
    row = connection.execute(
        "SELECT * FROM export_quota WHERE tenant_id = ?", (tenant_id,)
    ).fetchone()
    if row is None:
        return ExportQuota()
    return ExportQuota(concurrent=row["concurrent_limit"], daily=row["daily_limit"])


def begin(connection: sqlite3.Connection, export_id: str) -> bool:
    """Mark as being processed, from the start. False when it is no longer wanted."""
    changed = connection.execute(
        "UPDATE export_job SET status = 'processing', progress = 0, record_count = 0"
        " WHERE id = ? AND status IN (?, ?)",
        (export_id, *ACTIVE),
    )
    return changed.rowcount == 1


def advance(
    connection: sqlite3.Connection, export_id: str, *, progress: int, record_count: int
) -> bool:
    """Note how far it is. False when it is no longer wanted."""
    changed = connection.execute(
        "UPDATE export_job SET progress = ?, record_count = ?"
        " WHERE id = ? AND status = 'processing'",
        (progress, record_count, export_id),
    )
    return changed.rowcount == 1


def complete(
    connection: sqlite3.Connection, export_id: str, *, name: str, size: int, now: datetime
) -> bool:
    """Mark as completed with its file. False when it was cancelled at the last moment."""
    changed = connection.execute(
        "UPDATE export_job SET status = 'completed', progress = 100, file_name = ?, file_size = ?,"
        " completed_at = ? WHERE id = ? AND status = 'processing'",
        (name, size, now.isoformat(), export_id),
    )
    return changed.rowcount == 1


def end(
    connection: sqlite3.Connection,
    export_id: str,
    status: ExportJobStatus,
    *,
    now: datetime,
    error: str | None = None,
) -> bool:
    """Cancel it, or mark it as failed. False when it had ended already."""
    changed = connection.execute(
        "UPDATE export_job SET status = ?, error = ?, completed_at = ?"
        " WHERE id = ? AND status IN (?, ?)",
        (status, error, now.isoformat(), export_id, *ACTIVE),
    )
    return changed.rowcount == 1


def forget_file(connection: sqlite3.Connection, export_id: str) -> None:
    """The file is gone; the export stays on record."""
    connection.execute(
        "UPDATE export_job SET file_name = NULL, file_size = NULL WHERE id = ?", (export_id,)
    )


def _export(row: sqlite3.Row) -> ExportJob:
    request = ExportRequest(
        dataset_id=row["dataset_id"],
        format=ExportFormat(row["format"]),
        columns=json.loads(row["columns"]) if row["columns"] else None,
        filters=json.loads(row["filters"]),
    )
    completed = row["completed_at"]
    return ExportJob(
        id=row["id"],
        tenant_id=row["tenant_id"],
        user_id=row["user_id"],
        request=request,
        status=ExportJobStatus(row["status"]),
        progress=row["progress"],
        up_to=row["up_to"],
        record_count=row["record_count"],
        file_size=row["file_size"],
        file_name=row["file_name"],
        error=row["error"],
        created_at=datetime.fromisoformat(row["created_at"]),
        completed_at=datetime.fromisoformat(completed) if completed else None,
    )
