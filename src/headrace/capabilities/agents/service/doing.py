"""Doing: what a tool call came to is kept, and what went beyond authority is refused for all to see."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from pydantic import JsonValue

from headrace.capabilities.agents.conversation import SUBMIT_TOOL, ToolCall, asked_again
from headrace.capabilities.agents.model import (
    BeyondKnowledge,
    ObservationMade,
    QuestionAsked,
    Refused,
    RefusedAct,
    Run,
    Step,
    ToolMisused,
)
from headrace.capabilities.agents.service import claiming, lookups
from headrace.capabilities.agents.service.queries import run as found_run
from headrace.capabilities.agents.store import deeds, talks
from headrace.capabilities.agents.tools import telling
from headrace.capabilities.agents.tools.catalogue import TOOLS
from headrace.capabilities.agents.tools.redaction import storable
from headrace.capabilities.agents.tools.tool import Outcome, Tool, ToolEffect
from headrace.kernel.context import Ctx
from headrace.kernel.errors import HeadraceError

_OFFERED = frozenset({SUBMIT_TOOL, *(tool.name for tool in TOOLS)})

LONGEST_RESULT = 64_000
"""Characters of a result that its row keeps and a brain reads; more is cut, and said to be."""


class GroupKind(StrEnum):
    """How calls are done, by the effect of their tools."""

    LOOK = "look"  # several in one act: they change nothing
    DO = "do"  # one act each
    TELL = "tell"  # one verb each: rows of ours


@dataclass(frozen=True, kw_only=True)
class Group:
    """Calls of one turn, by their numbers from 0, that are done in one step of the flow."""

    kind: GroupKind
    calls: tuple[int, ...]


_KINDS = {
    ToolEffect.NONE: GroupKind.LOOK,
    ToolEffect.LOOKUP: GroupKind.LOOK,
    ToolEffect.FILE: GroupKind.DO,
    ToolEffect.PROCESS: GroupKind.DO,
    ToolEffect.ROW: GroupKind.TELL,
}


@dataclass(frozen=True, kw_only=True)
class Doing:
    """One call of a turn: what it asks for, the tool where the role has it, and how far it got before."""

    run: Run
    turn: int
    number: int
    call: ToolCall
    tool: Tool | None
    step: Step | None

    @property
    def is_done(self) -> bool:
        return self.step is not None and self.step.done


def groups(ctx: Ctx, id: str, turn: int) -> tuple[Group, ...]:
    """The calls of a turn that was said, in order, as the flow does them."""
    run = found_run(ctx, id)
    said = talks.turn(ctx.db, ctx.organisation, run.id, turn)
    assert said is not None  # the flow asks after it was said
    tools = claiming.tools_by_name(ctx, run.order, run.card)
    kinds = [_kind(call, tools) for call in said.calls]
    found: list[Group] = []
    for kind, numbers in groupby(range(len(kinds)), key=lambda number: kinds[number]):
        if kind is GroupKind.LOOK:
            found.append(Group(kind=kind, calls=tuple(numbers)))
        else:
            found += [Group(kind=kind, calls=(number,)) for number in numbers]
    return tuple(found)


def _kind(call: ToolCall, tools: Mapping[str, Tool]) -> GroupKind:
    if call.fault or call.tool not in tools:
        return GroupKind.LOOK  # it is only told what is wrong
    return _KINDS[tools[call.tool].effect]


def doing(ctx: Ctx, id: str, turn: int, number: int) -> Doing:
    """A call as it stands. The turn must have been said."""
    run = found_run(ctx, id)
    said = talks.turn(ctx.db, ctx.organisation, run.id, turn)
    assert said is not None  # the flow asks for calls of turns that were said
    call = said.calls[number]
    tools = claiming.tools_by_name(ctx, run.order, run.card)
    return Doing(
        run=run,
        turn=turn,
        number=number,
        call=call,
        tool=None if call.fault else tools.get(call.tool),
        step=deeds.step(ctx.db, ctx.organisation, run.id, turn, number, call),
    )


def planned(ctx: Ctx, one: Doing, change: Step) -> None:
    """Keep what a call is about to do to a file, before it does."""
    deeds.plan(ctx.db, ctx.organisation, one.run.id, change)


def done(ctx: Ctx, one: Doing, outcome: Outcome, *, output: str | None = None) -> None:
    """Keep what a call came to. Repeats do nothing. Records Refused for an act beyond authority."""
    content = storable(outcome.content)
    if len(content) > LONGEST_RESULT:
        content = f"{content[:LONGEST_RESULT]}\n[cut: {len(content):,} characters in all]"
    step = Step(
        turn=one.turn,
        number=one.number,
        call=one.call,
        done=True,
        path="",
        before=None,
        after=None,
        content=content,
        output=output,
        is_error=outcome.is_error,
    )
    deeds.done(ctx.db, ctx.organisation, one.run.id, step)
    if outcome.refused:
        refuse(ctx, one.run, f"{one.turn}.{one.number}", one.call.tool, {outcome.refused: content})


def refuse(ctx: Ctx, run: Run, place: str, tool: str, reasons: Mapping[str, str]) -> None:
    """Keep acts beyond authority, by their target. Repeats do nothing. Records Refused for each."""
    for target, reason in reasons.items():
        act = RefusedAct(tool=tool, target=storable(target), reason=reason[:1_000], at=ctx.now)
        if deeds.refuse(ctx.db, ctx.organisation, run.id, place, act):
            ctx.record(
                Refused(
                    run=run.id,
                    subject=run.order.subject,
                    role=run.order.role,
                    tool=tool,
                    target=act.target,
                    reason=act.reason,
                )
            )


def without_tool(one: Doing) -> Outcome:
    """The answer to a call that no tool takes: what is wrong with it, or that the role may not use it.

    What the card does not declare is refused whatever it is: a tool of ours, a skill, a server's tool. So
    is what the card declares and nothing here offers, as an experiment that breaks a service.
    """
    if one.call.tool not in (*one.run.card.tools, SUBMIT_TOOL):
        declared = ", ".join(one.run.card.tools) or "none"
        told = (
            f"the role {one.run.card.id} may not use {one.call.tool}; its card declares {declared}."
        )
        return Outcome(content=told, is_error=True, refused=one.call.tool)
    if one.call.tool not in _OFFERED:
        told = f"nothing here offers {one.call.tool}, although the card of the role names it."
        return Outcome(content=told, is_error=True, refused=one.call.tool)
    answer = asked_again(one.call)
    return Outcome(content=answer.content, is_error=True)


def look_up(ctx: Ctx, one: Doing) -> Outcome:
    """What a tool finds in our own rows. An error is told, not raised; beyond the card it is refused."""
    try:
        return Outcome(content=lookups.LOOKUPS[one.call.tool](ctx, one.run, one.call.arguments))
    except BeyondKnowledge as fault:
        target = str(fault.details.get("target", ""))
        return Outcome(content=fault.message, is_error=True, refused=target)
    except HeadraceError as fault:
        return Outcome(content=fault.message, is_error=True)


def tell(ctx: Ctx, one: Doing) -> Outcome:
    """File a signal or ask a question. Records ObservationMade or QuestionAsked."""
    if one.call.tool == telling.SIGNAL_TOOL:
        return _observe(ctx, one)
    if one.call.tool == telling.QUESTION_TOOL:
        return _ask(ctx, one)
    raise ToolMisused(f"{one.call.tool} tells nothing")


def _observe(ctx: Ctx, one: Doing) -> Outcome:
    run, given = one.run, one.call.arguments
    number = deeds.next_observation(ctx.db, ctx.organisation, run.id)
    seen = ObservationMade(
        run=run.id,
        subject=run.order.subject,
        role=run.order.role,
        principal=run.principal,
        layer=run.card.layer,
        context=run.order.context,
        element=run.order.element,
        number=number,
        title=_text(given, "title"),
        category=_text(given, "category"),
        urgency=_text(given, "urgency"),
        impact=_text(given, "impact"),
        confidence=_text(given, "confidence"),
        observation=_text(given, "observation"),
    )
    deeds.observe(ctx.db, ctx.organisation, f"{one.turn}.{one.number}", seen, ctx.now)
    ctx.record(seen)
    return Outcome(content=f'{{"filed": {number}}}')


def _ask(ctx: Ctx, one: Doing) -> Outcome:
    run, given = one.run, one.call.arguments
    ladder = [step for step in run.card.escalates_to if step.to == given["to"]]
    if not ladder:
        known = ", ".join(step.to for step in run.card.escalates_to) or "nobody"
        return Outcome(content=f"{run.card.id} escalates to: {known}.", is_error=True)
    ctx.record(
        QuestionAsked(
            run=run.id,
            subject=run.order.subject,
            role=run.order.role,
            principal=run.principal,
            context=run.order.context,
            element=run.order.element,
            to=ladder[0].to,
            tier=int(ladder[0].tier),
            question=_text(given, "question"),
            because=_text(given, "because"),
        )
    )
    return Outcome(content=telling.ASKED)


def _text(given: Mapping[str, JsonValue], name: str) -> str:
    return storable(str(given.get(name, "")))
