"""Recorded decisions: when they are given, and that time waits for them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from headrace.app.demo.driver import Script
from headrace.app.demo.scenario import load
from headrace.kernel.clock import FakeClock

EXAMPLE = Path(__file__).parents[3] / "examples" / "bulk-export"
ASKED = datetime(2026, 3, 16, tzinfo=UTC)
ITEM = {
    "id": "G-1",
    "kind": "gate",
    "asked": "Approve the signal digest",
    "waiting_since": ASKED.isoformat(),
}
BY, AFTER = "ada-steering", timedelta(hours=2)  # as the scenario records it


@pytest.fixture
def clock():
    return FakeClock(ASKED)


@pytest.fixture
def script(clock):
    return Script(load(EXAMPLE), clock)


def test_a_decision_is_given_when_its_time_has_passed(script, clock):
    assert script(BY, ITEM) is None
    assert script.next_due() == ASKED + AFTER
    clock.advance(AFTER)
    assert script(BY, ITEM) is not None


def test_a_decision_that_is_being_given_is_due_until_it_is_taken(script, clock):
    clock.advance(AFTER)
    script(BY, ITEM)
    assert script.is_due()
    script.settled(ITEM["id"])
    assert script.next_due() is None
