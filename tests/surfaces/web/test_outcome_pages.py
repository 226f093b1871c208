"""Outcomes on their pages: what was promised, what each checkpoint found, and what can be done."""

from html import unescape

import pytest

from capabilities.missions.test_measuring import GUARD, LATENCY, SCHEDULE, reading
from headrace.capabilities.missions import service as missions


@pytest.fixture
def measured(firm):
    """Two checkpoints were measured, one is still to come."""
    firm.begins_mission()
    do = firm.company.as_system
    do(missions.plan_checkpoints, "export", SCHEDULE)
    do(missions.available, "export", evidence="work/missions/export/RELEASE.md")
    for checkpoint, seconds in (("initial", 40), ("interim", 22)):
        do(missions.measure_now, "export", checkpoint, "")
        found = [(LATENCY, reading(seconds)), (GUARD, reading(120, "ms"))]
        do(missions.note, "export", checkpoint, found)
    return firm


def test_an_outcome_shows_target_actual_variance_and_verdict_at_every_checkpoint(measured, browser):
    text = unescape(browser.sees("/outcomes/export"))
    data = browser.get("/outcomes/export.json").json()

    (latency,) = [one["outcome"] for one in data["outcomes"]]
    assert (latency["target"], latency["actual"], latency["verdict"]) == (
        "< 30 seconds",
        "22 s",
        "met",
    )
    assert [one["outcome"]["outcome"] for one in data["guardrails"]] == ["API"]
    assert data["looked"] == ["initial", "interim"]
    (course, _) = data["courses"]
    assert [one["actual"] for one in course["found"]] == ["40 s", "22 s"]
    assert [one["verdict"] for one in course["found"]] == ["not-met", "met"]
    for word in ("< 30 seconds", "22 s", "by the clock", "n = 20", latency["variance"]):
        assert word in text


def test_a_checkpoint_leads_to_what_may_be_done_with_it_and_to_nothing_else(measured, browser):
    browser.becomes("vp-product")

    checkpoints = browser.get("/outcomes/export.json").json()["checkpoints"]
    text = browser.sees("/outcomes/export")

    acts = {
        one["checkpoint"]["id"]: [act["operation"] for act in one["acts"]] for one in checkpoints
    }
    assert acts["initial"] == acts["interim"] == []
    assert acts["final"] == ["checkpoint.measure", "checkpoint.skip"]
    assert "/do/checkpoint.measure?mission=export&amp;checkpoint=final" in text


def test_whoever_may_only_read_sees_no_way_to_measure(measured, browser):
    measured.company.adds("reader", "mission:read", "artifact:read")
    browser.becomes("reader")

    assert "/do/checkpoint" not in browser.sees("/outcomes/export")


def test_every_mission_with_a_promise_is_listed_with_what_is_next(measured, browser):
    (line,) = browser.get("/outcomes.json").json()["missions"]

    assert (line["mission"], line["done"], line["all"]) == ("export", 2, 4)
    assert line["next"]["id"] == "final"
    assert line["overall"] in browser.sees("/outcomes")


def test_a_mission_without_promises_says_what_to_wait_for(firm, browser):
    firm.begins_mission()

    assert "No mission has promised an outcome yet" in browser.sees("/outcomes")
    assert "Nothing was measured yet" in browser.sees("/outcomes/export")
