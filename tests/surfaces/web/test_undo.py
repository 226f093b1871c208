"""Undo: what was just done is taken back where another operation does that whole."""

import re

from headrace.kernel.form import input_fields
from headrace.surfaces.web.pages.operations import UNDONE_BY


def test_what_another_operation_takes_back_whole_is_undone_with_what_was_given(firm, browser):
    firm.company.adds("writer")
    browser.becomes("vp-product")
    given = {"team": "desk", "member": "writer", "step": "confirmed"}
    browser.sends("/do/team.add", seal=browser.seal(), handle="desk", name="Desk", step="confirmed")

    done = browser.sends("/do/team.join", seal=browser.seal(), **given).text
    (toast,) = re.findall(r'<form class="toast-line".*?</form>', done, re.DOTALL)
    filled = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', toast))
    undone = browser.sends(re.search(r'action="([^"]+)"', toast)[1], **filled)

    assert {one: filled[one] for one in given} == given
    assert "Done." in undone.text
    (team,) = [
        one for one in browser.get("/people.json").json()["teams"] if one["handle"] == "desk"
    ]
    assert team["members"] == []


def test_every_undo_takes_what_the_operation_was_given(units):
    known = units.house.operations

    for name, back in UNDONE_BY.items():
        assert {one.name for one in input_fields(known[name])} == {
            one.name for one in input_fields(known[back])
        }
        assert UNDONE_BY[back] == name
