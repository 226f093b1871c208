"""Words of the bulk export, with the values that the technical design defines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

FLAG = "bulk_export_enabled"


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


ACTIVE = (ExportJobStatus.QUEUED, ExportJobStatus.PROCESSING)


@dataclass(frozen=True, kw_only=True)
class ExportLimits:
    """What one export may take."""

    records: int = 10_000_000
    file_bytes: int = 5 * 1024**3
    link_lifetime: timedelta = timedelta(minutes=15)
    file_lifetime: timedelta = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class ExportRequest:
    """What a customer asks for. No columns means all, no filters means every record."""

    dataset_id: str
    format: ExportFormat
    columns: Sequence[str] | None
    filters: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ExportQuota:
    """How many exports a customer may have at a time and start in 24 hours."""

    concurrent: int = 5
    daily: int = 100


@dataclass(frozen=True, kw_only=True)
class ExportJob:
    """One export, as stored."""

    id: str
    tenant_id: str
    user_id: str
    request: ExportRequest
    status: ExportJobStatus
    progress: int
    up_to: int
    record_count: int
    file_size: int | None
    file_name: str | None
    error: str | None
    created_at: datetime
    completed_at: datetime | None
