"""The shared types of the bulk export, as the technical design defines them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


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
    """Consecutive records as JSON texts.

    `columns` are the names of all columns of the dataset, in the order in which a text has them;
    `last_number` is the number of the last record read.
    """

    index: int
    bodies: Sequence[str]
    columns: Sequence[str]
    last_number: int
