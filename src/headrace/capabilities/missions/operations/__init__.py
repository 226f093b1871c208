"""What missions offer to REST, CLI and MCP."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from headrace.capabilities.missions import service
from headrace.capabilities.missions.model import Mission, MissionStatus, Step, Task
from headrace.capabilities.missions.operations import measuring
from headrace.kernel.capability import Effect, Http, Operation, OperationKind
from headrace.kernel.context import Ctx
from headrace.kernel.inputs import Names


@dataclass(frozen=True, kw_only=True)
class MissionQuery:
    status: MissionStatus | None = None
    archived: Annotated[bool, Field(description="Archived ones too.")] = False
    newest: Annotated[
        int | None, Field(ge=1, le=500, description="Only so many, the newest first.")
    ] = None
    before: Annotated[
        str, Field(description="With `newest`: only those opened before this mission.")
    ] = ""


@dataclass(frozen=True, kw_only=True)
class MissionList:
    """`next` is the mission before which the list of the newest goes on; None at its end."""

    items: tuple[Mission, ...]
    next: str | None = None


@dataclass(frozen=True, kw_only=True)
class MissionName:
    mission: Annotated[str, Names("mission")]


@dataclass(frozen=True, kw_only=True)
class MissionShown:
    mission: Mission
    tasks: tuple[Task, ...]
    steps: tuple[Step, ...]


class Move(StrEnum):
    """What a person may decide about a mission by hand."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


_TARGET = {
    Move.PAUSE: MissionStatus.PAUSED,
    Move.RESUME: MissionStatus.ACTIVE,
    Move.CANCEL: MissionStatus.CANCELLED,
}


@dataclass(frozen=True, kw_only=True)
class MissionMove:
    mission: Annotated[str, Names("mission")]
    move: Move
    rationale: Annotated[str, Field(description="Why; a cancellation needs it.")] = ""


def listing(ctx: Ctx, query: MissionQuery) -> MissionList:
    """List missions, oldest first; with `newest` so many of them, the newest first.

    Archived ones only when asked for.
    """
    if query.newest is None:
        known = service.listing(ctx, query.status)
        return MissionList(items=tuple(m for m in known if query.archived or not m.archived))
    found = service.latest(
        ctx, query.status, archived=query.archived, before=query.before, limit=query.newest + 1
    )
    items = tuple(found[: query.newest])
    return MissionList(items=items, next=items[-1].slug if len(found) > len(items) else None)


def show(ctx: Ctx, name: MissionName) -> MissionShown:
    """Show a mission: its status, its tasks, and every gate that it passed."""
    return MissionShown(
        mission=service.get(ctx, name.mission),
        tasks=tuple(service.all_tasks(ctx, name.mission)),
        steps=tuple(service.steps(ctx, name.mission)),
    )


def decide(ctx: Ctx, input: MissionMove) -> Mission:
    """Pause, resume or cancel a mission; a cancellation needs its rationale."""
    return service.decide(ctx, input.mission, _TARGET[input.move], input.rationale)


OPERATIONS = (
    Operation(
        name="mission.list",
        permission="mission:read",
        input=MissionQuery,
        output=MissionList,
        run=listing,
        http=Http(method="GET", path="/missions"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
    ),
    Operation(
        name="mission.show",
        permission="mission:read",
        input=MissionName,
        output=MissionShown,
        run=show,
        http=Http(method="GET", path="/missions/{mission}"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
    ),
    Operation(
        name="mission.move",
        permission="mission:decide",
        input=MissionMove,
        output=Mission,
        run=decide,
        http=Http(method="POST", path="/missions/{mission}/move"),
    ),
    *measuring.OPERATIONS,
)
