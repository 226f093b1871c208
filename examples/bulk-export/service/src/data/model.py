"""Words of datasets and records."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class ColumnType(StrEnum):
    """What a column holds."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    TIME = "time"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One named column of a dataset."""

    name: str
    type: ColumnType


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A customer's collection of records with the same columns."""

    id: str
    tenant_id: str
    name: str
    columns: tuple[Column, ...]
    record_count: int


@dataclass(frozen=True, kw_only=True)
class Record:
    """One record: its number in the dataset, counted from 1, and its values by column."""

    number: int
    values: dict[str, Any]
