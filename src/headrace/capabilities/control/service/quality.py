"""Quality: what was judged of an agent's work, and what became of its runs, week by week."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from headrace.capabilities.agents import service as agents
from headrace.capabilities.agents.model import RunSummary
from headrace.capabilities.control.model import Quality, Week
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import Judgement
from headrace.capabilities.record import service as record
from headrace.kernel.context import Ctx

CHANGES, RUNS = 500, 500
"""How many of an agent's newest change requests and runs are looked at."""


def quality(ctx: Ctx, agent: str) -> Quality:
    """An agent's weeks, oldest first; a week begins on Monday, UTC, in organisation time.

    Verdicts count in the week in which they were given, each policy's on each version of a change.
    Raises AgentNotFound.
    """
    one = agents.employee(ctx, agent)
    changes = record.changes(ctx, author=one.principal, limit=CHANGES)
    judged = governance.deliberation(ctx, [change.id for change in changes]).judgements
    runs = [
        run
        for run in agents.runs(ctx, role=one.role, limit=RUNS)
        if run.employee == one.id and run.ended_at is not None
    ]
    return Quality(
        agent=one.handle,
        weeks=_weeks(judged, runs),
        changes=len(changes),
        is_whole=len(changes) < CHANGES and len(runs) < RUNS,
    )


def _weeks(judged: Sequence[Judgement], runs: Sequence[RunSummary]) -> tuple[Week, ...]:
    verdicts: dict[date, Counter[str]] = defaultdict(Counter)
    ended: dict[date, list[RunSummary]] = defaultdict(list)
    for judgement in judged:
        verdicts[_monday(judgement.at)][judgement.verdict] += 1
    for run in runs:
        assert run.ended_at is not None  # only such runs are given
        ended[_monday(run.ended_at)].append(run)
    return tuple(
        _week(begins, verdicts[begins], ended[begins]) for begins in sorted({*verdicts, *ended})
    )


def _week(begins: date, verdicts: Counter[str], ended: Sequence[RunSummary]) -> Week:
    return Week(
        begins=begins,
        verdicts=dict(verdicts),
        runs=dict(Counter(str(run.state) for run in ended)),
        tokens=sum(run.usage.input_tokens + run.usage.output_tokens for run in ended),
        micro_usd=sum(run.usage.cost_micro_usd for run in ended),
    )


def _monday(at: datetime) -> date:
    return at.date() - timedelta(days=at.weekday())
