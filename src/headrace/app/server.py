"""The server: workers under a supervisor, and the doors in this process."""

import gc
import sys
import threading
from types import FrameType

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from headrace.app import signing_in
from headrace.app.installation import Installation
from headrace.capabilities.flags.evaluator import FlagEvaluator
from headrace.capabilities.workflows.supervisor import Supervisor
from headrace.kernel.journal.notices import Notices
from headrace.surfaces.api.server import create_app
from headrace.surfaces.mcp.server import create_server, from_headers, mounted
from headrace.surfaces.ofrep.server import create_ofrep
from headrace.surfaces.web.live import Hub
from headrace.surfaces.web.server import create_pages

HOST_PATIENCE = 30.0
"""Seconds that a host has to end the services that it runs."""

_OF_PROGRAMS = frozenset({"api", "mcp", "ofrep", "healthz"})
"""The first words of the paths that programs use; every other path is a page."""


def serve(installation: Installation, *, workers: int, host: str, port: int) -> None:
    """Serve until interrupted. The database is migrated first, so a new version just starts."""
    installation.migrate()
    supervisor = Supervisor(worker_command(), count=workers, system=installation.database.system)
    host_of_services = Supervisor(
        host_command(), count=1, system=installation.database.system, what="Host"
    )
    trust_loopback = signing_in.trusts_loopback(installation.settings, host)
    pages = create_pages(
        installation.reception,
        trust_loopback=trust_loopback,
        ears=Notices(installation.database.app, every=5),
        porter=signing_in.porter(installation),
        site=signing_in.site(installation.settings),
    )
    config = uvicorn.Config(
        doors(installation, pages, trust_loopback=trust_loopback),
        host=host,
        port=port,
        log_level="warning",
        proxy_headers=False,  # who stands behind a proxy is for the doors to judge
        timeout_graceful_shutdown=5,
    )
    server = _Server(config, pages.state.hub)
    supervisor.start()
    host_of_services.start()
    # What is there now stays: looking through it again and again would hold up answers.
    gc.collect()
    gc.freeze()
    announce = threading.Thread(target=_announce, args=(server, host), daemon=True)
    announce.start()
    try:
        server.run()
    finally:
        host_of_services.stop(HOST_PATIENCE)
        supervisor.stop()


def doors(installation: Installation, pages: ASGIApp, *, trust_loopback: bool) -> ASGIApp:
    """All doors behind one address: REST, MCP and OFREP on their paths, the pages on every other."""
    reception = installation.reception
    rights = installation.entrance.rights
    tools = mounted(create_server(reception, from_headers, rights=rights))
    flags = create_ofrep(FlagEvaluator(installation.units, Notices(installation.database.app)))
    programs = create_app(
        reception, trust_loopback=trust_loopback, mounts={"/mcp": tools, "/ofrep": flags}
    )
    return _Hall(programs, pages)


class _Server(uvicorn.Server):
    """Ends the pages' open streams as soon as it is told to stop, so that nobody waits for them."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._hub.close()
        super().handle_exit(sig, frame)


class _Hall:
    """Leads each request to its door; `programs` also lives the server's life."""

    def __init__(self, programs: ASGIApp, pages: ASGIApp) -> None:
        self._programs = programs
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        first = str(scope.get("path", "")).lstrip("/").partition("/")[0]
        for_pages = scope["type"] == "http" and first not in _OF_PROGRAMS
        await (self._pages if for_pages else self._programs)(scope, receive, send)


def worker_command() -> list[str]:
    """The command of a worker process of this very installation."""
    return [sys.executable, "-m", "headrace", "worker", "--supervised"]


def host_command() -> list[str]:
    """The command of a host of services of this very installation."""
    return [sys.executable, "-m", "headrace", "host", "--supervised"]


def _announce(server: uvicorn.Server, host: str) -> None:
    """Tell where the server listens, once it does."""
    pause = threading.Event()
    while not server.started:
        if server.should_exit:
            return
        pause.wait(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    print(f"Headrace listens on http://{host}:{port}  (Ctrl+C stops it)", flush=True)
