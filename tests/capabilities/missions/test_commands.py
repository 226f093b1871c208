"""Measuring commands: their figures are read; whatever they do wrong is told and hurts nobody."""

import os
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from headrace.capabilities.missions.model.measurements import Figure, Taken
from headrace.capabilities.missions.service import Command, take


def run(folder: Path, code: str, *, seconds: float = 20, **variables: str) -> Taken:
    return take(
        Command(
            argv=(sys.executable, "-c", code),
            folder=folder,
            variables=variables,
            at_most=timedelta(seconds=seconds),
        )
    )


def test_each_line_of_json_is_a_figure(tmp_path):
    found = run(
        tmp_path,
        "print('starting')\n"
        'print(\'{"metric": "p95", "value": 22, "unit": "s", "n": 20, "baseline": 21.5}\')\n'
        'print(\'{"metric": "p99", "value": null, "because": "nobody called"}\')',
    )

    assert found.figures == (
        Figure(metric="p95", value=22.0, unit="s", n=20, baseline=21.5),
        Figure(metric="p99", value=None, because="nobody called"),
    )
    assert found.problem == ""


def test_the_command_gets_its_variables_and_nothing_of_ours(tmp_path, monkeypatch):
    monkeypatch.setenv("HEADRACE_SECRET", "do not tell")
    code = (
        "import os, json\n"
        'print(json.dumps({"metric": os.environ["SERVICE_URL"], "value": 1, '
        '"unit": os.environ.get("HEADRACE_SECRET", "none") + os.getcwd()}))'
    )

    found = run(tmp_path, code, SERVICE_URL="http://127.0.0.1:1")

    assert found.figures == (
        Figure(metric="http://127.0.0.1:1", value=1.0, unit=f"none{tmp_path}"),
    )


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("", "it printed no figure"),
        ('print(\'{"metric": "a", "value": "fast"}\')', "'fast' is no number"),
        ('print(\'{"metric": "a", "value": NaN}\')', "nan is no number"),
        ("print('{\"value\": 3}')", "line 1 is no figure"),
        ("import sys; sys.exit('no connection')", "it ended with 1: no connection"),
        ("print('x' * 300_000)", "it wrote more than 262,144 bytes"),
    ],
)
def test_what_goes_wrong_is_told(tmp_path, code, problem):
    found = run(tmp_path, code)

    assert problem in found.problem


def test_a_command_that_does_not_exist_is_told(tmp_path):
    command = Command(
        argv=("no-such-program",), folder=tmp_path, variables={}, at_most=timedelta(seconds=5)
    )

    assert "no-such-program cannot be started" in take(command).problem


def test_over_time_it_is_ended_with_its_children(tmp_path):
    code = (
        "import subprocess, sys, time, pathlib\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "pathlib.Path('child').write_text(str(child.pid))\n"
        "time.sleep(600)"
    )

    found = run(tmp_path, code, seconds=2)

    assert found.problem == "it took longer than 2 s"
    child = int((tmp_path / "child").read_text())
    for _ in range(100):  # until init has laid it to rest
        if not _lives(child):
            return
        time.sleep(0.05)
    raise AssertionError("the child lives on")


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
