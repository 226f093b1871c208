"""An engineer on call takes an incident over, and approves the plan that waits, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from capabilities.operate.world import World, remedy, runbook
from headrace.capabilities.operate.model import IncidentStatus
from headrace.capabilities.people import service as people
from headrace.surfaces.web.server import create_pages
from surfaces.conftest import a_reception, served
from surfaces.web.walks.conftest import AXE, DESK, PHONE
from surfaces.web.walks.test_walks import fitting, judged

ID = "INC-2026-001"


@pytest.fixture
def world(database, clock, tmp_path):
    made = World(database, clock, tmp_path)
    made.serves()
    made.measured()
    made.adopts(runbook(remedy("More memory", automatic=False)))
    made.logs(well=28, failed=2, error="Out of Memory Error")
    made.parquet_breaks()
    made.burns()
    made.judged()
    made.company.as_system(people.grant, "emil", "*")
    return made


@pytest.fixture
def site(world):
    with served(create_pages(a_reception(world.units), trust_loopback=True)) as address:
        yield address


def test_an_incident_is_taken_over_and_its_plan_approved_by_keyboard_alone(world, visit):
    page = visit.page(as_="emil")
    page.goto("/")
    page.keyboard.press("g")
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile("/incidents$"))
    page.get_by_role("link", name=re.compile("availability burns")).focus()
    page.keyboard.press("Enter")
    expect(page.locator("[aria-current=step]")).to_contain_text("More memory")
    expect(page.get_by_text("the runbook leaves it to a person").first).to_be_visible()

    page.get_by_role("button", name="Acknowledge").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing is done yet.")).to_be_visible()
    page.get_by_role("button", name="Do it").press("Enter")
    page.goto(f"/incidents/{ID}")

    expect(page.locator(".standing")).to_contain_text("acknowledged")
    assert world.incident().status is IncidentStatus.ACKNOWLEDGED
    assert world.memory() == 128
    page.goto("/")
    expect(page.locator("#asked")).to_contain_text("More memory")
    page.keyboard.press("a")
    expect(page.get_by_role("status").filter(has_text="is decided")).to_be_visible()
    world.runner.drain()

    assert world.memory() == 512
    assert not visit.complaints


def test_an_incident_is_read_without_fault_in_both_themes_and_on_a_phone(world, visit):
    if not AXE.is_file():
        pytest.skip("ACCESSIBILITY WAS NOT JUDGED: axe-core is not here; python3 tools/console.py")
    page = visit.page(as_="emil", cookies={"headrace_language": "ko"}, reduced_motion="reduce")
    faults = []
    for address in ("/incidents", f"/incidents/{ID}"):
        page.set_viewport_size(DESK)
        page.goto(address)
        page.evaluate(AXE.read_text())
        faults += judged(page, address, "{resultTypes: ['violations']}")
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
        faults += judged(page, f"{address} in dark", "{runOnly: ['color-contrast']}")
        page.set_viewport_size(PHONE)
        faults += fitting(page, address)

    assert not faults, "\n".join(faults)
