"""The commands that are no operations: they make, run and look after an installation."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from headrace.app.installation import Installation
from headrace.settings import Settings

_WIDE = 150
"""Columns of the demonstration's tables where no terminal says how many it has."""

Command = Callable[..., int | None]


def commands(settings: Settings) -> Mapping[str, Command]:
    """What `headrace` understands besides the operations."""

    def migrate() -> None:
        """Bring the database's tables up to date; run after every upgrade."""
        Installation(settings).migrate()
        print("The tables are up to date.")

    def worker(*, supervised: bool = False) -> None:
        """Run one worker in the foreground; `headrace up` runs them for you.

        Parameters
        ----------
        supervised
            End when the process that started this one is gone.
        """
        run_worker(Installation(settings), supervised=supervised)

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

    return {
        "demo": demo,
        "migrate": migrate,
        "worker": worker,
        "up": up,
        "stop": stop,
        "doctor": doctor,
    }


def demo(
    *,
    scenario: Path | None = None,
    home: Path | None = None,
    workers: int = 1,
    scale: float | None = None,
    until: str = "",
    interactive: bool = False,
) -> int:
    """Play the bulk-export scenario: recorded answers and decisions, a scaled clock, real work.

    Parameters
    ----------
    scenario
        Folder with a scenario.yaml; default: examples/bulk-export.
    home
        Where everything it makes is kept; a former demonstration there is deleted.
    workers
        Worker processes.
    scale
        Seconds of organisation time in one real second; default: the scenario's.
    until
        Module whose run ends it, such as brief; default: the scenario's last.
    interactive
        Stop at each gate and ask you.
    """
    from rich.console import Console

    from headrace.app.demo.run import Options, run_demo
    from headrace.app.demo.stage import demo_home

    folder = scenario or Path("examples/bulk-export")
    decide = None
    if interactive:
        from headrace.app.demo.asking import Asking

        decide = Asking(Console())
    options = Options(
        folder=folder.resolve(),
        home=(home or demo_home()).resolve(),
        workers=workers,
        scale=scale,
        decide=decide,
        until=until,
    )
    return run_demo(options, Console(width=None if sys.stdout.isatty() else _WIDE))


def run_worker(installation: Installation, *, supervised: bool) -> None:
    """Run a worker until SIGTERM or SIGINT, or until the supervisor that started it is gone."""
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s"
    )
    threading.current_thread().name = "headrace-worker"
    worker = installation.worker()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.ask_to_stop())
    worker.start()
    parent = os.getppid()
    while not worker.wait(seconds=1.0):
        if supervised and os.getppid() != parent:
            break
    worker.stop()
