"""A home for a demonstration that a test plays; nothing of it is left behind."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from headrace.app.demo.stage import MARK, clear
from headrace.kernel.errors import HeadraceError
from headrace.kernel.postgres import DataDirectory, scratch_location, stop

EXAMPLE = Path(__file__).parents[1] / "examples" / "bulk-export"


@contextmanager
def a_home() -> Iterator[Path]:
    """A folder that is not there yet; its server is stopped and all of it deleted at the end."""
    place = scratch_location().path
    try:
        yield place
    finally:
        with suppress(HeadraceError):
            stop(DataDirectory(path=place / "postgres"))
        if (place / MARK).is_file():
            clear(place)
        shutil.rmtree(place, ignore_errors=True)
