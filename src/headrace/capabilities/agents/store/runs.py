"""Rows of runs."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from headrace.capabilities.agents.conversation import BrainKind, Usage
from headrace.capabilities.agents.model import (
    AgentRunId,
    AgentTask,
    Load,
    Run,
    RunEnd,
    RunState,
    RunSummary,
)
from headrace.capabilities.agents.store import cards
from headrace.capabilities.budgets.model import Amount
from headrace.kernel.ids import OrganisationId, PrincipalId
from headrace.kernel.json import Json, canonical, from_json, to_json

_ADD = sa.text(
    "INSERT INTO agents_run (organisation, id, key, employee, principal, subject, role, context, task, "
    "card_hash, brain, brain_name, identity, recipe, state, reserved_tokens, reserved_micro_usd, "
    "made_at) VALUES (:organisation, :id, :key, :employee, :principal, :subject, :role, :context, "
    "CAST(:task AS json), :card_hash, :brain, :brain_name, :identity, :recipe, 'queued', "
    ":reserved_tokens, :reserved_micro_usd, :made_at)"
)
_BY_KEY = sa.text("SELECT id FROM agents_run WHERE organisation = :organisation AND key = :key")
_LOCK_KEY = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:place, 0))")
_WORKED_FOR = (
    "extract(epoch FROM coalesce(r.ended_really_at, r.stalled_really_at, now()) - r.began_really_at)"
    "::float AS worked_for "
)
_USAGE = "t.turns, t.input_tokens, t.output_tokens, t.cached_tokens, t.cost_micro_usd, t.priced, "
_TURNS = (
    "CROSS JOIN LATERAL (SELECT count(*) AS turns, coalesce(sum(input_tokens), 0) AS input_tokens, "
    "coalesce(sum(output_tokens), 0) AS output_tokens, coalesce(sum(cached_tokens), 0) AS cached_tokens, "
    "coalesce(sum(cost_micro_usd), 0) AS cost_micro_usd, coalesce(bool_and(priced), true) AS priced "
    "FROM agents_turn t WHERE t.organisation = r.organisation AND t.run = r.id AND t.number > 0) t "
    "WHERE r.organisation = :organisation "
)
_RUN = (
    f"SELECT r.*, c.card::text AS card, {_USAGE}"
    "(SELECT count(*) FROM agents_attempt a WHERE a.organisation = r.organisation "
    f"AND a.run = r.id AND a.state = 'lost') AS lost_calls, {_WORKED_FOR}"
    "FROM agents_run r "
    f"JOIN agents_card c ON c.organisation = r.organisation AND c.hash = r.card_hash {_TURNS}"
)
_SUMMARY = (
    "SELECT r.id, r.employee, r.principal, r.subject, r.role, r.task_name, r.context, "
    "r.element, r.brain, r.identity, r.recipe, r.state, r.error, "
    f"r.made_at, r.ended_at, r.retry_at, {_USAGE}{_WORKED_FOR}FROM agents_run r {_TURNS}"
)
_ONE = sa.text(f"{_RUN} AND r.id = :id")
_LOCKED = sa.text(f"{_RUN} AND r.id = :id FOR UPDATE OF r")
_PAGE = sa.text(
    f"{_SUMMARY} AND (CAST(:state AS text) IS NULL OR r.state = :state) "
    "AND (CAST(:role AS text) IS NULL OR r.role = :role) "
    "AND (CAST(:subject AS text) IS NULL OR r.subject = :subject) "
    "AND (CAST(:context AS text) IS NULL OR r.context = :context) "
    "AND (CAST(:before AS text) IS NULL OR r.id < :before) ORDER BY r.id DESC LIMIT :limit"
)
_NAMED = sa.text(f"{_SUMMARY} AND r.id = ANY(:ids) ORDER BY r.id")
_OPEN = sa.text(
    "SELECT id FROM agents_run WHERE organisation = :organisation AND ended_at IS NULL ORDER BY id"
)
_LOADS = sa.text(
    "SELECT employee, state, brain, count(*) AS runs FROM agents_run "
    "WHERE organisation = :organisation AND ended_at IS NULL GROUP BY employee, state, brain"
)
_BEGIN = sa.text(
    "UPDATE agents_run SET state = :state, began_really_at = now() "
    "WHERE organisation = :organisation AND id = :id"
)
_STALL = sa.text(
    "UPDATE agents_run SET state = 'stalled', error = :error, retry_at = :at, stalls = stalls + 1, "
    "stalled_really_at = now() WHERE organisation = :organisation AND id = :id"
)
_GO_ON = sa.text(  # the time it waited is no time that it worked
    "UPDATE agents_run SET state = 'working', error = '', retry_at = NULL, stalled_really_at = NULL, "
    "began_really_at = began_really_at + (now() - stalled_really_at) "
    "WHERE organisation = :organisation AND id = :id"
)
_ASK_STOP = sa.text(
    "UPDATE agents_run SET asked_to_stop = :reason "
    "WHERE organisation = :organisation AND id = :id AND asked_to_stop = ''"
)
_STOP_ASKED = sa.text(
    "SELECT asked_to_stop FROM agents_run WHERE organisation = :organisation AND id = :id"
)
_SUBMIT = sa.text(
    "UPDATE agents_run SET submitted = CAST(:submitted AS json), submitted_at = :at "
    "WHERE organisation = :organisation AND id = :id AND submitted IS NULL"
)
_DONE_BY = sa.text(
    "UPDATE agents_run SET principal = :principal WHERE organisation = :organisation AND id = :id"
)
_BASE = sa.text(
    "UPDATE agents_run SET base = :base WHERE organisation = :organisation AND id = :id "
    "AND base IS NULL"
)
_WORK = sa.text(
    "UPDATE agents_run SET head = :head, changed_paths = :changed, left_out = :left_out "
    "WHERE organisation = :organisation AND id = :id"
)
_END = sa.text(
    "UPDATE agents_run SET state = :state, error = :error, ended_at = :at, ended_really_at = now() "
    "WHERE organisation = :organisation AND id = :id AND ended_at IS NULL"
)


def by_key(db: sa.Connection, organisation: OrganisationId, key: str) -> AgentRunId | None:
    """The run claimed under a key; whoever asks at the same time waits for the first to commit."""
    db.execute(_LOCK_KEY, {"place": f"agents_run:{organisation}:{key}"})
    found: str | None = db.execute(
        _BY_KEY, {"organisation": organisation, "key": key}
    ).scalar_one_or_none()
    return AgentRunId(found) if found is not None else None


def add(
    db: sa.Connection, organisation: OrganisationId, run: Run, *, key: str, card_hash: str
) -> None:
    db.execute(
        _ADD,
        {
            "organisation": organisation,
            "id": run.id,
            "key": key,
            "employee": run.employee,
            "principal": run.principal,
            "subject": run.order.subject,
            "role": run.order.role,
            "context": run.order.context,
            "task": canonical(to_json(run.order)).decode(),
            "card_hash": card_hash,
            "brain": run.brain,
            "brain_name": run.brain_name,
            "identity": run.identity,
            "recipe": run.recipe,
            "reserved_tokens": run.reserved.tokens,
            "reserved_micro_usd": run.reserved.micro_usd,
            "made_at": run.made_at,
        },
    )


def run(
    db: sa.Connection, organisation: OrganisationId, id: AgentRunId, *, lock: bool = False
) -> Run | None:
    query = _LOCKED if lock else _ONE
    row = db.execute(query, {"organisation": organisation, "id": id}).one_or_none()
    return None if row is None else _run(row)


def page(
    db: sa.Connection,
    organisation: OrganisationId,
    *,
    state: RunState | None,
    role: str | None,
    subject: str | None,
    context: str | None,
    before: str | None,
    limit: int,
) -> Sequence[RunSummary]:
    """Runs, newest first."""
    wanted = {"state": state, "role": role, "subject": subject, "context": context}
    place = {"organisation": organisation, "before": before, "limit": limit}
    return [_summary(row) for row in db.execute(_PAGE, {**place, **wanted})]


def named(
    db: sa.Connection, organisation: OrganisationId, ids: Collection[str]
) -> Sequence[RunSummary]:
    """Those of these ids that there are, oldest first."""
    values = {"organisation": organisation, "ids": list(ids)}
    return [_summary(row) for row in db.execute(_NAMED, values)]


def open_ones(db: sa.Connection, organisation: OrganisationId) -> Sequence[AgentRunId]:
    return [AgentRunId(id) for id in db.execute(_OPEN, {"organisation": organisation}).scalars()]


def begin(db: sa.Connection, organisation: OrganisationId, id: AgentRunId, state: RunState) -> None:
    db.execute(_BEGIN, {"organisation": organisation, "id": id, "state": state})


def stall(
    db: sa.Connection, organisation: OrganisationId, id: AgentRunId, error: str, at: datetime
) -> None:
    db.execute(_STALL, {"organisation": organisation, "id": id, "error": error, "at": at})


def go_on(db: sa.Connection, organisation: OrganisationId, id: AgentRunId) -> None:
    db.execute(_GO_ON, {"organisation": organisation, "id": id})


def ask_stop(db: sa.Connection, organisation: OrganisationId, id: AgentRunId, reason: str) -> None:
    db.execute(_ASK_STOP, {"organisation": organisation, "id": id, "reason": reason})


def stop_asked(db: sa.Connection, organisation: OrganisationId, id: AgentRunId) -> str:
    """Why somebody wants the run to end, or nothing."""
    found = db.execute(_STOP_ASKED, {"organisation": organisation, "id": id}).scalar_one_or_none()
    return str(found or "")


def submit(
    db: sa.Connection,
    organisation: OrganisationId,
    id: AgentRunId,
    submitted: Mapping[str, Json],
    at: datetime,
) -> None:
    """Keep what was handed in; the first counts."""
    row = {"organisation": organisation, "id": id, "at": at}
    db.execute(_SUBMIT, {**row, "submitted": canonical(submitted).decode()})


def done_by(
    db: sa.Connection, organisation: OrganisationId, id: AgentRunId, principal: PrincipalId
) -> None:
    db.execute(_DONE_BY, {"organisation": organisation, "id": id, "principal": principal})


def set_base(db: sa.Connection, organisation: OrganisationId, id: AgentRunId, base: str) -> None:
    db.execute(_BASE, {"organisation": organisation, "id": id, "base": base})


def set_work(
    db: sa.Connection,
    organisation: OrganisationId,
    id: AgentRunId,
    *,
    head: str | None,
    changed: Sequence[str],
    left_out: Sequence[str],
) -> None:
    row = {"head": head, "changed": list(changed), "left_out": list(left_out)}
    db.execute(_WORK, {"organisation": organisation, "id": id, **row})


def end(
    db: sa.Connection,
    organisation: OrganisationId,
    id: AgentRunId,
    state: RunEnd,
    error: str,
    at: datetime,
) -> None:
    row = {"organisation": organisation, "id": id, "state": state, "error": error, "at": at}
    db.execute(_END, row)


def _run(row: sa.Row[Any]) -> Run:
    return Run(
        id=AgentRunId(row.id),
        order=from_json(AgentTask, row.task),
        employee=row.employee,
        principal=PrincipalId(row.principal),
        card=cards.parsed(row.card),
        brain=BrainKind(row.brain),
        brain_name=row.brain_name,
        identity=row.identity,
        recipe=row.recipe,
        state=RunState(row.state),
        reserved=Amount(tokens=row.reserved_tokens, micro_usd=row.reserved_micro_usd),
        turns=row.turns,
        usage=_usage(row),
        lost_calls=row.lost_calls,
        submitted=row.submitted,
        submitted_at=row.submitted_at,
        base=row.base,
        head=row.head,
        changed_paths=tuple(row.changed_paths),
        left_out=tuple(row.left_out),
        error=row.error,
        asked_to_stop=row.asked_to_stop,
        made_at=row.made_at,
        ended_at=row.ended_at,
        worked_for=float(row.worked_for or 0.0),
        retry_at=row.retry_at,
        stalls=row.stalls,
    )


def _summary(row: sa.Row[Any]) -> RunSummary:
    return RunSummary(
        id=AgentRunId(row.id),
        employee=row.employee,
        principal=PrincipalId(row.principal),
        subject=row.subject,
        role=row.role,
        task=row.task_name,
        context=row.context,
        element=row.element,
        brain=BrainKind(row.brain),
        identity=row.identity,
        recipe=row.recipe,
        state=RunState(row.state),
        turns=row.turns,
        usage=_usage(row),
        error=row.error,
        made_at=row.made_at,
        ended_at=row.ended_at,
        worked_for=float(row.worked_for or 0.0),
        retry_at=row.retry_at,
    )


def _usage(row: sa.Row[Any]) -> Usage:
    return Usage(
        input_tokens=int(row.input_tokens),
        output_tokens=int(row.output_tokens),
        cached_tokens=int(row.cached_tokens),
        cost_micro_usd=int(row.cost_micro_usd),
        priced=row.priced,
    )


def loads(db: sa.Connection, organisation: OrganisationId) -> Sequence[Load]:
    """Open runs, counted by employee, state and brain."""
    rows = db.execute(_LOADS, {"organisation": organisation}).mappings()
    return [
        Load(
            employee=row["employee"],
            state=RunState(row["state"]),
            brain=BrainKind(row["brain"]),
            runs=row["runs"],
        )
        for row in rows
    ]
