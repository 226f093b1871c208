"""Beginning: a run is taken up, or told that it needs a person, or ends before it began."""

from dataclasses import dataclass
from enum import StrEnum

from headrace.capabilities.agents import prompts
from headrace.capabilities.agents.conversation import BrainKind
from headrace.capabilities.agents.model import (
    AgentRunId,
    PersonWanted,
    Run,
    RunEnd,
    RunState,
    Skill,
)
from headrace.capabilities.agents.service import claiming
from headrace.capabilities.agents.service.ending import end
from headrace.capabilities.agents.service.queries import run as found_run
from headrace.capabilities.agents.store import runs as store
from headrace.capabilities.agents.store import talks
from headrace.capabilities.governance import service as governance
from headrace.kernel.context import Ctx
from headrace.kernel.errors import HeadraceError


class Way(StrEnum):
    """How a run is worked on, once it has begun."""

    OVER = "over"  # it ended before it began, or waits for a person
    SKILL = "skill"
    INSTRUMENT = "instrument"
    TALK = "talk"  # turn by turn
    WHOLE = "whole"  # an outside agent does all of it


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """What the flow must know of a run: how it goes, whether in a worktree, and from which turn."""

    way: Way
    in_workspace: bool
    turn: int = 1


_OVER = Beginning(way=Way.OVER, in_workspace=False)


def begin(ctx: Ctx, id: str) -> Beginning:
    """Take a run up. Records PersonWanted when a person has to do it, RunEnded when it cannot begin."""
    run = found_run(ctx, id, lock=True)
    if run.state is RunState.STALLED:
        return _gone_on(ctx, run)
    if run.state is not RunState.QUEUED:
        return _OVER
    why = stop_wanted(ctx, id)
    if why:
        end(ctx, run.id, RunEnd.CANCELLED, why)
        return _OVER
    if run.brain is BrainKind.HUMAN:
        store.begin(ctx.db, ctx.organisation, run.id, RunState.WAITING)
        ctx.record(_wanted(run))
        return _OVER
    store.begin(ctx.db, ctx.organisation, run.id, RunState.WORKING)
    try:
        way = _way(ctx, run)
    except HeadraceError as fault:
        end(ctx, run.id, RunEnd.FAILED, fault.message)
        return _OVER
    return Beginning(way=way, in_workspace=run.order.workspace is not None)


def _gone_on(ctx: Ctx, run: Run) -> Beginning:
    """A run whose provider was away goes on; one that was stopped meanwhile ends at its next turn."""
    store.go_on(ctx.db, ctx.organisation, run.id)
    in_workspace = run.order.workspace is not None
    return Beginning(way=Way.TALK, in_workspace=in_workspace, turn=run.turns + 1)


def _way(ctx: Ctx, run: Run) -> Way:
    if run.brain is BrainKind.SKILL:
        named = claiming.skill(ctx, run.brain_name)
        return Way.SKILL if isinstance(named, Skill) else Way.INSTRUMENT
    card_task = claiming.task_card(run.card, run.order.task)
    opening = prompts.opening(run.card, card_task, claiming.spoken(ctx, run.order, run.card))
    talks.open_with(ctx.db, ctx.organisation, run.id, opening.messages)
    return Way.WHOLE if run.brain is BrainKind.EXTERNAL else Way.TALK


def _wanted(run: Run) -> PersonWanted:
    order = run.order
    return PersonWanted(
        run=run.id,
        subject=order.subject,
        role=order.role,
        task=order.task,
        context=order.context,
        element=order.element,
    )


def stop_wanted(ctx: Ctx, id: str) -> str:
    """Why a run must not go on (somebody stopped it, or all agents), or nothing."""
    asked = store.stop_asked(ctx.db, ctx.organisation, AgentRunId(id))
    if asked:
        return asked
    halt = governance.halted(ctx)
    return f"all agents were halted: {halt.reason}" if halt is not None else ""
