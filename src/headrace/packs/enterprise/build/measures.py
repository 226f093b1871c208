"""What happened to each execution stream of a mission, read from its runs, changes and verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from headrace.capabilities.artifacts.layout import slug
from headrace.capabilities.budgets import service as budgets
from headrace.capabilities.budgets.model import Dimension, Scope, ScopeKind, Total
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import (
    CHANGE,
    Gate,
    GateState,
    Judgement,
    Question,
    Subject,
    Verdict,
)
from headrace.capabilities.missions.model import FleetStream
from headrace.capabilities.missions.service import StreamFacts, Wait
from headrace.capabilities.people import service as people
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import ChangeRequest, ChangeState
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import OPEN_STATES, ContextId, Held, Run, RunState
from headrace.kernel.context import Ctx
from headrace.kernel.ids import PrincipalId
from headrace.packs.enterprise.build.contents import fleet_streams
from headrace.packs.enterprise.build.mission import effective, mission_slug

IMPLEMENT = "implement"
"""The module whose elements are the execution streams."""

_WORST = list(Verdict)  # declared from best to worst


def stream_facts(ctx: Ctx, context: str) -> tuple[StreamFacts, ...]:
    """The facts of every stream of a mission's approved fleet, in its order."""
    fleet = effective(ctx, "fleet-config", context)
    if fleet is None:
        return ()
    held = _held(ctx, context)
    return tuple(
        _facts(ctx, context, one, held.get(slug(one.name), ()))
        for one in fleet_streams(fleet.content)
    )


def runs_of(ctx: Ctx, context: str, element: str) -> Sequence[Run]:
    """The attempts at a stream, oldest first."""
    found = streams.runs(ctx, context=ContextId(context), module=IMPLEMENT, limit=1_000)
    return [run for run in found if run.element == element]


def _held(ctx: Ctx, context: str) -> dict[str, tuple[str, ...]]:
    return {
        one.element: one.reasons
        for one in streams.readiness(ctx, ContextId(context))
        if isinstance(one, Held) and one.module == IMPLEMENT
    }


def _facts(ctx: Ctx, context: str, stream: FleetStream, held_by: tuple[str, ...]) -> StreamFacts:
    attempts = runs_of(ctx, context, slug(stream.name))
    changes = _changes(ctx, attempts)
    used = totals(ctx, f"{mission_slug(context)}/{slug(stream.name)}")
    return StreamFacts(
        name=stream.name,
        division=stream.division,
        state=_state(attempts, held_by),
        held_by=() if attempts else held_by,
        opened_at=min((one.opened_at for one in changes), default=None),
        merged_at=_merged_at(changes),
        attempts=len(attempts),
        verdicts=tuple(v for one in changes for v in verdicts(ctx, one)),
        tokens=sum(one.tokens_in + one.tokens_out for one in used),
        micro_usd=sum(one.micro_usd for one in used),
        waits=tuple(wait for one in changes for wait in waits(ctx, one)),
    )


def _changes(ctx: Ctx, attempts: Sequence[Run]) -> Sequence[ChangeRequest]:
    ids = dict.fromkeys(run.change for run in attempts if run.change is not None)
    return [record.change(ctx, id) for id in ids]


def _merged_at(changes: Sequence[ChangeRequest]) -> datetime | None:
    ended = [one.ended_at for one in changes if one.state is ChangeState.MERGED]
    return ended[-1] if ended else None


def _state(attempts: Sequence[Run], held_by: tuple[str, ...]) -> str:
    """Active, completed or blocked, as the status log says it."""
    newest = attempts[-1] if attempts else None
    if newest is None:
        return "blocked"
    if newest.state is RunState.DONE:
        return "completed"
    return "active" if newest.state in OPEN_STATES - {RunState.WAITING} else "blocked"


def totals(ctx: Ctx, stream: str) -> Sequence[Total]:
    """What a stream has used, by model; `stream` is mission/stream."""
    return budgets.totals(ctx, Dimension.MODEL, scope=Scope(kind=ScopeKind.STREAM, id=stream))


def verdicts(ctx: Ctx, change: ChangeRequest) -> tuple[str, ...]:
    """The overall verdicts on a change in their order: one whenever every policy has its word.

    A policy that is judged again on the same head makes another one.
    """
    subject = Subject(kind=CHANGE, id=change.id)
    newest: dict[str, dict[str, Judgement]] = {}
    found = []
    for one in governance.judgements_of(ctx, subject):
        on_head = newest.setdefault(one.hash, {})
        on_head[one.policy] = one
        if set(change.policies) <= on_head.keys():
            found.append(max((j.verdict for j in on_head.values()), key=_WORST.index).value)
    return tuple(found)


def waits(ctx: Ctx, change: ChangeRequest) -> tuple[Wait, ...]:
    """The times in which a change waited for a person: for an answer, or for a review."""
    subject = Subject(kind=CHANGE, id=change.id)
    asked = [_question(ctx, one) for one in governance.questions_of(ctx, subject)]
    return (*_reviews(ctx, subject), *asked)


def _question(ctx: Ctx, one: Question) -> Wait:
    if one.answered_by is None:
        cause = f"ESCALATE: {one.policy}, waits for {', '.join(one.to)}"
    else:
        cause = f"ESCALATE: {one.policy}, answered by {_handle(ctx, one.answered_by)}"
    return Wait(cause=cause, began=one.asked_at, ended=one.answered_at)


def _reviews(ctx: Ctx, subject: Subject) -> list[Wait]:
    found = governance.gates_of(ctx, subject)
    wanted = {GateState.OPEN, GateState.APPROVED, GateState.REVISED, GateState.REJECTED}
    return [_review(one) for one in found if one.state in wanted]


def _review(gate: Gate) -> Wait:
    return Wait(
        cause=f"review by {' or '.join(gate.deciders)}", began=gate.asked_at, ended=gate.decided_at
    )


@dataclass(frozen=True, kw_only=True)
class AnswerGiven:
    """What a person said to a question about a change of the mission."""

    what: str
    at: datetime
    by: str


def answers_given(ctx: Ctx, context: str) -> tuple[AnswerGiven, ...]:
    """Every answer that people gave about a mission's changes, oldest first."""
    found = [
        _answer(ctx, asked)
        for change in record.changes(ctx, context=context, limit=1_000)
        for asked in governance.questions_of(ctx, Subject(kind=CHANGE, id=change.id))
        if asked.answer is not None
    ]
    return tuple(sorted(found, key=lambda one: (one.at, one.what)))


def _answer(ctx: Ctx, asked: Question) -> AnswerGiven:
    assert asked.answered_at is not None  # it has an answer
    assert asked.answered_by is not None
    what = f"{asked.policy}, {asked.subject.id}: {asked.answer}"
    note = f" ({asked.note})" if asked.note else ""
    return AnswerGiven(
        what=f"{what}{note}", at=asked.answered_at, by=_handle(ctx, asked.answered_by)
    )


def _handle(ctx: Ctx, id: PrincipalId) -> str:
    return f"@{people.principal(ctx, id).handle}"
