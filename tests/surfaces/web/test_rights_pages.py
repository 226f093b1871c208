"""Who holds which right, on a page from which rights are given and taken back."""

import pytest


@pytest.fixture
def admin(firm, browser):
    firm.company.adds("boss", "*")
    browser.becomes("boss")
    return browser


def given(browser, operation: str, **fields: str):
    return browser.sends(f"/do/{operation}", seal=browser.seal(), **fields, step="confirmed")


def rights(browser, holder: str) -> list[str]:
    found = browser.get(f"/rights.json?holder={holder}").json()["grants"]
    return [one["right"]["pattern"] for one in found]


def test_a_right_is_granted_shown_with_its_reason_and_taken_back(admin):
    given(admin, "grant.add", holder="ada", right="mission:read", reason="She plans")

    text = admin.sees("/rights?holder=ada")
    (grant,) = admin.get("/rights.json?holder=ada").json()["grants"]
    assert "She plans" in text
    assert f"/do/grant.revoke?grant={grant['id']}" in text
    assert rights(admin, "ada") == ["mission:read"]

    given(admin, "grant.revoke", grant=grant["id"])

    assert rights(admin, "ada") == []


def test_a_team_takes_members_in_and_out_and_its_rights_are_told_of_each(admin):
    given(admin, "team.add", handle="writers", name="The writers")
    given(admin, "team.join", team="writers", member="ada")
    given(admin, "grant.add", holder="writers", right="record:read")

    text = admin.sees("/rights")
    reach = admin.get("/rights.json?holder=@ada").json()["reach"]

    assert [team["handle"] for team in reach] == ["writers"]
    assert "/do/team.leave?team=writers&amp;member=ada" in text
    given(admin, "team.leave", team="writers", member="ada")
    assert admin.get("/rights.json?holder=ada").json()["reach"] == []


def test_tokens_and_invitations_stand_where_they_can_be_revoked(admin):
    given(admin, "token.issue", note="for the build")
    given(admin, "invitation.issue", person="ada")

    (token,) = admin.get("/rights.json?holder=boss").json()["tokens"]
    (invitation,) = admin.get("/rights.json").json()["invitations"]

    assert token["note"] == "for the build"
    assert "secret" not in token
    assert invitation["person"] == "ada"
    assert f"/do/token.revoke?token={token['id']}" in admin.sees("/rights?holder=boss")
    assert f"/do/invitation.revoke?invitation={invitation['id']}" in admin.sees("/rights")


def test_whoever_may_only_look_sees_the_rights_and_no_way_to_change_them(firm, browser):
    firm.company.adds("auditor", "people:view")
    browser.becomes("auditor")

    text = browser.sees("/rights?holder=vp-product")

    assert "<code>*</code>" in text
    assert "/do/grant." not in text
    assert browser.get("/rights.json").json()["invitations"] == []
    browser.becomes("ada")
    assert browser.get("/rights").status_code == 403


def test_an_unknown_holder_is_said_to_be_unknown(admin):
    assert "Nobody and no team has this handle" in admin.sees("/rights?holder=nobody-here")


def test_who_lacks_the_right_is_told_so_before_filling_in_a_form(firm, browser):
    firm.company.adds("guest", "mission:read")
    browser.becomes("guest")

    text = browser.sees("/do/team.join")

    assert "it needs the right people:manage" in text
    assert "See what it would do" not in text
