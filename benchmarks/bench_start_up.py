"""What starting `headrace` costs above starting Python: a first page of help, and an operation's help.

Both sides start a process of the same interpreter, which ends by itself. The first page is told
without the house; an operation's help composes it, as every operation does.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks.comparison import Comparison, Side

ROUNDS = 5


def started(*words: str) -> Side:
    """A process of this interpreter with these words."""

    @contextmanager
    def ready() -> Iterator[Callable[[], object]]:
        environment = {"PATH": os.environ["PATH"]}

        def start() -> None:
            subprocess.run(
                [sys.executable, *words], check=True, capture_output=True, env=environment
            )

        yield start

    return Side(name=" ".join(["python", *words]), ready=ready)


PYTHON = started("-c", "pass")

COMPARISONS = tuple(
    Comparison(
        name=f"start-up: {' '.join(words)}",
        counted="process",
        ours=started("-m", "headrace", *words),
        other=PYTHON,
        rounds=ROUNDS,
    )
    for words in (("--help",), ("inbox", "list", "--help"))
)
