"""Routes that read datasets and their records."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from auth.signed_in import SignedIn, TheService
from data import store
from data.model import Dataset
from problems import NotFound
from services.summaries import service as summaries

router = APIRouter(prefix="/api/v2/datasets", tags=["datasets"])


class ColumnOut(BaseModel):
    """One column."""

    name: str
    type: str


class DatasetOut(BaseModel):
    """One dataset, without its records."""

    id: str
    name: str
    record_count: int = Field(serialization_alias="recordCount")
    columns: list[ColumnOut]


class RecordsOut(BaseModel):
    """One page of records. `next` is the value of `after` for the page that follows."""

    records: list[dict[str, Any]]
    next: int | None


class SummaryStarted(BaseModel):
    """The job that makes the summary."""

    job_id: str = Field(serialization_alias="jobId")


@router.get("")
def list_datasets(service: TheService, principal: SignedIn) -> list[DatasetOut]:
    """All datasets of the caller's organisation."""
    with service.database.read() as connection:
        return [_out(dataset) for dataset in store.datasets(connection, principal.tenant_id)]


@router.get("/{dataset_id}")
def show_dataset(dataset_id: str, service: TheService, principal: SignedIn) -> DatasetOut:
    """One dataset: its columns and its number of records."""
    with service.database.read() as connection:
        dataset = store.dataset(connection, principal.tenant_id, dataset_id)
    return _out(_existing(dataset, dataset_id))


@router.get("/{dataset_id}/records")
def list_records(
    dataset_id: str,
    service: TheService,
    principal: SignedIn,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> RecordsOut:
    """One page of records, in the order in which they were added."""
    with service.database.read() as connection:
        _existing(store.dataset(connection, principal.tenant_id, dataset_id), dataset_id)
        page = store.page(connection, dataset_id, after=after, limit=limit)
    following = page[-1].number if len(page) == limit else None
    return RecordsOut(records=[record.values for record in page], next=following)


@router.post("/{dataset_id}/summary", status_code=202)
def start_summary(dataset_id: str, service: TheService, principal: SignedIn) -> SummaryStarted:
    """Start a job that counts the empty values of each column."""
    return SummaryStarted(job_id=summaries.start(service, principal, dataset_id))


def _existing(dataset: Dataset | None, dataset_id: str) -> Dataset:
    if dataset is None:
        raise NotFound(f"There is no dataset {dataset_id!r}; GET /api/v2/datasets lists yours.")
    return dataset


def _out(dataset: Dataset) -> DatasetOut:
    columns = [ColumnOut(name=column.name, type=column.type) for column in dataset.columns]
    return DatasetOut(
        id=dataset.id, name=dataset.name, record_count=dataset.record_count, columns=columns
    )
