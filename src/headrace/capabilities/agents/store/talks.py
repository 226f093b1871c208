"""Rows of what was said in a run, and of every attempt to have it said."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from headrace.capabilities.agents.conversation import Message, Turn, Usage
from headrace.capabilities.agents.model import AgentRunId
from headrace.kernel.ids import OrganisationId
from headrace.kernel.json import Json, canonical, from_json, to_json

_OPENING = sa.text(
    "INSERT INTO agents_turn (organisation, run, number, message) "
    "VALUES (:organisation, :run, 0, CAST(:message AS json)) ON CONFLICT DO NOTHING"
)
_SAY = sa.text(
    "INSERT INTO agents_turn (organisation, run, number, message, input_tokens, output_tokens, "
    "cached_tokens, cost_micro_usd, priced) VALUES (:organisation, :run, :number, "
    "CAST(:message AS json), :input_tokens, :output_tokens, :cached_tokens, :cost_micro_usd, :priced) "
    "ON CONFLICT DO NOTHING RETURNING 1"
)
_TURNS = sa.text(
    "SELECT number, message FROM agents_turn WHERE organisation = :organisation AND run = :run "
    "ORDER BY number"
)
_TURN = sa.text(
    "SELECT message FROM agents_turn WHERE organisation = :organisation AND run = :run "
    "AND number = :number AND number > 0"
)
_ASK = sa.text(
    "INSERT INTO agents_attempt (organisation, run, turn, number, model, most_tokens, most_micro_usd, "
    "priced, state) SELECT :organisation, :run, :turn, coalesce(max(number), 0) + 1, :model, "
    ":most_tokens, :most_micro_usd, :priced, :state FROM agents_attempt "
    "WHERE organisation = :organisation AND run = :run AND turn = :turn RETURNING number"
)
_ANSWERED = sa.text(
    "UPDATE agents_attempt SET state = 'answered' WHERE organisation = :organisation AND run = :run "
    "AND turn = :turn AND number = :number AND state = 'asked'"
)
_LOST = sa.text(
    "UPDATE agents_attempt SET state = 'lost' WHERE organisation = :organisation AND run = :run "
    "AND state = 'asked' AND (CAST(:turn AS integer) IS NULL OR turn = :turn) "
    "RETURNING turn, number, model, most_tokens, most_micro_usd, priced"
)
_DROP = sa.text(
    "DELETE FROM agents_attempt WHERE organisation = :organisation AND run = :run "
    "AND turn = :turn AND number = :number AND state = 'asked'"
)
_LOST_SO_FAR = sa.text(
    "SELECT coalesce(sum(most_tokens), 0) AS tokens, coalesce(sum(most_micro_usd), 0) AS micro_usd "
    "FROM agents_attempt WHERE organisation = :organisation AND run = :run AND state <> 'answered'"
)


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One call of a brain, and the most that it can use."""

    turn: int
    number: int
    model: str
    most: Usage


def open_with(
    db: sa.Connection, organisation: OrganisationId, run: AgentRunId, opening: Sequence[Message]
) -> None:
    message = canonical(to_json(tuple(opening), tuple[Message, ...])).decode()
    db.execute(_OPENING, {"organisation": organisation, "run": run, "message": message})


def say(
    db: sa.Connection, organisation: OrganisationId, run: AgentRunId, number: int, turn: Turn
) -> bool:
    """Keep a turn; false when another process was first."""
    row = {
        "organisation": organisation,
        "run": run,
        "number": number,
        "message": canonical(to_json(turn)).decode(),
        "input_tokens": turn.usage.input_tokens,
        "output_tokens": turn.usage.output_tokens,
        "cached_tokens": turn.usage.cached_tokens,
        "cost_micro_usd": turn.usage.cost_micro_usd,
        "priced": turn.usage.priced,
    }
    return db.execute(_SAY, row).one_or_none() is not None


def opening(
    db: sa.Connection, organisation: OrganisationId, run: AgentRunId
) -> tuple[Message, ...]:
    rows = db.execute(_TURNS, {"organisation": organisation, "run": run})
    first: Json = next((row.message for row in rows if row.number == 0), [])
    return from_json(tuple[Message, ...], first)


def turns(
    db: sa.Connection, organisation: OrganisationId, run: AgentRunId
) -> Sequence[tuple[int, Turn]]:
    """What the brain has said, by number from 1."""
    rows = db.execute(_TURNS, {"organisation": organisation, "run": run})
    return [(row.number, from_json(Turn, row.message)) for row in rows if row.number > 0]


def turn(
    db: sa.Connection, organisation: OrganisationId, run: AgentRunId, number: int
) -> Turn | None:
    row = db.execute(
        _TURN, {"organisation": organisation, "run": run, "number": number}
    ).one_or_none()
    return None if row is None else from_json(Turn, row.message)


def ask(
    db: sa.Connection,
    organisation: OrganisationId,
    run: AgentRunId,
    attempt: Attempt,
    *,
    state: str = "asked",
) -> int:
    """Write an attempt before its call is made; its number within the turn."""
    row = {
        "organisation": organisation,
        "run": run,
        "turn": attempt.turn,
        "model": attempt.model,
        "most_tokens": attempt.most.input_tokens + attempt.most.output_tokens,
        "most_micro_usd": attempt.most.cost_micro_usd,
        "priced": attempt.most.priced,
        "state": state,
    }
    number: int = db.execute(_ASK, row).scalar_one()
    return number


def answered(
    db: sa.Connection, organisation: OrganisationId, run: AgentRunId, turn: int, number: int
) -> None:
    row = {"organisation": organisation, "run": run, "turn": turn, "number": number}
    db.execute(_ANSWERED, row)


def dropped(
    db: sa.Connection, organisation: OrganisationId, run: AgentRunId, turn: int, number: int
) -> None:
    """Forget an attempt whose call is known to have cost nothing."""
    row = {"organisation": organisation, "run": run, "turn": turn, "number": number}
    db.execute(_DROP, row)


def lose(
    db: sa.Connection, organisation: OrganisationId, run: AgentRunId, turn: int | None = None
) -> Sequence[Attempt]:
    """Give up the attempts of a turn (or of the run) that were never answered; which ones."""
    found = db.execute(_LOST, {"organisation": organisation, "run": run, "turn": turn})
    return [_attempt(row) for row in found]


def lost_so_far(
    db: sa.Connection, organisation: OrganisationId, run: AgentRunId
) -> tuple[int, int]:
    """Tokens and micro-USD of the attempts without an answer, at the most they can have used."""
    row = db.execute(_LOST_SO_FAR, {"organisation": organisation, "run": run}).one()
    return int(row.tokens), int(row.micro_usd)


def _attempt(row: sa.Row[Any]) -> Attempt:
    most = Usage(input_tokens=row.most_tokens, cost_micro_usd=row.most_micro_usd, priced=row.priced)
    return Attempt(turn=row.turn, number=row.number, model=row.model, most=most)
