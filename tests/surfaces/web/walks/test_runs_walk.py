"""A person watches a run that really works, step by step, and stops it."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from headrace.surfaces.web.server import create_pages
from surfaces.conftest import a_reception, served
from surfaces.web.office import Office, until
from surfaces.web.walks.conftest import AXE, PHONE
from surfaces.web.walks.test_walks import fitting, judged

STEP = re.compile(r"(\d) · \w+")


@pytest.fixture
def office(database, clock, organisation, system, tmp_path):
    made = Office(
        folder=tmp_path, database=database, clock=clock, organisation=organisation, system=system
    )
    made.settle()
    made.visitor("vp", "agent:*", "mission:read", "budgets:read", "record:read")
    made.takes_its_time(timedelta(seconds=4))
    return made


@pytest.fixture
def site(office):
    with served(create_pages(a_reception(office.units), trust_loopback=True)) as address:
        yield address


def test_a_run_that_works_is_watched_and_stopped_and_is_gone_from_the_live_ones(office, visit):
    run = office.begins()
    page = visit.page(cookies={"headrace_who": f"{office.slug}/vp"})
    with office.at_work():
        page.goto("/runs?state=queued")
        page.goto("/runs")
        line = page.get_by_role("row").filter(has_text="coding-agent: implement")
        expect(line).to_be_visible(timeout=40_000)
        expect(line).to_contain_text(STEP, timeout=40_000)
        first, seen = _tokens(line), _step(line)
        expect(line).to_contain_text(re.compile(rf"[{seen + 1}-9] · \w+"), timeout=40_000)
        assert _tokens(line) > first
        for told in ("recorded", "$", " s"):
            expect(line).to_contain_text(told)
        faults = _faults(page)

        line.get_by_role("link", name="Cancel").click()
        page.get_by_role("button", name="See what it would do").click()
        page.get_by_role("button", name="Do it").click()
        expect(page.get_by_text("Done.")).to_be_visible()
        until(lambda: office.run(run).state == "cancelled")
        page.goto("/runs")

        expect(page.get_by_text("No run is in this state")).to_be_visible()
        page.goto("/runs?state=cancelled")
        expect(page.get_by_role("row").filter(has_text="implement")).to_be_visible()
    assert not visit.complaints
    assert not faults, "\n".join(faults)


def _step(line) -> int:
    """The number of the step that is shown; on a slow machine the page may have passed over the first."""
    shown = STEP.search(line.inner_text())
    assert shown is not None
    return int(shown[1])


def _tokens(line) -> int:
    return int(line.locator("td[data-label=Tokens]").inner_text().replace(",", ""))


def _faults(page) -> list[str]:
    """What axe and a phone's width have against the page with a run in it."""
    faults = []
    if AXE.is_file():
        page.evaluate(AXE.read_text())
        faults += judged(page, "/runs", "{resultTypes: ['violations']}")
    page.set_viewport_size(PHONE)
    faults += fitting(page, "/runs")
    page.set_viewport_size({"width": 1360, "height": 860})
    return faults
