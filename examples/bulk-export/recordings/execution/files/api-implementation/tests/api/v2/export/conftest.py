"""A stand-in for the data side: each export is a file that says so."""

from types import SimpleNamespace

import pytest

from app import workers_of
from features import Feature, discover
from services.export.ports import CONVERTERS, SOURCE


def one_chunk(database, dataset_id, *, filters, up_to):
    yield SimpleNamespace(index=0, last_number=up_to)


def convert(chunk, columns, part):
    part.write_text(f"{len(columns)} columns\n")
    return SimpleNamespace(record_count=250, byte_size=part.stat().st_size, chunk_index=0)


def assemble(parts, columns, target):
    target.write_text(parts[0].read_text())
    return target.stat().st_size


@pytest.fixture
def features():
    converter = SimpleNamespace(convert=convert, assemble=assemble, media_type="text/csv")
    stand_in = Feature(
        name="data-side",
        provides={
            SOURCE: one_chunk,
            CONVERTERS: lambda service: dict.fromkeys(("csv", "json", "parquet"), converter),
        },
    )
    data_sides = {SOURCE, CONVERTERS}
    others = [feature for feature in discover() if not data_sides & feature.provides.keys()]
    return (*others, stand_in)


@pytest.fixture
def enabled(flag_server):
    for tenant in ("acme", "bolt"):
        flag_server.turn_on("bulk_export_enabled", tenant)


@pytest.fixture
def run_jobs(service):
    workers = workers_of(service)

    def run():
        while workers.run_one():
            pass

    return run
