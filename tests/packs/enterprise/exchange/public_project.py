"""The public project agentic-enterprise: its validators, run over a copy with our files laid into it.

It is no part of this project. HEADRACE_AGENTIC_ENTERPRISE names a checkout; its scripts need pyyaml and
jsonschema, so HEADRACE_AGENTIC_ENTERPRISE_PYTHON names a Python that has them.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

CHECKOUT = os.environ.get("HEADRACE_AGENTIC_ENTERPRISE", "")
PYTHON = os.environ.get("HEADRACE_AGENTIC_ENTERPRISE_PYTHON", "")

needs_checkout = pytest.mark.skipif(
    not CHECKOUT,
    reason="the public project is no part of this one: clone wlfghdr/agentic-enterprise and set "
    "HEADRACE_AGENTIC_ENTERPRISE to its folder",
)
needs_validators = pytest.mark.skipif(
    not (CHECKOUT and PYTHON),
    reason="the public validators are no part of this project: set HEADRACE_AGENTIC_ENTERPRISE to a "
    "checkout, and HEADRACE_AGENTIC_ENTERPRISE_PYTHON to a Python with pyyaml and jsonschema",
)

VALIDATORS = ("schema", "work_artifacts", "cross_references", "content_security")
_COUNT = {
    "cross_references": "import validate_cross_references as v; print(len(v.discover_work_files(v.REPO)))",
}


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a validator said: whether all is well, and how many files it really looked at."""

    well: bool
    checked: int
    of_ours: frozenset[str]
    said: str


def overlaid(folder: Path, files: Mapping[str, str]) -> Path:
    """A copy of the checkout with our files laid into it; none of its own is replaced."""
    shutil.copytree(CHECKOUT, folder, ignore=shutil.ignore_patterns(".git"))
    for path, text in files.items():
        place = folder / path
        assert not place.exists(), f"{path} stands in the public project already"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode())
    return folder


def validate(folder: Path, validator: str, ours: Mapping[str, str]) -> Result:
    """Run one validator over a copy."""
    done = _run(folder, str(folder / "scripts" / f"validate_{validator}.py"))
    said = done.stdout + done.stderr
    counted = re.search(r"\((\d+) (?:artifact\(s\) checked|files scanned)", said)
    if validator in _COUNT:
        checked = int(_run(folder, "-c", _COUNT[validator]).stdout)
    else:
        checked = int(counted[1]) if counted else 0
    named = set(re.findall(r"✓  (\S+)", said))
    return Result(
        well=done.returncode == 0,
        checked=checked,
        of_ours=frozenset(named & ours.keys()),
        said=said,
    )


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PYTHON, *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(folder / "scripts"), "PATH": os.environ.get("PATH", "")},
        capture_output=True,
        text=True,
        check=False,
    )
