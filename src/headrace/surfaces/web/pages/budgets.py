"""Budgets: what each scope may spend, has spent and holds reserved, and totals by what they went for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from headrace.surfaces.web.answers import (
    Budget,
    Forecast,
    Forecasts,
    Outlook,
    Outlooks,
    Total,
    Totals,
)
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import Client, called_by_handle
from headrace.surfaces.web.language import said

SOON = timedelta(days=30)
DIMENSIONS = {
    "mission": said("Mission"),
    "agent": said("Agent"),
    "model": said("Model"),
    "stream": said("Stream"),
    "change": said("Change"),
}


@dataclass(frozen=True, kw_only=True)
class BudgetsPage:
    """`forecasts` are the organisation's; `by` is what the totals are told by, also of what holds something
    and has used nothing yet. `outlooks` are what each of them holds and where it is heading until the
    month ends, by key; `labels` what missions and agents are called. What runs out before `soon` asks for
    attention."""

    by: str
    dimensions: dict[str, str]
    totals: tuple[Total, ...]
    outlooks: Mapping[str, Outlook]
    soon: datetime
    all_tokens: int
    all_micro_usd: int
    forecasts: tuple[Forecast, ...]
    capped: tuple[Forecast, ...]
    others: tuple[Forecast, ...]
    labels: Mapping[str, str]


def show(asked: Asked) -> BudgetsPage:
    """Where the money goes."""
    client = asked.client
    by = asked.word("by")
    by = by if by in DIMENSIONS else "mission"
    totals = client.ask(Totals, "ledger.totals", by=by).items
    heading = client.ask(Outlooks, "ledger.forecasts", by=by)
    idle = {one.key for one in heading.items} - {one.key for one in totals}
    every = _forecasts(asked)
    return BudgetsPage(
        by=by,
        dimensions=DIMENSIONS,
        totals=(
            *sorted(totals, key=lambda one: -one.micro_usd),
            *(_nothing(key) for key in sorted(idle)),
        ),
        outlooks={one.key: one for one in heading.items},
        soon=heading.at + SOON,
        all_tokens=sum(one.tokens_in + one.tokens_out for one in totals),
        all_micro_usd=sum(one.micro_usd for one in totals),
        forecasts=tuple(one for one in every if one.budget.scope.kind == "organisation"),
        capped=tuple(one for one in every if _is_capped(one.budget)),
        others=tuple(one for one in every if not _is_capped(one.budget) and _is_used(one.budget)),
        labels=_labels(asked.client, by, [one.key for one in totals] + sorted(idle)),
    )


def _labels(client: Client, by: str, keys: Sequence[str]) -> Mapping[str, str]:
    if by == "agent":
        return called_by_handle(client.everybody())
    if by == "mission":
        titles = client.titles(f"mission:{key}" for key in keys if key)
        return {context.partition(":")[2]: title for context, title in titles.items()}
    return {}


def _nothing(key: str) -> Total:
    return Total(key=key, tokens_in=0, tokens_out=0, micro_usd=0, unpriced=0)


def _is_capped(one: Budget) -> bool:
    return one.cap.tokens is not None or one.cap.micro_usd is not None


def _is_used(one: Budget) -> bool:
    return bool(one.spent.tokens or one.reserved.tokens)


def _forecasts(asked: Asked) -> list[Forecast]:
    found: list[Forecast] = []
    after: str | None = ""
    while after is not None:
        page = asked.client.ask(Forecasts, "budget.forecasts", after=after, limit=200)
        found.extend(page.items)
        after = page.next
    return found
