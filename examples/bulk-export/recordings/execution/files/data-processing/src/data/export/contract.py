"""The shared types of the bulk export, as the technical design defines them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any


class ExportFormat(StrEnum):
    """What an export may be delivered as."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


class ExportJobStatus(StrEnum):
    """Where an export stands."""

    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class ChunkResult:
    """What became of one chunk."""

    record_count: int
    byte_size: int
    chunk_index: int


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Where consecutive records are: those numbered above `after`, up to `last_number`, that match.

    Whoever converts it reads them, in a process of its own if need be: a place is cheaper to hand
    over than what lies there. `columns` are the names of all columns of the dataset, in the order
    in which a record has them.
    """

    index: int
    database: Path
    dataset_id: str
    columns: Sequence[str]
    filters: Mapping[str, Any]
    after: int
    last_number: int
