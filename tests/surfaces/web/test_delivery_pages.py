"""Releases, flags and health on their pages, made through operations as any client makes them."""

from datetime import timedelta
from html import unescape

import pytest

from capabilities.health.test_operations import SLO
from capabilities.releases.world import FLAG, ID, World
from headrace.capabilities.health import service as health
from headrace.capabilities.health.model import Figure, SeriesKind, Source, SourceKind
from headrace.capabilities.people import service as people
from headrace.capabilities.releases.model import Line
from headrace.kernel.journal.sequencer import sequence
from headrace.surfaces.web.interval import picture
from headrace.surfaces.web.server import create_pages
from surfaces.conftest import a_reception, served
from surfaces.web.conftest import Browser, patient


@pytest.fixture
def world(database, clock, tmp_path):
    return World(database, clock, tmp_path)


@pytest.fixture
def browser(world):
    pages = create_pages(a_reception(world.units), trust_loopback=True)
    with (
        served(pages) as address,
        Browser(base_url=address, timeout=20, transport=patient()) as made,
    ):
        made.becomes("emil")
        yield made


def with_exports(world) -> None:
    """100 exports of which 10 failed within the last minutes, and two targets about them."""
    text = SLO.format(name="easy", target=0.5) + "---" + SLO.format(name="hard", target=0.999)
    world.do(
        health.put_source,
        Source(
            name="api",
            service="records",
            kind=SourceKind.ENDPOINT,
            url="http://127.0.0.1:1/metrics",
        ),
    )
    now = world.do(health.real_now)
    for minutes, done, failed in ((4, 0, 0), (3, 90, 10)):
        figures = [
            Figure(
                name="exports_total",
                labels={"outcome": outcome},
                kind=SeriesKind.COUNTER,
                value=float(value),
            )
            for outcome, value in (("done", done), ("failed", failed))
        ]
        world.do(health.ingest, "api", figures, now - timedelta(minutes=minutes))
    world.do(health.load_targets, text)
    world.do(health.judge)


def test_a_release_shows_its_stages_and_what_measurement_said_of_each_criterion(world, browser):
    world.begun()
    world.traffic()
    world.pass_time(30)

    text = browser.sees(f"/releases/{ID}")
    data = browser.get(f"/releases/{ID}.json").json()

    states = [(stage["name"], stage["state"]) for stage in data["stages"]]
    assert states == [("canary", "passed"), ("half", "here"), ("everyone", "to come")]
    for one in data["criteria"]:
        assert one["comparison"]["judgement"] == "pass"
        assert one["picture"]["high"] < one["picture"]["limit"]
        assert one["comparison"]["because"] in unescape(text)
    assert text.count('<svg class="interval interval-good"') == 2
    assert "Bulk export" in browser.sees("/releases?status=deploying")
    assert "No release is like this" in browser.sees("/releases?status=draft")


def test_a_worse_release_came_back_and_its_page_says_why(world, browser):
    world.begun()
    world.traffic(bad=0.2)
    world.pass_time(6)

    text = browser.sees(f"/releases/{ID}")
    (first, *rest) = browser.get(f"/releases/{ID}.json").json()["stages"]

    assert first["state"] == "taken back"
    assert {stage["state"] for stage in rest} == {"not reached"}
    assert any("errors: worse" in reason for reason in first["holds"])
    assert 'class="interval interval-bad"' in text
    assert "/do/release.promote" not in text


def test_a_person_holds_a_release_and_takes_it_back_after_a_red_confirmation(world, browser):
    world.begun()
    seal = browser.seal(f"/releases/{ID}")
    form = {"seal": seal, "release": ID, "reason": "Support sees complaints"}

    browser.sends("/do/release.hold", **form, step="confirmed")
    held = browser.sees(f"/releases/{ID}")
    asked = browser.sends("/do/release.roll-back", **form)
    before = world.release().status
    browser.confirms("/do/release.roll-back", **form)

    assert "held</span>" in held
    assert "Support sees complaints" in held
    assert "btn-error" in asked.text
    assert (before, world.release().status) == ("deploying", "rolled-back")
    assert 'name="reason"' not in browser.sees(f"/releases/{ID}")


def test_a_stage_that_cannot_be_judged_waits_for_a_person_and_says_what_is_missing(world, browser):
    world.begun()
    world.pass_time(73)

    (first, *_) = browser.get(f"/releases/{ID}.json").json()["stages"]

    assert first["state"] == "waits for a person"
    assert "0 of 600 requests of the cohort so far" in first["holds"]
    assert 'class="state state-waiting"' in browser.sees(f"/releases/{ID}")


def test_a_draft_names_what_is_unmet_before_it_can_be_approved(world, browser):
    world.draft(checklist=(Line(text="Alerts", met=False, because="no runbook"),))

    text = browser.sees(f"/releases/{ID}")

    assert "are to be met: Alerts" in text
    assert f"/do/release.tick?release={ID}&amp;line=Alerts" in text
    assert "/do/release.approve" in text


def test_a_checklist_shows_its_evidence_with_the_page_that_it_is_looked_at_on(world, browser):
    proofs = "work/evaluations/a.md, REL-2026-001, G-3, flag bulk_export, http://127.0.0.1:4000, <b>x</b>"
    world.draft(checklist=(Line(text="Alerts", met=True, evidence=proofs),))

    (line,) = browser.get(f"/releases/{ID}.json").json()["checklist"]
    text = browser.sees(f"/releases/{ID}")

    assert [one["address"] for one in line["evidence"]] == [
        "/why?path=work%2Fevaluations%2Fa.md",
        "/releases/REL-2026-001",
        "/inbox/G-3",
        "/flags/bulk_export",
        None,
        None,
    ]
    assert "&lt;b&gt;x&lt;/b&gt;" in text


def test_cohort_and_control_are_drawn_over_every_step_that_measured_them(world, browser):
    world.begun()
    world.traffic()
    world.pass_time(30)
    world.traffic(seed=2)
    world.pass_time(30)

    data = browser.get(f"/releases/{ID}.json").json()

    compared = [one for step in data["steps"] for one in step["comparisons"]]
    for one in data["criteria"]:
        name = one["criterion"]["name"]
        measured = [
            each for each in compared if each["criterion"] == name and each["cohort"] is not None
        ]
        cohort, control = one["course"]["curves"]
        assert (cohort["name"], control["name"]) == ("Cohort", "Control")
        assert len(cohort["dots"]) == len(measured) >= 2
        assert [dot["x"] for dot in cohort["dots"]] == sorted(dot["x"] for dot in cohort["dots"])
    assert browser.sees(f"/releases/{ID}").count('<svg class="course"') == 2


def test_who_may_only_read_sees_no_way_to_act_and_others_see_no_place_at_all(world, browser):
    world.begun()
    world.company.adds("reader", "release:read")
    browser.becomes("reader")

    text = browser.sees(f"/releases/{ID}")

    assert "/do/release.roll-back" not in text
    assert 'href="/releases"' in text
    assert 'href="/operate"' not in text
    assert 'class="place" href="/flags"' not in text
    assert browser.get("/operate").status_code == 403


def test_flags_show_what_is_stale_first_and_whom_each_reaches(world, browser):
    world.begun()
    world.clock.advance(timedelta(days=8))

    listed = browser.get("/flags.json").json()
    text = browser.sees("/flags")

    assert [(one["flag"], one["staleness"]) for one in listed["findings"]] == [
        (FLAG, "never_evaluated")
    ]
    (line,) = listed["items"]
    assert (line["state"], line["percent"], line["age"]) == ("on", "20 %", "P8D")
    assert text.index("To be looked at again") < text.index("All flags")
    assert "@ada" in text


def test_a_flag_is_killed_from_its_page_and_says_who_did_it(world, browser, database):
    world.begun()
    world.company.as_system(people.grant, "emil", "journal:view")
    form = {"seal": browser.seal(f"/flags/{FLAG}"), "flag": FLAG, "reason": "Error rate"}

    asked = browser.sends("/do/flag.kill", **form)
    done = browser.confirms("/do/flag.kill", **form)
    sequence(database.system)
    text = browser.sees(f"/flags/{FLAG}")
    data = browser.get(f"/flags/{FLAG}.json").json()

    assert {one["change"]: one["by"] for one in data["history"]}["kill"] == "emil"
    assert "btn-error" in asked.text
    assert f'href="/flags/{FLAG}">Show it' in done.text
    assert "Killed by emil" in text
    assert "Error rate" in text
    assert "/do/flag.revive" in text
    assert "/do/flag.kill" not in text
    assert data["line"]["percent"] == "0 %"


def test_operate_shows_the_worst_target_first_with_its_budget_and_every_burn_rate(world, browser):
    world.company.adds("sre", "health:read")
    browser.becomes("sre")
    with_exports(world)

    text = browser.sees("/operate")
    data = browser.get("/operate.json").json()

    assert [one["target"] for one in data["targets"]] == ["hard", "easy"]
    hard, easy = data["burns"]
    assert [len(one["burns"]) for one in (hard, easy)] == [3, 0]
    drawn = [one["course"]["curves"][0]["dots"][-1]["told"] for one in (hard, easy)]
    assert drawn == ["100.0×", "0.2×"]
    assert text.count('class="course"') == 2
    assert [(one["subject"], one["severity"]) for one in data["troubles"]] == [
        ("target:hard", "page")
    ]
    assert "Times are real time" in text
    assert text.index("hard") < text.index("easy")
    assert "exhausted" in text
    assert 'aria-label="Budget left: 80 %"' in text


@pytest.mark.parametrize(
    ("low", "high", "limit"),
    [(-0.02, 0.004, 0.01), (0.05, 0.2, 0.01), (0.0, 0.0, 0.0), (-9.0, -8.0, 0.0)],
    ids=["within", "beyond", "a point", "far below"],
)
def test_an_interval_is_drawn_whole_and_in_its_order(low, high, limit):
    drawn = picture(low, high, limit, has_zero=True)

    assert 0 <= drawn.low <= drawn.seen <= drawn.high <= 100
    assert (drawn.high < drawn.limit) == (high < limit)
    assert 0 <= drawn.zero <= 100
