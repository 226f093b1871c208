"""From the fault to the service that has the feature off: measured in real seconds (AE-58)."""

import threading
import time
from datetime import UTC, datetime
from urllib.request import urlopen

import pytest

from headrace.capabilities.releases.model import ReleaseStatus
from headrace.kernel.clock import ScaledClock
from packs.enterprise.ship.test_release import approve

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

MOST = 30.0


def seen(shipping) -> str:
    """What the running service says over HTTP of the one who rehearses."""
    return urlopen(f"{shipping.address}/feature", timeout=5).read().decode()


def test_a_fault_turns_the_feature_off_at_the_service_within_half_a_minute(shipping):
    shipping.ready()
    approve(shipping)
    world = shipping.world
    world.clock = ScaledClock(origin=world.clock.now(), started=datetime.now(UTC), scale=3600.0)
    world.open()  # from here on the organisation's time runs by itself
    world.jobs()
    assert shipping.release().status is ReleaseStatus.DEPLOYING
    reached = next(f"user-{n}" for n in range(10_000) if shipping.is_on(f"user-{n}"))

    began = time.monotonic()
    fault = threading.Thread(
        target=shipping.traffic,
        kwargs={
            "users": 1500,
            "failing": lambda is_reached, number: is_reached and number % 4 == 0,
        },
    )
    fault.start()
    while shipping.is_on(reached) and time.monotonic() - began < 4 * MOST:
        world.jobs()
        time.sleep(0.2)
    off_after = time.monotonic() - began
    fault.join()
    world.jobs()

    assert seen(shipping) == "off"
    assert shipping.release().status is ReleaseStatus.ROLLED_BACK
    assert off_after < MOST, f"the feature was on for {off_after:.1f} s after the fault began"
    print(f"off after {off_after:.1f} s")
