"""What operations may never do, drilled through every tool of every role and every operation of the house."""

import json
from datetime import timedelta

import pytest

from headrace.capabilities.agents import service as agents
from headrace.capabilities.agents.conversation import BrainKind
from headrace.capabilities.agents.model import AgentTask
from headrace.capabilities.agents.tools.catalogue import TOOLS
from headrace.capabilities.people import service as people
from headrace.capabilities.people.entrance import Entrance
from headrace.capabilities.people.model import SELF, SessionLife
from headrace.kernel.capability import OperationKind
from headrace.kernel.context import Actor, ActorKind
from headrace.kernel.edge import Request
from headrace.kernel.errors import NotAllowed
from headrace.packs.enterprise.roles import catalogue
from packs.enterprise.discover.conftest import company  # noqa: F401 - a fixture

ROLES = [card for card in catalogue().cards if card.loop == "operate" or card.id == "deploy-agent"]
NAMES = [card.id for card in ROLES]
HOUR = timedelta(hours=1)


FORBIDDEN = (
    ("write_file", {"path": "src/app.py", "content": "mine"}),
    ("edit_file", {"path": "src/app.py", "old": "a", "new": "b"}),
    ("delete_file", {"path": "src/app.py"}),
    ("suppress_alert", {"alert": "exports"}),
    ("set_target", {"target": "exports", "objective": 0.5}),
    ("run_experiment", {"environment": "production", "failure": "kill the database"}),
    ("decide_gate", {"gate": "GATE-1", "decision": "approve"}),
    ("open_mission", {"title": "A feature that customers want"}),
    ("merge_change", {"change": "CR-1"}),
)
"""Application code, alerts, chaos in production, product decisions: by every name somebody might try."""


def test_there_are_the_roles_that_the_drill_is_about():
    assert {"incident-response-agent", "remediation-agent", "monitoring-agent", "resilience-agent",
            "feature-flag-agent", "deploy-agent", "capacity-agent"} <= set(NAMES)  # fmt: skip


@pytest.mark.parametrize("card", ROLES, ids=NAMES)
def test_no_tool_does_it(company, card):  # noqa: F811 - the fixture
    task = next(one for one in card.tasks if BrainKind.RECORDED in one.brains)
    others = [tool.name for tool in TOOLS if tool.name not in card.tools]
    wanted = [*FORBIDDEN, *((name, {}) for name in others if name not in dict(FORBIDDEN))]
    calls = [{"tool": name, "arguments": given} for name, given in wanted]
    for other in company.recordings.glob("*.yaml"):
        other.unlink()
    company.record(
        "drill.yaml",
        json.dumps(
            {
                "role": card.id,
                "task": task.name,
                "turns": [
                    {"calls": calls},
                    {"calls": [{"tool": "submit", "arguments": {"summary": "I tried"}}]},
                ],
            }
        ),
    )
    company.open()
    order = AgentTask(
        subject="drill:1",
        role=card.id,
        task=task.name,
        context="organisation",
        facts=dict.fromkeys(task.facts, "x"),
    )
    run = company.do(agents.claim, order, key=f"drill-{card.id}")
    company.jobs()

    steps = {one.call.tool: one for one in company.do(agents.steps, run)}
    tried = {name for name, _ in wanted}
    assert {name for name in tried if steps[name].is_error} == tried
    logged = {one["tool"] for one in company.events("agents.refused") if one["run"] == run}
    assert logged == tried


READS = frozenset({OperationKind.QUERY, OperationKind.STREAM})


@pytest.mark.parametrize("card", ROLES, ids=NAMES)
def test_no_operation_does_it(company, card):  # noqa: F811 - the fixture
    """Each operation of the house that changes anything, as the role's own principal calls it."""
    worker = company.do(agents.employee, card.id)
    actor = Actor(
        organisation=company.organisation, principal=worker.principal, kind=ActorKind.AGENT
    )
    entrance = Entrance(company.units, SessionLife(idle=HOUR, longest=HOUR))
    allowed = set()
    for operation in company.units.house.operations.values():
        if operation.kind in READS:
            continue
        try:
            company.units.run(actor, people.authorise, operation.permission, None)
            allowed.add(operation.name)
        except NotAllowed as refusal:
            entrance.refused(Request(actor=actor, operation=operation.name, input={}), refusal)

    own = {o.name for o in company.units.house.operations.values() if o.permission == SELF}
    assert allowed <= own  # the principal's own affairs, such as a saved view
    logged = {one["operation"] for one in company.events("people.call_refused")}
    changing = {o.name for o in company.units.house.operations.values() if o.kind not in READS}
    assert logged == changing - allowed
    assert {"gate.decide", "mission.move", "change.merge", "flag.kill", "release.promote",
            "deployment.set-parameter", "artifact.archive", "switch.resume"} <= logged  # fmt: skip
