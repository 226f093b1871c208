"""Reads a dataset chunk by chunk from the replica; memory holds one chunk, whatever the size."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from data.export.contract import Chunk
from database import Database

RECORDS_IN_CHUNK = 5_000
"""A chunk is parsed in one go, which holds Python's lock: larger ones make other requests wait."""


def chunks(
    database: Database,
    dataset_id: str,
    *,
    filters: Mapping[str, Any],
    up_to: int,
    chunk_size: int = RECORDS_IN_CHUNK,
) -> Iterator[Chunk]:
    """Records numbered up to `up_to` that match all filters, in their order.

    Each chunk is a read of its own: one read that lasts for minutes would keep the write-ahead
    log from being emptied, and the file would grow.
    """
    after, index = 0, 0
    columns = _columns(database, dataset_id)
    while after < up_to:
        with database.replica() as replica:
            rows = _read(replica, dataset_id, filters, after, up_to, chunk_size)
        if not rows:
            return
        after = rows[-1]["number"]
        bodies = [row["body"] for row in rows]
        yield Chunk(index=index, bodies=bodies, columns=columns, last_number=after)
        index += 1


def _columns(database: Database, dataset_id: str) -> list[str]:
    with database.replica() as replica:
        (stored,) = replica.execute(
            "SELECT columns FROM dataset WHERE id = ?", (dataset_id,)
        ).fetchone()
    return [column["name"] for column in json.loads(stored)]


def _read(
    replica: sqlite3.Connection,
    dataset_id: str,
    filters: Mapping[str, Any],
    after: int,
    up_to: int,
    chunk_size: int,
) -> list[sqlite3.Row]:
    conditions = ["dataset_id = ?", "number > ?", "number <= ?"]
    values: list[Any] = [dataset_id, after, up_to]
    for column, wanted in filters.items():
        # Names and values both travel as parameters, so neither can become SQL.
        conditions.append("json_extract(body, ?) IS ?")
        values += [f"$.{json.dumps(column)}", wanted]
    statement = (
        f"SELECT number, body FROM record WHERE {' AND '.join(conditions)}"  # noqa: S608 -- above
        " ORDER BY number LIMIT ?"
    )
    return replica.execute(statement, (*values, chunk_size)).fetchall()
