"""The import law holds, and each of its contracts bites: shown on a throw-away house."""

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAW = ROOT / ".importlinter"

LAWFUL = {
    "app.py": "from headrace.capabilities.people import capability\nimport headrace.packs.alpha",
    "settings.py": "",
    "kernel/context.py": "import sqlalchemy",
    "kernel/clock.py": "import time",
    "kernel/errors.py": "",
    "kernel/house.py": "",
    "surfaces/web/page.py": "import headrace.kernel.errors",
    "surfaces/cli/main.py": "import headrace.settings",
    "capabilities/workflows/model.py": "",
    "capabilities/workflows/engine.py": "import dbos\nimport sqlalchemy",
    "capabilities/people/model.py": "import headrace.kernel.errors",
    "capabilities/people/rules.py": "from headrace.capabilities.people import model",
    "capabilities/people/store.py": "import sqlalchemy",
    "capabilities/people/service.py": "from headrace.capabilities.people import rules, store",
    "capabilities/people/web.py": (
        "from headrace.capabilities.people import service\nimport headrace.surfaces.web.page"
    ),
    "capabilities/people/operations.py": "from headrace.capabilities.people import service",
    "capabilities/people/flows.py": "from headrace.capabilities.people import service",
    "capabilities/people/capability.py": "from headrace.capabilities.people import web, flows",
    "capabilities/people/migrations/first.py": "import alembic",
    "capabilities/artifacts/model.py": "from headrace.capabilities.artifacts import layout",
    "capabilities/artifacts/layout.py": "",
    "capabilities/artifacts/service.py": "",
    "capabilities/record/model.py": "from headrace.capabilities.artifacts import layout",
    "capabilities/record/store.py": "import sqlalchemy",
    "capabilities/record/git/tree.py": "",
    "capabilities/record/git/commit.py": "import pygit2\nfrom headrace.capabilities.record.git import tree",
    "capabilities/record/markdown.py": "from headrace.capabilities.record import model",
    "capabilities/record/service.py": "from headrace.capabilities.people import service",
    "capabilities/agents/brains/model.py": "import pydantic_ai",
    "capabilities/agents/workspaces.py": "import headrace.capabilities.record.git",
    "packs/alpha/types.py": "from headrace.capabilities.artifacts import model, layout",
    "packs/beta/types.py": "from headrace.capabilities.people import service",
}
"""A small house without an offence; each case below changes one file of it."""

OFFENCES = [
    ("house", "kernel/errors.py", "import headrace.surfaces.web.page"),
    ("house", "surfaces/web/page.py", "import headrace.capabilities.people.service"),
    ("house", "capabilities/people/service.py", "import headrace.packs.alpha.types"),
    ("house", "attic/box.py", ""),
    ("order", "capabilities/people/service.py", "import headrace.capabilities.record.service"),
    ("order", "capabilities/cellar/model.py", ""),
    ("room", "capabilities/people/model.py", "import headrace.capabilities.people.service"),
    ("room", "capabilities/people/rules.py", "import headrace.capabilities.people.store"),
    ("room", "capabilities/people/service.py", "import headrace.capabilities.people.capability"),
    ("room", "capabilities/artifacts/layout.py", "import headrace.capabilities.artifacts.service"),
    ("room", "capabilities/record/git/commit.py", "import headrace.capabilities.record.service"),
    ("doors", "capabilities/record/service.py", "import headrace.capabilities.people.store"),
    ("doors", "capabilities/agents/tools.py", "import headrace.capabilities.record.git.tree"),
    ("doors", "packs/alpha/types.py", "import headrace.capabilities.people.rules"),
    ("packs", "packs/alpha/types.py", "import headrace.packs.beta.types"),
    ("pack-floor", "packs/alpha/types.py", "import headrace.surfaces.web.page"),
    ("pack-floor", "packs/alpha/types.py", "import headrace.settings"),
    ("surfaces", "surfaces/web/page.py", "import headrace.surfaces.cli.main"),
    ("pure", "capabilities/people/rules.py", "import time"),
    ("pure", "capabilities/people/model.py", "import sqlalchemy"),
    ("values", "capabilities/people/rules.py", "import headrace.kernel.context"),
    ("pure", "capabilities/artifacts/layout.py", "import subprocess"),
    ("screens", "capabilities/people/web.py", "import headrace.capabilities.people.store"),
    ("screens", "capabilities/people/flows.py", "import headrace.capabilities.people.rules"),
    ("adapters", "capabilities/record/markdown.py", "import headrace.capabilities.record.store"),
    ("pages", "capabilities/people/service.py", "import headrace.surfaces.web.page"),
    ("engine", "capabilities/people/service.py", "import dbos"),
    ("agent-library", "capabilities/people/service.py", "import pydantic_ai.direct"),
    ("telemetry-library", "capabilities/people/service.py", "import opentelemetry.sdk.trace"),
    ("git-library", "capabilities/record/service.py", "import pygit2"),
    ("sql", "capabilities/people/service.py", "import sqlalchemy"),
    (
        "circles",
        "capabilities/record/git/tree.py",
        "import headrace.capabilities.record.git.commit",
    ),
    ("root", "capabilities/people/service.py", "import headrace.app"),
]


def contracts() -> set[str]:
    law = configparser.ConfigParser()
    law.read(LAW)
    return {s.rpartition(":")[2] for s in law.sections() if s.startswith("importlinter:contract:")}


def build(place: Path, files: dict[str, str]) -> None:
    """Writes the house below `place`, each folder a package, with the law and its own contracts."""
    for name, body in files.items():
        path = place / "headrace" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{body}\n")
    for folder in [place / "headrace", *(place / "headrace").rglob("*")]:
        if folder.is_dir():
            (folder / "__init__.py").touch()
    shutil.copytree(ROOT / "tools", place / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(LAW, place)


def judge(place: Path, *contract: str) -> tuple[int, str]:
    """import-linter's exit code and words on the house at `place`."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"]
    for name in contract:
        command += ["--contract", name]
    done = subprocess.run(
        command, cwd=place, capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode, done.stdout + done.stderr


def test_this_house_keeps_its_own_law():
    code, words = judge(ROOT)

    assert code == 0, words


def test_a_lawful_house_passes_every_contract(tmp_path):
    build(tmp_path, LAWFUL)

    code, words = judge(tmp_path)

    assert code == 0, words
    assert f"Contracts: {len(contracts())} kept, 0 broken" in words


@pytest.mark.parametrize(
    ("contract", "file", "offence"),
    [pytest.param(*case, id=f"{case[0]}: {case[1]} {case[2]}") for case in OFFENCES],
)
def test_one_offence_breaks_its_contract(tmp_path, contract, file, offence):
    build(tmp_path, LAWFUL | {file: offence})

    code, words = judge(tmp_path, contract)

    assert code == 1, words
    assert "Contracts: 0 kept, 1 broken" in words


def test_every_contract_is_shown_to_bite():
    assert contracts() == {contract for contract, _, _ in OFFENCES}
