"""One command sets everything up, a second one does nothing, and what is missing is told."""

import os
import re
import subprocess
import sys
import types

import pytest

from house import tree
from tools import install

MAKEFILE = (tree.ROOT / "Makefile").read_text()
CI = tree.ROOT / ".ci" / "run"


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A folder with what the fingerprint reads, and a record of whether anything was installed."""
    (tmp_path / "pyproject.toml").write_text("[project]")
    (tmp_path / "constraints.txt").write_text("rich==15.0.0\n")
    (tmp_path / ".venv").mkdir()
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "STAMP", tmp_path / ".venv" / ".headrace-ready")
    calls = []
    monkeypatch.setattr(install, "install", lambda wanted: calls.append(wanted) or 0)
    return types.SimpleNamespace(folder=tmp_path, calls=calls)


def test_what_is_ready_is_left_alone(checkout):
    install.STAMP.write_text(install.fingerprint())

    assert install.main() == 0
    assert checkout.calls == []


@pytest.mark.parametrize("file", ["pyproject.toml", "constraints.txt"])
def test_a_changed_requirement_or_pin_is_installed(checkout, file):
    install.STAMP.write_text(install.fingerprint())
    (checkout.folder / file).write_text("changed")

    assert install.main() == 0
    assert len(checkout.calls) == 1


def test_an_unfinished_environment_is_set_up(checkout):
    assert install.main() == 0
    assert len(checkout.calls) == 1


def test_a_missing_venv_module_is_told_with_the_remedy(checkout, monkeypatch, capsys):
    monkeypatch.setattr(install.importlib.util, "find_spec", lambda name: None)

    assert install.main() == 1
    assert "apt-get install python3-venv" in capsys.readouterr().err
    assert checkout.calls == []


def test_an_old_python_is_told_which_one_is_needed(checkout, monkeypatch, capsys):
    monkeypatch.setattr(install, "LEAST", (99, 0))

    assert install.main() == 1
    assert "needs Python 99.0" in capsys.readouterr().err


def test_pip_tells_its_progress_in_few_lines_and_its_last_words_in_full(monkeypatch, capsys):
    monkeypatch.setattr(install, "TELL_EVERY_SECONDS", 0)
    talk = [*(f"Collecting package-{n}\n" for n in range(40)), "Installing collected packages: a\n"]

    tail = install.follow(iter(talk))

    assert len(tail) == 30
    assert tail[-1] == "Installing collected packages: a"
    assert "unpacking 40 packages" in capsys.readouterr().out


def test_the_set_up_runs_on_the_standard_library_alone():
    alone = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import runpy; runpy.run_path({install.__file__!r})"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert alone.returncode == 0, alone.stderr


def test_every_command_that_needs_the_environment_sets_it_up_first():
    targets = dict(re.findall(r"^([a-z]+):(.*?)##", MAKEFILE, re.MULTILINE))
    bare = [n for n, needs in targets.items() if n not in {"help", "setup"} and not needs.strip()]

    assert bare == []


def test_ci_can_be_executed_reads_no_input_and_runs_every_part_of_check():
    script = CI.read_text()
    parts = re.search(r"^check: (.*?) ##", MAKEFILE, re.MULTILINE)[1].split()
    told = re.findall(r"make --no-print-directory ([a-z ]+)", script)

    assert os.access(CI, os.X_OK)
    assert "exec </dev/null" in script
    assert set(parts) <= set(" ".join(told).split())


def test_ci_runs_the_demo_before_the_tests_so_that_their_closing_line_is_last():
    lines = [line for line in CI.read_text().splitlines() if "make" in line or "DEMO" in line]

    assert lines.index("export HEADRACE_DEMO=short") + 1 == _place(lines, "demo")
    assert _place(lines, "demo") < _place(lines, "test") == len(lines) - 1


def _place(lines, target):
    return next(i for i, line in enumerate(lines) if re.search(rf"make .*\b{target}$", line))
