"""Fleets as they are configured and read back: every field, every kind of dependency, who may join."""

import pytest
import yaml

from headrace.capabilities.agents import service as agents
from headrace.capabilities.agents.cards import Lifecycle
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import MissionStatus, TaskBlocked, TaskStatus
from headrace.capabilities.streams.model import RunState
from packs.enterprise.build.test_stream import FLEET, TWO_STREAMS, begin, nobody

pytestmark = pytest.mark.slow

BARE = """\
role: mission-orchestrator
task: fleet
turns:
  - calls:
      - tool: submit
        arguments:
          title: A strategy
          sections:
            streams:
              - name: greeting
                pool: coding-agent-fleet
                division: Core Services
                exclusive: true
                paths: [src/]
                policies: [security]
            monitoring: {quality_threshold: 0.8, escalation: Engineering Manager}
"""
"""A fleet without a single task."""


def whole_fleet() -> str:
    """A fleet that says everything a stream may say."""
    told = yaml.safe_load(TWO_STREAMS.replace("KIND", "shared-resource"))
    sections = told["turns"][0]["calls"][0]["arguments"]["sections"]
    sections["streams"][0] |= {
        "novelty_threshold": 0.6,
        "checkpoints": [
            {"trigger": "novelty above 0.6", "who": "Tech Lead", "action": "Review the pattern"}
        ],
        "metrics": ["goodbyes said"],
    }
    sections["monitoring"]["throughput_alert"] = "< 1 PR/day per active stream"
    return yaml.safe_dump(told, sort_keys=False)


def test_all_that_a_fleet_says_is_read_back_from_its_document(small):
    begin(small, fleet=whole_fleet())
    small.settle(nobody, until=lambda: bool(small.runs("implement")))

    assert small.one("fleet").reasons == ()
    fleet = small.effective("fleet-config/bulk-data-export")
    greeting, manners = fleet.content["sections"]["streams"]
    assert greeting["pool"] == "coding-agent-fleet"
    assert greeting["division"] == "Core Services"
    assert greeting["exclusive"] is True
    assert greeting["paths"] == ["src/", "tests/"]
    assert greeting["policies"] == ["security"]
    assert greeting["checkpoints"] == [
        {"trigger": "novelty above 0.6", "who": "Tech Lead", "action": "Review the pattern"}
    ]
    assert (greeting["novelty_threshold"], greeting["metrics"]) == (0.6, ["goodbyes said"])
    assert manners["paths"] == ["docs/"]
    assert fleet.content["sections"]["dependencies"] == [
        {"from": "manners", "to": "greeting", "type": "shared-resource"}
    ]
    assert fleet.content["sections"]["monitoring"] == {
        "quality_threshold": 0.8,
        "throughput_alert": "< 1 PR/day per active stream",
        "escalation": "Engineering Manager",
    }
    page = small.read(fleet.path)
    for line in (
        "### Stream: greeting",
        "- **Agent pool:** coding-agent-fleet",
        "- **Novelty threshold:** 0.6",
        "| novelty above 0.6 | Tech Lead | Review the pattern |",
        "| manners | greeting | shared-resource |",
        "- **Quality threshold:** 0.8",
        "- **Throughput alert:** < 1 PR/day per active stream",
    ):
        assert line in page
    _what_is_shared_holds_nobody(small)


def _what_is_shared_holds_nobody(small):
    small.settle(nobody)
    assert {run.element for run in small.runs("implement")} == {"greeting", "manners"}


def test_a_prerequisite_that_names_its_product_lets_go_when_that_is_approved(small):
    fleet = TWO_STREAMS.replace("type: KIND", "type: blocks, satisfied_by: technical-design")
    begin(small, fleet=fleet)
    small.settle(nobody)

    design = small.one("design")
    assert {run.element for run in small.runs("implement")} == {"greeting", "manners"}
    assert design.state is RunState.DONE
    assert all(run.made_at >= design.ended_at for run in small.runs("implement"))


STATES = (Lifecycle.PROPOSED, Lifecycle.APPROVED, Lifecycle.IMPLEMENTING)


@pytest.mark.parametrize("state", [*STATES, Lifecycle.DEPRECATED, Lifecycle.RETIRED])
def test_a_crew_of_agents_that_are_not_active_is_refused(small, state):
    begin(small)
    small.do(
        agents.advance, "coding-agent", Lifecycle.DEPRECATED, superseded_by="doc-generation-agent"
    )
    if state is Lifecycle.RETIRED:
        small.do(agents.advance, "coding-agent", Lifecycle.RETIRED)
    if state in STATES:
        small.do(agents.hire, "coding-agent", "newcomer")
        for passed in STATES[1 : STATES.index(state) + 1]:
            small.do(agents.advance, "newcomer", passed)
    small.jobs()

    fleet = small.one("fleet")
    assert fleet.state is RunState.FAILED
    assert "agent type 'coding-agent-fleet' is not active" in fleet.reasons[0]
    assert small.do(missions.get, "bulk-data-export").status is MissionStatus.APPROVED


@pytest.mark.parametrize(
    ("exempt", "status"),
    [("Strategy only: it decides, and builds nothing", MissionStatus.ACTIVE), ("", None)],
)
def test_only_a_mission_that_is_exempt_with_a_reason_begins_without_a_task(small, exempt, status):
    begin(small, fleet=BARE)
    small.do(
        missions.describe, "bulk-data-export", title="A strategy", reference="MISSION-2026-015",
        design_required=False, task_exempt=exempt, blocked_by=(),
    )  # fmt: skip
    small.settle(nobody, until=lambda: bool(small.runs("implement")))

    run, mission = small.one("fleet"), small.do(missions.get, "bulk-data-export")
    if status is None:
        assert run.state is RunState.FAILED
        assert "stream 'greeting' has no task" in run.reasons[0]
        assert mission.status is MissionStatus.APPROVED
    else:
        assert (run.state, mission.status) == (RunState.DONE, status)
        assert small.do(missions.all_tasks, "bulk-data-export") == []


def test_a_task_knows_its_change_from_the_moment_it_is_handed_in(small):
    two = FLEET.replace(
        "            monitoring",
        "              - {task: Wave, stream: greeting, depends_on: [Say goodbye], criteria: [seen],"
        ' priority: low, target_date: "2026-04-01"}\n            monitoring',
    )
    begin(small, fleet=two)
    small.settle(nobody)

    change = small.runs("implement")[0].change
    first, second = small.do(missions.all_tasks, "bulk-data-export")
    assert (first.change, first.status) == (change, "in-progress")
    assert (second.change, second.status) == (change, "pending")
    page = small.read("work/missions/bulk-data-export/TASKS.md")
    told = page[page.index("### TASK-002: Wave") :]
    for line in (
        "- **Assigned:** Core Services - coding-agent-fleet",
        "- **Depends on:** TASK-001",
        "- **Priority:** low",
        "- **Target date:** 2026-04-01",
        f"- **Linked PRs:** {change}",
        "- [ ] seen",
    ):
        assert line in told
    with pytest.raises(TaskBlocked, match="TASK-002 waits for TASK-001"):
        small.do(missions.move_task, "bulk-data-export", "TASK-002", TaskStatus.IN_PROGRESS)
