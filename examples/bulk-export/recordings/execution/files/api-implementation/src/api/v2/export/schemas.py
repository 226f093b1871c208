"""Bodies of requests and answers, as the technical design's API contract has them."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from services.export.model import ExportFormat, ExportJob, ExportJobStatus, ExportRequest
from services.export.service import estimate

BULK = "/api/v2/export/bulk"
Value = str | int | float | bool | None


class ExportIn(BaseModel):
    """What to export."""

    model_config = ConfigDict(extra="forbid")

    dataset_id: Annotated[str, Field(alias="datasetId", min_length=1)]
    format: ExportFormat
    filters: Annotated[dict[str, Value], Field(default_factory=dict)]
    columns: list[str] | None = None

    def as_request(self) -> ExportRequest:
        """The same in the words of the service."""
        return ExportRequest(
            dataset_id=self.dataset_id,
            format=self.format,
            columns=self.columns,
            filters=self.filters,
        )


class Links(BaseModel):
    """Where to go on."""

    status: str
    cancel: str


class ExportStarted(BaseModel):
    """The export has been queued. `estimatedDuration` is in seconds."""

    job_id: str = Field(serialization_alias="jobId")
    status: ExportJobStatus
    estimated_duration: int = Field(serialization_alias="estimatedDuration")
    links: Links = Field(serialization_alias="_links")


class ExportOut(BaseModel):
    """How the export stands. `fileSize` and `downloadUrl` come when there is a file."""

    job_id: str = Field(serialization_alias="jobId")
    status: ExportJobStatus
    progress: int = Field(ge=0, le=100)
    format: ExportFormat
    record_count: int = Field(serialization_alias="recordCount")
    file_size: int | None = Field(default=None, serialization_alias="fileSize")
    download_url: str | None = Field(default=None, serialization_alias="downloadUrl")
    error: str | None = None


def started(export: ExportJob) -> ExportStarted:
    """The answer to a new export."""
    place = f"{BULK}/{export.id}"
    return ExportStarted(
        job_id=export.id,
        status=export.status,
        estimated_duration=estimate(export.up_to),
        links=Links(status=place, cancel=place),
    )


def shown(export: ExportJob, query: str | None) -> ExportOut:
    """The answer to a question about an export; `query` signs its download."""
    values: dict[str, Any] = {
        "job_id": export.id,
        "status": export.status,
        "progress": export.progress,
        "format": export.request.format,
        "record_count": export.record_count,
        "file_size": export.file_size,
        "download_url": f"{BULK}/{export.id}/download?{query}" if query else None,
        "error": export.error,
    }
    return ExportOut(**values)
