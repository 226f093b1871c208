"""Lists kept under a name, for whoever kept them alone."""

import re
from html import unescape

import pytest

from headrace.capabilities.people import service as people
from headrace.capabilities.people.model import ViewRefused


@pytest.fixture
def reader(firm, browser):
    firm.company.adds("reader", "record:read", "mission:read", "journal:view")
    browser.becomes("reader")
    return browser


def keep(browser, name: str, address: str):
    return browser.sends("/views", seal=browser.seal(address), name=name, address=address)


def test_a_list_is_kept_with_its_filters_and_stands_above_the_list_again(reader):
    led = keep(reader, "Waiting", "/changes?state=open")

    text = reader.sees("/changes")
    assert led.headers["location"] == "/changes?state=open&kept=Waiting"
    assert '<a href="/changes?state=open">Waiting</a>' in text
    assert 'aria-current="true">Waiting</a>' in reader.sees("/changes?state=open")
    assert "Waiting" not in reader.sees("/missions")


def test_the_same_name_again_replaces_it_and_it_can_be_removed(reader):
    keep(reader, "Mine", "/changes?state=open")
    keep(reader, "Mine", "/changes?state=merged")
    text = reader.sees("/changes")
    removed = reader.sends(
        "/views/removal", seal=reader.seal(), name="Mine", address="/changes?state=merged"
    )

    assert 'href="/changes?state=merged">Mine' in text
    assert 'href="/changes?state=open">Mine' not in text
    assert removed.headers["location"].startswith("/changes?state=merged&removed=Mine")
    assert "Saved views" not in reader.sees("/changes")


def toasted(text: str) -> tuple[str, dict[str, str]]:
    """Where the toast's form leads, and its fields."""
    (toast,) = re.findall(r'<form class="toast-line".*?</form>', text, re.DOTALL)
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', toast))
    return re.search(r'action="([^"]+)"', toast)[1], {k: unescape(v) for k, v in fields.items()}


def test_a_view_that_was_saved_or_removed_is_told_and_undone_whole(reader):
    led = keep(reader, "Mine", "/changes?state=open")
    said = reader.sees(led.headers["location"])
    action, fields = toasted(said)
    removed = reader.sends(action, **fields)
    action, fields = toasted(reader.sees(removed.headers["location"]))
    reader.sends(action, **fields)

    assert "The view Mine is saved." in said
    assert 'name="address" value="/changes?state=open"' in said  # what would be saved next
    assert '<a href="/changes?state=open">Mine</a>' in reader.sees("/changes")


def test_a_view_that_took_the_place_of_another_offers_no_way_back(reader):
    keep(reader, "Mine", "/changes?state=open")
    led = keep(reader, "Mine", "/changes?state=merged")

    text = reader.sees(led.headers["location"])

    assert "The view Mine is another one now." in text
    assert "toast-line" in text
    assert '<form class="toast-line"' not in text


def test_nobody_sees_the_views_of_another_and_the_operator_keeps_none(reader):
    keep(reader, "Mine", "/journal?type=record.")
    reader.becomes("vp-product")

    others = reader.sees("/journal")
    reader.sends("/who", seal=reader.seal(), who="acme/")

    assert "Mine" not in others
    assert "Save this view" not in reader.sees("/journal")


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "javascript:alert(1)",
        "/a b",
    ],
)
def test_only_an_address_of_the_console_is_kept(firm, reader, address):
    answer = reader.sends("/views", seal=reader.seal(), name="x", address=address)
    refused = pytest.raises(ViewRefused)
    actor = firm.company.adds("writer")

    assert answer.status_code == 422
    with refused:
        firm.company.units.run(actor, people.save_view, "x", address)


def test_a_hostile_name_is_shown_as_text(reader):
    keep(reader, "<script>alert(1)</script>", "/changes")

    text = reader.sees("/changes")

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script>alert(1)" not in text
