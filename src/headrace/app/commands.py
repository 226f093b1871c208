"""The commands that are no operations: they make, run and look after an installation."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:  # each command imports what it needs: `headrace --help` needs none of it
    from headrace.app.installation import Installation

_WIDE = 150
"""Columns of the demonstration's tables where no terminal says how many it has."""

Command = Callable[..., int | None]


def installation() -> "Installation":
    """The installation that the environment names. Raises Invalid with every wrong setting."""
    from pydantic import ValidationError

    from headrace.app.installation import Installation
    from headrace.kernel.errors import Invalid
    from headrace.settings import Settings

    try:
        return Installation(Settings())
    except ValidationError as fault:
        wrong = "; ".join(
            f"HEADRACE_{'_'.join(map(str, one['loc'])).upper()}: {one['msg']}"
            for one in fault.errors(include_url=False, include_input=False)
        )
        raise Invalid(f"A setting in the environment cannot be used: {wrong}") from None


def migrate() -> None:
    """Bring the database's tables up to date; run after every upgrade."""
    installation().migrate()
    print("The tables are up to date.")


def worker(*, supervised: bool = False) -> None:
    """Run one worker in the foreground; `headrace up` runs them for you.

    Parameters
    ----------
    supervised
        End when the process that started this one is gone.
    """
    run_worker(installation(), supervised=supervised)


def host(*, supervised: bool = False) -> None:
    """Run the services of products that are deployed here; `headrace up` runs a host for you.

    Parameters
    ----------
    supervised
        End when the process that started this one is gone.
    """
    from headrace.app.host import run_host

    run_host(installation(), supervised=supervised)


def up(*, workers: int | None = None, host: str | None = None, port: int | None = None) -> None:
    """Start the server: the database, the workers, REST, MCP and the console.

    Parameters
    ----------
    workers
        Worker processes; default: HEADRACE_WORKERS, or 1.
    host
        Address to listen on; default: HEADRACE_HOST, or 127.0.0.1.
    port
        Port to listen on; 0 takes a free one. Default: HEADRACE_PORT, or 8700.
    """
    from headrace.app.occupation import occupied
    from headrace.app.server import serve

    here = installation()
    with occupied(here.home, alone=False):
        serve(
            here,
            workers=here.settings.workers if workers is None else workers,
            host=here.settings.host if host is None else host,
            port=here.settings.port if port is None else port,
        )


def stop() -> None:
    """Stop the embedded database of this home; a server that still runs starts it again."""
    from headrace.kernel.postgres import stop as stop_server

    directory = getattr(installation().location, "directory", None)
    if directory is None:
        print("This home uses a server that is not ours to stop.")
    else:
        print("Stopped." if stop_server(directory) else "It was not running.")


def doctor() -> int:
    """Look after this installation: what is well, what is not, and what to do about it."""
    from headrace.app.doctor import examine

    return examine(installation())


def export(
    folder: Path,
    *,
    context: str = "",
    renamed: bool = False,
    overwrite: bool = False,
    json: bool = False,
    organisation: str | None = None,
    as_: Annotated[str | None, Parameter(name="--as")] = None,
) -> None:
    """Write the record as a tree in the public layout: every effective work product a file.

    Parameters
    ----------
    folder
        Where to: a checkout of the public project, or an empty folder.
    context
        Only what belongs to it, such as mission:bulk-data-export.
    renamed
        Give releases and designs the names by which the public validators look for them.
    overwrite
        Replace files of another content.
    json
        Answer as JSON.
    organisation
        Slug of the organisation.
    as_
        Handle of the person in whose name the operator acts.
    """
    from headrace.app import telling_trees, trees

    caller = trees.Caller(organisation=organisation, stand_in=as_, as_json=json)
    answer = trees.ask(
        installation(), caller, "exchange.export", {"context": context, "renamed": renamed}
    )
    changed = trees.write_files(folder, telling_trees.files_of(answer), overwrite=overwrite)
    telling_trees.tell_export(answer, changed, folder, caller)


def take_in(
    place: Path,
    *,
    dry_run: bool = False,
    check: bool = False,
    json: bool = False,
    organisation: str | None = None,
    as_: Annotated[str | None, Parameter(name="--as")] = None,
) -> int:
    """Take in another organisation's work products, word for word; a person decides about them.

    Tells what is missing in them or contradicts itself. Its exit code is 1 when that is an error.

    Parameters
    ----------
    place
        A folder in the public layout, or a document of prose with work products in it.
    dry_run
        Tell what would become of each file, and take nothing in.
    check
        Tell only what is wrong with a document.
    json
        Answer as JSON.
    organisation
        Slug of the organisation.
    as_
        Handle of the person in whose name the operator acts.
    """
    from headrace.app import telling_trees, trees

    caller = trees.Caller(organisation=organisation, stand_in=as_, as_json=json)
    offered = trees.offered(place)
    if check and "document" in offered:
        document = {"name": place.name, "text": offered["document"]}
        return telling_trees.tell(
            trees.ask(installation(), caller, "exchange.check", document), caller
        )
    answer = trees.ask(installation(), caller, "exchange.import", offered, dry_run=dry_run or check)
    if not json:
        telling_trees.tell_import(answer, dry_run=dry_run or check)
    return telling_trees.tell(answer, caller)


def lint(
    *,
    context: str = "",
    json: bool = False,
    organisation: str | None = None,
    as_: Annotated[str | None, Parameter(name="--as")] = None,
) -> int:
    """Look for contradictions in the record. Its exit code is 1 when one is an error.

    Parameters
    ----------
    context
        Only what belongs to it, such as mission:bulk-data-export.
    json
        Answer as JSON.
    organisation
        Slug of the organisation.
    as_
        Handle of the person in whose name the operator acts.
    """
    from headrace.app import telling_trees, trees

    caller = trees.Caller(organisation=organisation, stand_in=as_, as_json=json)
    answer = trees.ask(installation(), caller, "exchange.lint", {"context": context})
    return telling_trees.tell(answer, caller)


def demo(
    *,
    scenario: Path | None = None,
    home: Path | None = None,
    workers: int = 1,
    scale: float | None = None,
    until: str = "",
    fault: str = "",
    interactive: bool = False,
    go_on: Annotated[bool, Parameter(name="--continue", negative=())] = False,
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
    fault
        What goes wrong on purpose; bulk-export knows canary: exports fail for whoever has them.
    interactive
        Stop at each gate and ask you.
    go_on
        Go on where a demonstration in this home was left or interrupted, instead of beginning anew.
    """
    from rich.console import Console

    from headrace.app.demo.run import Options, run_demo
    from headrace.app.demo.stage import demo_home

    folder = scenario or Path("examples/bulk-export")
    place = (home or demo_home()).resolve()
    asking = None
    if interactive:
        from headrace.app.demo.asking import Asking

        asking = Asking(Console(), place)
    options = Options(
        folder=folder.resolve(),
        home=place,
        workers=workers,
        scale=scale,
        asking=asking,
        until=until,
        fault=fault,
        go_on=go_on,
    )
    return run_demo(options, Console(width=None if sys.stdout.isatty() else _WIDE))


def run_worker(installation: "Installation", *, supervised: bool) -> None:
    """Run a worker until SIGTERM or SIGINT, or until the supervisor that started it is gone."""
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s"
    )
    threading.current_thread().name = "headrace-worker"
    worker = installation.worker()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.ask_to_stop())
    collector = installation.collector()
    worker.start()
    collector.start()
    parent = os.getppid()
    while not worker.wait(seconds=1.0):
        if supervised and os.getppid() != parent:
            break
    collector.stop()
    worker.stop()


COMMANDS: Mapping[str, Command] = {
    "demo": demo,
    "migrate": migrate,
    "worker": worker,
    "host": host,
    "up": up,
    "stop": stop,
    "doctor": doctor,
    "export": export,
    "import": take_in,
    "lint": lint,
}
"""What `headrace` understands besides the operations."""
