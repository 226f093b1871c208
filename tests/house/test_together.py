"""Tests that need something for themselves are run by one process, whatever pytest calls them inside."""

import subprocess
import sys
from pathlib import Path

from together import GROUPS, group

ROOT = Path(__file__).parents[2]

MADE = """
import os, pytest
@pytest.mark.parametrize("number", range(12))
def test_where(number):
    with open(os.environ["SEEN"], "a") as seen:
        seen.write(os.environ["PYTEST_XDIST_WORKER"] + "\\n")
"""


def test_every_group_names_what_is_there():
    assert [path for path in GROUPS if not (ROOT / path).exists()] == []


def test_a_group_is_found_by_its_path():
    assert (
        group("tests/surfaces/web/walks/test_walks.py::test_x[1]") == "one browser and one server"
    )
    assert group("tests/kernel/test_clock.py::test_x") == "tests/kernel/test_clock.py::test_x"


def test_two_processes_leave_a_group_to_one_of_them(tmp_path):
    (tmp_path / "tests" / "acceptance").mkdir(parents=True)
    (tmp_path / "tests" / "acceptance" / "test_killing.py").write_text(MADE)
    (tmp_path / "tests" / "test_other.py").write_text(MADE.replace("SEEN", "OTHER"))
    (tmp_path / "conftest.py").write_text(
        "from together import Together\n\n\n"
        "def pytest_xdist_make_scheduler(config, log):\n    return Together(config, log)\n"
    )
    seen, other = tmp_path / "seen", tmp_path / "other"
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "tests"],
        cwd=tmp_path,
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT / "tests"),
            "SEEN": str(seen),
            "OTHER": str(other),
        },
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert len(seen.read_text().split()) == len(other.read_text().split()) == 12
    assert len(set(seen.read_text().split())) == 1
