"""Organisation time: read from text, and paced by a file that every process reads."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from headrace.kernel.clock import (
    HEED,
    PacedClock,
    RealClock,
    ScaledClock,
    begin_course,
    format_clock,
    parse_clock,
    set_pace,
)
from headrace.kernel.errors import Invalid

ORIGIN = datetime(2026, 3, 15, 16, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def clock(tmp_path):
    return begin_course(
        tmp_path / "clock", ScaledClock(origin=ORIGIN, started=datetime.now(UTC), scale=1.0)
    )


def heeded():
    time.sleep(HEED.total_seconds() + 0.02)


def test_each_form_is_read_back_as_it_was_written(tmp_path):
    scaled = ScaledClock(origin=ORIGIN, started=ORIGIN + HOUR, scale=1234567.25)
    assert parse_clock(format_clock(scaled)) == scaled
    assert parse_clock("real") == RealClock()
    assert parse_clock(f"paced:{tmp_path / 'clock'}") == PacedClock(tmp_path / "clock")


@pytest.mark.parametrize(
    "text", ["", "paced:", "scaled:0@2026-03-15T16:00:00Z/2026-03-15T16:00:00Z"]
)
def test_what_is_no_clock_is_refused_with_the_forms_that_are(text):
    with pytest.raises(Invalid, match="write `real`, `paced:FILE`, or `scaled:"):
        parse_clock(text)


def test_a_new_pace_goes_on_where_the_old_one_was(clock):
    before = clock.now()
    set_pace(clock, (3600.0, None))
    heeded()
    soon = clock.now()
    time.sleep(0.1)
    assert before <= soon < before + HOUR
    assert clock.now() - soon >= timedelta(minutes=5)


def test_another_process_tells_the_same_time(clock):
    other = PacedClock(clock.path)
    other.now()
    set_pace(clock, (86_400.0, None))
    heeded()
    assert abs(other.now() - clock.now()) < timedelta(hours=1)


def test_a_leap_ends_where_it_was_meant_to(clock):
    set_pace(clock, (864_000.0, timedelta(days=2)), (1.0, None))
    time.sleep(HEED.total_seconds() + 0.3)
    assert timedelta(0) <= clock.now() - (ORIGIN + timedelta(days=2)) < timedelta(seconds=5)
    assert clock.scale == 1.0


def test_a_leap_that_is_cut_short_neither_jumps_nor_runs_backwards(clock):
    set_pace(clock, (86_400.0, timedelta(days=30)), (1.0, None))
    heeded()
    told = [clock.now()]
    set_pace(clock, (1.0, None))
    for _ in range(20):
        time.sleep(0.01)
        told.append(clock.now())
    assert told == sorted(told)
    assert told[-1] < ORIGIN + timedelta(days=1)


def test_it_never_runs_backwards_however_often_the_pace_is_set(clock):
    told = []
    for number in range(60):
        set_pace(clock, (1.0 + 5_000.0 * (number % 3), None))
        told.append(clock.now())
        time.sleep(0.005)
    assert told == sorted(told)
    assert len(clock.course()) <= 60


@pytest.mark.parametrize(
    ("text", "said"), [(None, "cannot be read"), ("", "tells no time"), ("noon\n", "is no clock")]
)
def test_a_file_that_tells_no_time_is_named(tmp_path, text, said):
    file = tmp_path / "clock"
    if text is not None:
        file.write_text(text)
    with pytest.raises(Invalid, match=said):
        PacedClock(file).now()
