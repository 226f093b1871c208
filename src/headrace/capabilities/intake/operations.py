"""What intake offers to REST, CLI and MCP. Filing a signal is offered by the pack that has its type."""

from dataclasses import dataclass
from datetime import datetime

from headrace.capabilities.intake import service
from headrace.capabilities.intake.model import Signal, Stale
from headrace.kernel.capability import Effect, Http, Operation, OperationKind
from headrace.kernel.context import Ctx


@dataclass(frozen=True, kw_only=True)
class SignalQuery:
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class SignalList:
    items: tuple[Signal, ...]


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """No input."""


@dataclass(frozen=True, kw_only=True)
class StaleList:
    items: tuple[Stale, ...]


def listing(ctx: Ctx, query: SignalQuery) -> SignalList:
    """List signals since a moment, and every older one that is still open."""
    return SignalList(items=tuple(service.listing(ctx, query.since)))


def stale(ctx: Ctx, _: Nothing) -> StaleList:
    """List signals of which nothing has come for more than fourteen days."""
    return StaleList(items=tuple(service.stale(ctx)))


OPERATIONS = (
    Operation(
        name="signal.list",
        permission="signal:read",
        input=SignalQuery,
        output=SignalList,
        run=listing,
        http=Http(method="GET", path="/signals"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
    ),
    Operation(
        name="signal.stale",
        permission="signal:read",
        input=Nothing,
        output=StaleList,
        run=stale,
        http=Http(method="GET", path="/signals/stale"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
    ),
)
