import csv
import json

import duckdb
import pytest

from data import store
from data.export.contract import ChunkResult, ExportFormat, ExportJobStatus
from data.export.csv_format import CsvConverter
from data.export.elsewhere import Elsewhere
from data.export.extraction import chunks
from data.export.feature import converters
from data.export.json_format import JsonConverter
from data.export.parquet_format import ParquetConverter
from data.generator import bodies, columns
from data.model import Column, ColumnType, Dataset
from database import Database
from processes import Processes

COLUMNS = columns(14)
COUNT = 90
RECORDS = [json.loads(body) for body in bodies(COUNT, COLUMNS)]
ODD = Column(name='it\'s "odd"', type=ColumnType.TEXT)
ALL = (CsvConverter(), JsonConverter(), ParquetConverter(memory_megabytes=128))


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """A dataset of 90 records with odd values, and one whose column has an odd name."""
    made = Database(tmp_path_factory.mktemp("data") / "records.sqlite")
    made.migrate({"data": store.MIGRATIONS})
    with made.write() as connection:
        facts = {"tenant_id": "acme", "record_count": 0}
        orders = Dataset(id="orders", name="Orders", columns=COLUMNS, **facts)
        store.add_dataset(connection, orders)
        store.append_records(connection, orders.id, bodies(COUNT, COLUMNS))
        store.add_dataset(connection, Dataset(id="odd", name="Odd", columns=(ODD,), **facts))
        store.append_records(connection, "odd", [json.dumps({ODD.name: "x"})])
    return made


@pytest.fixture(scope="module")
def processes():
    made = Processes(1)
    yield made
    made.close()


def in_chunks(database, size=40, filters=None):
    return list(chunks(database, "orders", filters=filters or {}, up_to=COUNT, chunk_size=size))


def exported(converter, folder, of_chunks, wanted=COLUMNS):
    results, parts = [], []
    for chunk in of_chunks:
        part = folder / f"{chunk.index:06}.part"
        results.append(converter.convert(chunk, wanted, part))
        parts.append(part)
    target = folder / f"whole.{converter.format}"
    size = converter.assemble(parts, wanted, target)
    assert size == target.stat().st_size
    return target, results


def parquet_rows(path):
    with duckdb.connect(":memory:") as database:
        found = database.execute(f"SELECT * FROM read_parquet('{path}')")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def test_csv_gives_back_every_value_even_odd_ones(tmp_path, database):
    target, _ = exported(CsvConverter(), tmp_path, in_chunks(database))
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["note"] for row in rows] == [record["note"] or "" for record in RECORDS]
    assert [row["is_active"] for row in rows] == [
        str(record["is_active"]).lower() for record in RECORDS
    ]
    assert [float(row["amount"]) for row in rows] == [record["amount"] for record in RECORDS]
    assert [row["created_at"] for row in rows] == [record["created_at"] for record in RECORDS]
    assert b"\r\n" in target.read_bytes()


def test_json_is_one_array_with_the_records_as_stored(tmp_path, database):
    target, _ = exported(JsonConverter(), tmp_path, in_chunks(database))
    assert json.loads(target.read_text(encoding="utf-8")) == RECORDS


def test_parquet_keeps_values_order_and_types(tmp_path, database):
    target, _ = exported(ParquetConverter(), tmp_path, in_chunks(database))
    rows = parquet_rows(target)
    for name in ("record_key", "amount", "quantity", "is_active", "note", "measure_001"):
        assert [row[name] for row in rows] == [record[name] for record in RECORDS]
    assert rows[0]["created_at"].isoformat() == "2025-01-01T00:01:00"


@pytest.mark.parametrize("converter", ALL, ids=lambda converter: converter.format)
def test_each_chunk_tells_its_records_bytes_and_place(tmp_path, database, converter):
    _, results = exported(converter, tmp_path, in_chunks(database))
    assert all(isinstance(result, ChunkResult) for result in results)
    assert [(result.chunk_index, result.record_count) for result in results] == [
        (0, 40),
        (1, 40),
        (2, 10),
    ]
    assert all(result.byte_size > 0 for result in results)


@pytest.mark.parametrize("converter", ALL, ids=lambda converter: converter.format)
def test_only_the_chosen_columns_come_in_the_order_chosen(tmp_path, database, converter):
    wanted = (COLUMNS[4], COLUMNS[0])
    target, _ = exported(converter, tmp_path, in_chunks(database), wanted)
    if converter.format is ExportFormat.PARQUET:
        first = parquet_rows(target)[0]
    elif converter.format is ExportFormat.JSON:
        first = json.loads(target.read_text(encoding="utf-8"))[0]
    else:
        header, row = target.read_text(encoding="utf-8").splitlines()[:2]
        first = dict(zip(header.split(","), row.split(","), strict=True))
    assert list(first) == ["amount", "record_key"]
    assert first["record_key"] == "R-000000001"


def test_a_column_name_with_quotes_is_only_a_name(tmp_path, database):
    odd = list(chunks(database, "odd", filters={}, up_to=1))
    target, _ = exported(ParquetConverter(), tmp_path, odd, (ODD,))
    assert parquet_rows(target) == [{ODD.name: "x"}]


def test_a_part_of_parquet_leaves_nothing_else_behind(tmp_path, database):
    ParquetConverter().convert(in_chunks(database)[0], COLUMNS, tmp_path / "000000.part")
    assert [path.name for path in tmp_path.iterdir()] == ["000000.part"]


@pytest.mark.parametrize("converter", ALL, ids=lambda converter: converter.format)
def test_an_export_without_records_is_still_a_valid_file(tmp_path, database, converter):
    target, _ = exported(converter, tmp_path, [])
    if converter.format is ExportFormat.PARQUET:
        assert parquet_rows(target) == []
    elif converter.format is ExportFormat.JSON:
        assert json.loads(target.read_text(encoding="utf-8")) == []
    else:
        assert target.read_text(encoding="utf-8").startswith("record_key,created_at")


@pytest.mark.parametrize("converter", ALL, ids=lambda converter: converter.format)
def test_chunks_in_which_nothing_matches_add_nothing(tmp_path, database, converter):
    found = in_chunks(database, filters={"record_key": "R-000000045"})
    target, results = exported(converter, tmp_path, found)
    assert [result.record_count for result in results] == [0, 1, 0]
    if converter.format is ExportFormat.PARQUET:
        keys = [row["record_key"] for row in parquet_rows(target)]
    elif converter.format is ExportFormat.JSON:
        keys = [record["record_key"] for record in json.loads(target.read_text(encoding="utf-8"))]
    else:
        with target.open(encoding="utf-8", newline="") as file:
            keys = [row["record_key"] for row in csv.DictReader(file)]
    assert keys == ["R-000000045"]


@pytest.mark.parametrize("converter", ALL, ids=lambda converter: converter.format)
def test_a_converter_at_work_elsewhere_writes_the_same(tmp_path, database, processes, converter):
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    expected, _ = exported(converter, here, in_chunks(database))
    target, results = exported(Elsewhere(processes, converter), there, in_chunks(database))
    assert target.read_bytes() == expected.read_bytes()
    assert sum(result.record_count for result in results) == COUNT


def test_what_does_not_fit_into_memory_is_refused_also_elsewhere(tmp_path, database, processes):
    small = Elsewhere(processes, ParquetConverter(memory_megabytes=1))
    with pytest.raises(duckdb.OutOfMemoryException):
        exported(small, tmp_path, in_chunks(database))


def test_the_service_offers_one_converter_for_each_format(service):
    assert set(converters(service)) == {"csv", "json", "parquet"} == set(ExportFormat)


def test_the_states_are_those_of_the_design():
    assert [status.value for status in ExportJobStatus] == [
        "queued",
        "processing",
        "completed",
        "failed",
        "cancelled",
    ]
