"""Who judges that others are silent must itself have shown life for a whole lease without a gap."""

from datetime import timedelta

import pytest

from headrace.capabilities.workflows.pulse import Pulse


class Watch:
    """Real time, moved by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def pulse(watch: Watch) -> Pulse:
    return Pulse(timedelta(seconds=20), watch)


def beat(pulse: Pulse, watch: Watch, times: int, every: float = 5.0) -> None:
    for _ in range(times):
        watch.seconds += every
        pulse.beaten()


def test_a_worker_judges_after_a_whole_lease_of_beats(pulse: Pulse, watch: Watch):
    judged = []
    for _ in range(6):
        beat(pulse, watch, 1)
        judged.append(pulse.may_judge())

    assert judged == [False, False, False, False, True, True]


def test_a_beat_that_did_not_get_through_begins_the_waiting_anew(pulse: Pulse, watch: Watch):
    beat(pulse, watch, 6)

    pulse.missed()

    assert not pulse.may_judge()
    beat(pulse, watch, 4)
    assert not pulse.may_judge()
    beat(pulse, watch, 1)
    assert pulse.may_judge()


def test_an_outage_without_an_error_counts_like_one_with_it(pulse: Pulse, watch: Watch):
    beat(pulse, watch, 6)

    watch.seconds += 30  # the next beat hangs while the server is started again

    assert not pulse.may_judge()
    pulse.beaten()
    assert not pulse.may_judge()
    beat(pulse, watch, 4)
    assert pulse.may_judge()


def test_nobody_judges_before_the_first_beat(pulse: Pulse):
    assert not pulse.may_judge()
