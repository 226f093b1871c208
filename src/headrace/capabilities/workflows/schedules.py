"""Schedules: flows that each period of organisation time starts once, however fast that time runs."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from headrace.capabilities.workflows import store
from headrace.kernel.capability import Schedule
from headrace.kernel.context import Ctx, system_actor
from headrace.kernel.flow import Job
from headrace.kernel.ids import OrganisationId
from headrace.kernel.unit import Units

FLOOR = timedelta(seconds=5)
"""Real time between two starts of one schedule. Where organisation time is scaled, periods may be
shorter than that; those in between are passed over, and the newest is started."""

RARE = timedelta(hours=6)
RARE_FLOOR = timedelta(seconds=0.5)
"""The same for schedules that tick as rarely or more so: a clock that leaps should pass over few of them."""

_EPOCH = datetime(1970, 1, 5, tzinfo=UTC)  # a Monday, so that weekly periods are calendar weeks


def period_of(schedule: Schedule, at: datetime) -> int:
    """The number of the period that this instant lies in."""
    return (at - _EPOCH) // schedule.every


def period_begins(schedule: Schedule, at: datetime, *, after: int = 0) -> datetime:
    """When the period of this instant began, or one so many periods after it."""
    return _EPOCH + (period_of(schedule, at) + after) * schedule.every


class Schedules:
    """Starts what is due for every organisation; any number of workers may look at once."""

    def __init__(
        self,
        *,
        units: Units,
        system: sa.Engine,
        organisations: Callable[[], Sequence[OrganisationId]],
        floor: timedelta = FLOOR,
        rare_floor: timedelta = RARE_FLOOR,
    ) -> None:
        self._units = units
        self._system = system
        self._organisations = organisations
        self._floor, self._rare_floor = floor, min(floor, rare_floor)

    def start_due(self) -> int:
        """Start each schedule whose period has begun; how many flows."""
        schedules = self._units.house.schedules
        if not schedules:
            return 0
        now = self._units.clock.now()
        # One look for all: most looks find nothing, and should write nothing.
        with self._system.connect() as db:
            settled = {
                floor: store.settled_ticks(db, floor) for floor in {self._floor, self._rare_floor}
            }
        return sum(
            self._start(organisation, schedule, now, settled[self._floor_of(schedule)])
            for organisation in self._organisations()
            for schedule in schedules
        )

    def _floor_of(self, schedule: Schedule) -> timedelta:
        return self._rare_floor if schedule.every >= RARE else self._floor

    def _start(
        self,
        organisation: OrganisationId,
        schedule: Schedule,
        now: datetime,
        settled: Mapping[tuple[str, str], int | None],
    ) -> bool:
        period = period_of(schedule, now)
        place = (organisation, schedule.name)
        if place in settled:
            last = settled[place]
            if last is None or last >= period:
                return False
        with self._units.open(system_actor(organisation)) as ctx:
            return self._tick(ctx, schedule, period)

    def _tick(self, ctx: Ctx, schedule: Schedule, period: int) -> bool:
        floor = self._floor_of(schedule)
        if not store.tick(ctx.db, ctx.organisation, schedule.name, period, floor):
            return False
        key = f"{schedule.name}:{period}"
        ctx.start(Job(flow=schedule.flow, key=key, arguments={"period": str(period)}))
        return True
