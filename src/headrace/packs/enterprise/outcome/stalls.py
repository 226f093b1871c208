"""Stalls: a mission that has told nothing for a week is a signal; a block that lasts is escalated."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from headrace.capabilities.artifacts.model import Made
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import Proposal, Subject, Tier
from headrace.capabilities.intake import service as intake
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.model import CheckpointState, Mission, MissionStatus
from headrace.capabilities.missions.service import Update
from headrace.kernel.capability import Schedule
from headrace.kernel.context import Ctx
from headrace.kernel.flow import Flow, Queue, Steps
from headrace.kernel.json import digest
from headrace.packs.enterprise.build.contents import handle
from headrace.packs.enterprise.build.mission import effective
from headrace.packs.enterprise.discover import filing
from headrace.packs.enterprise.discover.contents import signal_content, told
from headrace.packs.enterprise.outcome.signals import of_role

SILENT = timedelta(days=7)
"""An active mission that has told no status for longer is stalled."""

STALE_DAYS = 5
"""A block that has lasted more business days than this is escalated."""

BLOCK = "mission-block"
"""The kind of subject that a person is asked about when a block lasts."""

LEAD = "mission-lead"
"""Who is asked where the fleet names nobody."""


def sweep(ctx: Ctx) -> None:
    """Look at every active mission: file what is silent, ask about what is blocked. Repeats do nothing."""
    for mission in missions.listing(ctx, MissionStatus.ACTIVE):
        newest_first = missions.updates(ctx, mission.slug, limit=1_000)
        _silence(ctx, mission, newest_first)
        for stream, reason, since in blocks(newest_first):
            if business_days(since.date(), ctx.now.date()) > STALE_DAYS:
                _escalate(ctx, mission, stream, reason, since)


def _silence(ctx: Ctx, mission: Mission, updates: Sequence[Update]) -> None:
    last = updates[0].entry.at if updates else mission.opened_at
    if ctx.now - last <= SILENT or _is_awaited(ctx, mission):
        return
    title = f"{mission.title} Has Told No Status Since {last:%Y-%m-%d}"
    if any(one.title == title for one in intake.listing(ctx)):
        return  # told already; another status, and another silence, is another signal
    content = signal_content(
        title=title,
        category="internal",
        system=f"Missions: {mission.slug}",
        topic="stalled missions",
        confidence="high",
        observation=f"{mission.reference or mission.slug} is active; its last status is of "
        f"{last:%Y-%m-%d %H:%M}, more than {SILENT.days} days ago.",
        urgency="next-cycle",
        impact="medium",
        recommended=filing.recommended("next-cycle", "medium"),
    )
    made = Made(by=of_role(ctx, "fleet-performance-monitor"), brain="skill", recipe=mission.context)
    filing.file_signal(ctx, filing.signal_draft(ctx, content, made))


def _is_awaited(ctx: Ctx, mission: Mission) -> bool:
    """Whether the mission waits for the day of a measurement: that is no stall."""
    return any(
        one.state in {CheckpointState.PENDING, CheckpointState.MEASURING}
        for one in missions.checkpoints(ctx, mission.slug)
    )


def blocks(updates: Sequence[Update]) -> Iterator[tuple[str, str, datetime]]:
    """Each block of the newest status, with since when every status has told it; `updates` newest first."""
    if not updates:
        return
    for block in updates[0].entry.blockers:
        since = updates[0].entry.at
        for update in updates[1:]:
            if block not in update.entry.blockers:
                break
            since = update.entry.at
        yield block.stream, block.reason, since


def business_days(since: date, until: date) -> int:
    """Days from Monday to Friday after the first day, up to and with the last."""
    days = (until - since).days
    return sum((since + timedelta(days=n)).weekday() < 5 for n in range(1, days + 1))


def _escalate(ctx: Ctx, mission: Mission, stream: str, reason: str, since: datetime) -> None:
    """Ask the person whom the fleet names, once for each block and reason."""
    fleet = effective(ctx, "fleet-config", mission.context)
    named = told(fleet.content, "sections", "monitoring", "escalation") if fleet is not None else ""
    governance.ask(
        ctx,
        Proposal(
            subject=Subject(kind=BLOCK, id=f"{mission.slug}/{stream}"),
            hash=digest([mission.slug, stream, reason, since.isoformat()]),
            title=f"{mission.title}: {stream} is blocked since {since:%Y-%m-%d}",
            summary=reason,
            approvers=((handle(named) if named else LEAD,),),
            authors=(),
            why=f"blocked for more than {STALE_DAYS} business days: {reason}",
            on_yes="you have seen to it; you are not asked again while it is the same block",
            on_no="the block stands; cancel or pause the mission if it must not go on",
            tier=Tier.JUDGEMENT,
            context=mission.context,
            purpose="escalation",
        ),
    )


def look(steps: Steps, *, period: str) -> None:
    """The daily look at what stands still."""
    steps.verb(sweep)


LOOK = Flow(name="enterprise.stalls", run=look, queue=Queue.INTERACTIVE)
DAILY = Schedule(name="enterprise.stalls", flow=LOOK.name, every=timedelta(days=1))
