"""Reads a dataset chunk by chunk from the replica; memory holds one chunk, whatever the size."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

from data.export.contract import Chunk
from database import Database, opened_for_reading

RECORDS_IN_CHUNK = 5_000
"""A wide record has ten thousand bytes; each process holds this many of them in memory."""


def chunks(
    database: Database,
    dataset_id: str,
    *,
    filters: Mapping[str, Any],
    up_to: int,
    chunk_size: int = RECORDS_IN_CHUNK,
) -> Iterator[Chunk]:
    """Where the records numbered up to `up_to` are that match all filters, in their order.

    Nothing is read yet. Each chunk is a read of its own: one read that lasts for minutes would keep
    the write-ahead log from being emptied, and the file would grow.
    """
    columns = _columns(database, dataset_id)
    for index, after in enumerate(range(0, up_to, chunk_size)):
        yield Chunk(
            index=index,
            database=database.replica_path,
            dataset_id=dataset_id,
            columns=columns,
            filters=filters,
            after=after,
            last_number=min(after + chunk_size, up_to),
        )


def bodies(chunk: Chunk) -> Sequence[str]:
    """The records of a chunk, each a JSON text."""
    conditions = ["dataset_id = ?", "number > ?", "number <= ?"]
    values: list[Any] = [chunk.dataset_id, chunk.after, chunk.last_number]
    for column, wanted in chunk.filters.items():
        # Names and values both travel as parameters, so neither can become SQL.
        conditions.append("json_extract(body, ?) IS ?")
        values += [f"$.{json.dumps(column)}", wanted]
    statement = (
        f"SELECT body FROM record WHERE {' AND '.join(conditions)}"  # noqa: S608 -- above
        " ORDER BY number LIMIT ?"
    )
    values.append(chunk.last_number - chunk.after)
    with closing(opened_for_reading(chunk.database)) as replica:
        return [body for (body,) in replica.execute(statement, values)]


def _columns(database: Database, dataset_id: str) -> list[str]:
    with database.replica() as replica:
        (stored,) = replica.execute(
            "SELECT columns FROM dataset WHERE id = ?", (dataset_id,)
        ).fetchone()
    return [column["name"] for column in json.loads(stored)]
