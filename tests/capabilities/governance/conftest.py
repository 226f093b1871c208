"""A company with people and agents, and a house with three policies."""

from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa

from capabilities.people.company import Company
from headrace.capabilities.governance import service
from headrace.capabilities.governance.model import (
    Criterion,
    Fallback,
    Policy,
    Proposal,
    Subject,
    Tier,
)
from headrace.capabilities.people import service as people
from headrace.capabilities.people.model import PrincipalKind
from headrace.capabilities.workflows.engine import JobWriter
from headrace.kernel.capability import Capability, Check
from headrace.kernel.context import Actor
from headrace.kernel.house import House
from headrace.kernel.unit import Units

PEOPLE = ("vp-product", "tech-lead", "governor", "manager")
AGENTS = ("architecture-review", "security-review", "coding-agent")


def a_policy(key: str, evaluator: str, *, blocking=True, escalates_to="") -> Policy:
    return Policy(
        key=key,
        title=key.title(),
        criteria=(
            Criterion(id="must", text="It is done right"),
            Criterion(id="should", text="It is done well", blocking=False),
        ),
        evaluator=evaluator,
        blocking=blocking,
        escalates_to=escalates_to,
    )


POLICIES = (
    a_policy("architecture", "architecture-review", escalates_to="tech-lead"),
    a_policy("security", "security-review"),
    a_policy("style", "style-review", blocking=False, escalates_to="tech-lead"),
)


def nobody_hired(ctx, policy):
    return ["nobody is hired as style-review"] if policy.evaluator == "style-review" else []


def waiting_runs(ctx, subject):
    return ["run-1", "run-2"] if subject.id == "hire-1" else []


TOY = Capability(
    name="toy",
    declares=(*POLICIES, Fallback(handles=("nobody", "governor"))),
    checks=(
        Check(question=service.EVALUATOR, name="toy.hired", run=nobody_hired),
        Check(question=service.BLOCKS, name="toy.waiting", run=waiting_runs),
    ),
)


@dataclass
class Firm:
    """The company, its actors by handle, and short words for what they do."""

    units: Units
    company: Company
    actors: dict[str, Actor] = field(default_factory=dict)

    def does(self, handle: str, verb, *arguments, **named):
        return self.units.run(self.actors[handle], verb, *arguments, **named)

    def system(self, verb, *arguments, **named):
        return self.company.as_system(verb, *arguments, **named)

    def id(self, handle: str):
        return self.actors[handle].principal

    def told(self, *types: str) -> list[dict]:
        """Payloads of the journal's events of governance, oldest first."""
        with self.units.open(self.company.system) as ctx:
            rows = ctx.db.execute(
                sa.text("SELECT type, payload FROM journal_event ORDER BY recorded_at, number")
            )
            return [r.payload for r in rows if r.type.removeprefix("governance.") in types]


@pytest.fixture
def units(database, rooms, clock) -> Units:
    """Units of work in a house that has the toy policies as well."""
    composed = House((*rooms.capabilities, TOY))
    return Units(
        engine=database.app,
        house=composed,
        clock=clock,
        tenancy=database.tenancy,
        jobs=JobWriter(composed, database.app),
    )


@pytest.fixture
def firm(units) -> Firm:
    company = Company(units)
    made = Firm(units, company)
    for handle in PEOPLE:
        made.actors[handle] = company.adds(handle)
    for handle in AGENTS:
        made.actors[handle] = company.adds(handle, kind=PrincipalKind.AGENT)
    company.as_system(people.add_team, handle="architects")
    for handle in ("tech-lead", "governor", "architecture-review"):
        company.as_system(people.join_team, "architects", handle)
    return made


@pytest.fixture
def a_plan(firm):
    """A plan to hire somebody, proposed by the manager; fields can be named."""

    def make(number: int = 1, **fields) -> Proposal:
        given = {
            "subject": Subject(kind="plan", id=f"hire-{number}"),
            "hash": "hash-one",
            "title": f"Hire employee {number}",
            "approvers": (("vp-product",),),
            "authors": (firm.id("manager"),),
            "members": {"card": "aaaa"},
            "why": "Two missions wait for a writer",
            "on_yes": "the employee starts",
            "on_no": "nothing happens",
            "tier": Tier.JUDGEMENT,
            "alike": "hire",
        }
        return Proposal(**{**given, **fields})

    return make
