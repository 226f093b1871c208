"""Issues that people open in the tracker: taken in once, or told why not; and what is left alone."""

from dataclasses import replace

import pytest

from capabilities.record.test_edits_there import handle, issue, look, told
from capabilities.record.test_rebuild import graph
from flows import every_crash
from headrace.capabilities.record import service
from headrace.capabilities.record.model import BackendKind

pytestmark = pytest.mark.parametrize("backend", ["github-issues"], indirect=True)

LABEL = "artifact:signal"
SIGNAL = "signal/issue-1"


@pytest.fixture
def backend(backend):
    """With a person whom the operator knows by her login."""
    return replace(backend, people={"Ada-At-Home": "ada"})


def opened(tracker, body="Exports fail.", by="ada-at-home", **more):
    return tracker.open(more.pop("title", "Exports"), body, by, more.pop("labels", [LABEL]))


def filed(record):
    return [str(version) for version in graph(record)]


@pytest.mark.parametrize(
    ("login", "author", "brain"),
    [
        ("Ada-at-home", "ada", "human"),
        ("vp-product", "tracker:vp-product", "external"),
    ],
)
def test_it_is_filed_by_whoever_opened_it_and_is_the_artifacts_issue_from_then_on(
    record, tracker, login, author, brain
):
    number = opened(tracker, by=login, labels=[LABEL, "p1"])
    look(record)

    version = record.version(f"{SIGNAL}@1")
    assert (version.content["title"], version.content["sections"]["observation"]) == (
        "Exports",
        "Exports fail.",
    )
    by = version.made.by if brain == "external" else handle(record, version.made.by)
    assert (by, version.made.brain) == (author, brain)
    assert record.effective(SIGNAL) == 1
    kept = issue(record, SIGNAL)
    assert (kept.number, kept.version, kept.waiting) == (number, 1, False)
    assert len(tracker.issues) == 1
    assert "hash: sha256:" in str(tracker.issues[number]["body"])
    assert {one["name"] for one in tracker.issues[number]["labels"]} == {LABEL, "p1"}
    assert f"Taken in as {SIGNAL}" in tracker.comments[number][0]
    (event,) = record.events("record.issue_taken")
    assert (event["number"], event["login"]) == (number, login)


def test_looking_again_takes_it_in_once_and_its_text_is_as_any_signals(record, tracker):
    number = opened(tracker)
    for _ in range(3):
        look(record)
        tracker.edit(number, labels=[LABEL, "seen"])
    assert len(record.events("record.issue_taken")) == 1
    assert len(tracker.comments[number]) == 1

    body = str(tracker.issues[number]["body"])
    tracker.edit(number, by="ada-at-home", body=body.replace("fail", "work"))
    look(record)
    assert record.version(f"{SIGNAL}@1").content["sections"]["observation"] == "Exports fail."
    assert "is never edited once it is filed" in tracker.comments[number][-1]


CRASHES = [one for one in every_crash("record.look", 10) if one.step in (6, 9)]
"""Around the verb that takes the one in, and around the comment below the other."""


@pytest.mark.parametrize("crash", CRASHES, ids=told)
def test_a_killed_look_takes_it_in_once(record, tracker, crash):
    opened(tracker)
    opened(tracker, "")
    record.do(service.look_now)

    assert record.jobs(crash=crash).crashed
    record.jobs()
    look(record)

    assert len(record.events("record.issue_taken")) == 1
    assert (len(tracker.issues), len(tracker.comments[1]), len(tracker.comments[2])) == (2, 1, 1)
    assert record.effective(SIGNAL) == 1


def test_what_cannot_be_taken_in_is_told_once_and_looked_at_again_when_it_is_edited(
    record, tracker
):
    number = opened(tracker, "")
    for _ in range(3):
        look(record)
        tracker.edit(number, labels=[LABEL, "seen"])
    (said,) = tracker.comments[number]
    assert "This is not taken in: it says nothing. Edit the issue" in said
    assert not record.events("record.issue_taken")

    tracker.edit(number, by="x", body="Exports fail.")
    look(record)
    assert record.version(f"{SIGNAL}@1").made.by == "tracker:x"


def test_a_tracker_that_is_away_is_told_by_the_next_look(record, tracker):
    number = opened(tracker, "")
    tracker.silent = 1  # it was said, and nobody answered
    look(record)
    assert record.do(service.look_now) is None
    with record.units.open(record.system) as ctx:
        ctx.db.exec_driver_sql("UPDATE record_look SET quiet_until = NULL")
    look(record)
    look(record)

    assert len(tracker.comments[number]) == 1


def test_what_nobody_offers_is_left_alone(record, tracker):
    opened(tracker, labels=["bug"])
    closed = opened(tracker)
    tracker.edit(closed, by="x", state="closed")
    tracker.issues[opened(tracker)]["pull_request"] = {}
    opened(tracker, "<!-- headrace:0123abcd -->\nOf another organisation.")
    before = {number: dict(one) for number, one in tracker.issues.items()}

    look(record)

    assert tracker.issues == before
    assert not tracker.comments
    assert not record.do(service.issues)


def test_a_copy_of_one_of_ours_is_told_and_makes_no_second_one(record, tracker):
    record.file(record.propose("signal"))
    copy = opened(tracker, str(tracker.issues[1]["body"]))

    look(record)

    assert "it is a copy of #1, which is the issue of signal/export" in tracker.comments[copy][0]
    assert not record.events("record.issue_taken")


def test_one_that_another_organisation_has_taken_meanwhile_is_left_to_it(record, tracker):
    number = opened(tracker)
    look(record)
    theirs = "<!-- headrace:0123abcd -->\nExports fail."
    tracker.edit(number, body=theirs)

    for _ in range(2):
        look(record)
        record.do(service.write_now)
        record.jobs()

    assert tracker.issues[number]["body"] == theirs
    assert "has the first line of another work product" in issue(record, SIGNAL).error


def test_one_that_is_being_made_by_us_is_no_offer(record, tracker):
    record.file(record.propose("signal"), drain=False)
    tracker.silent = 1  # it is made there, and we do not know it yet
    record.jobs()
    assert issue(record, "signal/export").number is None

    look(record)

    assert not record.events("record.issue_taken")
    assert not tracker.comments


def test_a_text_that_would_not_stand_there_whole_is_told(record, tracker):
    number = opened(tracker, "x" * 50_001)
    look(record)
    assert "has 50,001 characters" in tracker.comments[number][0]
    assert len(str(tracker.issues[number]["body"])) == 50_001


def test_it_comes_back_from_its_issue_when_rows_are_lost(record, tracker, wipe):
    opened(tracker, "Exports fail.\n\n## A heading\n\n<details>x</details>")
    look(record)
    before = graph(record)
    wipe()

    look(record)  # before anything was rebuilt
    assert graph(record) == {}
    record.do(service.rebuild)
    record.jobs()

    assert graph(record) == before
    assert issue(record, SIGNAL).number == 1
    look(record)
    assert len(tracker.issues) == 1


class TestSwitchedOff:
    @pytest.fixture
    def backend(self, backend):
        return replace(backend, overrides={"signal": BackendKind.GIT_FILES})

    def test_where_signals_are_kept_in_git_no_issue_becomes_one(self, record, tracker):
        opened(tracker)
        look(record)
        assert not record.events("record.issue_taken")


class TestAnotherLabel:
    @pytest.fixture
    def backend(self, backend):
        return replace(backend, intake_label="feedback")

    def test_the_label_is_the_operators_to_name(self, record, tracker):
        opened(tracker, labels=["feedback"])
        opened(tracker)
        look(record)
        assert len(record.events("record.issue_taken")) == 1
        assert {one["name"] for one in tracker.issues[1]["labels"]} == {LABEL, "feedback"}
