"""A mission whose brief was approved, the example's product and recordings, and people who decide."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from flows import Runner
from headrace.app.house import compose
from headrace.capabilities.agents import service as agents
from headrace.capabilities.agents.brains.external_agent import ExternalAgent
from headrace.capabilities.agents.configuration import BrainSettings, search_path
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactId, Draft, Made, Version
from headrace.capabilities.deployments.model import Deployments
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import Answer, Decision, InboxItem, ItemKind
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import MissionStatus, Standing
from headrace.capabilities.people import service as people
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import ChangeRequest, Places
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import ContextId, Run
from headrace.capabilities.workflows.engine import JobWriter
from headrace.kernel.context import Actor, ActorKind
from headrace.kernel.house import House
from headrace.kernel.ids import OrganisationId
from headrace.kernel.unit import Units
from headrace.packs.enterprise.roles import catalogue

EXAMPLE = Path(__file__).parents[4] / "examples" / "bulk-export"
MISSION = "bulk-data-export"
CONTEXT = ContextId(f"mission:{MISSION}")
TEAMS = (
    "steering",
    "vp-product",
    "mission-lead",
    "tech-lead",
    "architecture",
    "division-leads",
    "security-lead",
    "data-lead",
    "experience-lead",
    "engineering-manager",
    "policy-author",
)

BRIEF = {
    "title": "Bulk Data Export",
    "fields": {"design_required": True},
    "sections": {
        "origin": {
            "signals": ["work/signals/2026-03-15-bulk-export.md"],
            "alignment": ["Customer success drives growth"],
            "sponsor": "VP Product",
        },
        "objective": "Enterprise customers export their data in bulk.",
        "scope": {"in_scope": ["Export over API and UI"], "out_of_scope": ["Streaming"]},
        "divisions": [
            {"division": "Core Services", "role": "primary", "contribution": "API"},
            {"division": "Data Foundation", "role": "supporting", "contribution": "Converters"},
            {"division": "Customer Experience", "role": "supporting", "contribution": "UI, docs"},
        ],
        "checkpoints": ["Mission approval by VP Product"],
        "risks": [
            {"risk": "Load", "likelihood": "medium", "impact": "high", "mitigation": "Replica"}
        ],
        "effort": {"size": "medium"},
    },
}

CONTRACT = {
    "title": "Bulk Data Export",
    "fields": {},
    "sections": {
        "outcomes": [
            {
                "name": "API Availability",
                "kind": "outcome",
                "metric": "Bulk export API endpoint available in production",
                "baseline": "none",
                "target": "GA-released",
                "method": "API responds",
                "deadline": "2026-04-12",
            },
            {
                "name": "Export Performance",
                "kind": "outcome",
                "metric": "p95 export latency for 1M records",
                "baseline": "n/a",
                "target": "< 30 seconds",
                "method": "Tracing",
                "deadline": "2026-04-12",
            },
            {
                "name": "Customer Adoption",
                "kind": "outcome",
                "metric": "Enterprise customers actively using bulk export",
                "baseline": "0",
                "target": "at least 3",
                "method": "Distinct customers",
                "deadline": "2026-04-26",
            },
            {
                "name": "Guardrail: API Latency",
                "kind": "guardrail",
                "metric": "Existing API p99 latency",
                "baseline": "180 ms",
                "target": "must remain < 200 ms",
                "method": "Monitoring",
                "deadline": "ongoing",
            },
        ],
        "criteria": [
            {"id": "AC-1", "text": "All three export formats functional"},
            {"id": "AC-2", "text": "Export jobs cancelable by the initiating user"},
            {"id": "AC-3", "text": "Rate limiting enforced"},
            {"id": "AC-4", "text": "API documentation published and reviewed"},
        ],
        "schedule": [{"checkpoint": "initial", "timing": "one week after GA"}],
    },
}

Answering = Callable[[InboxItem], str | None]
"""What a person says about what lies in their inbox; None leaves it there."""


def approve(item: InboxItem) -> str | None:
    return "allow" if item.kind is ItemKind.QUESTION else "approve"


@dataclass
class World:
    """An organisation of the enterprise pack at work on one mission."""

    folder: Path
    database: object
    clock: object
    organisation: OrganisationId
    system: Actor
    recordings: Path
    product_folder: Path
    search_path: str = field(default_factory=search_path)
    external: ExternalAgent | None = None
    declared: tuple[object, ...] = ()
    units: Units = field(init=False)
    jobs: Runner = field(init=False)
    people: dict[str, Actor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        """The house with the brains that are set now."""
        house = compose(
            Places(repositories=self.folder / "repositories", worktrees=self.folder / "worktrees"),
            Deployments(folder=self.folder / "deployments"),
            BrainSettings(
                outputs=self.folder / "outputs",
                recordings_folder=self.recordings,
                priced_as="anthropic:claude-sonnet-4-5",
                search_path=self.search_path,
                external=self.external,
            ),
            *self.declared,
        )
        streams.check(house)
        self.units = Units(
            engine=self.database.app,
            house=house,
            clock=self.clock,
            tenancy=self.database.tenancy,
            jobs=JobWriter(house, self.database.app),
        )
        self.jobs = Runner(
            units=self.units, system=self.database.system, organisation=self.organisation
        )

    def do(self, verb, *args, by: str | None = None, **kwargs):
        actor = self.system if by is None else self.people[by]
        return self.units.run(actor, verb, *args, **kwargs)

    def use(self, folder: Path) -> None:
        """Take in this folder as the product."""
        self.product_folder = committed(folder)

    def found(self) -> None:
        """The organisation with its people, agents and product, and the mission that was proposed."""
        self.do(people.found_organisation, slug="northwind", name="Northwind")
        for team in TEAMS:
            self._team(team)
        self.do(agents.staff, catalogue().cards)
        self.do(record.add_repository, slug="customer-records", source=str(self.product_folder))
        self.jobs()
        self.do(
            streams.open_context,
            stream="enterprise",
            kind="mission",
            slug=MISSION,
            title="Bulk Data Export",
            parent=ContextId("organisation"),
        )
        self.do(missions.open_mission, slug=MISSION, context=CONTEXT, title="Bulk Data Export")
        self.jobs()

    def _team(self, handle: str) -> None:
        self.do(people.add_team, handle=handle, name=handle)
        person = self.do(people.add_principal, handle=f"a-{handle}", name=f"A {handle}")
        self.do(people.join_team, handle, person.handle)
        self.people[handle] = Actor(
            organisation=self.organisation, principal=person.id, kind=ActorKind.PERSON
        )

    def contract(self, criterion: str) -> dict:
        """An outcome contract with this one acceptance criterion."""
        contract = deepcopy(CONTRACT)
        contract["sections"]["criteria"] = [{"id": "AC-1", "text": criterion}]
        return contract

    def approve_brief(
        self, brief: dict = BRIEF, contract: dict = CONTRACT, *, design_required: bool = True
    ) -> None:
        """Brief and contract are effective, as after an approval; the fleet is asked for."""
        self.do(
            missions.describe,
            MISSION,
            title="Bulk Data Export",
            reference="MISSION-2026-015",
            design_required=design_required,
            task_exempt="",
            blocked_by=(),
        )
        self.do(
            missions.move, MISSION, MissionStatus.APPROVED, Standing(by_person=True), "approved"
        )
        self.units.run(self.system, self._effective, brief, contract)

    def _effective(self, ctx, brief: dict, contract: dict) -> None:
        made = Made(by=self.people["vp-product"].principal, brain="human")
        refs = [
            artifacts.propose(
                ctx,
                Draft(type=type, slug=MISSION, context=CONTEXT, content=content, made=made),
            ).ref
            for type, content in (("mission-brief", brief), ("outcome-contract", contract))
        ]
        artifacts.make_effective(ctx, refs, change=None, commit="0" * 40)

    def runs(self, module: str) -> Sequence[Run]:
        return self.do(streams.runs, context=CONTEXT, module=module, limit=1_000)

    def one(self, module: str, element: str = "") -> Run:
        """The newest run of an element."""
        return [run for run in self.runs(module) if run.element == element][-1]

    def change(self, run: Run) -> ChangeRequest:
        return self.do(record.change, run.change)

    def effective(self, artifact: str) -> Version | None:
        return self.do(artifacts.effective, ArtifactId(artifact))

    def inbox(self, handle: str) -> Sequence[InboxItem]:
        return self.do(governance.inbox, self.people[handle].principal, by=handle)

    def decide(self, answering: Answering = approve) -> int:
        """Everybody decides what lies in their inbox now; how many decisions."""
        return sum(
            self.say(handle, item, answering(item))
            for handle in self.people
            for item in self.inbox(handle)
        )

    def say(self, handle: str, item: InboxItem, word: str | None) -> int:
        if word is None or item.kind is ItemKind.TASK:  # a task is done, not decided
            return 0
        decision, _, note = word.partition(": ")
        if item.kind is ItemKind.QUESTION:
            self.do(governance.answer, item.id, Answer(decision), note, by=handle)
        else:
            self.do(governance.decide, item.id, Decision(decision), note, by=handle)
        return 1

    def settle(
        self,
        answering: Answering = approve,
        *,
        until: Callable[[], bool] = lambda: False,
        patience: int = 1,
    ) -> None:
        """Work and decide in turns, an hour for each round, until nobody decides any more.

        `patience` is for how many hours in a row nobody may decide.
        """
        idle = 0
        while idle < patience:
            self.jobs()
            if until():
                return
            self.clock.advance(timedelta(hours=1))
            idle = 0 if self.decide(answering) else idle + 1
        self.jobs()

    def read(self, path: str) -> str:
        """A file on the main branch of the organisation's repository."""
        place = self.do(record.location, self.do(record.repository, "organisation"))
        return git(place, "show", f"main:{path}")

    def product(self, *arguments: str) -> str:
        place = self.do(record.location, self.do(record.repository, "customer-records"))
        return git(place, *arguments)


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=T", "-c", "user.email=t@example.com", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def committed(folder: Path) -> Path:
    """A folder as a repository with one commit, to be taken in."""
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "The service as it stands")
    return folder


@pytest.fixture(scope="session")
def product(tmp_path_factory) -> Path:
    """The example's service in a repository of its own."""
    folder = tmp_path_factory.mktemp("brought") / "service"
    unwanted = shutil.ignore_patterns("__pycache__", ".*_cache", "var", ".coverage")
    shutil.copytree(EXAMPLE / "service", folder, ignore=unwanted)
    return committed(folder)


@pytest.fixture
def recordings(tmp_path) -> Path:
    """A copy of the example's recordings, in which a test may change a line."""
    folder = tmp_path / "recordings"
    shutil.copytree(EXAMPLE / "recordings", folder)
    return folder


SMALL = {
    "src/greeting.py": 'def hello() -> str:\n    """A greeting."""\n    return "hello"\n',
    "tests/conftest.py": "import sys\n\nsys.path.insert(0, 'src')\n",
    "CODEOWNERS": "* @tech-lead\n",
    ".gitignore": "__pycache__/\n.pytest_cache/\n",
    ".headrace/product.yaml": (
        "name: small\nchecks:\n  tests:\n    run: [python, -m, pytest, -q, -p, no:cacheprovider]\n"
        "    evaluates: [security]\n"
    ),
}
"""A product whose checks take a second."""


@pytest.fixture(scope="session")
def small_product(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("brought") / "small"
    for path, text in SMALL.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return committed(folder)


@pytest.fixture
def small(database, clock, organisation, system, small_product, tmp_path) -> "World":
    """A mission on the small product; its recordings are written by the test."""
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    return World(
        folder=tmp_path,
        database=database,
        clock=clock,
        organisation=organisation,
        system=system,
        recordings=recordings,
        product_folder=small_product,
    )


@pytest.fixture
def world(database, clock, organisation, system, product, recordings, tmp_path) -> World:
    """The mission just before its brief is approved."""
    made = World(
        folder=tmp_path,
        database=database,
        clock=clock,
        organisation=organisation,
        system=system,
        recordings=recordings,
        product_folder=product,
    )
    made.found()
    return made


@pytest.fixture(scope="session")
def house() -> House:
    return compose()
