"""The jobs behind an export: make the file chunk by chunk, and remove it when its time is over."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from data import store as data_store
from data.model import Column
from jobs.model import JobContext
from problems import Problem
from service import Service
from services.export import files, store
from services.export.fanout import fan_out
from services.export.metrics import metrics_of
from services.export.model import ExportJob, ExportJobStatus, ExportLimits
from services.export.ports import Chunk, ChunkResult, Converter, converters_of, source_of

EXPORT = "export.bulk"
EXPIRE = "export.expire"
WORKERS = 2
AHEAD = 4

log = logging.getLogger("export")


class NoLongerWanted(Exception):
    """The export was cancelled while it was being made."""


class TooLarge(Problem):
    """The export grew past a limit while it was being made; trying again would not help."""

    code = "export_too_large"


@dataclass(frozen=True, kw_only=True)
class Work:
    """One export on its way."""

    service: Service
    context: JobContext
    export: ExportJob
    columns: tuple[Column, ...]
    converter: Converter
    parts: Path


def run_export(service: Service, context: JobContext) -> None:
    """Make the file of one export. Cancelled at any moment, it leaves nothing behind."""
    export_id = context.job.payload["export_id"]
    with service.database.write() as connection:
        wanted = store.begin(connection, export_id)
        export = store.find_any(connection, export_id)
    if not wanted or export is None:
        files.remove(service, export_id)
        return
    started = time.perf_counter()
    try:
        _finish(_prepare(service, context, export))
    except NoLongerWanted:
        files.remove(service, export_id)
        log.info("export cancelled", extra={"facts": {"export": export_id}})
        return
    except TooLarge as problem:
        _give_up(service, export, problem.detail)
        return
    except Exception:
        if context.is_last_attempt:
            _give_up(service, export, "The export failed; start it again, or ask support.")
        raise
    _report(service, export, time.perf_counter() - started)


def expire_file(service: Service, context: JobContext) -> None:
    """Remove a file whose time is over."""
    export_id = context.job.payload["export_id"]
    files.remove(service, export_id)
    with service.database.write() as connection:
        store.forget_file(connection, export_id)


def _prepare(service: Service, context: JobContext, export: ExportJob) -> Work:
    with service.database.read() as connection:
        dataset = data_store.dataset(connection, export.tenant_id, export.request.dataset_id)
    assert dataset is not None, "a dataset is never removed"
    by_name = {column.name: column for column in dataset.columns}
    names = export.request.columns or by_name
    return Work(
        service=service,
        context=context,
        export=export,
        columns=tuple(by_name[name] for name in names),
        converter=converters_of(service)[export.request.format],
        parts=files.fresh_parts(service, export.id),
    )


def _finish(work: Work) -> None:
    numbers = [result.chunk_index for result in _followed(work)]
    target = work.parts.parent / f"{work.export.request.dataset_id}.{work.export.request.format}"
    parts = [_part(work, number) for number in sorted(numbers)]
    size = work.converter.assemble(parts, work.columns, target)
    for part in parts:
        part.unlink()
    now = work.service.clock()
    with work.service.database.write() as connection:
        if not store.complete(connection, work.export.id, name=target.name, size=size, now=now):
            raise NoLongerWanted
        work.service.jobs.enqueue(
            connection,
            EXPIRE,
            {"export_id": work.export.id},
            tenant_id=work.export.tenant_id,
            delay=ExportLimits().file_lifetime,
        )


def _followed(work: Work) -> Iterator[ChunkResult]:
    """Each result as it comes; on the way limits are kept and progress is noted."""
    records = size = reached = 0
    for last_number, result in _converted(work):
        records += result.record_count
        size += result.byte_size
        reached = max(reached, last_number)
        _keep_limits(records, size)
        # 100 is for the moment when the file is there.
        progress = min(99, 100 * reached // max(1, work.export.up_to))
        _note(work, progress, records)
        yield result


def _converted(work: Work) -> Iterator[tuple[int, ChunkResult]]:
    request = work.export.request
    chunks = source_of(work.service)(
        work.service.database, request.dataset_id, filters=request.filters, up_to=work.export.up_to
    )
    convert = partial(_convert, work)
    yield from fan_out(chunks, convert, workers=WORKERS, ahead=AHEAD)


def _convert(work: Work, chunk: Chunk) -> tuple[int, ChunkResult]:
    return chunk.last_number, work.converter.convert(chunk, work.columns, _part(work, chunk.index))


def _part(work: Work, number: int) -> Path:
    return work.parts / f"{number:06}.part"


def _keep_limits(records: int, size: int) -> None:
    limits = ExportLimits()
    if records > limits.records:
        raise TooLarge(f"More than {limits.records} records match; add a filter.")
    if size > limits.file_bytes:
        raise TooLarge(f"The file passes {limits.file_bytes} bytes; choose fewer columns.")


def _note(work: Work, progress: int, records: int) -> None:
    with work.service.database.write() as connection:
        wanted = store.advance(connection, work.export.id, progress=progress, record_count=records)
    if not wanted:
        raise NoLongerWanted
    work.context.keep_alive()


def _give_up(service: Service, export: ExportJob, reason: str) -> None:
    files.remove(service, export.id)
    with service.database.write() as connection:
        store.end(connection, export.id, ExportJobStatus.FAILED, now=service.clock(), error=reason)
    metrics = metrics_of(service.metrics)
    metrics.count.labels(export.request.format, ExportJobStatus.FAILED).inc()
    metrics.errors.labels(export.request.format).inc()
    facts = {
        "export": export.id,
        "user": export.tenant_id,
        "format": export.request.format,
        "reason": reason,
    }
    log.error("export failed", extra={"facts": facts})


def _report(service: Service, export: ExportJob, seconds: float) -> None:
    metrics = metrics_of(service.metrics)
    metrics.count.labels(export.request.format, ExportJobStatus.COMPLETED).inc()
    metrics.seconds.labels(export.request.format).observe(seconds)
    facts = {"export": export.id, "format": export.request.format, "seconds": seconds}
    log.info("export completed", extra={"facts": facts})
