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
_LOOKED_AT = {
    "cross_references": """
import validate_cross_references as v
for path in v.discover_work_files(v.REPO): print(path.relative_to(v.REPO))
""",
    "content_security": """
import validate_content_security as v
scan = v.scan_file
v.scan_file = lambda path, root: print(path.relative_to(v.REPO)) or scan(path, root)
v.main()
""",
}
"""What names the files that a validator looks at, where its own words do not."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a validator said: whether all is well, and which files of ours it really looked at."""

    well: bool
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
    if validator in _LOOKED_AT:
        named = set(_run(folder, "-c", _LOOKED_AT[validator]).stdout.split())
    else:
        named = set(re.findall(r"✓  (\S+)", said))
    return Result(
        well=done.returncode == 0,
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
