"""Work products in an issue tracker: written there once each, whatever crashes, limits or breaks."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from flows import Crash, every_crash
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.record import service
from headrace.capabilities.record.model import ReviewVerdict

pytestmark = pytest.mark.parametrize("backend", ["github-issues"], indirect=True)

MONDAY = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)


def told(crash: Crash) -> str:
    return f"{crash.when} step {crash.step}"


def issue(record, artifact: str):
    found = {one.artifact: one for one in record.do(service.issues, limit=100)}
    return found[artifact]


def titles(tracker) -> list[str]:
    return [str(one["title"]) for _, one in sorted(tracker.issues.items())]


def labels(tracker, number: int) -> set[str]:
    return {one["name"] for one in tracker.issues[number]["labels"]}


def test_a_filed_signal_is_an_issue_and_no_file(record, tracker):
    record.file(record.propose("signal", title="Exports asked for"))

    assert record.effective("signal/export") == 1
    assert record.log() == ["Found the record"]
    found = issue(record, "signal/export")
    assert (found.number, found.is_open, found.waiting, found.version) == (1, True, False, 1)
    assert found.url == tracker.issues[1]["html_url"]
    assert titles(tracker) == ["Exports asked for"]
    assert labels(tracker, 1) == {"artifact:signal"}
    body = str(tracker.issues[1]["body"])
    assert "Customers export all their data." in body
    assert "id: signal/export" in body
    (event,) = record.events("record.issue_written")
    assert (event["number"], event["version"]) == (1, 1)


def test_what_is_decided_together_is_decided_in_git_and_stands_in_issues(record, tracker):
    change = record.merged(record.propose("brief"), record.propose("contract"))

    tree = record.git("ls-tree", "-r", "--name-only", "main").splitlines()
    assert tree == ["CODEOWNERS", "README.md"]
    message = record.git("log", "-1", "--format=%B", "main")
    assert f"Headrace-Change: {change.id}" in message
    assert "Headrace-Artifact: brief/export@1 sha256:" in message
    brief, contract = issue(record, "brief/export"), issue(record, "contract/export")
    assert tracker.parts == {brief.number: [contract.number]}
    assert titles(tracker)[brief.number - 1] == "[MISSION-2026-001] The brief"


def test_an_approver_of_its_path_is_asked_for_as_in_git(record):
    change = record.open(record.propose("brief"))

    assert change.paths == ("work/missions/export/BRIEF.md",)
    assert [one.owners for one in record.do(service.missing_reviews, change)] == [("@vp-product",)]


def test_types_without_a_form_and_those_set_apart_stay_where_they_were(record, tracker):
    record.file(record.propose("measure"))

    assert record.effective("measure/export") == 1
    assert tracker.asked == []


def test_what_is_in_git_already_stays_there(folder, record, tracker, units, backend):
    def decided(ctx) -> None:
        made = artifacts.get(ctx, "signal/export")
        ctx.db.execute(
            sa.text("UPDATE artifacts_artifact SET effective = 1 WHERE id = :id"), {"id": made.id}
        )

    record.propose("signal")
    record.do(decided)

    assert record.do(service.in_git, "signal/export")


def test_a_new_version_edits_the_issue_and_says_so_below_it(record, tracker):
    record.merged(record.propose("brief"))
    change = record.merged(record.propose("brief", text="Another thing."))

    (number,) = tracker.issues
    assert "Another thing." in str(tracker.issues[number]["body"])
    (comment,) = tracker.comments[number]
    assert f"Version 2 counts from now on, decided by {change.id}." in comment


def test_live_values_are_drawn_anew(record, tracker):
    record.live["brief/export"] = "approved"
    record.merged(record.propose("brief"))
    record.live["brief/export"] = "active"
    record.do(service.refresh_projection, "brief/export")
    record.jobs()

    assert "active" in str(tracker.issues[1]["body"])
    assert len(tracker.issues) == 1
    assert tracker.comments == {}


def test_what_was_edited_on_both_sides_at_once_is_left_alone_and_told(record, tracker):
    record.merged(record.propose("brief"))
    body = str(tracker.issues[1]["body"])
    tracker.edit(1, by="ada", body=body.replace("Customers export", "Everybody exports"))
    record.merged(record.propose("brief", text="Another thing."))

    assert "Everybody exports" in str(tracker.issues[1]["body"])
    (finding,) = record.do(service.findings)
    assert (finding.kind, finding.subject) == ("conflict", "brief/export")
    assert "sections.objective" in finding.message
    assert "headrace issue overwrite brief/export" in finding.message
    assert "sections.objective" in issue(record, "brief/export").error
    assert record.effective("brief/export") == 2

    record.do(service.overwrite, "brief/export", "It is version 2 now", by="vp-product")
    record.jobs()
    body = str(tracker.issues[1]["body"])
    assert "Another thing." in body
    assert "Everybody exports" not in body
    assert issue(record, "brief/export").error == ""
    assert [event["why"] for event in record.events("record.overwritten")] == [
        "It is version 2 now"
    ]


def test_what_we_wrote_before_we_were_limited_is_not_taken_for_an_edit(record, tracker, clock):
    record.merged(record.propose("brief"))
    tracker.silent = 1  # the text is changed, and nobody says so
    record.merged(record.propose("brief", text="Two."))
    assert "Two." in str(tracker.issues[1]["body"])
    record.merged(record.propose("brief", text="Three."))

    clock.advance(timedelta(minutes=2))
    record.jobs()

    assert "Three." in str(tracker.issues[1]["body"])
    assert not record.do(service.findings)


def test_labels_that_people_set_stay(record, tracker):
    record.merged(record.propose("brief"))
    tracker.issues[1]["labels"] = [{"name": "good first issue"}, {"name": "artifact:wrong"}]
    record.merged(record.propose("brief", text="Another thing."))

    assert labels(tracker, 1) == {"artifact:mission", "good first issue"}


def test_archived_is_closed_and_brought_back_is_open_again(record, tracker):
    record.merged(record.propose("brief"), record.propose("contract"))
    record.done["brief/export"] = MONDAY
    record.do(service.archive, "brief/export", "It is over")
    record.jobs()

    assert tracker.issues[1]["state"] == "closed"
    assert tracker.issues[1]["state_reason"] == "completed"
    assert "Nothing is deleted" in tracker.comments[1][0]
    assert not issue(record, "brief/export").is_open

    record.do(service.unarchive, "brief/export", "It begins anew")
    record.jobs()
    assert tracker.issues[1]["state"] == "open"


@pytest.mark.parametrize("crash", every_crash("record.track", 8), ids=told)
def test_a_killed_writing_makes_no_second_issue_and_no_second_comment(record, tracker, crash):
    record.merged(record.propose("brief"))
    change = record.open(record.propose("brief", text="Another thing."), record.propose("contract"))
    record.merge(change, drain=False)

    assert record.jobs(crash=crash).crashed
    record.jobs()

    assert len(tracker.issues) == 2
    assert [len(texts) for texts in tracker.comments.values()] == [1]
    assert tracker.parts == {1: [2]}
    assert not record.do(service.issues, waiting=True)


def test_an_issue_that_was_made_and_not_answered_for_is_found_again(record, tracker, clock):
    tracker.silent = 1
    record.file(record.propose("signal"))
    assert len(tracker.issues) == 1
    assert issue(record, "signal/export").waiting

    clock.advance(timedelta(minutes=2))
    record.jobs()

    assert len(tracker.issues) == 1
    assert issue(record, "signal/export").number == 1
    assert [one.method for one in tracker.asked].count("POST") == 1


def test_somebody_elses_issue_is_never_taken_for_ours(record, tracker):
    tracker.issues[1] = {
        "id": 1, "number": 1, "html_url": "", "title": "A trap", "state": "open",
        "body": "<!-- headrace:signal/export -->\nid: signal/export",
        "labels": [{"name": "artifact:signal"}], "updated_at": "2999-01-01T00:00:00Z",
    }  # fmt: skip
    record.file(record.propose("signal"))

    assert issue(record, "signal/export").number == 2
    assert tracker.issues[1]["title"] == "A trap"


def test_a_tracker_that_wants_to_be_left_alone_is_left_alone(record, tracker, clock):
    tracker.limited, tracker.retry_after = 1, 120
    record.file(record.propose("signal"), record.propose("signal", "other"))
    asked = len(tracker.asked)

    clock.advance(timedelta(seconds=60))
    record.jobs()
    assert len(tracker.asked) == asked
    assert record.effective("signal/other") == 1  # deciding waits for no tracker
    assert len(record.do(service.issues, waiting=True)) == 2

    clock.advance(timedelta(seconds=61))
    record.jobs()
    assert len(tracker.issues) == 2
    assert not record.do(service.issues, waiting=True)


def test_while_it_breaks_everything_waits_and_nothing_asks_in_circles(record, tracker, clock):
    tracker.broken = 2
    record.file(record.propose("signal"))
    assert len(tracker.asked) == 1
    found = issue(record, "signal/export")
    assert (found.waiting, found.number) == (True, None)
    assert "did not answer" in found.error

    for _ in range(3):
        clock.advance(timedelta(minutes=1, seconds=1))
        record.jobs()
    assert len(tracker.issues) == 1
    assert issue(record, "signal/export").error == ""


def test_a_refusal_is_told_in_the_trackers_words_and_can_be_tried_again(record, tracker):
    tracker.token = "another"
    record.file(record.propose("signal"))
    assert "401 Bad credentials" in issue(record, "signal/export").error
    asked = len(tracker.asked)
    record.jobs()
    assert len(tracker.asked) == asked

    tracker.token = "test-token"
    assert record.do(service.write_now) == 1
    record.jobs()
    assert issue(record, "signal/export").number == 1


def test_the_token_shows_nowhere(record, tracker):
    record.file(record.propose("signal"))

    def everything(ctx) -> str:
        rows = ctx.db.execute(sa.text("SELECT to_jsonb(r)::text FROM record_issue r")).scalars()
        return " ".join(rows)

    assert tracker.token not in record.do(everything)
    assert tracker.token not in str(record.do(service.tracker))


def test_more_than_a_page_of_issues_is_searched(record, tracker):
    for number in range(1, 131):
        tracker.answer("POST", f"/repos/{tracker.repository}/issues",
                       {"title": f"n{number}", "body": "", "labels": ["artifact:signal"]})  # fmt: skip
    tracker.silent = 1
    record.file(record.propose("signal"))
    record.do(service.write_now)
    record.jobs()

    assert len(tracker.issues) == 131


def test_a_revision_is_asked_for_as_in_git(record):
    change = record.open(record.propose("brief"))
    record.do(service.review, change.id, ReviewVerdict.REVISE, "Sharper", by="vp-product")

    record.do(service.push_head, change.id, members=[record.propose("brief", text="Sharper.").ref])
    record.jobs()
    record.merge(record.change(change.id))

    assert record.effective("brief/export") == 2
