"""A toy stream of three modules made of data alone, workers with skills, and people who decide."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa

from flows import Runner
from headrace.app import CAPABILITIES
from headrace.capabilities.agents import service as agents
from headrace.capabilities.agents.cards import (
    Cadence,
    Catalogue,
    DataClass,
    Lifecycle,
    ModelTier,
    Organisation,
    Paths,
    RoleCard,
    Seat,
    TaskCard,
)
from headrace.capabilities.agents.conversation import BrainKind, Limits
from headrace.capabilities.agents.model import Skill
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import Each, Field, Prose, Table
from headrace.capabilities.artifacts.model import (
    ArtifactId,
    ArtifactType,
    Draft,
    Made,
    Version,
    VersionRef,
)
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import Decision, Gate, GateState
from headrace.capabilities.people import service as people
from headrace.capabilities.record.model import Foundation, Places
from headrace.capabilities.streams import service
from headrace.capabilities.streams.model import (
    Cardinality,
    Context,
    ContextId,
    Edges,
    Module,
    Run,
    RunState,
    Selector,
    Start,
    Stream,
    Work,
)
from headrace.capabilities.workflows.engine import JobWriter
from headrace.kernel.capability import Capability
from headrace.kernel.context import Actor, ActorKind
from headrace.kernel.errors import Invalid
from headrace.kernel.house import House
from headrace.kernel.ids import OrganisationId
from headrace.kernel.unit import Units

JOB = ContextId("job:export")


def a_type(name: str, path: str, *sections, approval: bool = True) -> ArtifactType:
    return ArtifactType(
        name=name, title=name.title(), path=path, approval=approval, sections=sections
    )


TEXT = Prose(name="text", required=True)
TYPES = (
    a_type("note", "work/notes/{date}-{slug}.md", TEXT, approval=False),
    a_type("plan", "work/jobs/{mission}/PLAN.md", TEXT,
           Each(name="parts", fields=(Field(name="owns"),)),
           Table(name="edges", columns=(Field(name="from"), Field(name="to"), Field(name="type")))),
    a_type("verdict", "work/jobs/{mission}/VERDICT.md", TEXT, approval=False),
    a_type("piece", "work/jobs/{mission}/pieces/{slug}.md", TEXT),
)  # fmt: skip


def content(title: str, text: str, **sections) -> dict:
    return {"title": title, "sections": {"text": text, **sections}}


def note(ctx, task) -> dict:
    return content("Exports are slow", f"Seen in {task.context}.")


def plan(ctx, task) -> dict:
    told = "; ".join(task.findings) or "nothing was said against it"
    parts = [{"name": "api", "owns": "src/api/"}, {"name": "ui", "owns": "src/ui/"}]
    edges = [{"from": "ui", "to": "api", "type": "blocks"}]
    return content("The plan", f"Attempt {task.attempt}: {told}.", parts=parts, edges=edges)


def verdict(ctx, task) -> dict:
    return content("The verdict", "It is worth doing.")


def piece(ctx, task) -> dict:
    return content(f"Piece {task.element}", f"Attempt {task.attempt}.")


def untitled(ctx, task) -> dict:
    return content("", "It has no title.")


def refuse(ctx, task) -> dict:
    raise Invalid("The source cannot be read")


SKILLS = tuple(
    Skill(name=f"toy-{run.__name__}", run=run)
    for run in (note, plan, verdict, piece, untitled, refuse)
)


def a_card(id: str, *tasks: str) -> RoleCard:
    """A role that does these tasks by skills of the same names."""
    return RoleCard(
        id=id,
        name=id.title(),
        duty="Works.",
        layer="execution",
        loop="build",
        division="Engineering",
        reports_to="vp-product",
        status=Lifecycle.ACTIVE,
        pool=id,
        tasks=tuple(
            TaskCard(name=task, does="Works.", inputs=(), outputs=(), skill=f"toy-{task}",
                     brains=(BrainKind.SKILL,), prompt="", facts=())
            for task in tasks
        ),
        reads_first=(),
        produces=(),
        never=(),
        tools=(),
        paths=Paths(reads=("*",), writes=()),
        data_classes=(DataClass.PUBLIC,),
        escalates_to=(),
        model_tier=ModelTier.SMALL,
        limits=Limits(turns=5),
        cadence=Cadence.ON_EVENT,
    )  # fmt: skip


CARDS = (a_card("scout", "note", "untitled", "refuse"), a_card("planner", "plan", "piece"),
         a_card("clerk", "verdict"))  # fmt: skip
STRUCTURE = Organisation(
    layers=("execution",),
    loops=("build",),
    divisions=("Engineering",),
    policies=(),
    seats=(Seat(id="vp-product", name="VP Product", layer="execution"),),
    approvers=dict.fromkeys(
        (Lifecycle.APPROVED, Lifecycle.ACTIVE, Lifecycle.DEPRECATED), "vp-product"
    ),
)


def a_module(key: str, role: str, task: str, *inputs: Selector, **changes) -> Module:
    known = {"title": key.title(), "context_kind": "job", "work": Work(role=role, task=task)}
    return Module(key=key, inputs=inputs, **{**known, **changes})


SCAN = a_module("scan", "scout", "note", outputs=("note",), start=Start.BY_HAND)
DRAFT = a_module("draft", "planner", "plan", Selector(name="note", type="note"), outputs=("plan",))
DECIDE = a_module(
    "decide", "clerk", "verdict", Selector(name="plan", type="plan"), outputs=("verdict",)
)
TOY = Stream(name="toy", title="Toy", kinds=("job",), modules=(SCAN, DRAFT, DECIDE))
"""Scan, draft, decide: no function of Python anywhere."""

WORK = a_module(
    "work", "planner", "piece",
    Selector(name="plan", type="plan", cardinality=Cardinality.EACH, section="parts"),
    outputs=("piece",),
    edges=Edges(selector="plan", section="edges"),
)  # fmt: skip
GATHER = a_module(
    "gather", "clerk", "verdict",
    Selector(name="plan", type="plan"),
    Selector(name="pieces", type="piece", cardinality=Cardinality.ALL, of="plan#parts"),
    outputs=("verdict",),
)  # fmt: skip
PARTS = Stream(name="parts", title="Parts", kinds=("job",), modules=(SCAN, DRAFT, WORK, GATHER))
"""A plan is cut into parts that wait for each other, and gathered when all are there."""


@dataclass
class Firm:
    """An organisation with three hired agents and two people, and a house made for the test."""

    folder: Path
    database: object
    clock: object
    organisation: OrganisationId
    system: Actor
    people: dict[str, Actor] = field(default_factory=dict)
    units: Units = None
    jobs: Runner = None

    def open(self, *declared: object, checks=()) -> None:
        """Compose the house: the rooms up to streams, the toy, and these declarations."""
        names = [capability.name for capability in CAPABILITIES]
        lower = CAPABILITIES[: names.index("streams") + 1]
        places = Places(
            repositories=self.folder / "repositories", worktrees=self.folder / "worktrees"
        )
        toy = Capability(
            name="toy",
            checks=tuple(checks),
            declares=(
                *TYPES, *SKILLS, TOY, PARTS, Catalogue(organisation=STRUCTURE, cards=CARDS),
                Foundation(files={"CODEOWNERS": "* @vp-product\n"}), places, *declared,
            ),
        )  # fmt: skip
        house = House((*lower, toy))
        service.check(house)
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

    def found(self) -> None:
        slug = self.organisation.replace("_", "-")
        self.do(people.found_organisation, slug=slug, name="Acme")
        self.do(agents.staff, CARDS)
        for handle in ("vp-product", "ada"):
            made = self.do(people.add_principal, handle=handle)
            self.people[handle] = Actor(
                organisation=self.organisation, principal=made.id, kind=ActorKind.PERSON
            )
        self.jobs()

    def do(self, verb, *args, by: str | None = None, **kwargs):
        actor = self.system if by is None else self.people[by]
        return self.units.run(actor, verb, *args, **kwargs)

    def job(self, slug: str = "export", stream: str = "toy", **facts) -> Context:
        known = {"kind": "job", "title": slug.title()}
        return self.do(service.open_context, stream=stream, slug=slug, **{**known, **facts})

    def start(self, module: str = "scan", element: str = "", at: str = JOB, by: str = "ada") -> Run:
        return self.do(service.start, ContextId(at), module, element, by=by)

    def run(self, module: str, element: str = "", attempt: int = 1, at: str | None = JOB) -> Run:
        """The one run of this module, element and attempt."""
        (found,) = [
            one for one in self.runs(module, at) if (one.element, one.attempt) == (element, attempt)
        ]
        return found

    def runs(self, module: str | None = None, at: str | None = JOB) -> Sequence[Run]:
        return self.do(service.runs, context=at, module=module)

    def states(self, at: str | None = JOB) -> dict[str, RunState]:
        """The state of the last attempt, by module and element."""
        return {
            one.module + (f"[{one.element}]" if one.element else ""): one.state
            for one in self.runs(at=at)
        }

    def gates(self) -> Sequence[Gate]:
        """Open gates."""
        return self.do(governance.gates, state=GateState.OPEN)

    def decide(self, decision: str, note: str = "", *, gate: Gate | None = None) -> None:
        """The first open gate is decided by @vp-product, and what follows happens."""
        asked = gate or self.gates()[0]
        self.do(governance.decide, asked.id, Decision(decision), note, by="vp-product")
        self.jobs()

    def drafted(self) -> Run:
        """A plan that waits for its decision."""
        self.job()
        self.start()
        self.jobs()
        return self.run("draft")

    def stands(self, type: str, slug: str, context: str, *, effective: bool = True) -> Version:
        """A version that is effective without any run; its event waits to be delivered."""

        def verb(ctx):
            parts = {"date": f"{ctx.now:%Y-%m-%d}", "mission": slug}
            draft = Draft(
                type=type,
                slug=slug,
                context=context,
                content=content(slug.title(), "Some words."),
                made=Made(by=ctx.principal, brain="human"),
                parts=parts,
            )
            version = artifacts.propose(ctx, draft)
            if effective:
                artifacts.make_effective(ctx, [version.ref], change=None, commit="c0ffee")
            return version

        return self.do(verb)

    def effective(self, artifact: str) -> Version | None:
        return self.do(artifacts.effective, ArtifactId(artifact))

    def version(self, ref: VersionRef) -> Version:
        return self.do(artifacts.get_version, ref)

    def events(self, *types: str) -> list[dict]:
        with self.units.open(self.system) as ctx:
            rows = ctx.db.execute(
                sa.text(
                    "SELECT type, payload FROM journal_event WHERE organisation = :o "
                    "AND type = ANY(:types) ORDER BY recorded_at, lineage, number"
                ),
                {"o": self.organisation, "types": list(types)},
            )
            return [{"type": row.type, **row.payload} for row in rows]


@pytest.fixture
def firm(database, clock, organisation, system, tmp_path) -> Firm:
    made = Firm(
        folder=tmp_path,
        database=database,
        clock=clock,
        organisation=organisation,
        system=system,
    )
    made.open()
    made.found()
    return made
