"""Rows of datasets and records. A record's values are one JSON text in the order of the columns."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import islice

from data.model import Column, ColumnType, Dataset, Record

MIGRATIONS = (
    """CREATE TABLE dataset (
        id TEXT PRIMARY KEY,
        tenant_id TEXT NOT NULL,
        name TEXT NOT NULL,
        columns TEXT NOT NULL,
        record_count INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID""",
    """CREATE TABLE record (
        dataset_id TEXT NOT NULL,
        number INTEGER NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (dataset_id, number)
    ) WITHOUT ROWID""",
)
INSERT_AT_ONCE = 10_000


def add_dataset(connection: sqlite3.Connection, dataset: Dataset) -> None:
    """Store a dataset without records."""
    columns = [{"name": column.name, "type": column.type} for column in dataset.columns]
    connection.execute(
        "INSERT INTO dataset (id, tenant_id, name, columns) VALUES (?, ?, ?, ?)",
        (dataset.id, dataset.tenant_id, dataset.name, json.dumps(columns)),
    )


def append_records(connection: sqlite3.Connection, dataset_id: str, bodies: Iterable[str]) -> int:
    """Add records, given as JSON texts, at the end. Returns the new number of records."""
    (last,) = connection.execute(
        "SELECT record_count FROM dataset WHERE id = ?", (dataset_id,)
    ).fetchone()
    numbered = enumerate(bodies, start=last + 1)
    while rows := [(dataset_id, number, body) for number, body in islice(numbered, INSERT_AT_ONCE)]:
        connection.executemany("INSERT INTO record VALUES (?, ?, ?)", rows)
        last = rows[-1][1]
    connection.execute("UPDATE dataset SET record_count = ? WHERE id = ?", (last, dataset_id))
    return int(last)


def datasets(connection: sqlite3.Connection, tenant_id: str) -> Sequence[Dataset]:
    """All datasets of the customer, by name."""
    rows = connection.execute(
        "SELECT * FROM dataset WHERE tenant_id = ? ORDER BY name, id", (tenant_id,)
    )
    return [_dataset(row) for row in rows]


def dataset(connection: sqlite3.Connection, tenant_id: str, dataset_id: str) -> Dataset | None:
    """The customer's dataset of this id. Another customer's is None, as if there were none."""
    row = connection.execute(
        "SELECT * FROM dataset WHERE id = ? AND tenant_id = ?", (dataset_id, tenant_id)
    ).fetchone()
    return _dataset(row) if row else None


def page(
    connection: sqlite3.Connection, dataset_id: str, *, after: int, limit: int
) -> Sequence[Record]:
    """Up to `limit` records with a number above `after`, in order."""
    rows = connection.execute(
        "SELECT number, body FROM record WHERE dataset_id = ? AND number > ?"
        " ORDER BY number LIMIT ?",
        (dataset_id, after, limit),
    )
    return [Record(number=row["number"], values=json.loads(row["body"])) for row in rows]


def _dataset(row: sqlite3.Row) -> Dataset:
    columns = tuple(
        Column(name=column["name"], type=ColumnType(column["type"]))
        for column in json.loads(row["columns"])
    )
    return Dataset(
        id=row["id"],
        tenant_id=row["tenant_id"],
        name=row["name"],
        columns=columns,
        record_count=row["record_count"],
    )
