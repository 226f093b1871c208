"""Starts the service for the documentation's examples, with a customer, a dataset and flags on."""

import json
import secrets
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import uvicorn

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from app import build_service, create_app  # noqa: E402 -- the source folder must be known first
from auth import store as auth_store  # noqa: E402
from auth.model import Principal  # noqa: E402
from contract_stub import stubs  # noqa: E402
from data.generator import generate  # noqa: E402
from features import discover  # noqa: E402
from service import Service  # noqa: E402
from settings import Settings  # noqa: E402


class AllFlagsOn(BaseHTTPRequestHandler):
    """A flag service for which everything is on: the pages describe what is being released."""

    def do_POST(self) -> None:
        """Answer any question with yes."""
        self.rfile.read(int(self.headers["Content-Length"]))
        payload = json.dumps({"value": True, "reason": "STATIC"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def running(docs: Path) -> Iterator[dict[str, str]]:
    """The environment in which examples run, for as long as the service does."""
    with tempfile.TemporaryDirectory() as folder, _flags() as flag_url:
        service = _service(Path(folder), flag_url, docs)
        token = _customer(service)
        listener = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(create_app(service), log_config=None))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            # The socket listens already: an early request waits for the server instead of failing.
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            yield {"RECORDS_URL": url, "RECORDS_TOKEN": token, "RECORDS_DATASET": "orders"}
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def _flags() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), AllFlagsOn)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _service(folder: Path, flag_url: str, docs: Path) -> Service:
    settings = Settings(
        database=folder / "records.sqlite", files=folder / "files", flag_url=flag_url
    )
    features = discover()
    return build_service(settings, features=(*features, *stubs(docs, features)))


def _customer(service: Service) -> str:
    token = secrets.token_urlsafe(32)
    with service.database.write() as connection:
        auth_store.add_tenant(connection, "reader", "A reader of the documentation")
        principal = Principal(tenant_id="reader", user_id="reader")
        auth_store.add_token(connection, token, principal)
        generate(
            connection, tenant_id="reader", dataset_id="orders", name="Orders", record_count=500
        )
    return token
