"""Runs the tests and checks that they reach at least 85 % of the lines of each feature folder."""

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WANTED = 85.0


def main() -> int:
    """Print a line for each folder; 1 when tests fail or a folder is below the mark."""
    with tempfile.TemporaryDirectory() as folder:
        data, report = Path(folder) / "data", Path(folder) / "report.json"
        coverage = [sys.executable, "-m", "coverage"]
        tests = subprocess.run(
            [*coverage, "run", f"--data-file={data}", "-m", "pytest", "-q"], cwd=ROOT, check=False
        )
        if tests.returncode:
            return 1
        subprocess.run(
            [*coverage, "json", "-q", f"--data-file={data}", "-o", str(report)],
            cwd=ROOT,
            check=True,
        )
        files = json.loads(report.read_text())["files"]
    return _judge(_by_folder(files))


def _by_folder(files: dict[str, dict[str, dict[str, int]]]) -> dict[str, tuple[int, int]]:
    lines: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for name, facts in files.items():
        folder = str(Path(name).parent)
        reached, all_lines = lines[folder]
        summary = facts["summary"]
        lines[folder] = (
            reached + summary["covered_lines"],
            all_lines + summary["num_statements"],
        )
    return dict(lines)


def _judge(folders: dict[str, tuple[int, int]]) -> int:
    below = 0
    for folder, (reached, all_lines) in sorted(folders.items()):
        percent = 100.0 * reached / all_lines if all_lines else 100.0
        is_feature = (ROOT / folder / "feature.py").exists()
        short = is_feature and percent < WANTED
        below += short
        mark = "major: coverage" if short else "ok"
        print(f"{folder}: {mark}: {percent:.1f} % of {all_lines} lines")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
