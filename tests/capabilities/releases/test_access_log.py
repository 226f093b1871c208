"""Who used a route, as the access log tells it."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from headrace.capabilities.releases.tools.access_log import users

NOON = datetime(2026, 4, 9, 12, tzinfo=UTC)
EXPORT = "/api/v2/export/bulk"


def written(folder, *lines):
    log = folder / "access.jsonl"
    usual = {"at": NOON.isoformat(), "user": "acme", "status": 202, "seconds": 0.1}
    log.write_text("".join(json.dumps(usual | line) + "\n" for line in lines))
    return log


@pytest.mark.parametrize(
    "line",
    [
        {"route": f"POST {EXPORT}"},
        {"route": EXPORT, "method": "POST"},
        {"route": EXPORT},
    ],
    ids=["before its route", "by itself", "not told"],
)
def test_the_method_is_read_wherever_the_log_tells_it(tmp_path, line):
    log = written(tmp_path, line)
    assert users(log, NOON, None, EXPORT, "POST") == {"acme"}
    assert users(log, NOON, None, EXPORT) == {"acme"}


def test_another_method_another_route_and_a_refusal_are_no_use_of_it(tmp_path):
    log = written(
        tmp_path,
        {"route": f"GET {EXPORT}"},
        {"route": f"POST {EXPORT}/x"},
        {"route": f"POST {EXPORT}", "status": 404},
        {"route": f"POST {EXPORT}", "user": ""},
    )
    assert users(log, NOON, None, EXPORT, "POST") == frozenset()


def test_only_the_time_that_is_asked_for_counts_also_of_the_log_before(tmp_path):
    written(tmp_path, {"route": f"POST {EXPORT}", "user": "early"}).rename(
        tmp_path / "access.jsonl.1"
    )
    later = (NOON + timedelta(hours=1)).isoformat()
    log = written(tmp_path, {"route": f"POST {EXPORT}", "user": "late", "at": later})
    assert users(log, NOON, None, EXPORT) == {"early", "late"}
    assert users(log, NOON + timedelta(minutes=1), None, EXPORT) == {"late"}
    assert users(log, NOON, NOON + timedelta(minutes=1), EXPORT) == {"early"}
