"""The console's build: once for each content, and never a reason to stop a setup."""

import json
import subprocess

import pytest

from tools import console


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A package folder of its own, and a build that writes what the real one does."""
    calls = []

    def build():
        calls.append("built")
        (tmp_path / "console.css").write_text("a")
        (tmp_path / "console.js").write_text("b")

    monkeypatch.setattr(console, "STATIC", tmp_path)
    monkeypatch.setattr(console, "STAMP", tmp_path / ".built")
    monkeypatch.setattr(console, "build", build)
    return calls


def test_a_second_call_does_nothing(place):
    assert (console.main(), console.main()) == (0, 0)
    assert place == ["built"]


def test_another_content_is_built_anew(place, monkeypatch):
    console.main()
    monkeypatch.setattr(console, "fingerprint", lambda: "another")

    console.main()

    assert place == ["built", "built"]


def test_without_a_registry_the_setup_goes_on_and_says_so_loudly(place, monkeypatch, capsys):
    def fails():
        raise subprocess.SubprocessError("npm error ECONNREFUSED")

    monkeypatch.setattr(console, "build", fails)

    assert console.main() == 0
    told = capsys.readouterr().err
    assert "THE CONSOLE IS NOT BUILT" in told
    assert "ECONNREFUSED" in told
    assert "make setup" in told


def test_the_lock_names_no_registry():
    lock = json.loads((console.FRONTEND / "package-lock.json").read_text())

    assert not [name for name, one in lock["packages"].items() if "resolved" in one]
    assert all("integrity" in one for name, one in lock["packages"].items() if name)


def test_the_islands_have_no_type_fault():
    if not (console.FRONTEND / "node_modules" / "typescript").is_dir():
        pytest.skip("THE ISLANDS WERE NOT TYPED: no packages here; python3 tools/console.py")

    console.run([*console.npm_command(), "run", "--silent", "types"])
