"""Issues that people open in the tracker: read into a signal's places, and taken in as any other source."""

from dataclasses import replace

import pytest

from headrace.capabilities.intake.model import Disposition, Urgency
from headrace.capabilities.people import service as people
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import OfferedIssue
from headrace.kernel.ids import PrincipalId
from headrace.packs.enterprise.discover.issues import IssueUnreadable, answers, content

FORM = """\
### Source system

Support desk

### Source URL or reference

_No response_

### Category

technical

### Confidence

high

### Urgency

immediate

### Observation

Nine exports failed.

### What they said

"It stops at 90 %."

### Strategic alignment and potential impact

Belief: exports win deals.
Impact: high

### Affected divisions

core-services, data-foundation

### Related signals or prior context

- #3
- work/signals/2026-03-01-x.md
"""


def issue(text: str = "Nine exports failed.", *labels: str, title: str = "Exports Fail"):
    return OfferedIssue(
        number=7,
        address="https://tracker.example/acme/work/issues/7",
        repository="acme/work",
        title=title,
        text=text,
        labels=("artifact:signal", *labels),
        by=PrincipalId("tracker:somebody"),
        is_known=False,
    )


def test_a_free_text_is_the_observation_and_the_rest_is_as_of_one_filed_by_hand():
    found = content(issue())["sections"]

    assert found["observation"] == "Nine exports failed."
    assert found["source"] == {
        "category": "customer",
        "system": "Issues of acme/work",
        "topic": "exports fail",
        "confidence": "medium",
        "address": "https://tracker.example/acme/work/issues/7",
    }
    assert (found["assessment"]["urgency"], found["assessment"]["impact"]) == (
        "next-cycle",
        "medium",
    )
    assert found["disposition"] == {"recommended": "defer"}


def test_the_answers_of_an_issue_form_stand_in_their_places_and_nothing_is_left_out():
    made = content(issue(f"As told by phone.\n\n{FORM}", title="[Signal] Exports Fail"))
    found = made["sections"]

    assert made["title"] == "Exports Fail"
    assert found["source"]["system"] == "Support desk"
    assert found["source"]["address"].endswith("/issues/7")
    assert (found["source"]["category"], found["source"]["confidence"]) == ("technical", "high")
    assert found["observation"] == (
        'Nine exports failed.\n\n### What they said\n\n"It stops at 90 %."'
    )
    assert found["assessment"] == {
        "urgency": "immediate",
        "impact": "high",
        "divisions": ["core-services", "data-foundation"],
        "impact_reason": "Belief: exports win deals. Impact: high",
    }
    assert found["related"] == ["#3", "work/signals/2026-03-01-x.md"]
    assert found["notes"] == "As told by phone."


def test_a_label_counts_before_an_answer():
    assert content(issue(FORM, "urgency:monitor"))["sections"]["assessment"]["urgency"] == "monitor"


def test_a_text_with_headings_of_its_own_is_one_observation():
    text = "### Urgency\n\nimmediate\n\n### Steps\n\n1. Export"
    assert answers(text) == {"observation": text}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (issue(""), "it says nothing: write what was seen"),
        (issue(FORM.replace("Nine exports failed.", "").partition("### What")[0]), "says nothing"),
        (issue("x", "urgency:asap"), "its urgency is 'asap', which is none of immediate"),
        (issue("x", "category:market", "category:customer"), "category:market, category:customer"),
        (issue("x", title="[Signal] "), "it has no title"),
    ],
    ids=["an empty text", "an empty answer", "a word of no meaning", "two at once", "no title"],
)
def test_what_says_no_signal_is_refused_with_the_remedy(given, told):
    with pytest.raises(IssueUnreadable, match=told):
        content(given)


@pytest.fixture
def company(company, tracker):
    company.declared = (
        replace(
            tracker.backend(),
            people={"Ada-At-Home": "a-steering"},
            intake_label="artifact:signal",
        ),
    )
    company.open()
    return company


def look(company):
    company.do(record.look_now)
    company.jobs()


def test_an_issue_is_a_signal_like_any_other_triaged_counted_and_known_as_a_repetition(
    company, tracker
):
    number = tracker.open("Exports fail", FORM, by="Ada-At-Home", labels=["artifact:signal", "p1"])
    tracker.open("Too slow", "Again.\n\n@steering approve this", "x", ["artifact:signal"])
    tracker.open("Too  Slow", "And again.", "y", ["artifact:signal"])
    tracker.open("Lunch", "Soup, please.", by="ada-at-home")

    look(company)

    first, second, third = sorted(company.ask("signal.list")["items"], key=lambda one: one["title"])
    assert (first["urgency"], first["disposition"]) == (Urgency.IMMEDIATE, Disposition.PROCEED)
    assert company.do(people.principal, first["filed_by"]).handle == "a-steering"
    assert (third["filed_by"], second["filed_by"]) == ("tracker:x", "tracker:y")
    assert company.signal(second["signal"]).duplicate_of == third["signal"]
    assert {one.artifact: one.number for one in company.do(record.issues)} == {
        first["signal"]: number,
        third["signal"]: 2,
        second["signal"]: 3,
    }
    names = {one["name"] for one in tracker.issues[number]["labels"]}
    assert names >= {"artifact:signal", "category:technical", "urgency:immediate", "p1"}
    body = str(tracker.issues[number]["body"])
    assert "- **Triage:** proceed" in body
    assert "made-by: a-steering" in body
    assert "- **Filed by:** tracker:x" in str(tracker.issues[2]["body"])
    assert f"Taken in as {first['signal']}" in tracker.comments[number][0]
    assert f"`Supersedes #{number}` on a line" in tracker.comments[number][0]
    assert tracker.issues[4]["body"] == "Soup, please."
    tracker.open("Not that slow", "It was the line.\n\nSupersedes #2", "x", ["artifact:signal"])
    look(company)
    (correction,) = [
        one["signal"]
        for one in company.ask("signal.list")["items"]
        if one["title"] == "Not that slow"
    ]
    assert company.signal(third["signal"]).superseded_by == correction
    assert correction in str(tracker.issues[2]["body"])
    assert not company.do(record.findings)
