"""What control offers to REST, CLI and MCP."""

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from headrace.capabilities.control import service, told
from headrace.capabilities.control.model import (
    MissionLine,
    Overview,
    Quality,
    SettingLines,
    Trace,
    Why,
)
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import MissionStatus
from headrace.capabilities.people.model import OPERATOR
from headrace.kernel.capability import Effect, Http, Operation, OperationKind, Permission
from headrace.kernel.context import Ctx
from headrace.kernel.inputs import Names

SETTINGS = f"{OPERATOR}:settings"

_WITH_LINE = re.compile(r"(?P<path>.+):(?P<line>[1-9][0-9]*)")


@dataclass(frozen=True, kw_only=True)
class Place:
    """A file of a repository's main branch, or one line of it."""

    path: Annotated[str, Field(min_length=1, description="As src/app.py, or src/app.py:12.")]
    repository: Annotated[
        str,
        Names("repository"),
        Field(description="A product, or organisation; without it, the one that has the path."),
    ] = ""


@dataclass(frozen=True, kw_only=True)
class Traced:
    """What to trace: an artifact, a version, or the name of a signal alone."""

    signal: Annotated[
        str,
        Names("signal"),
        Field(
            description="A signal, or any artifact or version.",
            examples=["signal/2026-03-17-bulk-export"],
        ),
    ]


def why(ctx: Ctx, place: Place) -> Why:
    """Tell why a line of a file is there: the decisions that brought it, back to the first causes.

    From the line to its commit, the change request that brought it, who made it with which brain at
    which cost, who judged and approved it, and what all of that was made from. PATH may be a file
    of a product or of the organisation's record. What was committed by hand is said to be.
    """
    found = _WITH_LINE.fullmatch(place.path)
    return service.why(
        ctx,
        found["path"] if found else place.path,
        line=int(found["line"]) if found else None,
        repository=place.repository,
    )


def trace(ctx: Ctx, traced: Traced) -> Trace:
    """Tell everything that came of a signal, as a tree with states and dates.

    Digests, missions, designs, change requests with their commits, releases, outcomes, incidents and
    the signals that followed. What came to nothing is said to have. Any artifact can be traced.
    """
    return service.trace(ctx, traced.signal)


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """No input."""


@dataclass(frozen=True, kw_only=True)
class BoardQuery:
    status: MissionStatus | None = None
    archived: Annotated[bool, Field(description="Archived ones too.")] = False
    before: Annotated[str, Field(description="Only those opened before this mission.")] = ""
    limit: Annotated[int, Field(ge=1, le=200, description="Most items on one page.")] = 50


@dataclass(frozen=True, kw_only=True)
class MissionBoard:
    """`next` is the mission before which the list goes on; None at its end."""

    items: tuple[MissionLine, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class OfAgent:
    agent: Annotated[str, Names("agent"), Field(min_length=1, description="Handle of an agent.")]


def overview(ctx: Ctx, _: Nothing) -> Overview:
    """Show six figures of the organisation at work: runs, workforce, queue, what is blocked, cost today.

    Each is counted from the rows that it is about, all in one instant.
    """
    return service.overview(ctx)


def board(ctx: Ctx, query: BoardQuery) -> MissionBoard:
    """Show missions as a lead looks at them, newest first: what each waits for, since when, at which cost.

    A decision that somebody owes comes before a run that may not begin, and that before work that goes
    on. Archived missions only when asked for.
    """
    found = missions.latest(
        ctx, query.status, archived=query.archived, before=query.before, limit=query.limit + 1
    )
    listed = found[: query.limit]
    return MissionBoard(
        items=service.board(ctx, listed),
        next=listed[-1].slug if len(found) > len(listed) else None,
    )


def quality(ctx: Ctx, of: OfAgent) -> Quality:
    """Show what was judged of an agent's work and how its runs ended, week by week."""
    return service.quality(ctx, of.agent.removeprefix("@"))


def settings(ctx: Ctx, _: Nothing) -> SettingLines:
    """List every setting of this installation, what it is, and where that comes from.

    A setting is read from the environment at the start: change it there, and start anew. Secrets are
    told only to be there.
    """
    lines = tuple(ctx.declared(SettingLines))
    return lines[0] if lines else SettingLines(items=())


OPERATIONS = (
    Operation(
        name="why",
        permission="record:read",
        input=Place,
        output=Why,
        run=why,
        http=Http(method="GET", path="/why"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
        shown=told.why,
    ),
    Operation(
        name="trace",
        permission="artifact:read",
        input=Traced,
        output=Trace,
        run=trace,
        http=Http(method="GET", path="/trace"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
        shown=told.trace,
    ),
    Operation(
        name="overview",
        permission="agent:read",
        input=Nothing,
        output=Overview,
        run=overview,
        http=Http(method="GET", path="/overview"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
    ),
    Operation(
        name="mission.board",
        permission="mission:read",
        input=BoardQuery,
        output=MissionBoard,
        run=board,
        http=Http(method="GET", path="/mission-board"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
        columns=("slug", "title", "status", "waits_for", "moved_at", "micro_usd"),
    ),
    Operation(
        name="agent.quality",
        permission="agent:read",
        input=OfAgent,
        output=Quality,
        run=quality,
        http=Http(method="GET", path="/agents/{agent}/quality"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
    ),
    Operation(
        name="setting.list",
        permission=SETTINGS,
        input=Nothing,
        output=SettingLines,
        run=settings,
        http=Http(method="GET", path="/settings"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
        columns=("name", "value", "source", "meaning"),
    ),
)

PERMISSIONS = (
    Permission(name=SETTINGS, summary="List the settings of this machine; the operator alone"),
)
