import threading

import pytest

from auth.model import Principal
from data.generator import generate
from problems import Invalid, NotFound, TooMany
from services.export import service as exports
from services.export.model import ExportFormat

ANNA = Principal(tenant_id="acme", user_id="anna")
ADAM = Principal(tenant_id="acme", user_id="adam")
BELLA = Principal(tenant_id="bolt", user_id="bella")


def test_the_sixth_export_of_a_customer_is_refused_and_told_when_to_come_back(started):
    for _ in range(5):
        started(ANNA)
    with pytest.raises(TooMany, match="cancel one") as refusal:
        started(ADAM)
    assert int(refusal.value.headers["Retry-After"]) >= 1


def test_another_customer_is_not_held_up(service, started):
    for _ in range(5):
        started(ANNA)
    with service.database.write() as connection:
        generate(connection, tenant_id="bolt", dataset_id="b", name="B", record_count=3)
    assert started(BELLA, dataset_id="b").status == "queued"


def test_an_export_that_ended_makes_room(service, workers, started):
    for _ in range(5):
        started(ANNA)
    workers.run_one()
    assert started(ANNA).status == "queued"


def test_of_many_at_the_same_moment_five_get_in(service, enabled, request_of):
    outcomes = []
    together = threading.Barrier(12, timeout=20)

    def try_it():
        together.wait()
        try:
            exports.start(service, ANNA, request_of())
            outcomes.append("in")
        except TooMany:
            outcomes.append("refused")

    threads = [threading.Thread(target=try_it) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (outcomes.count("in"), outcomes.count("refused")) == (5, 7)


def test_a_customer_may_have_a_quota_of_its_own(service, started):
    with service.database.write() as connection:
        connection.execute("INSERT INTO export_quota VALUES ('acme', 1, 100)")
    started(ANNA)
    with pytest.raises(TooMany, match="1 exports are running"):
        started(ANNA)


def test_the_daily_limit_counts_ended_exports_too(service, workers, started):
    with service.database.write() as connection:
        connection.execute("INSERT INTO export_quota VALUES ('acme', 5, 2)")
    for _ in range(2):
        started(ANNA)
        workers.run_one()
    with pytest.raises(TooMany, match="24 hours"):
        started(ANNA)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"columns": ["record_key", "nothing"]}, "unknown column 'nothing'"),
        ({"filters": {"nothing": 1}}, "unknown column 'nothing'"),
        ({"columns": []}, "at least one column"),
        ({"columns": ["status", "status"]}, "named twice"),
    ],
)
def test_an_export_that_cannot_be_made_is_refused_before_it_is_queued(started, change, reason):
    with pytest.raises(Invalid, match=reason):
        started(ANNA, **change)


def test_more_than_ten_million_records_need_a_filter(service, started):
    with service.database.write() as connection:
        connection.execute("UPDATE dataset SET record_count = 10000001 WHERE id = 'orders'")
    with pytest.raises(Invalid, match="add a filter"):
        started(ANNA)
    assert started(ANNA, filters={"status": "active"}).status == "queued"


def test_a_dataset_of_ten_million_records_is_not_too_large(service, started):
    with service.database.write() as connection:
        connection.execute("UPDATE dataset SET record_count = 10000000 WHERE id = 'orders'")
    assert started(ANNA).status == "queued"


def test_as_long_as_the_flag_is_off_there_is_no_export(service, request_of):
    with pytest.raises(NotFound, match="not available"):
        exports.start(service, ANNA, request_of(format=ExportFormat.JSON))
