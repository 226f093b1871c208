import json
import tracemalloc

import pytest

from data import store
from data.export.extraction import bodies, chunks
from data.generator import generate


@pytest.fixture
def extract(service):
    def run(filters=None, up_to=250, chunk_size=100):
        found = chunks(
            service.database, "orders", filters=filters or {}, up_to=up_to, chunk_size=chunk_size
        )
        return list(found)

    return run


def test_chunks_follow_one_another_and_miss_nothing(extract):
    found = extract()
    assert [(chunk.index, len(bodies(chunk)), chunk.last_number) for chunk in found] == [
        (0, 100, 100),
        (1, 100, 200),
        (2, 50, 250),
    ]
    keys = [json.loads(body)["record_key"] for chunk in found for body in bodies(chunk)]
    assert keys == [f"R-{number:09}" for number in range(1, 251)]


def test_records_added_later_are_left_out(extract, service):
    with service.database.write() as connection:
        store.append_records(connection, "orders", ['{"record_key": "late"}'])
    assert sum(len(bodies(chunk)) for chunk in extract(up_to=250)) == 250


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"status": "active"}, 83),
        ({"is_active": True}, 84),
        ({"status": "paused", "is_active": True}, 84),
        ({"status": "active", "is_active": True}, 0),
        ({"note": None}, 31),
    ],
)
def test_only_records_that_match_all_filters_come(extract, filters, expected):
    assert sum(len(bodies(chunk)) for chunk in extract(filters)) == expected


@pytest.mark.parametrize("column", ["status') OR 1=1 --", 'sta"tus', "$.status"])
def test_a_column_name_cannot_become_sql(extract, column):
    assert [bodies(chunk) for chunk in extract({column: "active"})] == [[], [], []]


def test_reading_goes_to_the_replica(extract, service):
    service.database.replica_path = service.database.path.with_name("missing.sqlite")
    with pytest.raises(Exception, match="unable to open"):
        extract()


def test_memory_does_not_grow_with_the_dataset(service):
    def peak(dataset_id, count):
        with service.database.write() as connection:
            generate(
                connection,
                tenant_id="acme",
                dataset_id=dataset_id,
                name=dataset_id,
                record_count=count,
            )
        tracemalloc.start()
        for chunk in chunks(service.database, dataset_id, filters={}, up_to=count, chunk_size=250):
            bodies(chunk)
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    assert peak("large", 4_000) < 2 * peak("small", 500)
