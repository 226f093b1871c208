"""Overview: six figures of an organisation at work, each counted from the rows that it is about."""

from headrace.capabilities.agents import service as agents
from headrace.capabilities.agents.model import BrainKind
from headrace.capabilities.agents.model import RunState as AgentRunState
from headrace.capabilities.budgets import service as budgets
from headrace.capabilities.budgets.model import Dimension
from headrace.capabilities.control.model import Overview
from headrace.capabilities.missions import service as missions
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import RunState
from headrace.kernel.context import Ctx


def overview(ctx: Ctx) -> Overview:
    """The figures as they stand in this instant, all of one snapshot.

    A day begins at midnight UTC of organisation time.
    """
    now = ctx.now
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    loads = agents.loads(ctx)
    live = [one for one in loads if one.state is AgentRunState.WORKING]
    module_runs = streams.counts(ctx, {RunState.QUEUED, RunState.WAITING})
    used = budgets.totals(ctx, Dimension.MODEL, since=today)
    return Overview(
        at=now,
        live_runs=sum(one.runs for one in live),
        external_runs=sum(one.runs for one in live if one.brain is BrainKind.EXTERNAL),
        agents_at_work=len({one.employee for one in live}),
        workforce=agents.workforce(ctx),
        queued=module_runs.get(RunState.QUEUED, 0)
        + sum(one.runs for one in loads if one.state is AgentRunState.QUEUED),
        blocked=module_runs.get(RunState.WAITING, 0) + missions.blocked_tasks(ctx),
        today=today,
        today_tokens=sum(one.tokens_in + one.tokens_out for one in used),
        today_micro_usd=sum(one.micro_usd for one in used),
        today_unpriced=sum(one.unpriced for one in used),
    )
