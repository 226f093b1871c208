"""The server: workers under a supervisor, and the doors in this process."""

import sys
import threading

import uvicorn

from headrace.app.installation import Installation
from headrace.capabilities.workflows.supervisor import Supervisor
from headrace.surfaces.api.server import create_app

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def serve(installation: Installation, *, workers: int, host: str, port: int) -> None:
    """Serve until interrupted. The database is migrated first, so a new version just starts."""
    installation.migrate()
    supervisor = Supervisor(worker_command(), count=workers, system=installation.database.system)
    app = create_app(installation.reception, trust_loopback=host in _LOOPBACK)
    config = uvicorn.Config(
        app, host=host, port=port, log_level="warning", timeout_graceful_shutdown=5
    )
    server = uvicorn.Server(config)
    supervisor.start()
    announce = threading.Thread(target=_announce, args=(server, host), daemon=True)
    announce.start()
    try:
        server.run()
    finally:
        supervisor.stop()


def worker_command() -> list[str]:
    """The command of a worker process of this very installation."""
    return [sys.executable, "-m", "headrace", "worker", "--supervised"]


def _announce(server: uvicorn.Server, host: str) -> None:
    """Tell where the server listens, once it does."""
    pause = threading.Event()
    while not server.started:
        if server.should_exit:
            return
        pause.wait(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    print(f"Headrace listens on http://{host}:{port}  (Ctrl+C stops it)", flush=True)
