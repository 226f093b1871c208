"""What the access log tells of the time since everybody is reached, against the time before."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from headrace.packs.enterprise.ship.trying import MET, NOT_EVALUATED, NOT_MET
from headrace.packs.enterprise.ship.validating import compared

BEGAN = datetime(2026, 3, 25, 12, tzinfo=UTC)
READ, EXPORT = "GET /records", "POST /exports"


@pytest.fixture
def log(tmp_path):
    file = tmp_path / "access.jsonl"

    def write(hours, route, count, seconds, status=200):
        with file.open("a") as out:
            for number in range(count):
                at = BEGAN + timedelta(hours=hours, seconds=number / 100)
                told = {
                    "at": at.isoformat(),
                    "user": f"user-{number}",
                    "route": route,
                    "status": status,
                    "seconds": seconds,
                }
                out.write(json.dumps(told) + "\n")

    return file, write


def results(file):
    return {one.check: one for one in compared(file, BEGAN.isoformat())}


def test_as_before_is_met(log):
    file, write = log
    write(-1, READ, 200, 0.02)
    write(1, READ, 200, 0.021)
    assert {one.result for one in results(file).values()} == {MET}


def test_twice_as_slow_for_more_than_one_in_twenty_is_not_met(log):
    file, write = log
    write(-1, READ, 200, 0.02)
    write(1, READ, 180, 0.02)
    write(1, READ, 20, 0.05)
    told = results(file)["latency"]
    assert told.result == NOT_MET
    assert told.figure == "10.0% slower than 2 times p95 before"


def test_slow_requests_that_are_asked_more_often_now_slow_nothing_down(log):
    file, write = log
    write(-1, READ, 400, 0.02)
    write(-1, EXPORT, 40, 0.3, 202)
    write(-1, EXPORT, 400, 0.002, 404)  # whoever was not reached was refused quickly
    write(1, READ, 200, 0.02)
    write(1, EXPORT, 200, 0.3, 202)
    assert results(file)["latency"].result == MET


def test_what_nobody_asked_before_is_compared_with_nothing(log):
    file, write = log
    write(-1, READ, 200, 0.02)
    write(1, EXPORT, 200, 3.0, 202)
    assert results(file)["latency"].result == NOT_EVALUATED


def test_more_failures_are_not_met_and_single_ones_are(log):
    file, write = log
    write(-1, READ, 1_000, 0.02)
    write(1, READ, 1_000, 0.02)
    write(1, READ, 4, 0.02, 503)
    assert results(file)["errors"].result == MET
    write(1, READ, 20, 0.02, 503)
    assert results(file)["errors"].result == NOT_MET


def test_too_few_say_nothing_and_lines_that_are_none_are_passed_over(log):
    file, write = log
    write(-1, READ, 5, 0.02)
    with file.open("a") as out:
        out.write('not json\n[]\n{"at": 3}\n')
    assert {one.result for one in results(file).values()} == {NOT_EVALUATED}
