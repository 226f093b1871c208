"""Tasks: which sets hold together, and which of them may start."""

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from headrace.capabilities.missions.model import Task, TaskStatus

ENDED = frozenset({TaskStatus.COMPLETED, TaskStatus.CANCELLED})


def faults(tasks: Sequence[Task]) -> tuple[str, ...]:
    """Every reason why these are no tasks of one mission."""
    ids = [task.id for task in tasks]
    found = [f"{id_} stands twice" for id_ in sorted({i for i in ids if ids.count(i) > 1})]
    found.extend(
        f"{task.id} depends on {other}, which is no task of this mission"
        for task in tasks
        for other in task.depends_on
        if other not in ids
    )
    found.extend(f"{task.id} has no acceptance criterion" for task in tasks if not task.criteria)
    try:
        TopologicalSorter({task.id: task.depends_on for task in tasks}).prepare()
    except CycleError as fault:
        found.append(f"tasks wait for each other: {' -> '.join(fault.args[1])}")
    return tuple(found)


def blockers(task: Task, by_id: Mapping[str, Task]) -> tuple[str, ...]:
    """The tasks that must end before this one may start."""
    return tuple(
        other for other in task.depends_on if other in by_id and by_id[other].status not in ENDED
    )


def mission_circle(blocked_by: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The missions that wait for each other, in their order; empty when there is no circle."""
    try:
        TopologicalSorter(blocked_by).prepare()
    except CycleError as fault:
        return tuple(fault.args[1])
    return ()
