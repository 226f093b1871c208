"""Makes datasets that look like customers' records: many columns, some empty values, odd texts."""

import json
import random
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from data import store
from data.model import Column, ColumnType, Dataset

FIXED = (
    Column(name="record_key", type=ColumnType.TEXT),
    Column(name="created_at", type=ColumnType.TIME),
    Column(name="status", type=ColumnType.TEXT),
    Column(name="region", type=ColumnType.TEXT),
    Column(name="amount", type=ColumnType.DECIMAL),
    Column(name="quantity", type=ColumnType.INTEGER),
    Column(name="is_active", type=ColumnType.BOOLEAN),
    Column(name="note", type=ColumnType.TEXT),
)
STATUSES = ("active", "paused", "closed")
REGIONS = ("north", "south", "east", "west")
# Texts that break careless writers of CSV: commas, quotes, line ends, other scripts.
NOTES = ("", "plain", "a, b", 'said "yes"', "two\nlines", "größer", "기록", None)
EPOCH = datetime(2025, 1, 1, tzinfo=UTC)


def columns(count: int) -> tuple[Column, ...]:
    """The eight fixed columns and as many measured ones as it takes to reach `count`."""
    kinds = (ColumnType.DECIMAL, ColumnType.INTEGER, ColumnType.TEXT)
    measured = (
        Column(name=f"measure_{number:03}", type=kinds[number % len(kinds)])
        for number in range(1, count - len(FIXED) + 1)
    )
    return (*FIXED, *measured)[: max(count, len(FIXED))]


def bodies(count: int, dataset_columns: tuple[Column, ...], *, seed: int = 1) -> Iterator[str]:
    """`count` records as JSON texts; the same seed gives the same records."""
    chance = random.Random(seed)  # noqa: S311 -- test data, not a secret
    measured = dataset_columns[len(FIXED) :]
    for number in range(1, count + 1):
        values: dict[str, object] = {
            "record_key": f"R-{number:09}",
            "created_at": (EPOCH + timedelta(minutes=number)).isoformat(),
            "status": STATUSES[number % 3],
            "region": chance.choice(REGIONS),
            "amount": round(chance.uniform(1, 10_000), 2),
            "quantity": chance.randrange(1000),
            "is_active": number % 3 == 1,
            "note": NOTES[number % len(NOTES)],
        }
        for column in measured:
            values[column.name] = _measure(chance, column.type)
        yield json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _measure(chance: random.Random, column_type: ColumnType) -> object:
    draw = chance.random()
    if draw < 0.02:
        return None
    if column_type is ColumnType.DECIMAL:
        return round(draw * 1000, 3)
    if column_type is ColumnType.INTEGER:
        return int(draw * 100_000)
    return f"code-{int(draw * 5000)}"


def generate(
    connection: sqlite3.Connection,
    *,
    tenant_id: str,
    dataset_id: str,
    name: str,
    record_count: int,
    column_count: int = 24,
) -> Dataset:
    """Store a dataset with generated records and return it."""
    dataset = Dataset(
        id=dataset_id,
        tenant_id=tenant_id,
        name=name,
        columns=columns(column_count),
        record_count=record_count,
    )
    store.add_dataset(connection, dataset)
    store.append_records(connection, dataset_id, bodies(record_count, dataset.columns))
    return dataset
