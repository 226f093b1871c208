"""Rows of what is kept in a tracker, compared with their issues, with Git and with the journal."""

import pytest

from capabilities.record.test_issue_parts import FIRST
from capabilities.record.test_rebuild import damage, deletable, graph, lose  # noqa: F401 - a fixture
from capabilities.record.test_rebuild_issues import issues, live
from headrace.capabilities.record import service

pytestmark = pytest.mark.parametrize("backend", ["github-issues"], indirect=True)


def compare(record, **asked) -> list[tuple[str, str]]:
    """Subject and kind of what was found by it."""
    before = {one.id for one in record.do(service.findings, limit=100)}
    record.do(service.compare, **asked)
    record.jobs()
    found = record.do(service.findings, limit=100)
    return sorted((one.subject, one.kind) for one in found if one.id not in before)


def messages(record) -> str:
    return " | ".join(one.message for one in record.do(service.findings, limit=100))


ROWS = "UPDATE artifacts_version SET {} WHERE organisation = :here AND artifact = '{}'"


def test_damaged_rows_are_told_and_come_back_equal(record, tracker):
    live(record)
    before, kept = graph(record), issues(record)
    there = {number: dict(one) for number, one in tracker.issues.items()}
    assert compare(record) == []
    lose(record, "brief/export", 3)  # decided
    lose(record, "status/export", 1)  # a former one, filed
    damage(record, ROWS.format('content = \'{"title": "Mine"}\'', "contract/export"))
    damage(record, ROWS.format("commit = NULL, phase = 'draft'", "signal/other"))
    damage(record, ROWS.format("made_by = 'prn_other', run = NULL", "signal/export"))
    damage(record, "DELETE FROM record_issue WHERE organisation = :here AND id = 'contract/export'")
    wrong = [
        "brief/export@3",
        "contract/export",
        "contract/export@1",
        "signal/export@1",
        "signal/other@1",
        "status/export@1",
    ]

    assert compare(record) == [(one, "differs") for one in wrong]
    assert compare(record, replace=True) == [(one, "restored") for one in wrong]

    assert (graph(record), issues(record)) == (before, kept)
    assert compare(record) == []
    told = [(one["versions"], one["differing"]) for one in record.events("record.rows_compared")]
    assert told == [(8, 0), (8, 6), (8, 6), (8, 0)]
    assert tracker.issues == there


def test_how_issues_stand_is_held_against_their_rows(record, tracker):
    record.parts[:] = [FIRST]
    record.file(record.propose("signal"), record.propose("signal", "other"))
    record.merged(record.propose("brief"))
    record.file(record.propose("status"))
    assert compare(record) == []
    number = {one.artifact: one.number for one in record.do(service.issues)}
    tracker.edit(number["brief/export"], by="x", state="closed")
    tracker.edit(number["signal/export"], by="x", body="Nothing at all.")
    body = str(tracker.issues[number["signal/other"]]["body"])
    tracker.edit(number["signal/other"], by="x", body=body.replace("all", "none of"))
    del tracker.issues[number["status/export#TASK-001"]]

    assert compare(record) == [
        ("brief/export", "differs"),
        ("signal/export", "differs"),
        ("signal/other", "differs"),
        ("status/export#TASK-001", "differs"),
    ]
    told = messages(record)
    assert f"its issue #{number['brief/export']} is closed, and its row says otherwise" in told
    assert f"its issue #{number['signal/other']} does not stand as it was written" in told
    assert f"its issue #{number['status/export#TASK-001']} is gone, or its first line is" in told


def test_an_edit_that_is_decided_about_and_what_waits_to_be_written_is_no_difference(
    record, tracker
):
    record.merged(record.propose("brief"))
    body = str(tracker.issues[1]["body"])
    tracker.edit(1, by="ada", body=body.replace("all their data", "a part of it"))
    record.do(service.look_now)
    record.jobs()
    tracker.broken = 1  # nothing is written for a while
    record.file(record.propose("signal"))

    assert compare(record) == []


def test_a_tracker_that_cannot_be_read_is_told_and_nothing_else_is(record, tracker):
    record.merged(record.propose("brief"))
    lose(record, "brief/export", 1)
    tracker.broken = 1

    record.do(service.compare)
    done = record.jobs(tolerate=True)

    assert "The tracker cannot be read" in str(done.failed[0][1])
    (finding,) = record.do(service.findings, limit=100)
    assert (finding.subject, finding.kind) == ("tracker", "unreadable")
    assert "has compared nothing" in finding.message
    assert not record.events("record.rows_compared")
