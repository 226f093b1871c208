"""Handing in: a result is judged by its form, kept, and its run brought to an end; by agents and people."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from headrace.capabilities.agents.brains.calls import schema_faults
from headrace.capabilities.agents.conversation import SUBMIT_TOOL
from headrace.capabilities.agents.model import (
    NotWaiting,
    PeopleDecide,
    Run,
    RunEnd,
    RunState,
    Skill,
    SubmissionRefused,
)
from headrace.capabilities.agents.service import claiming
from headrace.capabilities.agents.service.beginning import stop_wanted
from headrace.capabilities.agents.service.doing import doing, done, tell
from headrace.capabilities.agents.service.ending import end
from headrace.capabilities.agents.service.queries import run as found_run
from headrace.capabilities.agents.store import runs as store
from headrace.capabilities.agents.tools import telling
from headrace.capabilities.agents.tools.tool import Outcome
from headrace.kernel.context import ActorKind, Ctx
from headrace.kernel.errors import HeadraceError
from headrace.kernel.json import Json


@dataclass(frozen=True, kw_only=True)
class Told:
    """Whether the run has handed in, or why it is given up, and how it ends then."""

    handed_in: bool = False
    given_up: str = ""
    state: RunEnd = RunEnd.FAILED


def take(ctx: Ctx, id: str, turn: int, number: int) -> Told:
    """Do a call whose effect is rows of ours: a signal, a question, or the result itself."""
    one = doing(ctx, id, turn, number)
    if one.call.tool != SUBMIT_TOOL:
        done(ctx, one, tell(ctx, one))
        return Told()
    faults = _faults(ctx, one.run, one.call.arguments)
    if not faults:
        submitted = cast(
            Mapping[str, Json], one.call.arguments
        )  # JsonValue is a Json, but for lists
        store.submit(ctx.db, ctx.organisation, one.run.id, submitted, ctx.now)
        done(ctx, one, Outcome(content='{"handed_in": true}'))
        return Told(handed_in=True)
    told = f"This is not taken: {'; '.join(faults)}. Hand it in again, corrected."
    done(ctx, one, Outcome(content=told, is_error=True))
    return Told()


def _faults(ctx: Ctx, run: Run, given: Mapping[str, object]) -> tuple[str, ...]:
    schema = claiming.form(ctx, run.order)
    return schema_faults(telling.WORK if schema is None else schema, dict(given))


def practise(ctx: Ctx, id: str) -> Told:
    """Do a run by its skill, in this unit of work; a refusal of the skill leaves nothing behind."""
    run = found_run(ctx, id, lock=True)
    why = stop_wanted(ctx, id)
    if why:
        return Told(given_up=why, state=RunEnd.CANCELLED)
    named = claiming.skill(ctx, run.brain_name)
    assert isinstance(named, Skill)  # the flow took the way of a skill
    try:
        with ctx.db.begin_nested():
            submitted = named.run(ctx, run.order)
    except HeadraceError as fault:
        return Told(given_up=fault.message)
    store.submit(ctx.db, ctx.organisation, run.id, submitted, ctx.now)
    return Told(handed_in=True)


def keep(ctx: Ctx, id: str, submitted: Mapping[str, Json]) -> None:
    """Keep what an instrument handed in. The first counts."""
    run = found_run(ctx, id, lock=True)
    store.submit(ctx.db, ctx.organisation, run.id, submitted, ctx.now)


def keep_message(ctx: Ctx, id: str, message: str) -> str:
    """Keep what an outside agent said last as its result; why it is no result, or nothing."""
    run = found_run(ctx, id, lock=True)
    if claiming.form(ctx, run.order) is None:
        store.submit(
            ctx.db, ctx.organisation, run.id, {"summary": message or "(it said nothing)"}, ctx.now
        )
        return ""
    try:
        given = json.loads(message)
    except json.JSONDecodeError:
        return "Its last message is not the result as JSON."
    faults = _faults(ctx, run, given) if isinstance(given, dict) else ("it is no object",)
    if faults:
        return f"Its result does not fit: {'; '.join(faults)}."
    store.submit(ctx.db, ctx.organisation, run.id, given, ctx.now)
    return ""


def hand_in(ctx: Ctx, id: str, submitted: Mapping[str, Json]) -> Run:
    """Do, as a person, a task that waits for one. The run is then done, in the person's name.

    Raises PeopleDecide to agents, RunNotFound, NotWaiting, SubmissionRefused with every fault.
    Records RunEnded.
    """
    if ctx.actor.kind is not ActorKind.PERSON:
        raise PeopleDecide("This task waits for a person; an agent cannot hand it in")
    run = found_run(ctx, id, lock=True)
    if run.state is not RunState.WAITING:
        raise NotWaiting(f"Run {id} is {run.state}; it waits for no person", run=id)
    faults = _faults(ctx, run, submitted)
    if faults:
        raise SubmissionRefused(f"This is not taken: {'; '.join(faults)}", faults=faults)
    store.done_by(ctx.db, ctx.organisation, run.id, ctx.principal)
    store.submit(ctx.db, ctx.organisation, run.id, submitted, ctx.now)
    end(ctx, run.id, RunEnd.SUCCEEDED)
    return found_run(ctx, id)


def set_base(ctx: Ctx, id: str, base: str) -> None:
    """Keep the commit at which a run's worktree began. The first counts."""
    store.set_base(ctx.db, ctx.organisation, found_run(ctx, id).id, base)


def set_work(
    ctx: Ctx, id: str, *, head: str | None, changed: Sequence[str], left_out: Sequence[str]
) -> None:
    """Keep what a run left in its branch."""
    run = found_run(ctx, id)
    store.set_work(ctx.db, ctx.organisation, run.id, head=head, changed=changed, left_out=left_out)
