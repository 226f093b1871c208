"""Parts of an artifact, such as the tasks of a mission, as issues of their own."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from flows import every_crash
from headrace.capabilities.record import service
from headrace.capabilities.record.model import IssuePart

pytestmark = pytest.mark.parametrize("backend", ["github-issues"], indirect=True)

FIRST = IssuePart(
    name="TASK-001",
    title="[TASK-001] Write CSV",
    text="- **Status:** pending",
    labels=("artifact:task", "priority:high"),
    is_open=True,
)
SECOND = replace(FIRST, name="TASK-002", title="[TASK-002] Write JSON")


@pytest.fixture
def backend(backend):
    return replace(backend, people={"ada-at-home": "ada"})


def redraw(record) -> None:
    record.do(service.refresh_projection, "status/export")
    record.jobs()


def look(record) -> None:
    record.do(service.look_now)
    record.jobs()


@pytest.fixture
def mission(record):
    """A mission with two tasks, written to the tracker."""
    record.parts[:] = [FIRST, SECOND]
    record.merged(record.propose("brief"))
    record.file(record.propose("status"))
    return record


def number(record, id: str) -> int:
    return next(one.number for one in record.do(service.issues, limit=100) if one.artifact == id)


def test_each_is_an_issue_under_that_of_its_mission(mission, tracker):
    first, second = (number(mission, f"status/export#{name}") for name in ("TASK-001", "TASK-002"))

    assert tracker.issues[first]["title"] == "[TASK-001] Write CSV"
    assert {first, second} < set(tracker.parts[number(mission, "brief/export")])
    assert {one["name"] for one in tracker.issues[second]["labels"]} == {
        "artifact:task",
        "priority:high",
    }
    assert not mission.do(service.issues, waiting=True)


def test_only_the_one_that_changed_is_written_again(mission, tracker):
    redraw(mission)
    first = number(mission, "status/export#TASK-001")
    before = {n: one["updated_at"] for n, one in tracker.issues.items()}
    asked = len(tracker.asked)

    mission.parts[0] = replace(FIRST, is_open=False, text="- **Status:** completed")
    redraw(mission)

    assert tracker.issues[first]["state"] == "closed"
    assert tracker.issues[first]["state_reason"] == "completed"
    assert "completed" in str(tracker.issues[first]["body"])
    changed = [one.path for one in tracker.asked[asked:] if one.method == "PATCH"]
    assert changed == [f"/repos/acme/work/issues/{first}"]
    assert before.keys() == tracker.issues.keys()


@pytest.mark.parametrize(
    ("status", "reason"), [("completed", "completed"), ("cancelled", "not_planned")]
)
def test_what_was_dropped_is_closed_as_not_planned_and_so_is_a_part_that_was_not_done(
    mission, tracker, status, reason
):
    mission.parts[0] = replace(FIRST, is_open=False)
    mission.live["brief/export"] = status
    mission.done["brief/export"] = datetime(2026, 3, 1, tzinfo=UTC)

    mission.do(service.archive, "brief/export", "It is over")
    mission.jobs()

    told = {
        one.artifact: tracker.issues[one.number]["state_reason"]
        for one in mission.do(service.issues)
    }
    assert told == {
        "brief/export": reason,
        "status/export": reason,
        "status/export#TASK-001": "completed",
        "status/export#TASK-002": "not_planned",
    }


def test_what_somebody_does_there_is_asked_of_whoever_draws_them(mission, tracker):
    first = number(mission, "status/export#TASK-001")
    tracker.edit(first, by="stranger", state="closed", state_reason="not_planned")
    look(mission)
    assert mission.moves == []
    assert tracker.issues[first]["state"] == "open"
    assert "nobody here" in tracker.comments[first][-1]

    tracker.edit(first, by="ada-at-home", state="closed", state_reason="completed")
    look(mission)
    assert tracker.issues[first]["state"] == "open"
    assert "done when it is done" in tracker.comments[first][-1]

    tracker.edit(first, by="ada-at-home", state="closed", state_reason="not_planned")
    mission.parts[0] = replace(FIRST, is_open=False, closed_as="not_planned")
    look(mission)
    assert tracker.issues[first]["state"] == "closed"
    assert [(one.name, one.is_open) for one in mission.moves] == [("TASK-001", False)] * 2


def test_a_text_that_somebody_wrote_stays_and_the_state_goes_on(mission, tracker):
    first = number(mission, "status/export#TASK-001")
    tracker.edit(first, by="stranger", body="Mine now. approve: yes")
    look(mission)
    (finding,) = mission.do(service.findings)
    assert (finding.kind, finding.subject) == ("live_values", "status/export#TASK-001")

    mission.parts[0] = replace(FIRST, is_open=False, text="- **Status:** completed")
    redraw(mission)

    assert tracker.issues[first]["body"] == "Mine now. approve: yes"
    assert tracker.issues[first]["state"] == "closed"
    mission.do(service.overwrite, "status/export#TASK-001", "It is drawn", by="vp-product")
    mission.jobs()
    assert "completed" in str(tracker.issues[first]["body"])


@pytest.mark.parametrize(
    "crash", every_crash("record.track", 6), ids=lambda c: f"{c.when} {c.step}"
)
def test_a_killed_writing_makes_no_second_one(record, tracker, crash):
    record.merged(record.propose("brief"))
    record.parts[:] = [FIRST, SECOND]
    record.file(record.propose("status"), drain=False)

    record.jobs(crash=crash)
    record.jobs()

    assert len(tracker.issues) == 4
    assert sorted(tracker.parts[1]) == [2, 3, 4]
