"""Plays the execution recordings into copies of the service and proves that the result works.

Each stream gets a copy of its own and may write only below its own paths, as in the demo. Its own
tests run there. Then the four are laid over one copy, and everything runs once more, end to end.

    python examples/bulk-export/check_recordings.py [--every-check] [--keep FOLDER]
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from ruamel.yaml import YAML

HERE = Path(__file__).resolve().parent
SERVICE = HERE / "service"
RECORDINGS = HERE / "recordings" / "execution"
SECONDS = 300

STREAMS = {
    "api-implementation": (
        "src/api/v2/export/",
        "src/services/export/",
        "tests/api/v2/export/",
        "tests/services/export/",
    ),
    "data-processing": ("src/data/export/", "tests/data/export/"),
    "ui-integration": ("src/ui/components/export/", "tests/ui/export/"),
    "documentation": ("docs/api/v2/export/", "docs/guides/bulk-export/"),
}
"""The streams and their exclusive paths, as the fleet configuration has them."""

FACTS: dict[str, Any] = {
    "mission": "Bulk Data Export",
    "design": "design/1@1",
    "tasks": ["task/1"],
    "findings": [
        {"path": "docs/guides/bulk-export/index.md", "line": 1, "message": "a finding"},
    ],
}
"""Stand-ins for what the demo fills in."""


@dataclass
class Played:
    """What one recording did."""

    name: str
    element: str
    refused: list[str] = field(default_factory=list)
    signals: list[str] = field(default_factory=list)
    checks: list[tuple[str, int]] = field(default_factory=list)
    submitted: bool = False


class Unplayable(Exception):
    """A recording asks for something that is not there; the message says what and where."""


def recordings(folder: Path = RECORDINGS) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and content of every recording, attempts in their order."""
    for file in sorted(folder.glob("*.yaml")):
        yield file.name, YAML(typ="safe").load(file.read_text())


def play(
    name: str,
    recording: dict[str, Any],
    tree: Path,
    *,
    run: Callable[[str, Path], int] | None = None,
    until: str | None = None,
) -> Played:
    """Do what the recording says in this work tree. `run` runs a check; without it none runs.

    `until` stops before the first call of that tool.
    """
    played = Played(name=name, element=recording["when"]["element"])
    for turn in recording["turns"]:
        _filled(turn.get("text", ""))
        for call in turn.get("calls", []):
            if call["tool"] == until:
                return played
            arguments = {key: _filled(value) for key, value in call["arguments"].items()}
            _do(call["tool"], arguments, tree, played, run)
    if not played.submitted:
        raise Unplayable(f"{name} never submits")
    return played


def _filled(value: Any) -> Any:
    """Fill in the facts, which stops at one that is not known."""
    if not isinstance(value, str):
        return value
    return (
        Environment(undefined=StrictUndefined, keep_trailing_newline=True)
        .from_string(value)
        .render(facts=FACTS)
    )


def _do(
    tool: str,
    arguments: dict[str, Any],
    tree: Path,
    played: Played,
    run: Callable[[str, Path], int] | None,
) -> None:
    if tool in ("write_file", "edit_file", "delete_file"):
        _change(tool, arguments, tree, played)
    elif tool in ("read_file", "list_files", "search"):
        if not (tree / arguments["path"]).exists():
            raise Unplayable(f"{played.name}: {tool}: there is no {arguments['path']}")
    elif tool == "run_check":
        if run is not None:
            played.checks.append((arguments["check"], run(arguments["check"], tree)))
    elif tool == "file_signal":
        played.signals.append(arguments["title"])
    elif tool == "submit":
        played.submitted = True
    else:
        raise Unplayable(f"{played.name}: there is no tool {tool}")


def _change(tool: str, arguments: dict[str, Any], tree: Path, played: Played) -> None:
    path = arguments["path"]
    if not path.startswith(STREAMS[played.element]):
        played.refused.append(path)
        return
    file = tree / path
    if tool == "delete_file":
        file.unlink()
    elif tool == "write_file":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text((RECORDINGS / arguments["content_from"]).read_text())
    else:
        text = file.read_text()
        if text.count(arguments["old"]) != 1:
            raise Unplayable(
                f"{played.name}: {path} has the text to replace {text.count(arguments['old'])} times"
            )
        file.write_text(text.replace(arguments["old"], arguments["new"]))


def commands() -> dict[str, list[str]]:
    """The product's checks, as its own declaration has them."""
    product = YAML(typ="safe").load((SERVICE / ".headrace" / "product.yaml").read_text())
    found = {}
    for name, check in product["checks"].items():
        program, *rest = check["run"]
        argv = [sys.executable, *rest]
        found[name] = argv if program == "python" else [sys.executable, "-m", program, *rest]
    return found


def run_check(check: str, tree: Path) -> int:
    """Run one of the product's checks in this tree and return its exit code."""
    return run(commands()[check], tree)


def run(argv: Sequence[str], tree: Path) -> int:
    """Run a command and show what it says only when it does not end with 0."""
    done = subprocess.run(
        argv, cwd=tree, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    if done.returncode:
        print(done.stdout[-6000:], done.stderr[-3000:], file=sys.stderr)
    return done.returncode


def fresh_tree(target: Path) -> Path:
    """A copy of the service as it stands before the feature."""
    unwanted = shutil.ignore_patterns("__pycache__", ".*_cache", "var")
    shutil.copytree(SERVICE, target, ignore=unwanted)
    return target


def stream_tree(element: str, target: Path, *, every_check: bool = False) -> list[Played]:
    """Play all attempts of one stream into a tree of its own."""
    fresh_tree(target)
    runner = run_check if every_check else None
    return [
        play(name, recording, target, run=runner)
        for name, recording in recordings()
        if recording["when"]["element"] == element
    ]


def own_tests(element: str, tree: Path) -> int:
    """Run the tests of one stream in its own tree, where the others do not exist."""
    folders = [path for path in STREAMS[element] if path.startswith("tests/")]
    if not folders:
        return run_check("docs-examples", tree)
    return run([sys.executable, "-m", "pytest", "-q", *folders], tree)


def overlay(trees: dict[str, Path], target: Path) -> Path:
    """The service with the paths of all streams laid over it, as merges would leave it."""
    fresh_tree(target)
    for element, tree in trees.items():
        for path in STREAMS[element]:
            shutil.copytree(tree / path, target / path, dirs_exist_ok=True)
    return target


def end_to_end(tree: Path, records: int = 100_000) -> int:
    """Run the acceptance proof in a tree that has everything."""
    return run(
        [sys.executable, str(HERE / "acceptance.py"), str(tree), f"--records={records}"], tree
    )


def main() -> int:
    """Play everything, run everything, say how it went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every-check", action="store_true", help="run each recorded check too")
    parser.add_argument("--keep", type=Path, help="leave the trees in this folder")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.keep or Path(temporary)
        return _prove(folder, every_check=chosen.every_check)


def _prove(folder: Path, *, every_check: bool) -> int:
    failures = 0
    trees = {}
    for element in STREAMS:
        trees[element] = folder / element
        for played in stream_tree(element, trees[element], every_check=every_check):
            print(f"{played.name}: refused {played.refused}, signals {played.signals}")
            for check, code in played.checks:
                print(f"  {check}: exit code {code}")
        failures += _told(element, "own tests", own_tests(element, trees[element]))
    whole = overlay(trees, folder / "whole")
    for check in commands():
        failures += _told("whole", check, run_check(check, whole))
    failures += _told("whole", "end to end", end_to_end(whole))
    return 1 if failures else 0


def _told(where: str, what: str, code: int) -> int:
    state = {0: "ok", 3: "not all evaluated"}.get(code, "failed")
    print(f"{where}: {what}: {state}")
    return code not in (0, 3)


if __name__ == "__main__":
    sys.exit(main())
