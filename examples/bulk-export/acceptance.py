"""The proof of the merged feature, from outside: flag, three formats, cancel, limits, links, tenants.

    python examples/bulk-export/acceptance.py SERVICE_FOLDER [--records 100000]

Uses the service's own code from SERVICE_FOLDER with a clock that can be moved, so that a link's
fifteen minutes do not take fifteen minutes.
"""

import argparse
import csv
import json
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

BULK = "/api/v2/export/bulk"
FLAG = "bulk_export_enabled"
SECONDS = 60
ANNA = {"Authorization": "Bearer anna-token"}
BELLA = {"Authorization": "Bearer bella-token"}


@dataclass
class Clock:
    """The real time, moved by as much as a proof likes."""

    moved: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.moved


@dataclass
class Flags:
    """Stands in for the flag service."""

    on: set[str] = field(default_factory=set)

    def is_on(self, flag: str, *, targeting_key: str) -> bool:
        return flag == FLAG and targeting_key in self.on


@dataclass
class Ground:
    """A running service with its data, and what a proof may move."""

    web: Any
    service: Any
    clock: Clock
    flags: Flags
    records: int
    folder: Path

    def start(self, export_format: str, **more: Any) -> Any:
        """Ask for an export."""
        body = {"datasetId": "orders", "format": export_format, **more}
        return self.web.post(BULK, json=body, headers=ANNA)

    def status(self, job_id: str) -> dict[str, Any]:
        """How an export stands."""
        answer: dict[str, Any] = self.web.get(f"{BULK}/{job_id}", headers=ANNA).json()
        return answer

    def ended(self, job_id: str, *, when: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait until an export is as wanted."""
        deadline = time.monotonic() + SECONDS
        while not when(status := self.status(job_id)):
            if time.monotonic() > deadline or status["status"] == "failed":
                raise AssertionError(f"the export stays {status}")
            time.sleep(0.02)
        return status

    def export(self, export_format: str, **more: Any) -> Path:
        """Export, wait, download; gives the file."""
        job_id = self.start(export_format, **more).json()["jobId"]
        done = self.ended(job_id, when=lambda status: status["status"] == "completed")
        target = self.folder / f"got.{export_format}"
        with self.web.stream("GET", done["downloadUrl"]) as answer, target.open("wb") as file:
            assert answer.status_code == 200
            for block in answer.iter_bytes():
                file.write(block)
        assert target.stat().st_size == done["fileSize"]
        return target


def flag_decides(ground: Ground) -> None:
    """With the flag off there is nothing, in the API and on the page; with it on there is."""
    ground.flags.on = set()
    assert ground.start("csv").status_code == 404
    page = {"Cookie": "records_session=anna-token"}
    assert "Export data" not in ground.web.get("/ui/datasets/orders", headers=page).text
    ground.flags.on = {"acme", "bolt"}
    assert "Export data" in ground.web.get("/ui/datasets/orders", headers=page).text


def csv_is_whole(ground: Ground) -> None:
    """A CSV of all records, in order."""
    with ground.export("csv").open(encoding="utf-8", newline="") as file:
        keys = [row["record_key"] for row in csv.DictReader(file)]
    assert keys == [f"R-{number:09}" for number in range(1, ground.records + 1)]


def json_is_whole(ground: Ground) -> None:
    """JSON of all records, equal to what the records API gives."""
    found = json.loads(ground.export("json").read_text(encoding="utf-8"))
    assert len(found) == ground.records
    page = ground.web.get("/api/v2/datasets/orders/records?limit=1000", headers=ANNA).json()
    assert found[:1000] == page["records"]


def parquet_is_whole(ground: Ground) -> None:
    """Parquet of all records, typed and in order."""
    path = ground.export("parquet")
    with duckdb.connect(":memory:") as database:
        query = "SELECT count(*), min(amount) > 0, first(record_key), last(record_key) FROM"
        row = database.execute(f"{query} read_parquet('{path}')").fetchone()
    assert row == (ground.records, True, "R-000000001", f"R-{ground.records:09}")


def filter_and_columns_choose(ground: Ground) -> None:
    """Only the records that match, only the columns asked for."""
    wanted = {"filters": {"status": "active"}, "columns": ["status", "record_key"]}
    found = json.loads(ground.export("json", **wanted).read_text(encoding="utf-8"))
    assert len(found) == ground.records // 3
    assert {tuple(record) for record in found} == {("status", "record_key")}
    assert {record["status"] for record in found} == {"active"}


def cancel_leaves_nothing(ground: Ground) -> None:
    """An export that is cancelled on its way ends cancelled and its files are gone."""
    job_id = ground.start("csv").json()["jobId"]
    ground.ended(job_id, when=lambda status: status["status"] == "processing")
    assert ground.web.delete(f"{BULK}/{job_id}", headers=ANNA).status_code == 204
    assert ground.status(job_id)["status"] == "cancelled"
    folder = ground.service.settings.files / "exports" / job_id
    deadline = time.monotonic() + SECONDS
    # The worker sees it before its next chunk; when it has ended, nothing may be left.
    while ground.service.jobs.waiting():
        assert time.monotonic() < deadline, "the worker does not stop"
        time.sleep(0.02)
    assert not folder.exists()


def links_expire(ground: Ground) -> None:
    """A link works for 15 minutes and not longer; the status gives a new one."""
    job_id = ground.start("json", columns=["record_key"]).json()["jobId"]
    done = ground.ended(job_id, when=lambda status: status["status"] == "completed")
    ground.clock.moved = timedelta(minutes=14, seconds=50)
    assert ground.web.get(done["downloadUrl"]).status_code == 200
    ground.clock.moved = timedelta(minutes=15, seconds=1)
    assert ground.web.get(done["downloadUrl"]).status_code == 403
    assert ground.web.get(ground.status(job_id)["downloadUrl"]).status_code == 200
    ground.clock.moved = timedelta(0)


def tenants_are_apart(ground: Ground) -> None:
    """Another customer sees neither the dataset nor the export; a key in the address never works."""
    job_id = ground.start("csv", columns=["status"]).json()["jobId"]
    ground.ended(job_id, when=lambda status: status["status"] == "completed")
    assert ground.web.get(f"{BULK}/{job_id}", headers=BELLA).status_code == 404
    assert ground.web.delete(f"{BULK}/{job_id}", headers=BELLA).status_code == 404
    body = {"datasetId": "orders", "format": "csv"}
    assert ground.web.post(BULK, json=body, headers=BELLA).status_code == 404
    assert ground.web.get(f"{BULK}/{job_id}?api_key=anna-token").status_code == 401


def five_at_a_time(ground: Ground) -> None:
    """The sixth export at a time gets 429 and is told when to come back."""
    with waiting_room(ground) as room:
        jobs = [room.start("csv").json()["jobId"] for _ in range(5)]
        refused = room.start("csv")
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1
        for job_id in jobs:
            assert room.web.delete(f"{BULK}/{job_id}", headers=ANNA).status_code == 204
        again = room.start("csv")
        assert again.status_code == 202
        room.web.delete(f"{BULK}/{again.json()['jobId']}", headers=ANNA)


def streams_agree(ground: Ground) -> None:
    """The two sides of the interface contract say the same."""
    from data.export import contract
    from services.export import model

    for name in ("ExportFormat", "ExportJobStatus"):
        ours, theirs = getattr(contract, name), getattr(model, name)
        assert [item.value for item in ours] == [item.value for item in theirs]
    assert set(contract.ChunkResult.__dataclass_fields__) == {
        "record_count",
        "byte_size",
        "chunk_index",
    }


def it_is_seen(ground: Ground) -> None:
    """The three metrics of the release are there, and the health page names the feature."""
    text = ground.web.get("/metrics").text
    for name in ("export_job_duration_count", "export_job_count_total", "export_job_errors"):
        assert name in text
    assert ground.web.get("/healthz").json()["parts"]["export.files"] == "ok"


PROOFS = (
    flag_decides,
    csv_is_whole,
    json_is_whole,
    parquet_is_whole,
    filter_and_columns_choose,
    cancel_leaves_nothing,
    links_expire,
    tenants_are_apart,
    five_at_a_time,
    streams_agree,
    it_is_seen,
)


@contextmanager
def prepared(service_folder: Path, folder: Path, records: int) -> Iterator[Ground]:
    """The service of this folder, running, with two customers and a dataset."""
    sys.path.insert(0, str(service_folder / "src"))
    from app import build_service
    from auth import store as auth_store
    from auth.model import Principal
    from data.generator import generate
    from settings import Settings

    clock, flags = Clock(), Flags()
    settings = Settings(database=folder / "records.sqlite", files=folder / "files")
    service = replace(build_service(settings, clock=clock), flags=flags)
    with service.database.write() as connection:
        for tenant, user in (("acme", "anna"), ("bolt", "bella")):
            auth_store.add_tenant(connection, tenant, tenant)
            principal = Principal(tenant_id=tenant, user_id=user)
            auth_store.add_token(connection, f"{user}-token", principal)
        generate(
            connection,
            tenant_id="acme",
            dataset_id="orders",
            name="Orders",
            record_count=records,
        )
    with served(service) as web:
        yield Ground(
            web=web, service=service, clock=clock, flags=flags, records=records, folder=folder
        )


@contextmanager
def waiting_room(ground: Ground) -> Iterator[Ground]:
    """The same service with nobody at work, so that exports stay queued."""
    settings = replace(
        ground.service.settings, database=ground.folder / "room.sqlite", job_workers=0
    )
    with prepared_like(ground, settings) as room:
        yield room


@contextmanager
def prepared_like(ground: Ground, settings: Any) -> Iterator[Ground]:
    """Another service with the same customers and a small dataset."""
    from app import build_service
    from auth import store as auth_store
    from auth.model import Principal
    from data.generator import generate

    service = replace(build_service(settings, clock=ground.clock), flags=ground.flags)
    with service.database.write() as connection:
        auth_store.add_tenant(connection, "acme", "acme")
        auth_store.add_token(connection, "anna-token", Principal(tenant_id="acme", user_id="anna"))
        generate(connection, tenant_id="acme", dataset_id="orders", name="Orders", record_count=10)
    with served(service) as web:
        yield replace(ground, web=web, service=service, records=10)


@contextmanager
def served(service: Any) -> Iterator[Any]:
    """The service's application with its workers, as a client sees it."""
    from app import create_app
    from fastapi.testclient import TestClient

    with TestClient(create_app(service)) as web:
        yield web


def main() -> int:
    """Run every proof, print each with its time, and tell by the exit code whether all hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("service", type=Path)
    parser.add_argument("--records", type=int, default=100_000)
    chosen = parser.parse_args()
    failed = 0
    with (
        tempfile.TemporaryDirectory() as folder,
        prepared(chosen.service.resolve(), Path(folder), chosen.records) as ground,
    ):
        for proof in PROOFS:
            failed += not _holds(proof, ground)
    return 1 if failed else 0


def _holds(proof: Callable[[Ground], None], ground: Ground) -> bool:
    started = time.perf_counter()
    try:
        proof(ground)
    except AssertionError as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        print(f"{proof.__name__}: failed at line {place.lineno}: {place.line} {error}")
        return False
    print(f"{proof.__name__}: holds, {time.perf_counter() - started:.1f} s")
    return True


if __name__ == "__main__":
    sys.exit(main())
