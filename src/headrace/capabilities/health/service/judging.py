"""Judging: looks at every target and watch, and tells what has begun and what has ended."""

from collections.abc import Sequence
from datetime import datetime

from headrace.capabilities.health import rules
from headrace.capabilities.health.model import (
    AnomalySeen,
    Burning,
    Condition,
    Judgement,
    Severity,
    Standing,
    Trouble,
    Verdict,
    Watch,
)
from headrace.capabilities.health.service.objectives import standings
from headrace.capabilities.health.service.telling import begin, end, troubles
from headrace.capabilities.health.service.watching import judgements, watches
from headrace.capabilities.health.store import sources as store
from headrace.kernel.context import Ctx


def judge(ctx: Ctx, *, at: datetime | None = None) -> Sequence[Trouble]:
    """Look at every target and watch, and tell what has begun and what has ended; what is wrong now.

    Records Burning, AnomalySeen and Recovered, each once for a trouble, and Burning again when it
    becomes more or less urgent. Where too little is known, nothing begins and nothing ends.
    """
    store.lock_judging(ctx.db, ctx.organisation)
    now = at or store.now(ctx.db)
    for one in standings(ctx, at=now):
        _judge_target(ctx, one, now)
    for watch in watches(ctx):
        for found in judgements(ctx, watch, at=now):
            _judge_dimension(ctx, watch, found, now)
    return troubles(ctx)


def _judge_target(ctx: Ctx, found: Standing, now: datetime) -> None:
    subject = f"target:{found.target.name}"
    burn = rules.worst(found.burns)
    if burn is not None and found.severity is not None:
        event = Burning(
            subject=subject,
            service=found.target.service,
            target=found.target.name,
            severity=found.severity,
            factor=burn.rule.factor,
            over_long=burn.over_long or 0.0,
            over_short=burn.over_short or 0.0,
            budget_left=found.budget_left,
        )
        trouble = Trouble(subject=subject, dimension="", since=now, severity=found.severity)
        begin(ctx, trouble, event)
        return
    known = any(one.over_short is not None for one in found.burns)
    if known and found.condition is not Condition.UNKNOWN:
        end(ctx, subject, "", found.target.service, now)


def _judge_dimension(ctx: Ctx, watch: Watch, found: Judgement, now: datetime) -> None:
    subject = f"watch:{watch.name}"
    if found.verdict is Verdict.ANOMALY:
        event = AnomalySeen(
            subject=subject,
            service=watch.service,
            watch=watch.name,
            dimension=found.dimension,
            share=found.share or 0.0,
            usual=found.usual or 0.0,
            probability=found.probability,
        )
        trouble = Trouble(
            subject=subject, dimension=found.dimension, since=now, severity=Severity.PAGE
        )
        begin(ctx, trouble, event)
    elif rules.is_over(watch, found):
        end(ctx, subject, found.dimension, watch.service, now)
