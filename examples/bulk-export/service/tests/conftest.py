"""A service of its own for each test, with two customers and a small dataset."""

import json
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app import build_service, create_app
from auth import store as auth_store
from auth.model import Principal
from data.generator import generate
from database import Database
from features import Feature, discover
from service import Service
from settings import Settings

ANNA = Principal(tenant_id="acme", user_id="anna")
ADAM = Principal(tenant_id="acme", user_id="adam")
BELLA = Principal(tenant_id="bolt", user_id="bella")
TOKENS = {"anna-token": ANNA, "adam-token": ADAM, "bella-token": BELLA}


class FlagServer:
    """A flag service that speaks OpenFeature Remote Evaluation; tests turn flags on for tenants."""

    def __init__(self) -> None:
        self.on: set[tuple[str, str]] = set()
        self.asked: list[tuple[str, str]] = []
        self.signed: list[str | None] = []
        flags = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                flag = self.path.rpartition("/")[2]
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                target = body["context"]["targetingKey"]
                flags.asked.append((flag, target))
                flags.signed.append(self.headers["Authorization"])
                value = (flag, target) in flags.on
                answer = {"key": flag, "value": value, "reason": "TARGETING_MATCH"}
                payload = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            def log_message(self, *arguments: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def turn_on(self, flag: str, tenant: str) -> None:
        self.on.add((flag, tenant))

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture(scope="session")
def one_flag_server() -> Iterator[FlagServer]:
    server = FlagServer()
    yield server
    server.close()


@pytest.fixture
def flag_server(one_flag_server: FlagServer) -> FlagServer:
    """The flag service with every flag off."""
    one_flag_server.on.clear()
    one_flag_server.asked.clear()
    one_flag_server.signed.clear()
    return one_flag_server


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """No worker threads, and no processes: a test runs jobs when it wants to."""
    return Settings(
        database=tmp_path / "records.sqlite",
        files=tmp_path / "files",
        signing_key=b"key of the tests, 32 bytes long!",
        job_workers=0,
        processes=0,
        flag_cache=timedelta(0),
        flag_timeout=timedelta(seconds=5),
    )


@pytest.fixture
def features() -> tuple[Feature, ...]:
    """What is installed. A folder's tests may put stand-ins beside it."""
    return discover()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with every table, the customers and a dataset of 250 records; made once."""
    file = tmp_path_factory.mktemp("prepared") / "records.sqlite"
    database = Database(file)
    database.migrate({feature.name: feature.migrations for feature in discover()})
    with database.write() as connection:
        for token, principal in TOKENS.items():
            auth_store.add_tenant(connection, principal.tenant_id, principal.tenant_id)
            auth_store.add_token(connection, token, principal)
        generate(connection, tenant_id="acme", dataset_id="orders", name="Orders", record_count=250)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


@pytest.fixture
def service(
    settings: Settings, flag_server: FlagServer, features: tuple[Feature, ...], prepared: Path
) -> Service:
    """A service on a copy of what is prepared."""
    shutil.copyfile(prepared, settings.database)
    return build_service(replace(settings, flag_url=flag_server.url), features=features)


@pytest.fixture
def web(service: Service) -> Iterator[TestClient]:
    with TestClient(create_app(service), follow_redirects=False) as client:
        yield client


@pytest.fixture
def anna() -> dict[str, str]:
    return {"Authorization": "Bearer anna-token"}


@pytest.fixture
def adam() -> dict[str, str]:
    return {"Authorization": "Bearer adam-token"}


@pytest.fixture
def bella() -> dict[str, str]:
    return {"Authorization": "Bearer bella-token"}
