"""The surroundings of a command: a home and a place for scraps that vanish, and nothing of ours."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from headrace.capabilities.agents.tools.tool import Ground


@contextmanager
def scratch(ground: Ground) -> Iterator[dict[str, str]]:
    """The environment of one command. No variable of this process is in it, so no secret is."""
    with tempfile.TemporaryDirectory(prefix="headrace-run-") as made:
        home, scraps = Path(made) / "home", Path(made) / "tmp"
        home.mkdir()
        scraps.mkdir()
        yield {
            "PATH": ground.search_path,
            "HOME": str(home),
            "TMPDIR": str(scraps),
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "TERM": "dumb",
            "NO_COLOR": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
