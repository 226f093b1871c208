"""Makes .venv and puts Headrace into it, once; needs nothing but Python's standard library.

`make setup` calls it before everything else. A stamp holds a hash of what decides the content of
the environment, so a second call is over in a moment and a changed pin is picked up by itself.
"""

import hashlib
import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
STAMP = VENV / ".headrace-ready"
LEAST = (3, 11)
TELL_EVERY_SECONDS = 5


def main() -> int:
    """Sets the environment up if it is not; 0 when it is ready, 1 with the remedy told."""
    wanted = fingerprint()
    if STAMP.is_file() and STAMP.read_text() == wanted:
        return 0
    missing = what_is_missing()
    if missing:
        print(missing, file=sys.stderr)
        return 1
    return install(wanted)


def fingerprint() -> str:
    """A hash of the interpreter, the requirements, the pins and the place."""
    parts = [sys.version, str(ROOT)]
    parts += [(ROOT / name).read_text() for name in ("pyproject.toml", "constraints.txt")]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def what_is_missing() -> str | None:
    """What this Python lacks, with the remedy; None when nothing."""
    if sys.version_info < LEAST:
        return (
            f"Headrace needs Python {LEAST[0]}.{LEAST[1]} or newer; this is {sys.version.split()[0]}."
            "\nInstall a newer one and name it: make setup PYTHON=python3.12"
        )
    if not all(importlib.util.find_spec(module) for module in ("venv", "ensurepip")):
        return (
            "This Python cannot make virtual environments: its venv module is not complete."
            "\nOn Debian or Ubuntu: apt-get install python3-venv   Then run the same command again."
        )
    return None


def install(wanted: str) -> int:
    """Makes the environment and fills it; 0 when it is ready, else pip's own exit code."""
    started = time.monotonic()
    python = VENV / "bin" / "python"
    if not (python.exists() and (VENV / "bin" / "pip").exists()):
        print(f"Setting up 1/2: a Python environment in {VENV.name}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
    print("Setting up 2/2: Headrace, its tools and what the demo needs", flush=True)
    code, tail = run_pip(python)
    if code:
        print("\n".join(tail), file=sys.stderr)
        print(
            "pip could not install everything; its last words stand above."
            "\nCheck the network (or pip's own settings) and run the same command again.",
            file=sys.stderr,
        )
        return code
    STAMP.write_text(wanted)
    print(f"Ready after {time.monotonic() - started:.0f} s", flush=True)
    return 0


def run_pip(python: Path) -> tuple[int, list[str]]:
    """pip's exit code and its last lines; progress is told meanwhile."""
    command = [str(python), "-m", "pip", "install", "-c", "constraints.txt", "-e", ".[dev,demo]"]
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_PROGRESS_BAR": "off"}
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | quiet,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as pip:
        assert pip.stdout is not None  # asked for above
        tail = follow(iter(pip.stdout))
    return pip.returncode, tail


def follow(lines: Iterator[str]) -> list[str]:
    """Turns pip's talk into a line every few seconds; gives its last 30 lines."""
    expected = len((ROOT / "constraints.txt").read_text().splitlines())
    found, told, tail = 0, time.monotonic(), list[str]()
    for line in lines:
        tail = [*tail[-29:], line.rstrip()]
        if line.startswith(("Collecting ", "Processing ")):
            found += 1
            if time.monotonic() - told >= TELL_EVERY_SECONDS:
                told = time.monotonic()
                print(f"  fetched {found} of about {expected} packages", flush=True)
        elif line.startswith("Installing collected packages"):
            print(f"  unpacking {found} packages", flush=True)
    return tail


if __name__ == "__main__":
    sys.exit(main())
