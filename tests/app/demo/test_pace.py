"""The pace of a demonstration, by what its world is doing."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from headrace.app.demo.pace import FARTHEST, LEAP_SECONDS, QUIET_SECONDS, Pacer
from headrace.app.demo.scenario import Paces
from headrace.kernel.clock import ScaledClock, begin_course

PACES = Paces(working=600.0, watching=3600.0, troubled=10.0)


@dataclass
class Made:
    """A world as a test wants it, and the real seconds that pass in it."""

    working: bool = False
    watched: bool = False
    troubled: bool = False
    ahead: timedelta | None = timedelta(hours=14)
    seconds: float = 0.0

    def is_working(self):
        return self.working

    def is_troubled(self):
        return self.troubled

    def is_watched(self):
        return self.watched

    def next_date(self, now):
        return None if self.ahead is None else now + self.ahead


@pytest.fixture
def clock(tmp_path):
    started = datetime.now(UTC)
    return begin_course(tmp_path / "clock", ScaledClock(origin=started, started=started, scale=1.0))


def paces_after(clock, world, seconds):
    """The paces that the clock is told, looked at each tenth of a second."""
    pacer = Pacer(clock, PACES, world, seconds=lambda: world.seconds)
    for _ in range(round(seconds * 10)):
        world.seconds += 0.1
        pacer.look()
    return [one.scale for one in clock.course()[1:]]


def test_while_agents_work_it_runs_slowly(clock):
    assert paces_after(clock, Made(working=True), 3) == [600.0]


def test_while_users_are_watched_it_runs_as_their_requests_need(clock):
    assert paces_after(clock, Made(working=True, watched=True), 3) == [3600.0]


def test_while_a_service_is_in_trouble_it_runs_at_the_pace_of_its_repair(clock):
    assert paces_after(clock, Made(working=True, watched=True, troubled=True), 3) == [10.0]


def test_when_only_a_date_is_waited_for_it_leaps_there_and_runs_slowly_again(clock):
    told = paces_after(clock, Made(), QUIET_SECONDS + 0.2)
    leap = timedelta(hours=14).total_seconds() / LEAP_SECONDS
    assert told == [600.0, leap, 600.0]


def test_no_leap_goes_farther_than_what_looks_daily_can_bear(clock):
    told = paces_after(clock, Made(ahead=timedelta(days=28)), QUIET_SECONDS + 0.2)
    assert told[1] == FARTHEST.total_seconds() / LEAP_SECONDS


@pytest.mark.parametrize("ahead", [None, timedelta(seconds=30)], ids=["no date", "a near one"])
def test_there_is_no_leap_to_nowhere_and_none_to_what_is_near(clock, ahead):
    assert paces_after(clock, Made(ahead=ahead), 3) == [600.0]


def test_what_has_just_happened_holds_a_leap_back(clock):
    world = Made()
    pacer = Pacer(clock, PACES, world, seconds=lambda: world.seconds)
    for _ in range(20):
        world.seconds += 0.1
        pacer.look(stirred=True)
    assert [one.scale for one in clock.course()[1:]] == [600.0]


def test_when_nobody_plays_any_more_time_runs_as_in_the_world(clock):
    Pacer(clock, PACES, Made()).settle()
    assert clock.scale == 1.0
