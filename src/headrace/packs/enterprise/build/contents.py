"""Contents of fleets, designs and contracts as the words that missions decide by. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from headrace.capabilities.artifacts.layout import slug
from headrace.capabilities.missions.model import FleetEdge, FleetStream, Priority, Task
from headrace.capabilities.missions.service import Bound, Promise, bound, promise
from headrace.kernel.json import Json
from headrace.packs.enterprise.discover.contents import Content, at, items, told

_NAMED = re.compile(r"`([^`]+)`")


def texts(content: Content, *place: str) -> tuple[str, ...]:
    """The list of texts at a place; empty when nothing stands there."""
    found = at(content, *place)
    if not isinstance(found, Sequence) or isinstance(found, str):
        return ()
    return tuple(str(one) for one in found)


def rows(content: Content, *place: str) -> tuple[Content, ...]:
    """The rows at a place below the sections."""
    found = at(content, "sections", *place)
    if not isinstance(found, Sequence) or isinstance(found, str):
        return ()
    return tuple(one for one in found if isinstance(one, Mapping))


def named(text: str) -> tuple[str, ...]:
    """The names that stand in back-ticks: types, routes, functions."""
    return tuple(_NAMED.findall(text))


def handle(who: str) -> str:
    """The handle of a seat as people write it: "Tech Lead" is tech-lead."""
    return slug(who.removeprefix("@"))


def fleet_streams(fleet: Content) -> tuple[FleetStream, ...]:
    """The execution streams of a fleet configuration, in their order."""
    return tuple(_stream(one) for one in items(fleet, "streams"))


def _stream(item: Content) -> FleetStream:
    threshold = item.get("novelty_threshold")
    checkpoints = item.get("checkpoints")
    listed = checkpoints if isinstance(checkpoints, Sequence) else ()
    return FleetStream(
        name=told(item, "name"),
        pool=told(item, "pool"),
        division=told(item, "division"),
        exclusive=item.get("exclusive") is True,
        paths=texts(item, "paths"),
        policies=texts(item, "policies"),
        novelty_threshold=float(str(threshold)) if threshold is not None else None,
        checkpoints=tuple(
            (told(one, "trigger"), told(one, "who")) for one in listed if isinstance(one, Mapping)
        ),
    )


def fleet_stream(fleet: Content, element: str) -> FleetStream:
    """The stream of an element. Raises LookupError when the fleet has none of that name."""
    for one in fleet_streams(fleet):
        if slug(one.name) == element:
            return one
    raise LookupError(f"the fleet has no stream {element!r}")


def fleet_edges(fleet: Content) -> tuple[FleetEdge, ...]:
    """Who waits for whom; `from` depends on `to`."""
    return tuple(
        FleetEdge(
            dependent=told(row, "from"),
            prerequisite=told(row, "to"),
            kind=told(row, "type"),
            satisfied_by=told(row, "satisfied_by"),
        )
        for row in items(fleet, "dependencies")
    )


def fleet_tasks(fleet: Content) -> tuple[Task, ...]:
    """The tasks of a fleet configuration, numbered in its order: TASK-001, TASK-002.

    What a task depends on is named by its words there, and by its number here; words that no task
    has stay as they are, for `missions.rules.tasks.faults` to find.
    """
    listed = items(fleet, "tasks")
    numbers = {told(row, "task"): f"TASK-{place:03}" for place, row in enumerate(listed, start=1)}
    streams = {one.name: one for one in fleet_streams(fleet)}
    return tuple(_task(row, numbers, streams) for row in listed)


def _task(row: Content, numbers: Mapping[str, str], streams: Mapping[str, FleetStream]) -> Task:
    stream = streams.get(told(row, "stream"))
    target = told(row, "target_date")
    return Task(
        id=numbers[told(row, "task")],
        title=told(row, "task"),
        stream=told(row, "stream"),
        division=stream.division if stream else "",
        agent_type=stream.pool if stream else "",
        depends_on=tuple(numbers.get(name, name) for name in texts(row, "depends_on")),
        priority=Priority(told(row, "priority") or Priority.MEDIUM),
        target_date=date.fromisoformat(target) if target else None,
        criteria=texts(row, "criteria"),
    )


def contract_criteria(contract: Content) -> Mapping[str, str]:
    """The acceptance criteria of an outcome contract: words by id."""
    return {told(one, "id"): told(one, "text") for one in items(contract, "criteria")}


def outcome_promises(contract: Content) -> tuple[Promise, ...]:
    """What an outcome contract promises of amounts in a time."""
    found = (
        promise(f"outcome contract, {told(one, 'name')}", told(one, "metric"), told(one, "target"))
        for one in items(contract, "outcomes")
    )
    return tuple(one for one in found if one is not None)


def budget_promises(design: Content) -> tuple[Promise, ...]:
    """What a design's performance budgets allow of amounts in a time."""
    found = (
        promise(
            f"performance budgets, {told(one, 'component')}",
            f"{told(one, 'component')} {told(one, 'metric')}",
            told(one, "budget"),
        )
        for one in items(design, "performance_budgets")
    )
    return tuple(one for one in found if one is not None)


def outcome_bounds(contract: Content) -> tuple[Bound, ...]:
    """What an outcome contract promises of measures: outcomes and guardrails."""
    found = (
        bound(f"outcome contract, {told(one, 'name')}", told(one, "metric"), told(one, "target"))
        for one in items(contract, "outcomes")
    )
    return tuple(one for one in found if one is not None)


def budget_bounds(design: Content) -> tuple[Bound, ...]:
    """What a design's performance budgets and health targets allow of measures."""
    budgets = (
        bound(
            f"performance budgets, {told(one, 'component')}",
            f"{told(one, 'component')} {told(one, 'metric')}",
            told(one, "budget"),
        )
        for one in items(design, "performance_budgets")
    )
    targets = (
        bound(f"health targets, {told(one, 'metric')}", told(one, "metric"), told(one, "target"))
        for one in rows(design, "observability", "targets")
    )
    return tuple(one for one in (*budgets, *targets) if one is not None)


def interfaces(design: Content) -> tuple[tuple[str, str, str], ...]:
    """(provider, user, contract) of every interface between streams."""
    return tuple(
        (told(row, "from"), told(row, "to"), told(row, "contract"))
        for row in items(design, "interface_contracts")
    )


def within(path: str, folders: Sequence[str]) -> bool:
    """Whether a file lies in one of these folders, or is one of these files."""
    return any(
        path == one or path.startswith(one if one.endswith("/") else f"{one}/") for one in folders
    )


def json_of(value: Mapping[str, Json]) -> Json:
    """A content as a fact."""
    return dict(value)
