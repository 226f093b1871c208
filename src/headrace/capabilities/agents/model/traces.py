"""Traces: when the parts of a run happened in the world's time, without a word of what was said."""

from dataclasses import dataclass
from datetime import datetime

from headrace.capabilities.agents.conversation import Finish, Usage
from headrace.capabilities.agents.model.runs import Run


@dataclass(frozen=True, kw_only=True)
class TurnTrace:
    """One turn that was said. `began` is when the attempt that was answered was made."""

    number: int
    model: str
    finish: Finish
    usage: Usage
    began: datetime
    ended: datetime


@dataclass(frozen=True, kw_only=True)
class CallTrace:
    """One tool call that was done; `call` is its id in the conversation."""

    turn: int
    number: int
    call: str
    tool: str
    failed: bool
    refused: bool  # it went beyond the run's authority
    began: datetime
    ended: datetime


@dataclass(frozen=True, kw_only=True)
class RunTrace:
    """A run with its turns and calls in order, in the world's time.

    `ended` is None while it goes on. `refusals` counts what it tried beyond its authority.
    """

    run: Run
    began: datetime | None
    ended: datetime | None
    turns: tuple[TurnTrace, ...]
    calls: tuple[CallTrace, ...]
    refusals: int
