"""Projections: files drawn anew from live rows, without a new version."""

from headrace.capabilities.artifacts.model import ArtifactId
from headrace.capabilities.record import service
from headrace.capabilities.record.flows.writing import write_batch

BRIEF = "work/missions/export/BRIEF.md"
STATUS = "work/missions/export/STATUS.md"


def refresh(record, *names: str) -> None:
    for name in names:
        record.do(service.refresh_projection, ArtifactId(name))


def test_many_requests_make_one_commit(record):
    record.merged(record.propose("brief"))
    record.file(record.propose("status"))
    record.live.update({"brief/export": "active", "status/export": "on-track"})
    refresh(record, "brief/export", "status/export", "brief/export")

    record.jobs()

    assert record.log()[3:] == ["Draw 2 files anew"]
    assert "**Status:** active" in record.show(BRIEF)
    assert "**Status:** on-track" in record.show(STATUS)
    assert record.effective("brief/export") == 1


def test_nothing_is_written_when_nothing_differs(record):
    record.live["brief/export"] = "active"
    record.merged(record.propose("brief"))
    before = record.log()

    refresh(record, "brief/export")
    record.jobs()

    assert record.log() == before
    assert record.events("record.projected") == []


def test_what_has_no_effective_version_is_not_drawn(record):
    record.propose("brief")

    refresh(record, "brief/export")
    record.jobs()

    assert record.log() == ["Found the record"]


def test_a_request_while_a_batch_is_being_written_is_not_lost(record):
    record.merged(record.propose("brief"))
    record.live["brief/export"] = "active"
    refresh(record, "brief/export")
    plan = record.do(service.claim_projections, "bat_1")

    record.live["brief/export"] = "completed"
    refresh(record, "brief/export")
    record.jobs()
    assert "Status" not in record.show(BRIEF)
    record.do(service.drawn, "bat_1", write_batch(plan))
    record.jobs()

    assert "**Status:** completed" in record.show(BRIEF)
    assert record.log()[2:] == ["Draw brief/export anew", "Draw brief/export anew"]


def test_an_older_version_is_never_drawn_over_a_newer_one(record):
    record.merged(record.propose("brief", text="One."))
    record.live["brief/export"] = "active"
    refresh(record, "brief/export")
    plan = record.do(service.claim_projections, "bat_1")
    record.merged(record.propose("brief", text="Two."))

    written = write_batch(plan)

    assert written.commit is None
    assert "Two." in record.show(BRIEF)


def test_a_projection_is_no_hand_made_edit(record):
    record.merged(record.propose("brief"))
    record.live["brief/export"] = "active"
    refresh(record, "brief/export")
    record.jobs()

    record.do(service.sync)
    record.jobs()

    assert record.do(service.findings) == []
    assert record.events("record.taken_in") == []
