"""What a caller may do with exports: start, look, cancel, fetch."""

import math
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from sqlite3 import Connection

from auth.model import Principal
from data import store as data_store
from data.model import Dataset
from problems import Conflict, Invalid, NotAllowed, NotFound, TooMany
from service import Service
from services.export import files, signing, store
from services.export.metrics import metrics_of
from services.export.model import (
    FLAG,
    ExportJob,
    ExportJobStatus,
    ExportLimits,
    ExportRequest,
)
from services.export.ports import converters_of
from services.export.processor import EXPORT

RECORDS_A_SECOND = 50_000
"""A cautious guess, for estimates only."""
SHORTEST_WAIT = 5


@dataclass(frozen=True, kw_only=True)
class Download:
    """A file to hand out."""

    path: Path
    media_type: str


def start(service: Service, principal: Principal, request: ExportRequest) -> ExportJob:
    """Queue an export. The limits are counted in the transaction that adds it, so they hold."""
    require_flag(service, principal.tenant_id)
    service.storage.require()
    now = service.clock()
    with service.database.write() as connection:
        dataset = data_store.dataset(connection, principal.tenant_id, request.dataset_id)
        if dataset is None:
            raise NotFound(f"There is no dataset {request.dataset_id!r}.")
        _require_possible(dataset, request)
        _require_quota(service, connection, principal.tenant_id)
        export_id = store.add(connection, principal, request, up_to=dataset.record_count, now=now)
        service.jobs.enqueue(
            connection, EXPORT, {"export_id": export_id}, tenant_id=principal.tenant_id
        )
        export = store.find_any(connection, export_id)
    assert export is not None
    return export


def show(service: Service, principal: Principal, export_id: str) -> ExportJob:
    """The caller's organisation's export of this id."""
    require_flag(service, principal.tenant_id)
    with service.database.read() as connection:
        export = store.find(connection, principal.tenant_id, export_id)
    if export is None:
        raise NotFound(f"There is no export {export_id!r}.")
    return export


def cancel(service: Service, principal: Principal, export_id: str) -> None:
    """Cancel an export that has not ended.

    Whoever works on it sees that before the next chunk, stops, and removes the partial files;
    removing them from here would pull them away under a writer.
    """
    export = show(service, principal, export_id)
    if export.user_id != principal.user_id:
        raise NotAllowed("Only the user who started an export may cancel it.")
    if export.status is ExportJobStatus.CANCELLED:
        return
    with service.database.write() as connection:
        cancelled = store.end(connection, export_id, ExportJobStatus.CANCELLED, now=service.clock())
    if not cancelled:
        raise Conflict("This export has ended; there is nothing to cancel.")
    count = metrics_of(service.metrics).count
    count.labels(export.request.format, ExportJobStatus.CANCELLED).inc()


def link(service: Service, export: ExportJob) -> str | None:
    """The query of a new download link, if there is a file to download."""
    if export.file_name is None:
        return None
    return signing.sign(
        service.settings.signing_key,
        export.id,
        now=service.clock(),
        lifetime=ExportLimits().link_lifetime,
    )


def download(
    service: Service, export_id: str, *, expires: int, token: str, signature: str
) -> Download:
    """The file behind a signed link."""
    signing.check(
        service.settings.signing_key,
        export_id,
        expires=expires,
        token=token,
        signature=signature,
        now=service.clock(),
    )
    with service.database.read() as connection:
        export = store.find_any(connection, export_id)
    if export is None or export.file_name is None:
        raise NotFound("This file is no longer kept; start the export again.")
    require_flag(service, export.tenant_id)
    path = files.folder_of(service, export_id) / export.file_name
    media_type = converters_of(service)[export.request.format].media_type
    return Download(path=path, media_type=media_type)


def estimate(record_count: int) -> int:
    """Seconds that an export of so many records may take."""
    return max(1, math.ceil(record_count / RECORDS_A_SECOND))


def require_flag(service: Service, tenant_id: str) -> None:
    """Refuse as long as the feature is off for this customer."""
    if not service.flags.is_on(FLAG, targeting_key=tenant_id):
        raise NotFound("Bulk export is not available to your organisation yet.")


def _require_possible(dataset: Dataset, request: ExportRequest) -> None:
    known = {column.name for column in dataset.columns}
    named = {*(request.columns or ()), *request.filters}
    reasons = [f"unknown column {name!r}" for name in sorted(named - known)]
    if request.columns is not None and not request.columns:
        reasons.append("choose at least one column, or leave 'columns' out for all")
    if len(set(request.columns or ())) < len(request.columns or ()):
        reasons.append("a column is named twice")
    limit = ExportLimits().records
    if not request.filters and dataset.record_count > limit:
        reasons.append(
            f"{dataset.record_count} records are more than the {limit} of one export; add a filter"
        )
    if reasons:
        raise Invalid("; ".join(reasons))


def _require_quota(service: Service, connection: Connection, tenant_id: str) -> None:
    quota = store.quota(connection, tenant_id)
    running = store.active(connection, tenant_id)
    if len(running) >= quota.concurrent:
        wait = _wait(running)
        raise TooMany(
            f"{quota.concurrent} exports are running, which is your limit; "
            f"wait {wait} seconds or cancel one.",
            code="too_many_exports",
            headers={"Retry-After": str(wait)},
        )
    since = service.clock() - timedelta(hours=24)
    if store.started_since(connection, tenant_id, since) >= quota.daily:
        raise TooMany(
            f"{quota.daily} exports in 24 hours are your limit; try again later.",
            code="too_many_exports_today",
            headers={"Retry-After": "3600"},
        )


def _wait(running: list[ExportJob]) -> int:
    """Seconds until the first of these may have ended."""
    remaining = [estimate(export.up_to) * (100 - export.progress) // 100 for export in running]
    return max(SHORTEST_WAIT, min(remaining, default=SHORTEST_WAIT))
