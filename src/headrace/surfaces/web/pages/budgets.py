"""Budgets: what each scope may spend, has spent and holds reserved, and totals by what they went for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from headrace.surfaces.web.answers import (
    Budget,
    Budgets,
    Forecast,
    Forecasts,
    Overview,
    Total,
    Totals,
)
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.language import said

_LATELY, _SOON = timedelta(days=7), timedelta(days=30)
_LOOKED_INTO = 30  # budgets of a list whose course is asked for, the first
DIMENSIONS = {
    "mission": said("Mission"),
    "agent": said("Agent"),
    "model": said("Model"),
    "stream": said("Stream"),
    "change": said("Change"),
}


@dataclass(frozen=True, kw_only=True)
class BudgetLine:
    """A budget with how it goes on; None of those that are looked at no further."""

    budget: Budget
    forecast: Forecast | None


@dataclass(frozen=True, kw_only=True)
class BudgetsPage:
    """`forecasts` are the organisation's; `by` is what the totals are told by. `lately` is what went for
    each of them in the last seven days of organisation time, by key; None where that is not known.
    What runs out before `soon` asks for attention."""

    by: str
    dimensions: dict[str, str]
    totals: tuple[Total, ...]
    lately: Mapping[str, int] | None
    soon: datetime | None
    all_tokens: int
    all_micro_usd: int
    forecasts: tuple[Forecast, ...]
    capped: tuple[BudgetLine, ...]
    others: tuple[BudgetLine, ...]


def show(asked: Asked) -> BudgetsPage:
    """Where the money goes."""
    client, now = asked.client, _now(asked)
    by = asked.word("by")
    by = by if by in DIMENSIONS else "mission"
    totals = client.ask(Totals, "ledger.totals", by=by).items
    budgets = _budgets(asked)
    used = [one for one in budgets if one.spent.tokens or one.reserved.tokens]
    return BudgetsPage(
        by=by,
        dimensions=DIMENSIONS,
        totals=tuple(sorted(totals, key=lambda one: -one.micro_usd)),
        lately=_lately(asked, by, now) if now else None,
        soon=now + _SOON if now else None,
        all_tokens=sum(one.tokens_in + one.tokens_out for one in totals),
        all_micro_usd=sum(one.micro_usd for one in totals),
        forecasts=client.ask(Forecasts, "budget.show", scope="organisation").items,
        capped=_with_forecasts(asked, [one for one in budgets if _is_capped(one)]),
        others=_with_forecasts(asked, [one for one in used if not _is_capped(one)]),
    )


def _with_forecasts(asked: Asked, budgets: Sequence[Budget]) -> tuple[BudgetLine, ...]:
    scopes = dict.fromkeys(f"{one.scope.kind}:{one.scope.id}" for one in budgets[:_LOOKED_INTO])
    found = {
        (scope, one.budget.period): one
        for scope in scopes
        for one in asked.client.ask(Forecasts, "budget.show", scope=scope).items
    }
    return tuple(
        BudgetLine(budget=one, forecast=found.get((f"{one.scope.kind}:{one.scope.id}", one.period)))
        for one in budgets
    )


def _now(asked: Asked) -> datetime | None:
    """Organisation time, as the overview tells it to whoever may see that."""
    found = asked.client.ask_if_allowed(Overview, "overview")
    return found.at if found else None


def _lately(asked: Asked, by: str, now: datetime) -> Mapping[str, int]:
    """In millionths of a dollar."""
    since = (now - _LATELY).isoformat()
    found = asked.client.ask(Totals, "ledger.totals", by=by, since=since).items
    return {one.key: one.micro_usd for one in found}


def _is_capped(one: Budget) -> bool:
    return one.cap.tokens is not None or one.cap.micro_usd is not None


def _budgets(asked: Asked) -> list[Budget]:
    found: list[Budget] = []
    after: str | None = ""
    while after is not None:
        page = asked.client.ask(Budgets, "budget.list", after=after, limit=200)
        found.extend(page.items)
        after = page.next
    return found
