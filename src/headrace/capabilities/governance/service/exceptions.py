"""Exceptions from rules: granted by a merge, counting while they last, told before they end."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from headrace.capabilities.governance import exempting
from headrace.capabilities.governance.model import (
    ExceptionExpired,
    ExceptionExpiring,
    ExceptionGranted,
    ExceptionUnknown,
    NoteMissing,
    RuleException,
)
from headrace.capabilities.governance.service.policies import policies
from headrace.capabilities.governance.store import exceptions as rows
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import ChangeRequest, Objection
from headrace.kernel.context import Ctx
from headrace.kernel.flow import Job

DUE = "governance.exception"
"""The flow that looks at an exception when something of it is to be told."""

WARNING = timedelta(days=3)
"""How long before the end its owner is told."""


def grant(ctx: Ctx, exception: RuleException) -> None:
    """Let a merged exception count, or its newer version. Records ExceptionGranted.

    Whoever calls has seen the merge: nothing else makes an exception.
    """
    rows.put(ctx.db, ctx.organisation, exception)
    ctx.record(
        ExceptionGranted(
            exception=exception.id,
            version=exception.version,
            rule=exception.rule,
            owner=exception.owner,
            starts=exception.starts.isoformat(),
            expires=exception.expires.isoformat(),
        )
    )
    end = _midnight(ctx, exception.expires + timedelta(days=1))
    for what, at in (("expiring", end - WARNING), ("expired", end)):
        key = f"{exception.id}:{exception.version}:{what}"
        job = Job(flow=DUE, key=key, arguments={"exception": exception.id})
        ctx.start_after(max(at - ctx.now, timedelta()), job)


def exception_due(ctx: Ctx, id: str) -> None:
    """Tell of an exception that it will soon end, or that it has, each once.

    Records ExceptionExpiring or ExceptionExpired.
    """
    found = rows.find(ctx.db, ctx.organisation, id)
    if found is None or found.revoked:
        return
    told = {
        "exception": found.id,
        "version": found.version,
        "rule": found.rule,
        "owner": found.owner,
    }
    if ctx.now.date() > found.expires:
        if rows.tell(ctx.db, ctx.organisation, id, "expired"):
            ctx.record(ExceptionExpired(**told, reason=f"its last day was {found.expires}"))
    elif _is_near(ctx, found) and rows.tell(ctx.db, ctx.organisation, id, "expiring"):
        ctx.record(ExceptionExpiring(**told, expires=found.expires.isoformat()))


def revoke(ctx: Ctx, id: str, reason: str) -> RuleException:
    """End an exception before its time. Raises ExceptionUnknown, NoteMissing. Records ExceptionExpired.

    Repeating it changes nothing; the first reason stays.
    """
    found = rule_exception(ctx, id)
    if not reason.strip():
        raise NoteMissing("Say with --reason why the rule is to hold again")
    if not found.revoked:
        rows.revoke(ctx.db, ctx.organisation, id, reason.strip())
        ctx.record(
            ExceptionExpired(
                exception=found.id,
                version=found.version,
                rule=found.rule,
                owner=found.owner,
                reason=reason.strip(),
            )
        )
    return rule_exception(ctx, id)


def rule_exception(ctx: Ctx, id: str) -> RuleException:
    """The exception. Raises ExceptionUnknown."""
    found = rows.find(ctx.db, ctx.organisation, id)
    if found is None:
        raise ExceptionUnknown(
            f"No exception {id} was merged; `headrace exception list` shows those that were",
            exception=id,
        )
    return found


def rule_exceptions(ctx: Ctx, limit: int = 200) -> Sequence[RuleException]:
    """Every exception that was merged, the last to expire first."""
    return rows.listing(ctx.db, ctx.organisation, limit)


def exception_faults(ctx: Ctx, exception: RuleException) -> Sequence[str]:
    """Why this can be no exception, every reason; empty where it can."""
    checks = [check.name for check in ctx.house.checks(record.QUESTION)]
    known = tuple(policies(ctx).values())
    return exempting.faults(exception, known, [*checks, record.LOCKS], ctx.now.date())


def exemptions(ctx: Ctx, subject: tuple[ChangeRequest, Objection]) -> Sequence[str]:
    """Governance's answer to whether a reason stands against a change: the exceptions by which not."""
    change, objection = subject
    today = ctx.now.date()
    found = ctx.once(rows.on, today)
    return exempting.taking_away(found, change, objection, today, record.protected) if found else ()


def _is_near(ctx: Ctx, exception: RuleException) -> bool:
    return ctx.now >= _midnight(ctx, exception.expires + timedelta(days=1)) - WARNING


def _midnight(ctx: Ctx, day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=ctx.now.tzinfo)
