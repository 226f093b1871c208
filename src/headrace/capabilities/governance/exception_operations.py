"""What governance offers about exceptions from rules."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import Field

from headrace.capabilities.governance import service
from headrace.capabilities.governance.model import RuleException
from headrace.kernel.capability import Effect, Http, Operation, OperationKind
from headrace.kernel.context import Ctx
from headrace.kernel.inputs import Names

READ = "governance:read"
REVOKE = "governance:revoke"


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """No input."""


@dataclass(frozen=True, kw_only=True)
class Revocation:
    """An exception by its number, EXC-2026-001, and why its rule is to hold again."""

    exception: Annotated[str, Names("exception")]
    reason: Annotated[str, Field(description="Why the rule is to hold again.")]


@dataclass(frozen=True, kw_only=True)
class ExceptionShown:
    exception: str
    rule: str
    scope: tuple[str, ...]
    starts: date
    expires: date
    days_left: int
    owner: str
    counts: bool
    revoked: str
    version: str


@dataclass(frozen=True, kw_only=True)
class ExceptionList:
    items: tuple[ExceptionShown, ...]


def listing(ctx: Ctx, _: Nothing) -> ExceptionList:
    """List the exceptions from rules that were merged, the last to expire first.

    Only one that was merged and whose days are not over relaxes its rule, for its scope alone.
    """
    return ExceptionList(items=tuple(_shown(ctx, one) for one in service.rule_exceptions(ctx)))


def revoke(ctx: Ctx, asked: Revocation) -> ExceptionShown:
    """End an exception before its last day; its rule holds again at once."""
    return _shown(ctx, service.revoke(ctx, asked.exception, asked.reason))


def _shown(ctx: Ctx, found: RuleException) -> ExceptionShown:
    today = ctx.now.date()
    return ExceptionShown(
        exception=found.id,
        rule=found.rule,
        scope=found.scope,
        starts=found.starts,
        expires=found.expires,
        days_left=max(0, (found.expires - today).days + 1) if found.holds(today) else 0,
        owner=found.owner,
        counts=found.holds(today),
        revoked=found.revoked,
        version=found.version,
    )


OPERATIONS = (
    Operation(
        name="exception.list",
        permission=READ,
        input=Nothing,
        output=ExceptionList,
        run=listing,
        http=Http(method="GET", path="/exceptions"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
        columns=("exception", "rule", "scope", "expires", "days_left", "counts", "owner"),
    ),
    Operation(
        name="exception.revoke",
        permission=REVOKE,
        input=Revocation,
        output=ExceptionShown,
        run=revoke,
        http=Http(method="POST", path="/exceptions/{exception}/revocation"),
    ),
)
