"""What budgets offers to REST, CLI and MCP."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from headrace.capabilities.budgets import service
from headrace.capabilities.budgets.model import (
    Budget,
    Cap,
    Dimension,
    Entry,
    Forecast,
    Outlooks,
    Period,
    Reservation,
    Scope,
    Total,
)
from headrace.kernel.capability import Effect, Http, Operation, OperationKind
from headrace.kernel.context import Ctx
from headrace.kernel.inputs import Names, Unit

READ, SET = "budgets:read", "budgets:set"


@dataclass(frozen=True, kw_only=True)
class NewCap:
    """`scope` is organisation, mission:ID, stream:ID or agent:ID; a measure left out has no cap."""

    scope: Annotated[
        str,
        Names("budget-scope"),
        Field(
            description="The whole organisation, a mission, a stream or an agent.",
            examples=["mission:bulk-data-export"],
        ),
    ]
    tokens: Annotated[
        int | None,
        Unit("tokens"),
        Field(description="Empty: no cap in tokens.", examples=["500000"]),
    ] = None
    usd: Annotated[
        Decimal | None,
        Unit("USD"),
        Field(title="Dollars", description="Empty: no cap in dollars.", examples=["25.50"]),
    ] = None
    period: Annotated[Period, Field(description="How long it lasts, until it begins anew.")] = (
        Period.ALWAYS
    )


@dataclass(frozen=True, kw_only=True)
class ScopeName:
    scope: Annotated[str, Names("budget-scope")]


@dataclass(frozen=True, kw_only=True)
class BudgetForecasts:
    items: tuple[Forecast, ...]


@dataclass(frozen=True, kw_only=True)
class BudgetQuery:
    after: str = ""
    limit: int = 50


@dataclass(frozen=True, kw_only=True)
class BudgetPage:
    items: tuple[Budget, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class ForecastPage:
    items: tuple[Forecast, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class ReservationQuery:
    limit: int = 50


@dataclass(frozen=True, kw_only=True)
class ReservationPage:
    items: tuple[Reservation, ...]


@dataclass(frozen=True, kw_only=True)
class LedgerQuery:
    scope: Annotated[str, Names("budget-scope")] = "organisation"
    before: int | None = None
    limit: int = 50


@dataclass(frozen=True, kw_only=True)
class LedgerPage:
    items: tuple[Entry, ...]
    next: int | None


@dataclass(frozen=True, kw_only=True)
class TotalsQuery:
    by: Dimension = Dimension.MODEL
    scope: Annotated[str, Names("budget-scope")] = "organisation"
    since: datetime | None = None
    runs: Annotated[
        tuple[str, ...] | None, Field(description="Only what these runs of agents used.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class TotalList:
    items: tuple[Total, ...]


@dataclass(frozen=True, kw_only=True)
class OutlookQuery:
    """`period` is the term for whose end it is foreseen."""

    by: Dimension = Dimension.MODEL
    scope: Annotated[str, Names("budget-scope")] = "organisation"
    period: Period = Period.MONTHLY


def set_cap(ctx: Ctx, asked: NewCap) -> Budget:
    """Set the most a scope may use: in tokens, in dollars, or both.

    It replaces the former cap of that scope and period. Runs that wait for budget are tried again.
    What is already spent or held stays; a cap below it stops new runs only.
    """
    cap = Cap.of(asked.tokens, asked.usd)
    return service.set_cap(ctx, Scope.parse(asked.scope), cap, asked.period)


def show(ctx: Ctx, name: ScopeName) -> BudgetForecasts:
    """Show the budgets of one scope: cap, spent, held, and when they run out.

    The pace is what was used in the last seven days of organisation time. Money is in millionths
    of a dollar.
    """
    return BudgetForecasts(items=tuple(service.forecasts(ctx, Scope.parse(name.scope))))


def listing(ctx: Ctx, query: BudgetQuery) -> BudgetPage:
    """List every budget of the terms that run now: cap, spent, held."""
    found = service.standing(ctx, after=_place(query.after), limit=query.limit)
    last = found[-1] if len(found) == query.limit else None
    following = f"{last.period}/{last.scope}" if last else None
    return BudgetPage(items=tuple(found), next=following)


def every_forecast(ctx: Ctx, query: BudgetQuery) -> ForecastPage:
    """Show where every budget is heading: cap, spent, held, and when it runs out.

    As `budget show` does for one scope, and for all of them at once.
    """
    found = service.every_forecast(ctx, after=_place(query.after), limit=query.limit)
    last = found[-1].budget if len(found) == query.limit else None
    following = f"{last.period}/{last.scope}" if last else None
    return ForecastPage(items=tuple(found), next=following)


def _place(after: str) -> tuple[str, str, str]:
    period, _, scope = after.partition("/")
    kind, _, name = scope.partition(":")
    return kind, name, period


def held(ctx: Ctx, query: ReservationQuery) -> ReservationPage:
    """List what is held now for work that runs, oldest first."""
    return ReservationPage(items=tuple(service.open_reservations(ctx, query.limit)))


def ledger(ctx: Ctx, query: LedgerQuery) -> LedgerPage:
    """List what was used: one line per use, newest first, never changed afterwards."""
    found = service.entries(
        ctx, scope=Scope.parse(query.scope), before=query.before, limit=query.limit
    )
    following = found[-1].number if len(found) == query.limit else None
    return LedgerPage(items=tuple(found), next=following)


def totals(ctx: Ctx, query: TotalsQuery) -> TotalList:
    """Sum what was used by model, agent, mission, stream, change or run, dearest first.

    `unpriced` counts uses whose price is unknown: where it is not 0, the money is a lower bound.
    """
    found = service.totals(
        ctx, query.by, scope=Scope.parse(query.scope), since=query.since, runs=query.runs
    )
    return TotalList(items=tuple(found))


def outlooks(ctx: Ctx, query: OutlookQuery) -> Outlooks:
    """Show where use is heading by model, agent, mission, stream, change or run.

    By the rule of the budgets: the pace is what went in the last seven days of organisation time, and
    what is expected is what went in the term so far and that pace until its end. Money is in
    millionths of a dollar.
    """
    return service.outlooks(ctx, query.by, scope=Scope.parse(query.scope), period=query.period)


def _query(name: str, input: type, output: type, run: object, path: str) -> Operation:
    assert callable(run)
    return Operation(
        name=name,
        permission=READ,
        input=input,
        output=output,
        run=run,
        http=Http(method="GET", path=path),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
    )


OPERATIONS = (
    Operation(
        name="budget.set",
        permission=SET,
        input=NewCap,
        output=Budget,
        run=set_cap,
        http=Http(method="PUT", path="/budgets/{scope}"),
    ),
    _query("budget.show", ScopeName, BudgetForecasts, show, "/budgets/{scope}"),
    _query("budget.list", BudgetQuery, BudgetPage, listing, "/budgets"),
    _query("budget.forecasts", BudgetQuery, ForecastPage, every_forecast, "/budget-forecasts"),
    _query("budget.held", ReservationQuery, ReservationPage, held, "/reservations"),
    _query("ledger.list", LedgerQuery, LedgerPage, ledger, "/ledger"),
    _query("ledger.totals", TotalsQuery, TotalList, totals, "/ledger/totals"),
    _query("ledger.forecasts", OutlookQuery, Outlooks, outlooks, "/ledger/forecasts"),
)
