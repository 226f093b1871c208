"""Stalls: silence becomes one signal, a block that lasts one question, each until it changes."""

from datetime import date, timedelta

import pytest

from headrace.capabilities.intake import service as intake
from headrace.capabilities.missions import service as missions
from headrace.capabilities.missions.service import StreamFacts
from headrace.packs.enterprise.outcome import stalls
from packs.enterprise.build.conftest import MISSION
from packs.enterprise.outcome.conftest import contract

DAY = timedelta(days=1)


@pytest.fixture
def active(world):
    world.promise(contract())
    world.at_work()
    world.do(missions.report_status, MISSION, [blocked("@tech-lead has not answered")], "begun")
    return world


def blocked(reason: str) -> StreamFacts:
    return StreamFacts(name="api", division="Core", state="blocked", held_by=(reason,))


def sweep(world) -> list[str]:
    """Two looks, as on two days or after a crash; the titles of signals about stalls."""
    for _ in range(2):
        world.do(stalls.sweep)
        world.jobs(tolerate=True)
    return [one.title for one in world.do(intake.listing) if "No Status" in one.title]


def test_a_week_without_a_status_is_no_stall_and_a_moment_more_is_one_signal(active):
    active.wait(7 * DAY)
    assert sweep(active) == []

    active.wait(timedelta(minutes=1))

    assert sweep(active) == ["Bulk Data Export Has Told No Status Since 2026-03-16"]


def test_another_status_and_another_silence_are_another_signal(active):
    active.wait(8 * DAY)
    sweep(active)
    active.do(missions.report_status, MISSION, [blocked("the disk is full")], "again")

    active.wait(8 * DAY)

    assert len(sweep(active)) == 2


def test_a_mission_that_waits_for_the_day_of_its_measurement_is_not_stalled(active):
    active.do(
        missions.available, MISSION, evidence="REL-2026-001", since=active.clock.now() + 9 * DAY
    )

    active.wait(8 * DAY)

    assert sweep(active) == []


def test_a_block_of_more_than_five_business_days_is_asked_about_once(active):
    active.wait(7 * DAY)  # Monday to Monday: five business days
    sweep(active)
    assert active.inbox("mission-lead") == ()

    active.wait(DAY)
    sweep(active)

    (item,) = active.inbox("mission-lead")
    assert item.asked == "Bulk Data Export: api is blocked since 2026-03-16"
    assert "@tech-lead has not answered" in item.why


def test_who_has_seen_to_a_block_is_asked_again_only_when_it_is_another(active):
    active.wait(8 * DAY)
    sweep(active)
    active.say("mission-lead", active.inbox("mission-lead")[0], "approve")
    active.wait(8 * DAY)
    sweep(active)
    assert active.inbox("mission-lead") == ()

    active.do(missions.report_status, MISSION, [blocked("the disk is full")], "again")
    active.wait(9 * DAY)
    sweep(active)

    assert [one.why for one in active.inbox("mission-lead")] == [
        "blocked for more than 5 business days: the disk is full"
    ]


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        (date(2026, 3, 16), date(2026, 3, 23), 5),
        (date(2026, 3, 20), date(2026, 3, 23), 1),
        (date(2026, 3, 21), date(2026, 3, 22), 0),
        (date(2026, 3, 16), date(2026, 3, 16), 0),
    ],
)
def test_business_days_are_monday_to_friday(since, until, days):
    assert stalls.business_days(since, until) == days
