"""A mission from its approved brief on: the fleet is configured, the design is written and reviewed."""

from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import MissionStatus
from headrace.capabilities.streams.model import RunState


def test_an_approved_brief_is_cut_into_streams_with_tasks_and_paths(world):
    world.approve_brief()
    world.jobs()
    run = world.one("fleet")
    assert run.state is RunState.PROPOSED, run.reasons
    world.settle(until=lambda: world.effective("fleet-config/bulk-data-export") is not None)

    mission = world.do(missions.get, "bulk-data-export")
    assert mission.status is MissionStatus.PLANNING
    assert mission.design_required
    assert "src/data/export/" in mission.paths
    tasks = world.do(missions.all_tasks, "bulk-data-export")
    assert [task.id for task in tasks] == [
        "TASK-001",
        "TASK-002",
        "TASK-003",
        "TASK-004",
        "TASK-005",
    ]
    assert tasks[1].depends_on == ("TASK-001",)
