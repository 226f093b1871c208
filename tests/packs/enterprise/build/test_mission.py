"""A mission from its approved brief on: the fleet is configured, the design is written and reviewed."""

from datetime import timedelta

import pytest

from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import InboxItem, Subject, Verdict
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import MissionStatus, TaskStatus
from headrace.capabilities.record import service as record
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import Held, RunState
from headrace.packs.enterprise.build import pages

pytestmark = pytest.mark.slow

CONTEXT = "mission:bulk-data-export"


def fleet_is_approved(world):
    return lambda: world.effective("fleet-config/bulk-data-export") is not None


def only(*words: str):
    """Approves what is about one of these words, and leaves the rest alone."""

    def answering(item: InboxItem) -> str | None:
        return "approve" if any(word in item.asked.casefold() for word in words) else None

    return answering


def rewrite(world, name: str, old: str, new: str) -> None:
    file = world.recordings / "build" / name
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


def test_an_approved_brief_is_cut_into_streams_with_tasks_and_paths(world):
    world.approve_brief()
    world.settle(until=fleet_is_approved(world))

    mission = world.do(missions.get, "bulk-data-export")
    assert mission.status is MissionStatus.PLANNING
    assert mission.design_required
    assert "src/data/export/" in mission.paths
    tasks = world.do(missions.all_tasks, "bulk-data-export")
    assert [task.id for task in tasks] == [f"TASK-00{number}" for number in range(1, 6)]
    assert tasks[1].depends_on == ("TASK-001",)
    assert {task.status for task in tasks} == {TaskStatus.PENDING}
    page = world.read("work/missions/bulk-data-export/TASKS.md")
    assert "### TASK-005: Document the export for those who call it" in page
    assert "AC-4: API documentation published and reviewed" in page


def test_a_document_shows_its_mission_its_status_and_who_approved_it(world):
    world.approve_brief()
    world.settle(until=fleet_is_approved(world))
    world.jobs()

    page = world.read("org/2-orchestration/fleet-configs/bulk-data-export.md")
    for line in (
        "- **Mission ID:** MISSION-2026-015",
        "- **Status:** active",
        "- **Author:** mission-orchestrator",
        "- **Revision:** 1",
        "| a-mission-lead | approve | 2026-03-16T10:00:00+00:00 |",
    ):
        assert line in page


def test_without_the_mission_leads_approval_nothing_follows_the_fleet(world):
    world.approve_brief()
    world.settle(only("nothing at all"))

    assert world.one("fleet").state is RunState.PROPOSED
    assert not world.runs("design")
    assert world.do(missions.get, "bulk-data-export").status is MissionStatus.APPROVED
    assert world.do(missions.all_tasks, "bulk-data-export") == []


def test_a_fleet_with_several_faults_is_refused_with_all_of_them_and_leaves_nothing(world):
    rewrite(
        world, "fleet.yaml", "                  - src/data/export/\n",
        "                  - src/services/export/\n",
    )  # fmt: skip
    rewrite(world, "fleet.yaml", "pool: doc-generation-agent", "pool: feature-flag-agent")
    world.approve_brief()
    world.jobs()

    run = world.one("fleet")
    assert run.state is RunState.FAILED
    (why,) = run.reasons
    assert "'api-implementation' and 'data-processing' both claim src/services/export/" in why
    assert "agent type 'feature-flag-agent' is not active" in why
    assert world.do(record.changes) == []
    assert world.do(missions.get, "bulk-data-export").paths == ()


def test_a_criterion_that_no_task_fulfils_is_a_fault_of_the_fleet(world):
    rewrite(
        world, "fleet.yaml", 'criteria: ["{{ facts.criteria[3].id }}"]', "criteria: [it is nice]"
    )
    world.approve_brief()
    world.jobs()

    assert "no task fulfils AC-4" in world.one("fleet").reasons[0]


def test_a_revision_that_the_mission_lead_asks_for_is_made_in_the_same_change(world):
    world.approve_brief()
    asked: list[str] = []

    def once(item: InboxItem) -> str | None:
        if asked:
            return "approve"
        asked.append(item.id)
        return "revise: name who answers for the fleet"

    world.settle(once, until=fleet_is_approved(world))

    first, second = world.runs("fleet")
    assert (first.state, second.state) == (RunState.REVISED, RunState.DONE)
    assert second.findings == ("@a-mission-lead: name who answers for the fleet",)
    assert first.change == second.change
    assert world.effective("fleet-config/bulk-data-export").ref.number == 2


def test_a_design_that_contradicts_the_contract_fails_its_review_and_is_repaired(world):
    world.approve_brief()
    world.settle(only("fleet"), until=lambda: len(world.runs("design")) == 2)
    world.jobs()

    first, second = world.runs("design")
    change = world.change(second)
    assert first.state is RunState.REVISED
    assert "A performance budget allows what the outcome contract forbids" in second.findings[0]
    assert first.change == second.change
    judged = world.do(governance.judgements_of, Subject(kind="change", id=change.id))
    assert [one.verdict for one in judged] == [Verdict.FAIL, Verdict.PASS]
    assert judged[0].evaluator != change.author
    reports = [
        world.effective(f"quality-evaluation/bulk-data-export-design-architecture-{number}")
        for number in (1, 2)
    ]
    assert [one.content["fields"]["verdict"] for one in reports] == ["FAIL", "PASS"]


def test_a_design_without_an_interface_for_a_dependency_fails_its_review(world):
    rewrite(
        world,
        "design-1.yaml",
        "              - from: api-implementation\n                to: documentation\n",
        "              - from: data-processing\n                to: ui-integration\n",
    )
    world.approve_brief()
    world.settle(only("fleet"), until=lambda: len(world.runs("design")) == 2)

    told = world.runs("design")[1].findings
    assert any(
        "documentation -> api-implementation has no interface contract" in one for one in told
    )


def test_no_stream_begins_before_the_design_is_approved(world):
    world.approve_brief()
    world.settle(only("fleet"))

    assert world.one("design").state is RunState.PROPOSED
    assert world.do(missions.get, "bulk-data-export").status is MissionStatus.PLANNING
    assert not world.runs("implement")
    held = [
        one
        for one in world.do(streams.readiness, CONTEXT)
        if isinstance(one, Held) and one.module == "implement"
    ]
    assert {one.element for one in held} == {
        "api-implementation",
        "data-processing",
        "documentation",
        "ui-integration",
    }
    assert all("an approved technical-design" in one.reasons for one in held)


def test_the_status_log_tells_what_changed_and_keeps_every_entry(world):
    world.approve_brief()
    world.settle(until=fleet_is_approved(world))
    before = world.do(missions.updates, "bulk-data-export")
    world.clock.advance(timedelta(days=1))
    world.do(pages.tell, CONTEXT, "nothing has changed")
    world.do(missions.move_task, "bulk-data-export", "TASK-003", TaskStatus.COMPLETED)
    world.do(pages.tell, CONTEXT, "a task is done")
    world.jobs()

    newest, *others = world.do(missions.updates, "bulk-data-export")
    assert others == before
    assert newest.why == "a task is done"
    assert newest.entry.tasks == {"completed": 1, "pending": 4}
    page = world.read("work/missions/bulk-data-export/STATUS.md")
    assert page.index("Status Update: 2026-03-17") < page.index("Status Update: 2026-03-16")
    assert "| data-processing | Data Foundation | blocked | 100% |" in page
