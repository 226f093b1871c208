"""A PostgreSQL server of a test's own, in a scratch directory that the database account can enter."""

from contextlib import suppress
from types import TracebackType

import psutil

from headrace.kernel.database import Embedded
from headrace.kernel.postgres import DataDirectory, destroy, scratch_location, start
from headrace.kernel.postgres.connect import connected, parsed


class Installation:
    """Starts on entering, is deleted on leaving.

    It waits for no disk: what is committed outlives the death of the server, for the machine lives on.
    """

    def __init__(self) -> None:
        self.directory: DataDirectory = scratch_location()

    def __enter__(self) -> "Installation":
        server = start(self.directory)
        with connected(parsed(server.admin_url)) as admin:
            for setting in ("fsync", "full_page_writes"):
                admin.execute(f"ALTER SYSTEM SET {setting} = off")
            admin.execute("SELECT pg_reload_conf()")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        destroy(self.directory)

    def kill(self) -> None:
        """Kill the server with all that serves its connections, and see it gone."""
        server = psutil.Process(start(self.directory).pid)
        gone = [server, *server.children(recursive=True)]
        for process in gone:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(gone, timeout=30)

    def location(self, name: str) -> Embedded:
        return Embedded(directory=self.directory, name=name)
