"""A small product in a real repository, a change upon it, and the bench that agents judge with."""

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from headrace.capabilities.agents.authority import Authority
from headrace.capabilities.agents.benches import WorktreeBench
from headrace.capabilities.agents.brains.cancellation import Cancellation
from headrace.capabilities.agents.configuration import search_path
from headrace.capabilities.agents.model import Workspace
from headrace.capabilities.agents.tools.product import product_at
from headrace.capabilities.agents.tools.tool import Ground
from headrace.capabilities.coding import service
from headrace.capabilities.coding.model import Evaluated, Evaluation, PolicyResult
from headrace.packs.enterprise.policies import POLICIES
from headrace.packs.enterprise.roles import catalogue

PRODUCT = {
    "pyproject.toml": """[project]
name = "shop"
version = "1"
dependencies = ["fastapi"]

[tool.pytest.ini_options]
pythonpath = ["src"]
addopts = "-p no:cacheprovider"
""",
    "src/orders/__init__.py": "",
    "src/orders/store.py": """import json
import sqlite3


def find(connection: sqlite3.Connection, number: int) -> dict:
    row = connection.execute("SELECT body FROM orders WHERE id = ?", (number,)).fetchone()
    return json.loads(row[0])
""",
    "tests/test_orders.py": """from orders import store


def test_there_is_a_store():
    assert store.find
""",
}
"""What the product is before any change."""


@dataclass
class Repository:
    """A product under change. `write` is the change; `evaluate` judges it as an evaluator would."""

    folder: Path
    base: str = ""
    search_path: str = field(default_factory=search_path)

    def git(self, *arguments: str) -> str:
        identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
        done = subprocess.run(
            ["git", "-C", str(self.folder), *identity, *arguments],
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def write(self, files: Mapping[str, str]) -> None:
        for path, text in files.items():
            place = self.folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        self.commit()

    def remove(self, path: str) -> None:
        (self.folder / path).unlink()
        self.commit()

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "A change")

    @property
    def bench(self) -> WorktreeBench:
        card = catalogue().card("architecture-review")
        assert card is not None
        workspace = Workspace(repository="shop", branch="main")
        return WorktreeBench(
            Ground(
                root=self.folder,
                authority=Authority(card=card, workspace=workspace, places={}),
                product=product_at(self.folder),
                search_path=self.search_path,
                cancellation=Cancellation(),
            )
        )

    def evaluate(self, *policies: str, **more: Any) -> Evaluated:
        given = {"tasks": ("TASK-001",), "base": self.base, "policies": policies} | more
        return service.evaluate(self.bench, Evaluation(**given), POLICIES)

    def judge(self, policy: str, **more: Any) -> PolicyResult:
        (result,) = self.evaluate(policy, **more).results
        return result


@pytest.fixture
def repository(tmp_path: Path) -> Callable[[Mapping[str, str]], Repository]:
    """Makes a repository whose first commit, the base of the change, holds these files."""

    def make(files: Mapping[str, str]) -> Repository:
        made = Repository(folder=tmp_path / "product")
        made.folder.mkdir()
        made.git("init", "-q", "-b", "main")
        made.write(files)
        made.base = made.git("rev-parse", "HEAD")
        return made

    return make


@pytest.fixture
def product(repository: Callable[[Mapping[str, str]], Repository]) -> Repository:
    """The small product, with nothing changed yet."""
    return repository(PRODUCT)
