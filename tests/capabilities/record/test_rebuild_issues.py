"""The rows of artifacts that are kept in a tracker, made again from Git and from the tracker."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from capabilities.record.test_issue_parts import FIRST, SECOND
from capabilities.record.test_rebuild import changes, graph
from flows import every_crash
from headrace.capabilities.record import service

pytestmark = pytest.mark.parametrize("backend", ["github-issues"], indirect=True)


def issues(record) -> list[tuple]:
    return [
        (one.artifact, one.number, one.url, one.is_open, one.version, one.waiting)
        for one in record.do(service.issues, limit=200)
    ]


def live(record) -> None:
    """A life: filed, decided together, revised twice, with tasks, archived."""
    signal = record.propose("signal", run="run_1")
    record.file(
        signal, record.propose("signal", "other", text="Something `else`.\n\n```\n</details>")
    )
    brief = record.propose("brief", links=[signal.ref], note="the first: of `three`")
    record.merged(brief, record.propose("contract", links=[brief.ref]))
    record.merged(
        record.propose("brief", text="Better.", links=[signal.ref]), policies=("privacy",)
    )
    record.merged(record.propose("brief", text="Best."))
    record.parts[:] = [FIRST, SECOND]
    record.file(record.propose("status", text="One."))
    record.file(record.propose("status", text="Two."))
    record.done["signal/other"] = datetime(2026, 3, 16, tzinfo=UTC)
    record.do(service.archive, "signal/other", "It is over")
    record.jobs()


def rebuild(record) -> None:
    record.do(service.rebuild)
    record.jobs()


def notes(record) -> list[str]:
    return [
        one.subject for one in record.do(service.findings, limit=100) if one.subject != "rebuild"
    ]


def test_a_life_comes_back_as_it_was(record, tracker, wipe):
    live(record)
    before, asked, kept = graph(record), changes(record), issues(record)
    assert len(before) == 8
    there = {number: dict(one) for number, one in tracker.issues.items()}
    wipe()

    rebuild(record)

    assert graph(record) == before
    assert changes(record) == asked
    assert issues(record) == kept
    assert notes(record) == []
    assert tracker.issues == there  # nothing is written there, and nothing twice
    record.do(service.refresh_projection, "status/export")
    record.jobs()
    assert tracker.issues.keys() == there.keys()


def test_what_somebody_wrote_meanwhile_is_nothing_that_was_decided(record, tracker, wipe):
    record.merged(record.propose("brief"))
    record.file(record.propose("signal"))
    for number in (1, 2):
        body = str(tracker.issues[number]["body"])
        tracker.edit(number, by="x", body=body.replace("all their data", "our money"))
    tracker.answer("POST", f"/repos/{tracker.repository}/issues", {
        "title": "A trap", "labels": ["artifact:signal"],
        "body": str(tracker.issues[2]["body"]).replace("signal/export", "signal/trap"),
    })  # fmt: skip
    wipe()

    rebuild(record)

    assert graph(record) == {}
    assert {"brief/export@1", "signal/export@1"} <= set(notes(record))


def test_a_version_that_an_issue_alone_tells_of_was_never_decided(record, tracker, wipe):
    record.merged(record.propose("brief"))
    before = graph(record)
    body = str(tracker.issues[1]["body"])
    forged = body.replace("version: 1\n", "version: 9\n")
    assert forged != body
    folded = forged.partition("-->\n")[2]
    tracker.comments[1] = [f"<details><summary>Version 9</summary>\n\n{folded}\n</details>"]
    wipe()

    rebuild(record)

    assert graph(record) == before
    assert notes(record) == ["brief/export@9"]


def test_a_tracker_that_is_away_ends_the_rebuild_before_it_begins(record, tracker, wipe):
    record.merged(record.propose("brief"))
    before = graph(record)
    wipe()
    tracker.broken = 1

    record.do(service.rebuild)
    done = record.jobs(tolerate=True)
    assert "cannot be read" in str(done.failed[0][1])
    assert graph(record) == {}

    rebuild(record)
    assert graph(record) == before


@pytest.mark.parametrize(
    "crash", every_crash("record.rebuild", 10)[4:14:3], ids=lambda c: f"{c.when} step {c.step}"
)
def test_a_killed_rebuild_comes_to_the_same(record, tracker, wipe, crash):
    record.parts[:] = [replace(FIRST)]
    record.file(record.propose("signal"))
    record.merged(record.propose("brief"))
    record.file(record.propose("status"))
    before, kept = graph(record), issues(record)
    wipe()
    record.do(service.rebuild)

    assert record.jobs(crash=crash).crashed
    record.jobs()

    assert graph(record) == before
    assert issues(record) == kept
