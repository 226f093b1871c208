"""Accounts of a run: every attempt at a turn is booked once, by what it used or by what was held for it."""

from collections.abc import Iterable

from headrace.capabilities.agents.conversation import Turn
from headrace.capabilities.agents.model import Run
from headrace.capabilities.agents.store import talks
from headrace.capabilities.agents.store.talks import Attempt
from headrace.capabilities.budgets import service as budgets
from headrace.capabilities.budgets.model import Amount, ReservationId, Use
from headrace.kernel.context import Ctx


def used(run: Run, lost: tuple[int, int]) -> Amount:
    """What a run has used: answered calls, and unanswered ones at the most they can have used."""
    tokens, money = lost
    return Amount(
        tokens=run.usage.input_tokens + run.usage.output_tokens + tokens,
        micro_usd=run.usage.cost_micro_usd + money,
    )


def book(ctx: Ctx, run: Run, attempt: Attempt, turn: Turn) -> None:
    """Book an answered attempt, and whatever was tried for the same turn without an answer."""
    talks.answered(ctx.db, ctx.organisation, run.id, attempt.turn, attempt.number)
    use = Use(
        model=turn.model,
        tokens_in=turn.usage.input_tokens,
        tokens_out=turn.usage.output_tokens,
        tokens_cached=turn.usage.cached_tokens,
        micro_usd=turn.usage.cost_micro_usd,
        priced=turn.usage.priced,
    )
    budgets.charge(ctx, ReservationId(run.id), _key(attempt), use)
    add_lost(ctx, run, attempt, turn.lost_calls)
    _write_off(ctx, run, talks.lose(ctx.db, ctx.organisation, run.id, attempt.turn))


def add_lost(ctx: Ctx, run: Run, attempt: Attempt, count: int) -> None:
    """Book calls that broke off inside one attempt, each at the most it can have used."""
    for _ in range(count):
        number = talks.ask(ctx.db, ctx.organisation, run.id, attempt, state="lost")
        same = Attempt(turn=attempt.turn, number=number, model=attempt.model, most=attempt.most)
        _write_off(ctx, run, [same])


def give_up(ctx: Ctx, run: Run, attempt: Attempt, lost_calls: int) -> None:
    """An attempt ended without an answer, and says how many calls may have cost something."""
    talks.dropped(ctx.db, ctx.organisation, run.id, attempt.turn, attempt.number)
    add_lost(ctx, run, attempt, lost_calls)


def write_off(ctx: Ctx, run: Run) -> None:
    """Book every attempt of a run that was never answered: a crash never makes a call free."""
    _write_off(ctx, run, talks.lose(ctx.db, ctx.organisation, run.id))


def _write_off(ctx: Ctx, run: Run, attempts: Iterable[Attempt]) -> None:
    for attempt in attempts:
        use = Use(
            model=attempt.model,
            tokens_in=attempt.most.input_tokens + attempt.most.output_tokens,
            micro_usd=attempt.most.cost_micro_usd,
            priced=attempt.most.priced,
            lost=True,
        )
        budgets.charge(ctx, ReservationId(run.id), _key(attempt), use)


def _key(attempt: Attempt) -> str:
    return f"turn:{attempt.turn}:{attempt.number}"
