"""Advice at the browser: what an error says to run is a link to where a person does it."""

import re
from html import unescape

import pytest

from headrace.kernel.form import input_fields
from headrace.surfaces.web.advice import SHOWN, linked, pieces
from headrace.surfaces.web.pages import PAGES
from surfaces.web.hostile import faults

LINK = re.compile(r'<a href="([^"]+)" title="[^"]*">([^<]+)</a>')


def links(text: str) -> dict[str, str]:
    """Where the alert of a page leads to, by what it says there."""
    alert = text.partition('role="alert">')[2].partition("<form")[0]
    return {unescape(word): unescape(address) for address, word in LINK.findall(alert)}


def test_the_page_of_nothing_leads_to_the_list_of_what_there_is(firm, browser):
    answer = browser.get("/missions/nothing")

    assert answer.status_code == 404
    assert links(answer.text) == {"mission list": "/missions"}
    assert "headrace" not in answer.text.partition('role="alert">')[2].partition("</p>")[0]
    told = browser.get("/missions/nothing.json").json()
    assert "`headrace mission list`" in told["detail"]
    assert told["advice"] == [{"operation": "mission.list", "input": {}}]


def test_an_address_that_holds_a_command_is_quoted_as_text(firm, browser):
    answer = browser.get("/missions/%60headrace%20switch%20halt%20x%60")

    assert answer.status_code == 404
    assert "/do/switch.halt" not in answer.text
    assert "`headrace switch halt x`" in unescape(answer.text)


def test_what_is_refused_is_told_above_the_form_with_all_that_was_written(firm, browser):
    firm.begins_mission()
    browser.becomes("vp-product")

    sent = {"slug": "second", "signal": "signal/none", "title": "Second <b>one</b>"}
    answer = browser.sends("/do/mission.open", seal=browser.seal(), **sent)

    assert answer.status_code == 422
    assert "This was not done" in answer.text
    assert "signal/none" in answer.text
    assert 'value="Second &lt;b&gt;one&lt;/b&gt;"' in answer.text
    assert ">signal/none</textarea>" in answer.text
    assert not faults(answer.text)


def test_a_refused_confirmation_does_nothing_and_asks_once_more(firm, browser):
    browser.becomes("vp-product")
    form = {"seal": browser.seal(), "flag": "nothing", "reason": "Try", "step": "confirmed"}

    answer = browser.sends("/do/flag.archive", **form)

    assert answer.status_code == 404
    assert links(answer.text) == {"flag list": "/flags"}
    assert 'name="step"' not in answer.text
    assert 'value="nothing"' in answer.text


def test_an_operation_that_is_not_there_has_no_form_to_come_back_to(firm, browser):
    browser.becomes("vp-product")

    answer = browser.sends("/do/flag.explode", seal=browser.seal())

    assert answer.status_code == 404
    assert "This is not here" in answer.text


def test_what_a_form_says_of_itself_leads_on(firm, browser, house):
    text = browser.sees("/do/mission.open")

    assert '<a href="/do/agent.run-submit"' in text


def test_what_a_field_says_of_itself_leads_on_and_money_is_told_in_dollars(firm, browser):
    firm.begins_mission()

    field = browser.sees("/do/deployment.set-parameter?service=records")
    budget = {"scope": "mission:export", "usd": "12.5"}
    asked = browser.sends("/do/budget.set", seal=browser.seal(), **budget).text

    assert '<a href="/do/deployment.show" title=' in field
    assert "<dt>Dollars</dt><dd>$12.50</dd>" in asked


@pytest.mark.parametrize("operation", SHOWN)
def test_every_page_that_a_remedy_leads_to_is_there_and_filled_from_the_input(house, operation):
    address = SHOWN[operation]
    known = {re.sub(r":path|(?<=\{)\w+", "", page.path) for page in PAGES}
    fields = {one.name for one in input_fields(house.operations[operation])}

    assert re.sub(r"(?<=\{)\w+", "", address) in known
    assert set(re.findall(r"\{(\w+)\}", address)) <= fields


def test_a_remedy_leads_to_the_page_of_the_thing_else_to_the_form_filled_in(house):
    told = "`headrace artifact show toy/a` · `headrace agent resume writer` · `headrace journal follow`"

    found = pieces(told, house.operations)

    assert [(one.text, one.address) for one in found if one.text != " · "] == [
        ("artifact show toy/a", "/artifacts/toy/a"),
        ("agent resume writer", "/do/agent.resume?agent=writer"),
        ("`journal follow`", None),
    ]
    assert linked("See `headrace flag list`.", house.operations) == "See [flag list](/flags)."
