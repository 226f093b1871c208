"""Rows of what was done, refused and seen in a run."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from headrace.capabilities.agents.conversation import ToolCall
from headrace.capabilities.agents.model import (
    AgentRunId,
    ObservationMade,
    Progress,
    RefusedAct,
    Step,
)
from headrace.kernel.ids import OrganisationId

_BEGIN = sa.text(
    "INSERT INTO agents_step (organisation, run, turn, number, tool, path, before, after, content) "
    "VALUES (:organisation, :run, :turn, :number, :tool, :path, :before, :after, :content) "
    "ON CONFLICT (organisation, run, turn, number) DO UPDATE SET path = excluded.path, "
    "before = excluded.before, after = excluded.after, content = excluded.content "
    "WHERE NOT agents_step.done"
)
_DONE = sa.text(
    "INSERT INTO agents_step (organisation, run, turn, number, tool, done, content, output, is_error, "
    "done_at) VALUES (:organisation, :run, :turn, :number, :tool, true, :content, :output, :is_error, "
    "now()) ON CONFLICT (organisation, run, turn, number) DO UPDATE SET done = true, "
    "content = excluded.content, output = excluded.output, is_error = excluded.is_error, "
    "done_at = now() WHERE NOT agents_step.done RETURNING 1"
)
_STEPS = sa.text(
    "SELECT turn, number, tool, done, path, before, after, content, output, is_error "
    "FROM agents_step WHERE organisation = :organisation AND run = :run ORDER BY turn, number"
)
_PROGRESS = sa.text(
    "SELECT DISTINCT ON (run) run, tool, path, count(*) OVER (PARTITION BY run) AS steps "
    "FROM agents_step WHERE organisation = :organisation AND run = ANY(:runs) "
    "ORDER BY run, turn DESC, number DESC"
)
_STEP = sa.text(
    "SELECT turn, number, tool, done, path, before, after, content, output, is_error "
    "FROM agents_step WHERE organisation = :organisation AND run = :run AND turn = :turn "
    "AND number = :number"
)
_REFUSE = sa.text(
    "INSERT INTO agents_refusal (organisation, run, place, tool, target, reason, at) "
    "VALUES (:organisation, :run, :place, :tool, :target, :reason, :at) "
    "ON CONFLICT DO NOTHING RETURNING 1"
)
_REFUSALS = sa.text(
    "SELECT tool, target, reason, at FROM agents_refusal WHERE organisation = :organisation "
    "AND run = :run ORDER BY at, place, target"
)
_NUMBER = sa.text(
    "SELECT count(*) FROM agents_observation WHERE organisation = :organisation AND run = :run"
)
_OBSERVE = sa.text(
    "INSERT INTO agents_observation (organisation, run, number, place, title, category, urgency, "
    "impact, confidence, observation, at) VALUES (:organisation, :run, :number, :place, :title, "
    ":category, :urgency, :impact, :confidence, :observation, :at) ON CONFLICT DO NOTHING"
)


def plan(db: sa.Connection, organisation: OrganisationId, run: AgentRunId, step: Step) -> None:
    """Write what a step is about to do to a file, before it does."""
    row = {"path": step.path, "before": step.before, "after": step.after, "content": step.content}
    db.execute(_BEGIN, {**_place(organisation, run, step), **row})


def done(db: sa.Connection, organisation: OrganisationId, run: AgentRunId, step: Step) -> bool:
    """Keep the result of a step; false when it was kept before."""
    row = {"content": step.content, "output": step.output, "is_error": step.is_error}
    return db.execute(_DONE, {**_place(organisation, run, step), **row}).one_or_none() is not None


def steps(
    db: sa.Connection,
    organisation: OrganisationId,
    run: AgentRunId,
    calls: dict[tuple[int, int], ToolCall],
) -> Sequence[Step]:
    """Every step in order; `calls` are what the brain asked for, by turn and number."""
    rows = db.execute(_STEPS, {"organisation": organisation, "run": run})
    return [_step(row, calls[row.turn, row.number]) for row in rows]


def step(
    db: sa.Connection,
    organisation: OrganisationId,
    run: AgentRunId,
    turn: int,
    number: int,
    call: ToolCall,
) -> Step | None:
    place = {"organisation": organisation, "run": run, "turn": turn, "number": number}
    row = db.execute(_STEP, place).one_or_none()
    return None if row is None else _step(row, call)


def refuse(
    db: sa.Connection,
    organisation: OrganisationId,
    run: AgentRunId,
    place: str,
    act: RefusedAct,
) -> bool:
    """Keep a refusal; false when it was kept before."""
    row = {"tool": act.tool, "target": act.target, "reason": act.reason, "at": act.at}
    key = {"organisation": organisation, "run": run, "place": place}
    return db.execute(_REFUSE, {**key, **row}).one_or_none() is not None


def refusals(
    db: sa.Connection, organisation: OrganisationId, run: AgentRunId
) -> Sequence[RefusedAct]:
    rows = db.execute(_REFUSALS, {"organisation": organisation, "run": run}).mappings()
    return [RefusedAct(**row) for row in rows]


def next_observation(db: sa.Connection, organisation: OrganisationId, run: AgentRunId) -> int:
    count: int = db.execute(_NUMBER, {"organisation": organisation, "run": run}).scalar_one()
    return count + 1


def observe(
    db: sa.Connection,
    organisation: OrganisationId,
    place: str,
    seen: ObservationMade,
    at: datetime,
) -> None:
    db.execute(
        _OBSERVE,
        {
            "organisation": organisation,
            "run": seen.run,
            "number": seen.number,
            "place": place,
            "title": seen.title,
            "category": seen.category,
            "urgency": seen.urgency,
            "impact": seen.impact,
            "confidence": seen.confidence,
            "observation": seen.observation,
            "at": at,
        },
    )


def _place(organisation: OrganisationId, run: AgentRunId, step: Step) -> dict[str, Any]:
    return {
        "organisation": organisation,
        "run": run,
        "turn": step.turn,
        "number": step.number,
        "tool": step.call.tool,
    }


def _step(row: sa.Row[Any], call: ToolCall) -> Step:
    return Step(
        turn=row.turn,
        number=row.number,
        call=call,
        done=row.done,
        path=row.path,
        before=row.before,
        after=row.after,
        content=row.content,
        output=row.output,
        is_error=row.is_error,
    )


def progress(
    db: sa.Connection, organisation: OrganisationId, runs: Collection[str]
) -> Mapping[str, Progress]:
    """The newest step of each run, by run; one that used no tool is left out."""
    rows = db.execute(_PROGRESS, {"organisation": organisation, "runs": list(runs)})
    return {row.run: Progress(steps=row.steps, tool=row.tool, path=row.path) for row in rows}
