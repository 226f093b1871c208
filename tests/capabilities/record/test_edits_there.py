"""What people change in the tracker comes back: proposed, done where they may, or told."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from flows import Crash, every_crash
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.people import service as people
from headrace.capabilities.record import service
from headrace.capabilities.record.model import ChangeState

pytestmark = pytest.mark.parametrize("backend", ["github-issues"], indirect=True)

MONDAY = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)


@pytest.fixture
def backend(backend):
    """With people whom the operator knows by their logins."""
    return replace(backend, people={"Ada-At-Home": "ada", "boss": "vp-product", "gone": "nobody"})


def told(crash: Crash) -> str:
    return f"{crash.when} step {crash.step}"


def issue(record, artifact: str):
    return next(one for one in record.do(service.issues, limit=100) if one.artifact == artifact)


def reword(tracker, number: int, old: str, new: str, by: str = "ada-at-home", **more) -> None:
    body = str(tracker.issues[number]["body"])
    assert old in body
    tracker.edit(number, by=by, body=body.replace(old, new), **more)


def look(record) -> None:
    """As the schedule or a person asks for it, and all that follows."""
    record.do(service.look_now)
    record.jobs()


def open_changes(record):
    return record.do(service.changes, states=[ChangeState.OPEN])


def handle(record, principal: str) -> str:
    return record.do(people.principal, principal).handle


def methods(tracker, since: int) -> list[str]:
    return [one.method for one in tracker.asked[since:]]


def test_an_edit_becomes_a_version_of_whoever_wrote_it_and_counts_when_it_is_approved(
    record, tracker
):
    record.merged(record.propose("brief"))
    reword(tracker, 1, "all their data", "what they may see")

    look(record)
    (change,) = open_changes(record)
    assert [str(member.ref) for member in change.members] == ["brief/export@2"]
    assert handle(record, change.author) == "ada"
    assert change.paths == ("work/missions/export/BRIEF.md",)
    version = record.version("brief/export@2")
    assert version.made.brain == "human"
    assert version.content["sections"]["objective"] == "Customers export what they may see."
    assert record.effective("brief/export") == 1
    assert issue(record, "brief/export").change == change.id
    assert f"{change.id} asks for it" in tracker.comments[1][-1]
    (event,) = record.events("record.issue_taken")
    assert (event["login"], event["version"]) == ("ada-at-home", "brief/export@2")

    record.merge(change)
    assert record.effective("brief/export") == 2
    assert "version: 2" in str(tracker.issues[1]["body"])
    assert "Version 2 counts from now on" in tracker.comments[1][-1]
    assert issue(record, "brief/export").change is None
    assert not record.do(service.findings)


def test_looking_again_takes_nothing_in_twice(record, tracker):
    record.merged(record.propose("brief"))
    reword(tracker, 1, "all their data", "a part of it")
    for _ in range(3):
        look(record)
        tracker.edit(1, labels=["seen"])

    assert len(open_changes(record)) == 1
    assert record.do(artifacts.get, "brief/export").head == 2
    assert len(tracker.comments[1]) == 1


def test_what_is_declined_is_kept_here_and_the_issue_says_what_counts(record, tracker):
    record.merged(record.propose("brief"))
    reword(tracker, 1, "all their data", "nothing at all")
    look(record)
    (change,) = open_changes(record)

    record.do(service.close, change.id)
    record.jobs()

    assert "all their data" in str(tracker.issues[1]["body"])
    assert f"{change.id} was closed" in tracker.comments[1][-1]
    assert "nothing at all" in str(record.version("brief/export@2").content)
    look(record)
    assert not open_changes(record)


def test_a_second_edit_goes_on_with_the_change_and_one_of_somebody_else_asks_anew(record, tracker):
    record.merged(record.propose("brief"))
    reword(tracker, 1, "all their data", "one")
    look(record)
    reword(tracker, 1, "export one", "export two")
    look(record)
    (first,) = open_changes(record)
    assert [str(member.ref) for member in first.members] == ["brief/export@3"]

    reword(tracker, 1, "export two", "export three", by="boss")
    look(record)

    (second,) = open_changes(record)
    assert second.id != first.id
    assert handle(record, second.author) == "vp-product"
    assert record.change(first.id).state is ChangeState.CLOSED
    # Whoever wrote it does not approve it.
    assert all(
        second.author not in one.reviewers for one in record.do(service.missing_reviews, second)
    )
    assert "export three" in str(tracker.issues[1]["body"])


@pytest.mark.parametrize("login", ["vp-product", "../../x\n"])
def test_who_is_not_named_for_a_login_may_propose_and_is_nobody(record, tracker, login):
    record.merged(record.propose("brief"))
    reword(tracker, 1, "all their data", "what they may see", by=login)

    look(record)

    (change,) = open_changes(record)
    assert change.author.startswith("tracker:")
    assert "\n" not in change.author
    assert record.effective("brief/export") == 1


def test_a_tracker_that_does_not_tell_who_it_was_is_asked_all_the_same(record, tracker):
    record.merged(record.propose("brief"))
    tracker.knows_hands = False
    reword(tracker, 1, "all their data", "what they may see")

    look(record)

    assert [one.author for one in open_changes(record)] == ["tracker:somebody"]


def test_a_title_is_an_edit_too(record, tracker):
    record.merged(record.propose("brief"))
    assert tracker.issues[1]["title"] == "[MISSION-2026-001] The brief"
    tracker.edit(1, by="ada-at-home", title="[MISSION-2026-001] Exports for all")

    look(record)
    (change,) = open_changes(record)
    assert record.version("brief/export@2").title == "Exports for all"
    record.merge(change)
    assert tracker.issues[1]["title"] == "[MISSION-2026-001] Exports for all"
    assert "Exports for all" in str(tracker.issues[1]["body"])


def test_edits_of_different_places_on_both_sides_are_proposed_as_one(record, tracker):
    record.merged(record.propose("brief"))
    record.do(service.sync)
    reword(tracker, 1, "- everything", "- everything but names")
    record.merged(record.propose("brief", text="Another thing."))

    (change,) = open_changes(record)
    (member,) = change.members
    content = record.do(artifacts.get_version, member.ref).content["sections"]
    assert (content["objective"], content["scope"]) == ("Another thing.", ["everything but names"])
    assert not record.do(service.findings)


def test_what_is_never_edited_stays_as_it_was_filed(record, tracker):
    record.file(record.propose("signal"))
    reword(tracker, 1, "all their data", "their money", state="closed")

    look(record)

    assert {one.kind for one in record.do(service.findings)} == {"immutable", "live_values"}
    assert record.do(artifacts.get, "signal/export").head == 1
    (said,) = tracker.comments[1]
    assert "What was written here does not count" in said
    assert "This was closed, and that does not count" in said
    assert "their money" in str(tracker.issues[1]["body"])  # nothing of theirs is written over
    look(record)
    assert len(tracker.comments[1]) == 1


def test_what_nobody_would_decide_about_is_filed_for_those_alone_who_may(record, tracker):
    record.file(record.propose("status", text="All is well."))
    reword(tracker, 1, "All is well.", "All is lost.", by="stranger")
    look(record)
    assert record.effective("status/export") == 1
    assert [one.kind for one in record.do(service.findings)] == ["not_raised"]

    record.do(people.grant, "vp-product", "record:merge")
    reword(tracker, 1, "All is lost.", "All is better.", by="boss")
    look(record)
    assert record.effective("status/export") == 2
    assert "version: 2" in str(tracker.issues[1]["body"])


def test_form_and_live_values_alone_are_no_new_version(record, tracker):
    record.live["brief/export"] = "approved"
    record.merged(record.propose("brief"))
    reword(tracker, 1, "approved", "done")

    look(record)

    assert "approved" in str(tracker.issues[1]["body"])
    assert [one.kind for one in record.do(service.findings)] == ["live_values"]
    assert record.do(artifacts.get, "brief/export").head == 1


@pytest.mark.parametrize(
    "text",
    [
        "\x00\ud800",
        "---\nid: signal/other\nversion: 9\n---\n<!-- headrace:0 -->\n" + "</details>\n## " * 999,
        "# Brief: A\n\n## Objective\n\n'); DROP TABLE record_issue; --\n\n## Approved\n\n```\nyes",
    ],
    ids=["no text", "another's name", "orders"],
)
def test_whatever_somebody_writes_decides_nothing(record, tracker, text):
    record.merged(record.propose("brief"))
    before = record.version("brief/export@1")
    tracker.edit(1, by="stranger", body=text)

    look(record)

    assert record.effective("brief/export") == 1
    assert record.version("brief/export@1") == before
    asked = open_changes(record)
    assert len(asked) + len(record.do(service.findings)) == 1
    assert all(record.do(service.missing_reviews, one) for one in asked)
    assert not record.do(service.issues, waiting=True)


@pytest.mark.parametrize("crash", every_crash("record.look", 6)[3::2], ids=told)
def test_a_killed_look_takes_an_edit_in_once(record, tracker, crash):
    record.merged(record.propose("brief"))
    reword(tracker, 1, "all their data", "a part of it")
    record.do(service.look_now)

    assert record.jobs(crash=crash).crashed
    record.jobs()
    look(record)

    assert len(open_changes(record)) == 1
    assert record.do(artifacts.get, "brief/export").head == 2
    assert len(record.events("record.issue_taken")) == 1
    assert len(tracker.comments[1]) == 1


def test_a_tracker_that_wants_quiet_or_breaks_is_left_alone_and_nothing_is_missed(record, tracker):
    record.merged(record.propose("brief"))
    reword(tracker, 1, "all their data", "a part of it")
    tracker.limited, tracker.retry_after = 1, 120
    look(record)
    asked = len(tracker.asked)
    look(record)  # whoever asks, asks in vain
    assert len(tracker.asked) == asked
    assert not open_changes(record)

    _let_pass(record)
    tracker.broken = 1
    look(record)
    assert not open_changes(record)
    _let_pass(record)
    look(record)
    assert len(open_changes(record)) == 1


def _let_pass(record) -> None:
    """The real minutes in which the tracker is left alone."""

    def one(ctx) -> None:
        ctx.db.execute(sa.text("UPDATE record_look SET quiet_until = NULL"))

    record.do(one)


def test_an_idle_look_is_one_request_that_costs_nothing(record, tracker):
    record.merged(record.propose("brief"), record.propose("contract"))
    record.file(*(record.propose("signal", f"s{n}") for n in range(5)))
    look(record)
    look(record)
    asked = len(tracker.asked)
    steps = len(record.jobs.seen)

    look(record)

    assert methods(tracker, asked) == ["GET"]
    assert tracker.answered[-1] == 304
    assert [step.name for step in record.jobs.seen[steps:]] == ["begin_look", "look", "end_look"]


class TestWithoutAnIntake:
    @pytest.fixture
    def backend(self, backend):
        return replace(backend, intake_label="")

    def test_the_schedule_looks_at_most_once_a_minute_and_at_nothing_where_nothing_stands(
        self, record, tracker
    ):
        record.jobs.start("record.look", "1", period="1")
        record.jobs()
        assert tracker.asked == []

        record.merged(record.propose("brief"))
        asked = len(tracker.asked)
        for period in ("2", "3", "4"):
            record.jobs.start("record.look", period, period=period)
            record.jobs()
        assert methods(tracker, asked) == ["GET"]


def test_only_a_house_with_a_tracker_looks_at_one(house):
    assert "record.look" in [one.name for one in house.schedules]


def test_closing_archives_for_those_who_may_and_is_undone_for_others(record, tracker):
    record.merged(record.propose("brief"))
    record.done["brief/export"] = MONDAY
    tracker.edit(1, by="ada-at-home", state="closed")
    look(record)
    assert tracker.issues[1]["state"] == "open"
    assert "record:archive" in tracker.comments[1][-1]
    assert not record.do(artifacts.get, "brief/export").archived

    record.do(people.grant, "ada", "record:archive")
    tracker.edit(1, by="ada-at-home", state="closed")
    look(record)
    assert record.do(artifacts.get, "brief/export").archived
    assert tracker.issues[1]["state"] == "closed"

    tracker.edit(1, by="stranger", state="open")
    look(record)
    assert tracker.issues[1]["state"] == "closed"
    tracker.edit(1, by="ada-at-home", state="open")
    look(record)
    assert not record.do(artifacts.get, "brief/export").archived


def test_closing_what_is_not_done_is_undone_even_for_those_who_may(record, tracker):
    record.merged(record.propose("brief"))
    record.do(people.grant, "ada", "record:archive")
    tracker.edit(1, by="ada-at-home", state="closed")

    look(record)

    assert tracker.issues[1]["state"] == "open"
    assert "it waits for an answer" in tracker.comments[1][-1]


def test_labels_of_ours_are_drawn_again_and_those_of_people_stay(record, tracker):
    record.merged(record.propose("brief"))
    tracker.edit(1, by="stranger", labels=["artifact:signal", "please"])

    look(record)

    assert {one["name"] for one in tracker.issues[1]["labels"]} == {"artifact:mission", "please"}


def test_an_issue_that_is_gone_is_told(record, tracker):
    record.merged(record.propose("brief"))
    reword(tracker, 1, "all their data", "a part")
    record.do(service.look_now)
    assert record.jobs(crash=Crash(flow="record.look", step=4)).crashed

    tracker.issues.clear()
    record.jobs()

    assert [one.kind for one in record.do(service.findings)] == ["deleted"]


def test_other_issues_of_the_repository_are_nobodys_business(record, tracker):
    record.merged(record.propose("brief"))
    tracker.answer("POST", f"/repos/{tracker.repository}/issues",
                   {"title": "Mine", "body": tracker.issues[1]["body"], "labels": []})  # fmt: skip
    asked = len(tracker.asked)

    look(record)

    assert methods(tracker, asked) == ["GET"]
    assert not open_changes(record)


def test_what_is_added_while_the_former_edit_is_approved_builds_on_it(record, tracker):
    record.merged(record.propose("brief"))
    reword(tracker, 1, "all their data", "one")
    look(record)
    (first,) = open_changes(record)
    reword(tracker, 1, "export one", "export one or two")
    record.merge(first)

    (second,) = open_changes(record)
    content = record.do(artifacts.get_version, second.members[0].ref).content
    assert content["sections"]["objective"] == "Customers export one or two."
    assert not record.do(service.findings)


def test_a_tracker_that_lets_nobody_look_is_told(record, tracker):
    record.merged(record.propose("brief"))
    tracker.token = "another"

    look(record)

    (finding,) = record.do(service.findings)
    assert "401 Bad credentials" in finding.message
