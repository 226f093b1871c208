"""A person takes a release back, by keyboard and on a phone, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from capabilities.releases.world import FLAG, ID, World
from headrace.capabilities.people import service as people
from headrace.capabilities.releases.model import ReleaseStatus
from headrace.surfaces.web.server import create_pages
from surfaces.conftest import a_reception, served
from surfaces.web.walks.conftest import AXE, DESK, PHONE
from surfaces.web.walks.test_walks import fitting, judged


@pytest.fixture
def world(database, clock, tmp_path):
    made = World(database, clock, tmp_path)
    made.begun()
    made.traffic()
    made.pass_time(30)
    made.company.as_system(people.grant, "emil", "*")
    return made


@pytest.fixture
def site(world):
    with served(create_pages(a_reception(world.units), trust_loopback=True)) as address:
        yield address


def test_a_release_is_taken_back_by_keyboard_alone(world, visit):
    page = visit.page(as_="emil")
    page.goto("/operate")
    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page).to_have_url(re.compile("/releases$"))
    page.get_by_role("link", name="Bulk export").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[aria-current=step]")).to_contain_text("half")

    page.get_by_label("Reason, for the history").focus()
    page.keyboard.type("Support sees complaints")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing is done yet.")).to_be_visible()
    assert world.release().status is ReleaseStatus.DEPLOYING
    page.get_by_role("button", name="Do it").press("Enter")
    page.get_by_role("link", name="Show it").press("Enter")

    expect(page.locator(".stages")).to_contain_text("taken back")
    assert world.release().status is ReleaseStatus.ROLLED_BACK
    assert not visit.complaints


def test_a_release_and_its_flag_are_read_without_fault_in_both_themes_and_on_a_phone(world, visit):
    if not AXE.is_file():
        pytest.skip("ACCESSIBILITY WAS NOT JUDGED: axe-core is not here; python3 tools/console.py")
    page = visit.page(as_="emil", cookies={"headrace_language": "ko"}, reduced_motion="reduce")
    faults = []
    for address in (f"/releases/{ID}", f"/flags/{FLAG}"):
        page.set_viewport_size(DESK)
        page.goto(address)
        page.evaluate(AXE.read_text())
        faults += judged(page, address, "{resultTypes: ['violations']}")
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
        faults += judged(page, f"{address} in dark", "{runOnly: ['color-contrast']}")
        page.set_viewport_size(PHONE)
        faults += fitting(page, address)

    assert not faults, "\n".join(faults)
