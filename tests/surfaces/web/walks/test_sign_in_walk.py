"""People come in, look after their account and leave: in a real browser, by keyboard, in Korean."""

import os
import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from capabilities.people.company import Company
from headrace.capabilities.people import service as people
from surfaces.conftest import served
from surfaces.web.gatehouse import OTHER, PASSWORD, a_site
from surfaces.web.provider import LocalProvider
from surfaces.web.test_provider import as_client
from surfaces.web.walks.conftest import AXE, DESK, PHONE
from surfaces.web.walks.test_walks import fitting, judged

LOOK = os.environ.get("HEADRACE_LOOK")  # a folder for pictures of what the walks saw


@pytest.fixture
def provider():
    made = LocalProvider()
    with served(made.app()) as address:
        made.issuer = address
        yield made


@pytest.fixture
def site(units, provider):
    with a_site(units, provider=as_client(provider)) as address:
        yield address


def pictured(page, name: str) -> None:
    if LOOK:
        page.screenshot(path=Path(LOOK) / f"{name}.png", full_page=True)


def signs_in(page, password: str = PASSWORD) -> None:
    """By keyboard alone: the first field has the focus."""
    expect(
        page.get_by_label("Name or e-mail").or_(page.get_by_label("이름 또는 이메일"))
    ).to_be_focused()
    page.keyboard.type("ada@example.test")
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")


def test_a_person_signs_in_by_keyboard_is_led_back_and_signs_out(ada, visit):
    page = visit.page()
    page.goto("/decisions")
    expect(page).to_have_title("Sign in · Headrace")
    pictured(page, "sign-in")
    signs_in(page, OTHER)
    expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong")
    pictured(page, "sign-in-wrong")
    page.keyboard.type(PASSWORD)  # the name stands there still, so the password has the focus
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile("/decisions$"))
    page.get_by_role("button", name="Sign out").press("Enter")
    expect(page).to_have_url(re.compile("/sign-in$"))
    page.goto("/decisions")
    expect(page).to_have_title("Sign in · Headrace")
    assert not visit.complaints


def test_a_session_that_ran_out_leads_back_to_where_one_was(ada, visit, database):
    page = visit.page()
    page.goto("/")
    signs_in(page)
    expect(page.locator("#side").get_by_text("@ada")).to_be_visible()
    with database.system.begin() as db:
        db.execute(sa.text("UPDATE people_session SET seen_at = now() - interval '9 hours'"))

    page.goto("/decisions?view=all")
    expect(page).to_have_title("Sign in · Headrace")
    signs_in(page)

    expect(page).to_have_url(re.compile(r"/decisions\?view=all$"))
    assert not visit.complaints


def test_somebody_invited_sets_a_password_and_is_in(acme, visit):
    acme.adds("bob", "governance:read")
    path = acme.as_system(people.issue_invitation, "bob", login="bob@example.test").path
    page = visit.page()
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome to Acme")
    pictured(page, "join")

    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("The same once more").fill(PASSWORD)
    page.get_by_role("button", name="Set password and go in").click()

    expect(page.locator("#side").get_by_text("@bob")).to_be_visible()
    assert not visit.complaints


def test_somebody_comes_in_through_the_provider(acme, visit):
    acme.adds("bob", "governance:read")
    path = acme.as_system(people.issue_invitation, "bob").path
    page = visit.page()
    page.goto(path)
    page.get_by_role("link", name="Sign in with Acme Login").click()
    expect(page.locator("#side").get_by_text("@bob")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()

    page.get_by_role("link", name="Sign in with Acme Login").click()

    expect(page.locator("#side").get_by_text("@bob")).to_be_visible()
    assert not visit.complaints


def test_a_token_is_shown_once_and_an_account_switches_its_organisation(ada, units, visit):
    globex = Company(units, slug="globex")
    globex.adds("adele", "governance:read")
    path = globex.as_system(people.issue_invitation, "adele", login="ada@example.test").path
    page = visit.page()
    page.goto("/account")
    signs_in(page)
    page.get_by_label("What it is for").fill("CI")
    page.get_by_label("Reaches only").fill("mission:read")
    page.get_by_role("button", name="Make a token").click()
    secret = page.get_by_role("textbox", name="Your new token").input_value()
    pictured(page, "account-token")
    page.goto("/account")

    assert secret.startswith("hr_")
    assert secret not in page.content()
    pictured(page, "account")
    page.goto(path)
    page.get_by_role("button", name="Join as ada@example.test").click()
    expect(page.locator("#side").get_by_text("@adele")).to_be_visible()
    page.locator(".switch summary").press("Enter")
    pictured(page, "switch")
    page.get_by_role("button", name="Acme").press("Enter")
    expect(page.locator("#side").get_by_text("@ada", exact=True)).to_be_visible()
    assert not visit.complaints


def test_the_ways_in_are_without_fault_in_both_themes_on_a_phone_and_in_korean(ada, acme, visit):
    if not AXE.is_file():
        pytest.skip("ACCESSIBILITY WAS NOT JUDGED: axe-core is not here; python3 tools/console.py")
    acme.adds("bob")
    path = acme.as_system(people.issue_invitation, "bob").path
    faults = []
    for language in ("en", "ko"):
        page = visit.page(cookies={"headrace_language": language}, reduced_motion="reduce")
        for address in ("/sign-in", path, "/account"):
            page.set_viewport_size(DESK)
            page.goto(address)
            if address == "/account":
                signs_in(page)
                expect(page).to_have_url(re.compile("/account$"))
            page.evaluate(AXE.read_text())
            faults += judged(page, address, "{resultTypes: ['violations']}")
            page.evaluate("document.documentElement.dataset.theme = 'dark'")
            faults += judged(page, f"{address} in dark", "{runOnly: ['color-contrast']}")
            page.set_viewport_size(PHONE)
            faults += fitting(page, address)
            pictured(page, f"phone-{language}-{address.split('/')[1]}")

    assert not faults, "\n".join(faults)
