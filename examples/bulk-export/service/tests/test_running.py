"""What changes while it runs: parameters, access log, storage, customers who come in."""

import json
import os
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from app import build_service, create_app
from features import discover
from loading import load
from parameters import Parameters
from storage import DRILL, Storage, StorageUnavailable


class TestParameters:
    def test_a_changed_file_is_read_anew(self, tmp_path):
        file = tmp_path / "parameters.json"
        parameters = Parameters(file)
        file.write_text('{"memory": 256}')
        before = parameters.number("memory", 128)

        (tmp_path / "draft").write_text('{"memory": 512}')
        (tmp_path / "draft").replace(file)

        assert (before, parameters.number("memory", 128)) == (256, 512)

    @pytest.mark.parametrize("text", [None, "{", "[]", '{"memory": "much"}', '{"memory": true}'])
    def test_the_default_holds_when_in_doubt(self, tmp_path, text):
        file = tmp_path / "parameters.json"
        if text is not None:
            file.write_text(text)

        assert Parameters(file).number("memory", 128) == 128
        assert Parameters(None).number("memory", 128) == 128

    def test_a_file_that_breaks_takes_its_numbers_along(self, tmp_path):
        file = tmp_path / "parameters.json"
        file.write_text('{"memory": 512}')
        parameters = Parameters(file)
        parameters.number("memory", 128)

        file.write_text("{ broken")

        assert parameters.number("memory", 128) == 128


class TestStorage:
    def test_a_drill_makes_it_fail(self, tmp_path):
        file = tmp_path / "parameters.json"
        storage = Storage(folder=tmp_path, parameters=Parameters(file))
        storage.require()

        file.write_text(json.dumps({DRILL: 1}))

        with pytest.raises(StorageUnavailable):
            storage.require()

    def test_a_folder_that_is_gone_is_told(self, tmp_path):
        with pytest.raises(StorageUnavailable):
            Storage(folder=tmp_path / "gone", parameters=Parameters(None)).require()


class TestAccessLog:
    @pytest.fixture
    def log(self, tmp_path):
        return tmp_path / "logs" / "access.jsonl"

    @pytest.fixture
    def web(self, service, log):
        settings = replace(service.settings, access_log=log)
        with TestClient(create_app(replace(service, settings=settings))) as client:
            yield client

    def test_it_tells_who_asked_and_how_it_went(self, web, log, anna):
        web.get("/api/v2/datasets", headers=anna)

        (line,) = [json.loads(line) for line in log.read_text().splitlines()]
        assert line["user"] == "acme"
        assert (line["route"], line["status"]) == ("GET /api/v2/datasets", 200)
        assert 0 < line["seconds"] < 10
        assert line["at"].endswith("+00:00")

    def test_what_nobody_in_particular_asked_for_is_not_in_it(self, web, log):
        web.get("/healthz")
        web.get("/api/v2/datasets")

        assert not log.exists()

    def test_one_that_was_set_aside_is_begun_anew(self, web, log, anna):
        web.get("/api/v2/datasets", headers=anna)
        os.replace(log, log.with_name("access.jsonl.1"))

        web.get("/api/v2/datasets", headers=anna)

        assert len(log.read_text().splitlines()) == 1


def test_customers_come_in_once(service, tmp_path):
    file = tmp_path / "customers.json"
    cara = {
        "id": "cobalt",
        "name": "Cobalt",
        "users": [{"id": "cara", "token": "cara-token"}],
        "datasets": [{"id": "cobalt-orders", "records": 12, "columns": 10}],
    }
    file.write_text(json.dumps({"customers": [cara]}))

    first, again = load(service.database, file), load(service.database, file)

    assert (first.datasets, first.records, again.datasets) == (1, 12, 0)
    with TestClient(create_app(service)) as web:
        header = {"Authorization": "Bearer cara-token"}
        page = web.get("/api/v2/datasets/cobalt-orders/records?limit=1000", headers=header).json()
    assert len(page["records"]) == 12


def test_a_service_without_files_for_these_runs_as_ever(service):
    built = build_service(service.settings, features=discover())

    assert built.parameters.number("anything", 7) == 7
