"""Deadlines by severity, in organisation time, as the incident policy sets them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from headrace.capabilities.operate.model import Deadline, Severity, Stage

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
THREE_BUSINESS_DAYS = 3
SATURDAY = 5

LIMITS: Mapping[Severity, Mapping[Stage, timedelta | int]] = {
    Severity.SEV1: {
        Stage.ACKNOWLEDGE: 15 * MINUTE,
        Stage.MITIGATE: HOUR,
        Stage.RESOLVE: 4 * HOUR,
    },
    Severity.SEV2: {Stage.ACKNOWLEDGE: HOUR, Stage.MITIGATE: 4 * HOUR, Stage.RESOLVE: 8 * HOUR},
    Severity.SEV3: {
        Stage.ACKNOWLEDGE: 4 * HOUR,
        Stage.MITIGATE: 24 * HOUR,
        Stage.RESOLVE: 72 * HOUR,
    },
    Severity.SEV4: {
        Stage.ACKNOWLEDGE: 24 * HOUR,
        Stage.MITIGATE: THREE_BUSINESS_DAYS,
        Stage.RESOLVE: 7 * DAY,
    },
}
"""A number is of business days."""


def due(severity: Severity, stage: Stage, since: datetime) -> datetime:
    """When a stage must be reached."""
    limit = LIMITS[severity][stage]
    return business_days(since, limit) if isinstance(limit, int) else since + limit


def business_days(since: datetime, count: int) -> datetime:
    """So many days later, Saturdays and Sundays not counted (UTC)."""
    moment = since
    while count > 0:
        moment += DAY
        count -= moment.weekday() < SATURDAY
    return moment


def deadlines(
    severity: Severity, opened_at: datetime, now: datetime, before: Sequence[Deadline] = ()
) -> tuple[Deadline, ...]:
    """The deadlines of an incident that has this severity from now on.

    What was met or missed stays. A deadline that is still open moves nearer when it became worse,
    counted from now, and further away when it became better, counted from the opening: getting worse
    gives nobody less time than the new severity does, and getting better is no excuse to begin anew.
    """
    known = {one.stage: one for one in before}
    return tuple(_moved(known.get(stage), severity, stage, opened_at, now) for stage in Stage)


def _moved(
    known: Deadline | None, severity: Severity, stage: Stage, opened_at: datetime, now: datetime
) -> Deadline:
    if known is None:
        return Deadline(stage=stage, due_at=due(severity, stage, opened_at))
    if known.met_at is not None or known.missed_at is not None:
        return known
    from_opening, from_now = due(severity, stage, opened_at), due(severity, stage, now)
    if from_opening >= known.due_at:
        return Deadline(stage=stage, due_at=from_opening)
    return Deadline(stage=stage, due_at=min(known.due_at, from_now))


def level(missed: int, levels: int) -> int:
    """Whom the next miss is escalated to: one further up each time, the last again and again."""
    return min(missed, levels - 1)
