"""Runs the script's own tests, where Node is installed."""

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed here")
def test_the_script_does_what_the_contract_says():
    done = subprocess.run(
        ["node", "--test", str(HERE / "panel.test.mjs")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout
