"""Fixtures: the reception of the whole house, and its REST door on a port of this machine."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest
import uvicorn

from capabilities.people.company import Company
from headrace.capabilities.people import service
from headrace.capabilities.people.entrance import Entrance
from headrace.kernel.access import Reception
from headrace.kernel.edge import Edge
from headrace.kernel.rehearsal import Rehearsal
from headrace.kernel.unit import Units
from headrace.surfaces.api.server import create_app


def a_reception(units: Units) -> Reception:
    """As the composition root makes it."""
    entrance = Entrance(units)
    return Reception(
        edge=Edge(units=units, gate=service.authorise),
        admit=entrance.admit,
        admit_over=entrance.over,
        rehearsal=Rehearsal(units=units, gate=service.authorise),
        refused=entrance.refused,
    )


@pytest.fixture
def reception(units) -> Reception:
    return a_reception(units)


@pytest.fixture
def entrance(units) -> Entrance:
    return Entrance(units)


@pytest.fixture
def acme(units) -> Company:
    return Company(units, slug="acme")


@contextmanager
def served(app) -> Iterator[str]:
    """The application behind a real socket; its address."""
    # The protocol is named because asyncio turns delays off only where it is: 40 ms an answer.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()  # who comes before the server is up waits, and is not refused
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="error", ws="none", timeout_graceful_shutdown=2)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def address(reception) -> Iterator[str]:
    with served(create_app(reception)) as address:
        yield address


@pytest.fixture
def web(address) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=address, timeout=20) as client:
        yield client


def bearer(token: str, **headers: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {token}",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
