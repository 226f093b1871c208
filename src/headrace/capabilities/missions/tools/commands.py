"""Runs a product's measuring command: bounded in time and output, with nothing of our environment.

It prints one JSON object a line for each figure: `{"metric": …, "value": …, "unit": …, "n": …}`, and
may add `baseline`, the same figure without what is measured, and `because`, why there is no value.
"""

import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import monotonic

from headrace.capabilities.missions.model.measurements import Figure, Taken

OUTPUT_BYTES = 256 * 1024
"""A command that writes more is ended: figures are short."""

TAIL = 2_000
"""How much of what it wrote to standard error is kept, in characters."""

SEARCH_PATH = os.pathsep.join(
    (str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin")
)


@dataclass(frozen=True, kw_only=True)
class Command:
    """What to run, where, with which variables beside the bare surroundings, how long at most."""

    argv: Sequence[str]
    folder: Path
    variables: Mapping[str, str]
    at_most: timedelta


def take(command: Command) -> Taken:
    """The figures that a command prints. It never raises: what went wrong stands in `problem`."""
    with tempfile.TemporaryDirectory(prefix="headrace-measure-") as made:
        began = monotonic()
        try:
            process = _start(command, Path(made))
        except OSError as fault:
            return Taken(problem=f"{command.argv[0]} cannot be started: {fault.strerror}")
        with process:
            output = _Output(process)
            over_time = output.read(command.at_most.total_seconds())
        seconds = monotonic() - began
        errors = (Path(made) / "errors").read_text("utf-8", "replace")[-TAIL:].strip()
    if over_time:
        return Taken(
            problem=f"it took longer than {command.at_most.total_seconds():.0f} s", seconds=seconds
        )
    if output.cut:
        return Taken(problem=f"it wrote more than {OUTPUT_BYTES:,} bytes", seconds=seconds)
    if process.returncode != 0:
        ended = f"it ended with {process.returncode}"
        return Taken(problem=f"{ended}: {errors[-500:]}" if errors else ended, seconds=seconds)
    figures, problem = read(output.text())
    return Taken(figures=figures, problem=problem, seconds=seconds)


def _start(command: Command, scratch: Path) -> "subprocess.Popen[bytes]":
    home = scratch / "home"
    home.mkdir()
    surroundings = {
        "PATH": SEARCH_PATH,
        "HOME": str(home),
        "TMPDIR": str(scratch),
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with (scratch / "errors").open("wb") as errors:
        return subprocess.Popen(
            list(command.argv),
            cwd=command.folder,
            env={**surroundings, **command.variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )


class _Output:
    """What a process writes, up to the limit; the process and its children are gone afterwards."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._kept = b""
        self.cut = False

    def read(self, seconds: float) -> bool:
        """Read until the process ends; whether its time ran out."""
        reader = threading.Thread(target=self._collect, daemon=True)
        reader.start()
        reader.join(seconds)
        over_time = reader.is_alive()
        try:
            if not over_time and not self.cut:
                self._process.wait(max(1.0, seconds / 10))
        except subprocess.TimeoutExpired:
            over_time = True
        self._end_group()
        self._process.wait()
        reader.join(1)
        return over_time

    def _collect(self) -> None:
        stream = self._process.stdout
        assert stream is not None  # it is a pipe
        while chunk := os.read(stream.fileno(), 65_536):
            self._kept += chunk
            if len(self._kept) > OUTPUT_BYTES:
                self.cut = True
                return

    def _end_group(self) -> None:
        # Also after an orderly end: what it left behind in its group must not go on.
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return

    def text(self) -> str:
        return self._kept.decode("utf-8", "replace")


def read(output: str) -> tuple[tuple[Figure, ...], str]:
    """The figures of an output, and what is wrong with it; lines that are no object are passed over."""
    figures, faults = [], []
    for number, line in enumerate(output.splitlines(), start=1):
        if not line.lstrip().startswith("{"):
            continue
        try:
            figures.append(_figure(json.loads(line)))
        except (ValueError, KeyError, TypeError) as fault:
            faults.append(f"line {number} is no figure: {fault}")
    if not figures and not faults:
        faults.append("it printed no figure")
    return tuple(figures), "; ".join(faults)


def _figure(told: Mapping[str, object]) -> Figure:
    value = told.get("value")
    counted = told.get("n")
    return Figure(
        metric=str(told["metric"]),
        value=None if value is None else _number(value),
        unit=str(told.get("unit", "")),
        n=None if counted is None else int(_number(counted)),
        baseline=None if told.get("baseline") is None else _number(told["baseline"]),
        because=str(told.get("because", "")),
    )


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no number")
    return float(value)
