"""The commands that are no operations: they make, run and look after an installation."""

import logging
import signal
import sys
import threading
from collections.abc import Callable, Mapping

from headrace.app.installation import Installation
from headrace.settings import Settings

Command = Callable[..., int | None]


def commands(settings: Settings) -> Mapping[str, Command]:
    """What `headrace` understands besides the operations."""

    def migrate() -> None:
        """Bring the database's tables up to date; run after every upgrade."""
        Installation(settings).migrate()
        print("The tables are up to date.")

    def worker() -> None:
        """Run one worker in the foreground; `headrace up` runs them for you."""
        run_worker(Installation(settings))

    def up(
        *, workers: int = settings.workers, host: str = settings.host, port: int = settings.port
    ) -> None:
        """Start the server: the database, the workers, the REST interface and the console's first page."""
        from headrace.app.server import serve

        serve(Installation(settings), workers=workers, host=host, port=port)

    def stop() -> None:
        """Stop the embedded database of this home; a server that still runs starts it again."""
        from headrace.kernel.postgres import stop as stop_server

        installation = Installation(settings)
        location = installation.location
        directory = getattr(location, "directory", None)
        if directory is None:
            print("This home uses a server that is not ours to stop.")
        else:
            print("Stopped." if stop_server(directory) else "It was not running.")

    def doctor() -> int:
        """Look after this installation: what is well, what is not, and what to do about it."""
        from headrace.app.doctor import examine

        return examine(Installation(settings))

    return {"migrate": migrate, "worker": worker, "up": up, "stop": stop, "doctor": doctor}


def run_worker(installation: Installation) -> None:
    """Run a worker until SIGTERM or SIGINT."""
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s"
    )
    threading.current_thread().name = "headrace-worker"
    worker = installation.worker()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.ask_to_stop())
    worker.start()
    worker.wait()
    worker.stop()
