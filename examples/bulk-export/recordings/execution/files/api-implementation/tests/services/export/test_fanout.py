import threading

import pytest

from services.export.fanout import fan_out
from telemetry import trace_id, traced


def test_every_piece_is_made_once():
    made = fan_out(range(100), lambda number: number * 2, workers=3, ahead=6)
    assert sorted(made) == [number * 2 for number in range(100)]


def test_nothing_in_gives_nothing_out():
    assert list(fan_out([], str, workers=2, ahead=4)) == []


def test_pieces_are_made_side_by_side():
    both_are_at_work = threading.Barrier(2, timeout=10)
    made = fan_out([1, 2], lambda number: both_are_at_work.wait() >= 0, workers=2, ahead=4)
    assert list(made) == [True, True]


def test_no_more_pieces_are_read_than_may_be_in_flight():
    taken = []

    def pieces():
        for number in range(50):
            taken.append(number)
            yield number

    made = 0
    for _ in fan_out(pieces(), str, workers=2, ahead=4):
        made += 1
        # One more may have been taken by the reader when a result is handed over.
        assert len(taken) - made <= 4
    assert made == 50


def test_an_error_in_a_worker_rises_and_the_rest_is_dropped():
    made = []

    def make(number):
        if number == 3:
            raise ValueError("piece 3")
        made.append(number)

    with pytest.raises(ValueError, match="piece 3"):
        list(fan_out(range(1000), make, workers=2, ahead=4))
    assert len(made) < 20


def test_when_the_loop_is_left_nobody_works_any_more():
    ended = []
    results = fan_out(iter(range(1000)), ended.append, workers=2, ahead=4)
    next(results)
    results.close()
    before = len(ended)
    names = {thread.name for thread in threading.enumerate()}
    assert not any(name.startswith("export-fan-out") for name in names)
    assert len(ended) == before < 1000


def test_workers_log_under_the_trace_of_the_job():
    with traced("abc"):
        seen = set(fan_out(range(8), lambda number: trace_id.get(), workers=2, ahead=4))
    assert seen == {"abc"}
