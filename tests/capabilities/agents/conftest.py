"""A house with a few roles and one product, and short ways to give agents something to do."""

import subprocess
import sys
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from textwrap import dedent

import pytest
import sqlalchemy as sa

from flows import Runner
from headrace.app import CAPABILITIES
from headrace.capabilities.agents import service
from headrace.capabilities.agents.capability import CAPABILITY as AGENTS
from headrace.capabilities.agents.cards import (
    Cadence,
    Catalogue,
    DataClass,
    Escalation,
    Lifecycle,
    ModelTier,
    Organisation,
    Paths,
    RoleCard,
    Seat,
    TaskCard,
    Tier,
)
from headrace.capabilities.agents.configuration import BrainSettings
from headrace.capabilities.agents.conversation import BrainKind, Limits
from headrace.capabilities.agents.model import AgentTask, Result, Run, Workspace
from headrace.capabilities.artifacts.layout import Field, Prose
from headrace.capabilities.artifacts.model import ArtifactType
from headrace.capabilities.people import service as people
from headrace.capabilities.people.model import PrincipalKind
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import Places
from headrace.capabilities.workflows.engine import JobWriter
from headrace.kernel.capability import Capability
from headrace.kernel.context import Actor, ActorKind
from headrace.kernel.errors import Refusal
from headrace.kernel.house import House
from headrace.kernel.ids import OrganisationId
from headrace.kernel.unit import Units

TOOLS = (
    "list_files", "read_file", "search", "write_file", "edit_file", "delete_file", "run_check",
    "find_artifacts", "read_artifact", "file_signal", "ask", "submit",
)  # fmt: skip

NOTE = ArtifactType(
    name="note",
    title="Note",
    path="work/notes/{slug}.md",
    approval=False,
    fields=(Field(name="topic", required=True),),
    sections=(Prose(name="summary", required=True),),
)

MEMO = replace(NOTE, name="memo", title="Memo", path="work/memos/{slug}.md")

FILES = {
    "src/api/routes.py": "ROUTES = []\n",
    "src/api/model.py": "class Export:\n    pass\n",
    "src/auth/guard.py": "ALLOW = False\n",
    "README.md": "# The product\n",
    "CODEOWNERS": "* @lead\n",
    ".gitignore": "*.log\n",
    ".headrace/product.yaml": dedent(
        f"""\
        name: product
        checks:
          compiles:
            run: [{sys.executable}, -m, compileall, -q, src]
            evaluates: [architecture]
            meaning: Every file is Python.
          environment:
            run: [{sys.executable}, -c, "import os; print(sorted(os.environ.items()))"]
          litter:
            run: [sh, -c, "echo stray > litter.txt; echo changed >> src/auth/guard.py"]
          slow:
            run: [sh, -c, "sleep 600 & echo $! > child.log; wait"]
            at-most-seconds: 1
          unsure:
            run: [sh, -c, "exit 3"]
            not-evaluated: 3
        classified:
          - class: restricted
            paths: [src/secrets/]
        """
    ),
    "src/secrets/keys.py": "KEY = 'x'\n",
}


def a_task_card(**changes) -> TaskCard:
    known = {
        "name": "implement",
        "does": "Implements.",
        "inputs": (),
        "outputs": ("change",),
        "brains": (BrainKind.RECORDED, BrainKind.MODEL, BrainKind.EXTERNAL, BrainKind.HUMAN),
        "prompt": "Implement {{ facts.what }}.",
        "facts": ("what",),
    }
    return TaskCard(**{**known, **changes})


def a_card(**changes) -> RoleCard:
    known = {
        "id": "coding-agent",
        "name": "Coding Agent",
        "duty": "Writes code.",
        "layer": "execution",
        "loop": "build",
        "division": "Engineering",
        "reports_to": "lead",
        "status": Lifecycle.ACTIVE,
        "pool": "coding",
        "tasks": (a_task_card(),),
        "reads_first": (),
        "produces": ("change",),
        "never": (),
        "tools": TOOLS,
        "paths": Paths(reads=("*",), writes=("{paths}",)),
        "data_classes": (DataClass.PUBLIC, DataClass.INTERNAL),
        "escalates_to": (Escalation(tier=Tier.JUDGEMENT, to="lead", when="it is novel"),),
        "model_tier": ModelTier.STANDARD,
        "limits": Limits(turns=12, run_tokens=200_000, run_cost_micro_usd=2_000_000),
        "cadence": Cadence.ON_EVENT,
        "knowledge": ("note", "how exports are made"),
    }
    return RoleCard(**{**known, **changes})


CODER = a_card()
JUDGE = a_card(
    id="judge",
    name="Judge",
    evaluates=("architecture",),
    tasks=(
        a_task_card(name="evaluate"),
        a_task_card(
            name="measure", brains=(BrainKind.SKILL,), skill="measure", prompt="", facts=()
        ),
    ),
    paths=Paths(reads=("*",), writes=("{paths}",)),
)
WRITER = a_card(
    id="writer",
    name="Writer",
    tasks=(
        a_task_card(name="note", brains=(BrainKind.SKILL,), skill="note", prompt="", facts=()),
        a_task_card(name="draft", brains=(BrainKind.MODEL, BrainKind.RECORDED, BrainKind.PLAIN)),
        a_task_card(name="decide", brains=(BrainKind.HUMAN,)),
        a_task_card(name="break", brains=(BrainKind.SKILL,), skill="break", prompt="", facts=()),
    ),
)
OLD = a_card(id="old-hand", status=Lifecycle.DEPRECATED, superseded_by="coding-agent")

STRUCTURE = Organisation(
    layers=("execution",),
    loops=("build",),
    divisions=("Engineering",),
    policies=("architecture",),
    seats=(Seat(id="lead", name="Lead", layer="execution"),),
    approvers={Lifecycle.APPROVED: "cto", Lifecycle.ACTIVE: "lead", Lifecycle.DEPRECATED: "cto"},
)


def compose(*declared: object, checks=()) -> House:
    names = [capability.name for capability in CAPABILITIES]
    lower = [c for c in CAPABILITIES[: names.index("budgets") + 1] if c.name != "agents"]
    catalogue = Catalogue(organisation=STRUCTURE, cards=(CODER, JUDGE, WRITER, OLD))
    pack = Capability(
        name="test-pack", declares=(NOTE, MEMO, catalogue, *declared), checks=tuple(checks)
    )
    return House((*lower, AGENTS, pack))


@pytest.fixture(scope="session")
def house() -> House:
    return compose()


@dataclass
class Company:
    """An organisation whose agents are hired and whose product is taken in."""

    folder: Path
    database: object
    clock: object
    organisation: OrganisationId
    system: Actor
    declared: list[object] = field(default_factory=list)
    checks: list[object] = field(default_factory=list)
    settings: BrainSettings = field(default_factory=BrainSettings)
    runner: Runner = None
    people: dict[str, Actor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.settings = replace(
            self.settings,
            outputs=self.folder / "outputs",
            call_log=self.folder / "calls.jsonl",
            priced_as="anthropic:claude-sonnet-4-5",
            watch_every=timedelta(milliseconds=50),
        )
        self.open()

    def open(self, *declared: object, checks=(), **settings) -> None:
        """Compose the house anew, with these declarations and settings besides."""
        self.declared += declared
        self.checks += checks
        self.settings = replace(self.settings, **settings)
        places = Places(
            repositories=self.folder / "repositories", worktrees=self.folder / "worktrees"
        )
        made = compose(places, self.settings, *self.declared, checks=self.checks)
        self.units = Units(
            engine=self.database.app,
            house=made,
            clock=self.clock,
            tenancy=self.database.tenancy,
            jobs=JobWriter(made, self.database.app),
        )
        self.runner = self.fresh_runner()

    def fresh_runner(self) -> Runner:
        """A process that has seen nothing yet."""
        return Runner(units=self.units, system=self.database.system, organisation=self.organisation)

    def do(self, verb, *args, by: str | None = None, **kwargs):
        actor = self.system if by is None else self.people[by]
        return self.units.run(actor, verb, *args, **kwargs)

    def person(self, handle: str, kind: PrincipalKind = PrincipalKind.PERSON) -> Actor:
        made = self.do(people.add_principal, handle=handle, kind=kind)
        self.people[handle] = Actor(
            organisation=self.organisation, principal=made.id, kind=ActorKind(kind.value)
        )
        return self.people[handle]

    def record(self, name: str, text: str) -> None:
        """Write a recording; it counts from the next `open` on."""
        file = self.folder / "recordings" / f"{name}.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(dedent(text))

    def play(self, text: str, *, name: str = "one", **settings) -> None:
        """Write a recording and compose the house with it."""
        self.record(name, text)
        self.open(recordings_folder=self.folder / "recordings", **settings)

    def order(self, **changes) -> AgentTask:
        known = {
            "subject": "run:run_1",
            "role": "coding-agent",
            "task": "implement",
            "context": "mission:export",
            "element": "api",
            "facts": {"what": "the export"},
            "workspace": Workspace(
                repository="product", branch="exec/export/api", paths=("src/api/", "tests/api/")
            ),
        }
        return AgentTask(**{**known, **changes})

    def claim(self, key: str = "k1", **changes) -> str | Refusal:
        return self.do(service.claim, self.order(**changes), key=key)

    def work(self, key: str = "k1", **changes) -> Result:
        """Claim a task and let everything happen; how it ended."""
        run = self.claim(key, **changes)
        assert not isinstance(run, Refusal), run
        self.runner.drain()
        return self.do(service.result, run)

    def run(self, id: str) -> Run:
        return self.do(service.run, id)

    def rows(self, query: str, **values):
        with self.units.open(self.system) as ctx:
            found = ctx.db.execute(sa.text(query), {"o": self.organisation, **values})
            return [dict(row) for row in found.mappings()]

    def events(self, *types: str) -> list[dict]:
        rows = self.rows(
            "SELECT type, payload FROM journal_event WHERE organisation = :o AND type = ANY(:types) "
            "ORDER BY recorded_at, lineage, number",
            types=list(types),
        )
        return [{"type": row["type"], **row["payload"]} for row in rows]

    @property
    def repository(self) -> Path:
        return self.do(lambda ctx: record.location(ctx, record.repository(ctx, "product")))

    @property
    def worktrees(self) -> list[Path]:
        found = (self.folder / "worktrees").glob("*/runs/*")
        return sorted(path for path in found if path.is_dir())

    def git(self, *arguments: str) -> str:
        return git(self.repository, *arguments)

    def show(self, path: str, branch: str = "exec/export/api") -> str:
        return self.git("show", f"{branch}:{path}")


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@localhost"]
    return subprocess.run(
        ["git", *identity, "-c", "init.defaultBranch=main", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


@pytest.fixture(scope="session")
def product(tmp_path_factory) -> Path:
    """A repository of a small product, to be taken in."""
    folder = tmp_path_factory.mktemp("source") / "product"
    folder.mkdir()
    git(folder, "init", "--quiet")
    for path, text in FILES.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "begin")
    return folder


@pytest.fixture
def company(database, clock, organisation, system, product, tmp_path) -> Company:
    """Agents hired from active cards, a product taken in, and two people."""
    made = Company(
        folder=tmp_path,
        database=database,
        clock=clock,
        organisation=organisation,
        system=system,
    )
    slug = organisation.replace("_", "-")
    made.do(people.found_organisation, slug=slug, name="Acme")
    made.do(service.staff, (CODER, JUDGE, WRITER, OLD))
    made.do(record.add_repository, slug="product", source=str(product))
    for handle in ("lead", "cto", "ada"):
        made.person(handle)
    made.runner.drain()
    return made
