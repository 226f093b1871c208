"""The host as composed: what keeps the services of products, and the flags that they ask for.

The flags stand beside the services, on the loopback and in the host's own process: a service finds
them whether or not a web server runs, and they answer on while the database is away.
"""

import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from headrace.app.installation import Installation
from headrace.capabilities.agents.configuration import search_path
from headrace.capabilities.deployments.host import Host, host_name
from headrace.capabilities.deployments.keeper import Machine
from headrace.capabilities.flags.evaluator import FlagEvaluator
from headrace.kernel.journal.notices import Notices
from headrace.surfaces.ofrep.server import create_ofrep

_LOOK = 0.5


def run_host(installation: Installation, *, supervised: bool) -> None:
    """Keep services until SIGTERM or SIGINT, or until the supervisor that started this one is gone.

    What it started ends with it. Killed, it leaves its services to the next host.
    """
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s"
    )
    parent = os.getppid()
    host = Host(
        installation.units,
        installation.organisations,
        folder=installation.deployments.folder,
        means=lambda: _means(installation),
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: host.ask_to_stop())

    def end_with_parent() -> None:
        while not host.wait(_LOOK):
            if os.getppid() != parent:
                host.ask_to_stop()

    if supervised:
        threading.Thread(target=end_with_parent, name="headrace-parent", daemon=True).start()
    host.run()


@contextmanager
def _means(installation: Installation) -> Iterator[Machine]:
    """What this machine has for services, as long as its host serves."""
    folder = installation.deployments.folder
    evaluator = FlagEvaluator(installation.units, Notices(installation.database.app))
    with flags_beside(evaluator, folder) as flag_url:
        yield Machine(
            host=host_name(folder),
            search_path=search_path(installation.settings.search_path),
            flag_url=flag_url,
        )


@contextmanager
def flags_beside(evaluator: FlagEvaluator, folder: Path) -> Iterator[str]:
    """Serve the flags of every organisation on the loopback; gives the address.

    The port is the one of before where it is free, so that services which a killed host left behind
    find their flags again.
    """
    ofrep = create_ofrep(evaluator)

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        async with ofrep.router.lifespan_context(ofrep):
            yield

    app = Starlette(routes=[Mount("/ofrep", app=ofrep)], lifespan=life)
    listener = _listener(folder / "flags.port")
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2))
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listener]}, name="headrace-flags", daemon=True
    )
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)


def _listener(remembered: Path) -> socket.socket:
    """A socket on the port of before, or on another where that is taken; the port is remembered."""
    remembered.parent.mkdir(parents=True, exist_ok=True)
    try:
        listener = socket.create_server(("127.0.0.1", int(remembered.read_text())))
    except (FileNotFoundError, ValueError, OSError, OverflowError):
        listener = socket.create_server(("127.0.0.1", 0))
    remembered.write_text(f"{listener.getsockname()[1]}\n")
    # Head and body of an answer are two packets: the second is not to wait for the first's receipt.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
