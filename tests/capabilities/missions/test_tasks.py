"""Tasks: which sets hold together, and what may start."""

import pytest

from headrace.capabilities.missions.model import Priority, Task, TaskStatus
from headrace.capabilities.missions.rules import tasks


def a_task(number: int = 1, *depends_on: int, **changes) -> Task:
    known = {
        "title": f"Task {number}",
        "stream": "api",
        "division": "Engineering",
        "agent_type": "coding",
        "depends_on": tuple(f"TASK-{other:03}" for other in depends_on),
        "priority": Priority.MEDIUM,
        "target_date": None,
        "criteria": ("it works",),
    }
    return Task(id=f"TASK-{number:03}", **{**known, **changes})


def test_tasks_that_hold_together_have_no_fault():
    assert tasks.faults([a_task(1), a_task(2, 1), a_task(3, 1, 2)]) == ()


@pytest.mark.parametrize(
    ("planned", "fault"),
    [
        pytest.param([a_task(1), a_task(1)], "TASK-001 stands twice", id="twice"),
        pytest.param([a_task(1, 9)], "depends on TASK-009", id="on nothing"),
        pytest.param([a_task(1, criteria=())], "no acceptance criterion", id="no criterion"),
        pytest.param([a_task(1, 2), a_task(2, 1)], "wait for each other", id="a circle"),
        pytest.param([a_task(1, 1)], "wait for each other", id="on itself"),
    ],
)
def test_tasks_that_do_not_are_refused(planned, fault: str):
    (told,) = tasks.faults(planned)

    assert fault in told


@pytest.mark.parametrize(
    ("status", "blocks"),
    [
        (TaskStatus.PENDING, True),
        (TaskStatus.IN_PROGRESS, True),
        (TaskStatus.BLOCKED, True),
        (TaskStatus.COMPLETED, False),
        (TaskStatus.CANCELLED, False),
    ],
)
def test_a_task_waits_until_the_one_before_has_ended(status, blocks: bool):
    first, second = a_task(1, status=status), a_task(2, 1)

    found = tasks.blockers(second, {task.id: task for task in (first, second)})

    assert found == (("TASK-001",) if blocks else ())


def test_all_that_a_task_waits_for_is_told():
    every = {task.id: task for task in (a_task(1), a_task(2), a_task(3, 1, 2))}

    assert tasks.blockers(every["TASK-003"], every) == ("TASK-001", "TASK-002")


class TestMissions:
    def test_missions_that_wait_for_each_other_are_shown_in_order(self):
        circle = tasks.mission_circle({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]})

        assert circle[0] == circle[-1]
        assert set(circle) == {"a", "b", "c"}

    def test_a_row_of_missions_is_no_circle(self):
        assert tasks.mission_circle({"a": ["b"], "b": ["c"], "d": ["unknown"]}) == ()
