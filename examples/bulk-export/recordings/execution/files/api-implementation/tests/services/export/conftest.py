"""A stand-in for the data side, as small as the interface contract allows."""

import json
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from app import workers_of
from data import store as data_store
from features import Feature, discover
from services.export import service as exports
from services.export.model import ExportFormat, ExportRequest
from services.export.ports import CONVERTERS, SOURCE

CHUNK = 20


@dataclass
class DataSide:
    """Chunks of 20 records; a file is the records' keys, one a line. Tests may interfere."""

    before_chunk: dict = field(default_factory=dict)
    media_type: str = "text/plain"

    def chunks(self, database, dataset_id, *, filters, up_to):
        with database.replica() as connection:
            for index, after in enumerate(range(0, up_to, CHUNK)):
                page = data_store.page(connection, dataset_id, after=after, limit=CHUNK)
                yield SimpleNamespace(index=index, last_number=page[-1].number, page=page)

    def convert(self, chunk, columns, part):
        self.before_chunk.get(chunk.index, lambda: None)()
        names = [column.name for column in columns]
        lines = [json.dumps([record.values[name] for name in names]) for record in chunk.page]
        part.write_text("".join(f"{line}\n" for line in lines))
        return SimpleNamespace(
            record_count=len(lines), byte_size=part.stat().st_size, chunk_index=chunk.index
        )

    def assemble(self, parts, columns, target):
        target.write_text("".join(part.read_text() for part in parts))
        return target.stat().st_size


@pytest.fixture
def data_side():
    return DataSide()


@pytest.fixture
def features(data_side):
    def converters(service):
        return dict.fromkeys(("csv", "json", "parquet"), data_side)

    stand_in = Feature(
        name="data-side", provides={SOURCE: data_side.chunks, CONVERTERS: converters}
    )
    data_sides = {SOURCE, CONVERTERS}
    others = [feature for feature in discover() if not data_sides & feature.provides.keys()]
    return (*others, stand_in)


@pytest.fixture
def enabled(flag_server):
    flag_server.turn_on("bulk_export_enabled", "acme")
    flag_server.turn_on("bulk_export_enabled", "bolt")


@pytest.fixture
def workers(service):
    return workers_of(service)


@pytest.fixture
def request_of():
    def make(**more):
        usual = {
            "dataset_id": "orders",
            "format": ExportFormat.CSV,
            "columns": None,
            "filters": {},
        }
        return ExportRequest(**usual | more)

    return make


@pytest.fixture
def started(service, enabled, request_of):
    """Start an export as a principal."""

    def start(principal, **more):
        return exports.start(service, principal, request_of(**more))

    return start
