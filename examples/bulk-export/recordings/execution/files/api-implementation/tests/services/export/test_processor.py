import json
import logging
import threading

import pytest

from auth.model import Principal
from services.export import files, store
from services.export import service as exports
from services.export.model import ExportFormat, ExportJobStatus, ExportLimits

ANNA = Principal(tenant_id="acme", user_id="anna")
KEYS = [f"R-{number:09}" for number in range(1, 251)]


def keys_in(path):
    return [json.loads(line)[0] for line in path.read_text().splitlines()]


@pytest.mark.parametrize("wanted", list(ExportFormat))
def test_an_export_ends_with_one_file_of_all_records_in_order(service, workers, started, wanted):
    export = started(ANNA, format=wanted, columns=["record_key"])
    workers.run_one()
    done = exports.show(service, ANNA, export.id)
    path = files.folder_of(service, export.id) / done.file_name
    assert (done.status, done.progress, done.record_count) == ("completed", 100, 250)
    assert done.file_size == path.stat().st_size
    assert keys_in(path) == KEYS


def test_the_parts_are_gone_when_the_file_is_there(service, workers, started):
    export = started(ANNA)
    workers.run_one()
    folder = files.folder_of(service, export.id)
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["orders.csv"]


def test_progress_grows_with_each_chunk_and_stays_below_100_until_the_file_is_there(
    service, data_side, workers, started
):
    seen, looking = [], threading.Lock()
    export = started(ANNA)

    def look():
        with looking:
            seen.append(exports.show(service, ANNA, export.id).progress)

    data_side.before_chunk = dict.fromkeys(range(13), look)
    workers.run_one()
    assert seen == sorted(seen)
    assert seen[0] == 0
    assert 60 < seen[-1] < 100


def test_an_export_cancelled_before_it_starts_makes_nothing(service, workers, started):
    export = started(ANNA)
    exports.cancel(service, ANNA, export.id)
    workers.run_one()
    assert exports.show(service, ANNA, export.id).status is ExportJobStatus.CANCELLED
    assert not files.folder_of(service, export.id).exists()


@pytest.mark.parametrize("wanted", list(ExportFormat))
@pytest.mark.parametrize("chunk", [0, 5, 12])
def test_an_export_cancelled_on_the_way_stops_and_leaves_nothing_behind(
    service, data_side, workers, started, wanted, chunk
):
    export = started(ANNA, format=wanted)
    data_side.before_chunk[chunk] = lambda: exports.cancel(service, ANNA, export.id)
    workers.run_one()
    assert exports.show(service, ANNA, export.id).status is ExportJobStatus.CANCELLED
    assert not files.folder_of(service, export.id).exists()


def break_down():
    raise OSError("no space left")


def test_a_failed_attempt_is_tried_again_from_the_start(service, data_side, workers, started):
    export = started(ANNA, columns=["record_key"])
    data_side.before_chunk[3] = break_down
    workers.run_one()
    assert exports.show(service, ANNA, export.id).status is ExportJobStatus.PROCESSING
    data_side.before_chunk.clear()
    with service.database.write() as connection:
        connection.execute("UPDATE job SET run_at = 0")
    workers.run_one()
    done = exports.show(service, ANNA, export.id)
    assert keys_in(files.folder_of(service, export.id) / done.file_name) == KEYS


def test_after_the_last_attempt_the_export_has_failed_and_says_what_to_do(
    service, data_side, workers, started, caplog
):
    export = started(ANNA, format=ExportFormat.PARQUET)
    data_side.before_chunk[3] = break_down
    with service.database.write() as connection:
        connection.execute("UPDATE job SET max_attempts = 1")
    with caplog.at_level(logging.ERROR):
        workers.run_one()
    failed = exports.show(service, ANNA, export.id)
    assert failed.status is ExportJobStatus.FAILED
    assert "start it again" in failed.error
    assert not files.folder_of(service, export.id).exists()
    assert "export failed" in caplog.messages


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (ExportLimits(records=100), "add a filter"),
        (ExportLimits(file_bytes=5_000), "choose fewer columns"),
    ],
    ids=["too many records", "too many bytes"],
)
def test_an_export_that_grows_past_a_limit_fails_at_once_and_is_not_repeated(
    service, workers, started, monkeypatch, limits, reason
):
    export = started(ANNA)
    monkeypatch.setattr("services.export.processor.ExportLimits", lambda: limits)
    workers.run_one()
    failed = exports.show(service, ANNA, export.id)
    assert failed.status is ExportJobStatus.FAILED
    assert reason in failed.error
    assert not workers.run_one()


def test_a_file_is_removed_when_its_time_is_over(service, workers, started):
    export = started(ANNA)
    workers.run_one()
    with service.database.write() as connection:
        connection.execute("UPDATE job SET run_at = 0 WHERE kind = 'export.expire'")
    workers.run_one()
    kept = exports.show(service, ANNA, export.id)
    assert (kept.status, kept.file_name) == (ExportJobStatus.COMPLETED, None)
    assert exports.link(service, kept) is None
    assert not files.folder_of(service, export.id).exists()


def test_what_happens_is_measured_by_format(service, workers, started):
    started(ANNA, format=ExportFormat.JSON)
    workers.run_one()
    sample = service.metrics.registry.get_sample_value
    labels = {"format": "json"}
    assert sample("export_job_count_total", labels | {"status": "completed"}) == 1
    assert sample("export_job_duration_count", labels) == 1
    assert sample("export_job_errors_total", labels) is None


def test_log_lines_of_a_job_carry_the_facts(service, workers, started, caplog):
    export = started(ANNA)
    with caplog.at_level(logging.INFO, logger="export"):
        workers.run_one()
    (record,) = [record for record in caplog.records if record.message == "export completed"]
    assert record.facts["export"] == export.id


def test_the_id_names_the_customer_only_as_a_hash():
    first, second = store.new_id("acme"), store.new_id("acme")
    assert first.split("_")[1] == second.split("_")[1] != store.new_id("bolt").split("_")[1]
    assert "acme" not in first
