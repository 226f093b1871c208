"""The journal taken out as a file and held against its seals, by whoever may."""

import csv
import io
import json

import pytest
import sqlalchemy as sa

from headrace.capabilities.people import service as people
from headrace.kernel.journal.sequencer import sequence
from headrace.surfaces.web import exports

_TAMPER = sa.text(
    "UPDATE journal_event SET actor = 'mallory' WHERE type = 'governance.gate_asked' AND number = 1"
)


@pytest.fixture
def busy(firm, database, monkeypatch):
    """Eight gates were asked for, of which a page of an export holds three events."""
    monkeypatch.setattr(exports, "_PAGE", 3)
    for number in range(8):
        firm.asks(number + 1, title='Hire "a", b')
    firm.company.adds("auditor", "journal:*")
    sequence(database.system)
    return firm


def test_json_lines_hold_every_event_of_the_part_once_newest_first(busy, browser):
    browser.becomes("auditor")

    answer = browser.get("/journal/export.jsonl?type=governance.gate_asked")
    events = [json.loads(line) for line in answer.text.splitlines()]

    positions = [one["position"] for one in events]
    assert len(positions) == len(set(positions)) == 8
    assert positions == sorted(positions, reverse=True)
    assert {one["type"] for one in events} == {"governance.gate_asked"}
    listed = browser.get("/journal.json?type=governance.gate_asked").json()["entries"]
    assert [one["event"]["position"] for one in listed] == positions
    assert answer.headers["content-disposition"] == 'attachment; filename="journal.jsonl"'


def test_a_table_has_a_head_and_one_row_for_each_event(busy, browser):
    browser.becomes("auditor")

    answer = browser.get("/journal/export.csv?type=governance.gate_asked")
    head, *rows = csv.reader(io.StringIO(answer.text))

    assert tuple(head) == exports.COLUMNS
    assert len(rows) == 8
    assert all(json.loads(row[-1]) for row in rows)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1"])
def test_a_spreadsheet_takes_no_cell_for_a_formula(text):
    assert exports._cell(text) == f"'{text}"


def test_an_export_is_for_whoever_may_read_the_journal(busy, browser):
    browser.becomes("ada")

    for form in exports.FORMS:
        refused = browser.get(f"/journal/export.{form}")
        assert refused.status_code == 403
        assert "content-disposition" not in refused.headers
        assert "journal:view" in refused.text


def test_the_page_of_the_journal_leads_to_an_export_of_the_same_part(busy, browser):
    browser.becomes("auditor")

    text = browser.sees("/journal?type=governance.gate_asked")

    assert 'href="/journal/export.csv?type=governance.gate_asked"' in text


def test_the_journal_of_one_person_and_of_some_days_is_shown_and_exported_alike(
    busy, browser, database
):
    browser.becomes("auditor")
    vera = busy.company.adds("vera-product")
    busy.company.units.run(vera, people.issue_token, "vera-product", scopes=None)
    sequence(database.system)
    part = "person=vera-product&since=2026-03-16&until=2026-03-16"

    shown = browser.get(f"/journal.json?{part}").json()["entries"]
    lines = browser.get(f"/journal/export.jsonl?{part}").text.splitlines()

    assert [one["event"]["type"] for one in shown] == ["people.token_issued"]
    assert [one["about"] for one in shown] == ["principal: vera-product"]
    assert shown[0]["told"] == f"Token: {shown[0]['event']['payload']['token']}"
    assert len(lines) == 1
    assert not browser.get("/journal.json?since=2026-03-17").json()["entries"]


@pytest.mark.parametrize(
    ("part", "remedy"), [("person=nobody", "Nobody here is called"), ("since=soon", "date")]
)
def test_a_part_that_cannot_be_says_why(busy, browser, part, remedy):
    browser.becomes("auditor")

    answer = browser.get(f"/journal?{part}")

    assert answer.status_code in (404, 422)
    assert remedy in answer.text


def test_a_check_says_that_all_is_as_it_was_sealed_and_what_is_not(busy, browser, database):
    browser.becomes("auditor")
    clean = browser.sees("/journal/check")
    head = browser.get("/journal/check.json").json()["audit"]["head"]
    assert "Every event is as it was sealed." in browser.sees(f"/journal/check?head={head}")

    with database.system.begin() as db:
        db.execute(_TAMPER)
    faults = browser.get("/journal/check.json").json()["audit"]["faults"]

    assert "Every event is as it was sealed." in clean
    assert faults
    assert "not what was sealed" in browser.sees("/journal/check")
