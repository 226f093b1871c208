import csv
import json

import duckdb
import pytest

from data.export.contract import Chunk, ChunkResult, ExportFormat, ExportJobStatus
from data.export.csv_format import CsvConverter
from data.export.feature import converters
from data.export.json_format import JsonConverter
from data.export.parquet_format import ParquetConverter
from data.generator import bodies, columns
from data.model import Column, ColumnType

COLUMNS = columns(14)
BODIES = list(bodies(90, COLUMNS))
RECORDS = [json.loads(body) for body in BODIES]
ALL = (CsvConverter(), JsonConverter(), ParquetConverter(memory_megabytes=128))


def chunked(size):
    starts = range(0, len(BODIES), size)
    return [
        Chunk(
            index=index,
            bodies=BODIES[start : start + size],
            columns=[column.name for column in COLUMNS],
            last_number=start + size,
        )
        for index, start in enumerate(starts)
    ]


def exported(converter, folder, wanted=COLUMNS, chunks=None):
    results, parts = [], []
    for chunk in chunked(40) if chunks is None else chunks:
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


def test_csv_gives_back_every_value_even_odd_ones(tmp_path):
    target, _ = exported(CsvConverter(), tmp_path)
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["note"] for row in rows] == [record["note"] or "" for record in RECORDS]
    assert [row["is_active"] for row in rows] == [
        str(record["is_active"]).lower() for record in RECORDS
    ]
    assert [float(row["amount"]) for row in rows] == [record["amount"] for record in RECORDS]


def test_json_is_one_array_with_the_records_as_stored(tmp_path):
    target, _ = exported(JsonConverter(), tmp_path)
    assert json.loads(target.read_text(encoding="utf-8")) == RECORDS


def test_parquet_keeps_values_order_and_types(tmp_path):
    target, _ = exported(ParquetConverter(), tmp_path)
    rows = parquet_rows(target)
    for name in ("record_key", "amount", "quantity", "is_active", "note", "measure_001"):
        assert [row[name] for row in rows] == [record[name] for record in RECORDS]
    assert rows[0]["created_at"].isoformat() == "2025-01-01T00:01:00"


@pytest.mark.parametrize("converter", ALL, ids=lambda converter: converter.format)
def test_each_chunk_tells_its_records_bytes_and_place(tmp_path, converter):
    _, results = exported(converter, tmp_path)
    assert all(isinstance(result, ChunkResult) for result in results)
    assert [(result.chunk_index, result.record_count) for result in results] == [
        (0, 40),
        (1, 40),
        (2, 10),
    ]
    assert all(result.byte_size > 0 for result in results)


@pytest.mark.parametrize("converter", ALL, ids=lambda converter: converter.format)
def test_only_the_chosen_columns_come_in_the_order_chosen(tmp_path, converter):
    wanted = (COLUMNS[4], COLUMNS[0])
    target, _ = exported(converter, tmp_path, wanted)
    if converter.format is ExportFormat.PARQUET:
        first = parquet_rows(target)[0]
    elif converter.format is ExportFormat.JSON:
        first = json.loads(target.read_text(encoding="utf-8"))[0]
    else:
        header, row = target.read_text(encoding="utf-8").splitlines()[:2]
        first = dict(zip(header.split(","), row.split(","), strict=True))
    assert list(first) == ["amount", "record_key"]
    assert first["record_key"] == "R-000000001"


def test_a_column_name_with_quotes_is_only_a_name(tmp_path):
    odd = Column(name='it\'s "odd"', type=ColumnType.TEXT)
    body = json.dumps({odd.name: "x"})
    chunk = Chunk(index=0, bodies=[body], columns=[odd.name], last_number=1)
    target, _ = exported(ParquetConverter(), tmp_path, (odd,), [chunk])
    assert parquet_rows(target) == [{odd.name: "x"}]


def test_a_part_of_parquet_leaves_nothing_else_behind(tmp_path):
    ParquetConverter().convert(chunked(40)[0], COLUMNS, tmp_path / "000000.part")
    assert [path.name for path in tmp_path.iterdir()] == ["000000.part"]


@pytest.mark.parametrize("converter", ALL, ids=lambda converter: converter.format)
def test_an_export_without_records_is_still_a_valid_file(tmp_path, converter):
    target, _ = exported(converter, tmp_path, COLUMNS, [])
    if converter.format is ExportFormat.PARQUET:
        assert parquet_rows(target) == []
    elif converter.format is ExportFormat.JSON:
        assert json.loads(target.read_text(encoding="utf-8")) == []
    else:
        assert target.read_text(encoding="utf-8").startswith("record_key,created_at")


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
