"""Talking: a brain is asked for its next turn, within every limit, and what it says is kept and booked."""

from dataclasses import dataclass
from datetime import timedelta

from headrace.capabilities.agents import rules
from headrace.capabilities.agents.brains.brain import Brain
from headrace.capabilities.agents.brains.errors import BrainMisconfigured
from headrace.capabilities.agents.configuration import configured
from headrace.capabilities.agents.conversation import (
    SUBMIT_TOOL,
    Conversation,
    Finish,
    SystemMessage,
    ToolResult,
    ToolResults,
    Turn,
    Usage,
    UserMessage,
)
from headrace.capabilities.agents.model import OPEN_STATES, Run, RunEnd
from headrace.capabilities.agents.service import accounts, claiming
from headrace.capabilities.agents.service.beginning import stop_wanted
from headrace.capabilities.agents.service.queries import run as found_run
from headrace.capabilities.agents.service.queries import steps
from headrace.capabilities.agents.store import talks
from headrace.capabilities.agents.store.talks import Attempt
from headrace.kernel.context import Ctx

GO_ON = "You have not handed in yet. Go on, and hand in your result with `submit`."
"""What a brain is told that falls silent before it has handed in."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A turn that is to be said now; its attempt stands in a row already."""

    conversation: Conversation
    brain: Brain
    attempt: Attempt


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """A whole task for an outside agent. `again` says that an earlier attempt came to nothing."""

    prompt: str
    attempt: Attempt
    again: bool


@dataclass(frozen=True, kw_only=True)
class Stop:
    """The run ends here, and why."""

    state: RunEnd
    error: str


def ask(ctx: Ctx, id: str, number: int) -> Asked | Turn | Stop:
    """Turn `number` (from 1), ready to be said; or the turn itself, if it was said before a crash.

    The attempt is written before the call is made, so that no crash makes a call free.
    """
    run = found_run(ctx, id, lock=True)
    said = talks.turn(ctx.db, ctx.organisation, run.id, number)
    if said is not None:
        return said
    stop = _stopped(ctx, run)  # first: a run that was stopped amid its calls lacks their results
    if stop is not None:
        return stop
    talk = conversation(ctx, run)
    brain = configured(ctx).speaker(run.brain, run.card.model_tier)
    if brain is None:
        raise BrainMisconfigured(f"The brain of run {run.id} ({run.brain}) is not configured here")
    most = brain.worst_case(talk, talk.task.tools)
    stop = _limited(ctx, run, most) or _hopeless(ctx, run, talk)
    if stop is not None:
        return stop
    return Asked(conversation=talk, brain=brain, attempt=_attempt(ctx, run, number, most))


def ask_whole(ctx: Ctx, id: str) -> Ordered | Turn | Stop:
    """As `ask`, for an outside agent that does the task in one go; all that the run holds may be used."""
    run = found_run(ctx, id, lock=True)
    said = talks.turn(ctx.db, ctx.organisation, run.id, 1)
    if said is not None:
        return said
    stop = _stopped(ctx, run)
    if stop is not None:
        return stop
    most = Usage(input_tokens=run.reserved.tokens, cost_micro_usd=run.reserved.micro_usd)
    attempt = _attempt(ctx, run, 1, most)
    opening = talks.opening(ctx.db, ctx.organisation, run.id)
    texts = [m.text for m in opening if isinstance(m, SystemMessage | UserMessage)]
    return Ordered(prompt="\n\n".join(texts), attempt=attempt, again=attempt.number > 1)


def said(ctx: Ctx, id: str, attempt: Attempt, turn: Turn) -> None:
    """Keep what was said and book what it used; the first process to tell counts, each pays."""
    run = found_run(ctx, id, lock=True)
    talks.say(ctx.db, ctx.organisation, run.id, attempt.turn, turn)
    accounts.book(ctx, run, attempt, turn)


def unsaid(ctx: Ctx, id: str, attempt: Attempt, lost_calls: int) -> None:
    """An attempt ended in an error; the calls that may have cost something are booked as lost."""
    accounts.give_up(ctx, found_run(ctx, id, lock=True), attempt, lost_calls)


def conversation(ctx: Ctx, run: Run) -> Conversation:
    """Everything said and done in a run so far, as its brain reads it."""
    task = claiming.spoken(ctx, run.order, run.card)
    talk = Conversation(task=task, messages=talks.opening(ctx.db, ctx.organisation, run.id))
    results = _results(ctx, run)
    for number, turn in talks.turns(ctx.db, ctx.organisation, run.id):
        talk = talk.then(turn)
        if turn.calls:
            answers = tuple(results[number, place] for place in range(len(turn.calls)))
            talk = talk.then(ToolResults(results=answers))
        else:
            talk = talk.then(UserMessage(text=GO_ON))
    return talk


def _results(ctx: Ctx, run: Run) -> dict[tuple[int, int], ToolResult]:
    return {
        (step.turn, step.number): ToolResult(
            call_id=step.call.id, content=step.content, is_error=step.is_error
        )
        for step in steps(ctx, run.id)
        if step.done
    }


def _stopped(ctx: Ctx, run: Run) -> Stop | None:
    why = f"it is {run.state}" if run.state not in OPEN_STATES else stop_wanted(ctx, run.id)
    return Stop(state=RunEnd.CANCELLED, error=why) if why else None


def _limited(ctx: Ctx, run: Run, most: Usage) -> Stop | None:
    spent = rules.Spent(
        amount=accounts.used(run, talks.lost_so_far(ctx.db, ctx.organisation, run.id)),
        turns=run.turns,
        worked_for=timedelta(seconds=run.worked_for),
    )
    refusal = rules.against_turn(
        run.card.limits, run.reserved, spent, most, configured(ctx).longest_run
    )
    if refusal is None:
        return None
    return Stop(state=RunEnd.FAILED, error=f"The limits of the run end it here: {refusal}")


def _hopeless(ctx: Ctx, run: Run, talk: Conversation) -> Stop | None:
    """A brain that falls silent, or hands in what cannot be taken, again and again."""
    refused = [s for s in steps(ctx, run.id) if s.call.tool == SUBMIT_TOOL and s.is_error]
    if len(refused) >= rules.PATIENCE:
        why = f"Its result was not taken {len(refused)} times, the last time: {refused[-1].content}"
        return Stop(state=RunEnd.FAILED, error=why)
    last = talk.turns[-rules.PATIENCE :]
    if talk.turns and talk.turns[-1].finish is Finish.REFUSED:
        return Stop(state=RunEnd.FAILED, error="The model declined the task.")
    if len(last) == rules.PATIENCE and not any(turn.calls for turn in last):
        return Stop(state=RunEnd.FAILED, error="It fell silent and handed nothing in.")
    return None


def _attempt(ctx: Ctx, run: Run, turn: int, most: Usage) -> Attempt:
    wanted = Attempt(turn=turn, number=0, model=run.identity[:200], most=most)
    number = talks.ask(ctx.db, ctx.organisation, run.id, wanted)
    return Attempt(turn=turn, number=number, model=wanted.model, most=most)
