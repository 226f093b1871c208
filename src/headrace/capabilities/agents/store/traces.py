"""Rows of runs by the world's clock: when each turn and each call began and ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from headrace.capabilities.agents.model import AgentRunId
from headrace.kernel.ids import OrganisationId

_SPAN = sa.text(
    "SELECT began_really_at, ended_really_at FROM agents_run "
    "WHERE organisation = :organisation AND id = :run"
)
_TURNS = sa.text(
    "SELECT t.number, t.said_at, max(a.asked_at) AS asked_at FROM agents_turn t "
    "LEFT JOIN agents_attempt a ON a.organisation = t.organisation AND a.run = t.run "
    "AND a.turn = t.number AND a.state = 'answered' WHERE t.organisation = :organisation "
    "AND t.run = :run AND t.number > 0 GROUP BY t.number, t.said_at ORDER BY t.number"
)
_CALLS = sa.text(
    "SELECT s.turn, s.number, s.tool, s.is_error, s.begun_at, s.done_at, EXISTS ("
    "SELECT 1 FROM agents_refusal r WHERE r.organisation = s.organisation AND r.run = s.run "
    "AND r.place = s.turn || '.' || s.number) AS refused FROM agents_step s "
    "WHERE s.organisation = :organisation AND s.run = :run AND s.done ORDER BY s.turn, s.number"
)


@dataclass(frozen=True, kw_only=True)
class CallTimes:
    """One call that was done, as its row tells it."""

    turn: int
    number: int
    tool: str
    is_error: bool
    refused: bool
    begun_at: datetime
    done_at: datetime


def span(
    db: sa.Connection, organisation: OrganisationId, run: AgentRunId
) -> tuple[datetime | None, datetime | None]:
    """When a run really began and ended."""
    row = db.execute(_SPAN, {"organisation": organisation, "run": run}).one()
    return row.began_really_at, row.ended_really_at


def turns(
    db: sa.Connection, organisation: OrganisationId, run: AgentRunId
) -> Mapping[int, tuple[datetime, datetime]]:
    """By number, when each turn was asked for and said."""
    rows = db.execute(_TURNS, {"organisation": organisation, "run": run})
    return {row.number: (row.asked_at or row.said_at, row.said_at) for row in rows}


def calls(db: sa.Connection, organisation: OrganisationId, run: AgentRunId) -> Sequence[CallTimes]:
    """The calls that were done, in order."""
    rows = db.execute(_CALLS, {"organisation": organisation, "run": run}).mappings()
    return [CallTimes(**row) for row in rows]
